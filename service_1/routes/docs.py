"""The OpenAPI document, and Swagger UI with files of our own."""

from pathlib import Path

import flask_openapi3_swagger
from flask import Blueprint, Response, current_app, render_template, send_from_directory

from gateway.web.answers import json_answer
from gateway.web.openapi import document
from service_1.encoding import PREFIX
from service_1.parts import parts

bp = Blueprint("docs", __name__, template_folder="../templates", static_folder="../static", static_url_path="/docs/own")

_SWAGGER_FILES = Path(flask_openapi3_swagger.__file__).parent / "templates" / "swagger"
_DAY_S = 86_400

#: Swagger UI draws its icons from data: addresses, and sets styles on its elements.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


@bp.get("/openapi.json")
def get_openapi() -> Response:
    """Return the document."""
    return json_answer(
        document(
            current_app,
            title="Portcullis",
            version=parts().version,
            description="A screening gateway: a message is forwarded, queued or held.",
            server=PREFIX,
        )
    )


@bp.get("/docs")
def get_docs() -> Response:
    """Return Swagger UI's page."""
    page = render_template("docs.html", document=f"{PREFIX}/openapi.json")
    return Response(page, headers={"Content-Security-Policy": _POLICY})


@bp.get("/docs/swagger/<path:name>")
def get_swagger_file(name: str) -> Response:
    """Return one of Swagger UI's files, as its package carries it."""
    return send_from_directory(_SWAGGER_FILES, name, max_age=_DAY_S)
