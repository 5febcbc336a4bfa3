"""The OpenAPI 3.1 document, gathered from what each view says of itself."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final, TypeVar

from flask import Flask
from openapi_pydantic import (
    Components,
    DataType,
    Example,
    Header,
    Info,
    MediaType,
    OpenAPI,
    Operation,
    Parameter,
    PathItem,
    Reference,
    RequestBody,
    Response,
    Schema,
    SecurityScheme,
    Server,
)
from openapi_pydantic.util import PydanticSchema, construct_open_api_with_schema_class
from pydantic import BaseModel, Field

from gateway.access.roles import Role
from gateway.message.decoding import LINES_TYPE
from gateway.web import idempotency
from gateway.web.answers import JSON
from gateway.web.problems import PROBLEM_TYPE
from gateway.web.request_id import HEADER, route_name

View = TypeVar("View", bound=Callable[..., Any])

_KEYS: Final[list[dict[str, list[str]]]] = [{"bearer": []}, {"apiKey": []}]
_ANONYMOUS: Final[dict[str, list[str]]] = {}  #: no key at all, where the mesh lets anonymous callers be clients
_BODY_ERRORS: Final = (400, 413, 415, 422)
_TAKEN_IN: Final = frozenset({HTTPStatus.CREATED, HTTPStatus.ACCEPTED})
#: What answers with these statuses tell in a header, whatever was asked.
_TOLD_WITH: Final[Mapping[int, Sequence[str]]] = {
    201: ("Location",),
    202: ("Location",),
    304: ("ETag",),
    401: ("WWW-Authenticate",),
    409: ("Retry-After",),
    429: ("Retry-After",),
    503: ("Retry-After",),
}
_REPLAYED_WITH: Final = frozenset({200, 201, 202, 422, 502, 504})  #: statuses that are kept under an idempotency key
_KEY_HEADER: Final = Parameter.model_validate(
    {
        "name": idempotency.HEADER,
        "in": "header",
        "description": "The same key with the same request does nothing twice, and gets the same answer for 24 hours.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
    }
)
_HEADERS: Final[Mapping[str, str]] = {
    HEADER: "The request's id, in every line of the logs.",
    idempotency.REPLAYED: "`true` where this is the answer to an earlier request with the same key.",
    "Location": "Where what was taken in can be looked at.",
    "Retry-After": "In seconds.",
    "ETag": "Changes whenever the task does.",
    "WWW-Authenticate": "How a key is shown.",
}


class ProblemBody(BaseModel):
    """An error (RFC 9457)."""

    type: str = "about:blank"
    title: str
    status: int
    code: str = Field(description="For machines; never changes.")
    detail: str
    field: str | None = Field(None, description="A JSON pointer to what is wrong, or a header; never its value.")
    retry_after_s: int | None = Field(None, description="Of backlog_full: as Retry-After.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """What a view says of itself. 401, 403, 404, 429, 5xx and the errors of a body are added where they belong."""

    summary: str
    tag: str
    answers: Mapping[int, type[BaseModel] | None]  #: status to body; None: a problem
    details: str = ""  #: what else there is to know
    takes: type[BaseModel] | None = None
    takes_text: bool = False  #: the body may be `text/plain`, too
    takes_lines: type[BaseModel] | None = None  #: the body is NDJSON; the form of a line
    answers_lines: bool = False  #: 200 is NDJSON; its body is the form of a line
    examples: Mapping[str, Any] = field(default_factory=dict)  #: of what it takes, by name; lines as one string
    query: type[BaseModel] | None = None
    headers: Mapping[int, Sequence[str]] = field(default_factory=dict)  #: by status; the usual ones are added
    role: Role | None = Role.CLIENT  #: None: everybody
    also: Sequence[int] = field(default=())  #: further statuses whose body is a problem

    @property
    def takes_in(self) -> bool:
        """Whether something is kept of the request, to be done: then it takes an `Idempotency-Key`."""
        return not _TAKEN_IN.isdisjoint(self.answers)


def describes(described: Described) -> Callable[[View], View]:
    """Attach *described* to a view."""

    def attach(view: View) -> View:
        view.described = described  # type: ignore[attr-defined]  # functions take attributes
        return view

    return attach


def document(app: Flask, *, title: str, version: str, description: str, server: str) -> dict[str, Any]:
    """Return the document of every view of *app* that describes itself."""
    paths: dict[str, PathItem] = {}
    for rule in app.url_map.iter_rules():
        described: Described | None = getattr(app.view_functions[rule.endpoint], "described", None)
        if described is None:
            continue
        item = paths.setdefault(route_name(rule.rule), PathItem())
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            name = f"{method.lower()}_{route_name(rule.rule).strip('/').replace('/', '_') or 'root'}"
            operation_id = name.replace("{", "").replace("}", "")
            setattr(item, method.lower(), _operation(described, operation_id, sorted(rule.arguments)))
    schemes: dict[str, SecurityScheme | Reference] = {
        "bearer": SecurityScheme(type="http", scheme="bearer"),
        "apiKey": SecurityScheme(type="apiKey", name="X-API-Key", security_scheme_in="header"),
    }
    api = OpenAPI(
        openapi="3.1.1",
        info=Info(title=title, version=version, description=description),
        servers=[Server(url=server)],
        paths=dict(sorted(paths.items())),
        components=Components(securitySchemes=schemes),
    )
    return construct_open_api_with_schema_class(api).model_dump(
        mode="json", by_alias=True, exclude_none=True, exclude_unset=True
    )


def _operation(described: Described, operation_id: str, path_arguments: list[str]) -> Operation:
    statuses = {*described.also, 429, 503}
    if described.role is not None:
        statuses |= {401} if described.role is Role.CLIENT else {401, 403}
    if path_arguments:
        statuses.add(404)
    if described.takes is not None or described.takes_lines is not None:
        statuses.update(_BODY_ERRORS)
    if described.query is not None:
        statuses.add(422)
    if described.takes_in:
        statuses |= {409, 410, 422}
    answers = dict.fromkeys(sorted(statuses)) | dict(described.answers)
    parameters = [
        Parameter.model_validate(
            {"name": name, "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}}
        )
        for name in path_arguments
    ]
    return Operation(
        operationId=operation_id,
        summary=described.summary,
        description=described.details or None,
        tags=[described.tag],
        parameters=[*parameters, *_query(described.query), *[_KEY_HEADER] * described.takes_in] or None,
        requestBody=_body(described),
        responses={
            str(status): _response(
                status,
                model,
                lines=described.answers_lines and status == HTTPStatus.OK,
                headers=_told(described, status),
            )
            for status, model in sorted(answers.items())
        },
        security=_security(described.role),
    )


def _query(model: type[BaseModel] | None) -> list[Parameter]:
    if model is None:
        return []
    schema = model.model_json_schema()
    return [
        Parameter.model_validate({"name": name, "in": "query", "schema": _inlined(shape, schema.get("$defs", {}))})
        for name, shape in schema["properties"].items()
    ]


def _inlined(shape: Any, definitions: Mapping[str, Any]) -> Any:
    """Put the definitions of a model in the place of the references to them: a parameter has no place for them."""
    if isinstance(shape, dict):
        if "$ref" in shape:
            return _inlined(definitions[shape["$ref"].rpartition("/")[2]], definitions)
        return {key: _inlined(value, definitions) for key, value in shape.items()}
    return [_inlined(value, definitions) for value in shape] if isinstance(shape, list) else shape


def _body(described: Described) -> RequestBody | None:
    content: dict[str, MediaType] = {}
    if described.takes is not None:
        content[JSON] = MediaType(media_type_schema=PydanticSchema(schema_class=described.takes))
    if described.takes_text:
        content["text/plain"] = MediaType(media_type_schema=Schema(type=DataType.STRING, minLength=1))
    if described.takes_lines is not None:
        content[LINES_TYPE] = _lines(described.takes_lines)
    first = next(iter(content.values()), None)
    if first is not None and described.examples:
        first.examples = {name: Example(value=value) for name, value in described.examples.items()}
    return RequestBody(required=True, content=content) if content else None


def _lines(model: type[BaseModel]) -> MediaType:
    """Describe NDJSON: a string, since OpenAPI 3.1 has no word for a sequence; its lines have the form of *model*."""
    line = model.model_json_schema(ref_template="#/components/schemas/{model}")
    said = f"One JSON object a line: {line['title']}. {line.get('description', '')}".strip()
    return MediaType(media_type_schema=Schema(type=DataType.STRING, description=said))


def _security(role: Role | None) -> list[dict[str, list[str]]]:
    if role is None:
        return []
    return [*_KEYS, _ANONYMOUS] if role is Role.CLIENT else _KEYS


def _told(described: Described, status: int) -> dict[str, Header | Reference]:
    """Return the headers of an answer."""
    names = [HEADER, *_TOLD_WITH.get(status, ()), *described.headers.get(status, ())]
    if described.takes_in and status in _REPLAYED_WITH:
        names.append(idempotency.REPLAYED)
    return {name: Header(description=_HEADERS[name], param_schema=Schema(type=DataType.STRING)) for name in names}


def _response(
    status: int, model: type[BaseModel] | None, *, headers: dict[str, Header | Reference], lines: bool = False
) -> Response:
    if status in {HTTPStatus.NOT_MODIFIED, HTTPStatus.NO_CONTENT}:
        return Response(description=HTTPStatus(status).phrase, headers=headers)
    if lines and model is not None:
        return Response(description=HTTPStatus(status).phrase, headers=headers, content={LINES_TYPE: _lines(model)})
    kind = PROBLEM_TYPE if model is None or status >= HTTPStatus.BAD_REQUEST else JSON
    schema: PydanticSchema[BaseModel] = PydanticSchema(schema_class=model or ProblemBody)
    return Response(
        description=HTTPStatus(status).phrase,
        headers=headers,
        content={kind: MediaType(media_type_schema=schema)},
    )
