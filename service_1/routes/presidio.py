"""
Presidio's REST API: its clients change nothing but their base URL.

An error is a problem as everywhere, and says in `error` what it is, where Presidio's clients look for it.
"""

from dataclasses import asdict
from typing import Any

import orjson
from flask import Blueprint, Response, request

from gateway.access.roles import Role
from gateway.errors import GatewayError
from gateway.presidio.analyzer import Found
from gateway.presidio.anonymizer import anonymize, deanonymize
from gateway.presidio.operators import ANONYMIZERS, DEANONYMIZERS
from gateway.web.answers import json_answer
from gateway.web.bodies import json_body, validated
from gateway.web.openapi import Described, describes
from gateway.web.problems import PROBLEM_TYPE
from service_1.parts import caller, parts, request_id
from service_1.presidio_examples import ANALYZE, ANONYMIZE, DEANONYMIZE
from service_1.presidio_schemas import (
    AnalysisOut,
    AnalyzeIn,
    AnonymizeIn,
    ChangedOut,
    DeanonymizeIn,
    NamesOut,
    PresidioQuery,
)

bp = Blueprint("presidio", __name__)


@bp.after_request
def tell_presidio_clients(response: Response) -> Response:
    """Add `error` to a problem."""
    if response.content_type == PROBLEM_TYPE:
        body = orjson.loads(response.get_data())
        response.set_data(orjson.dumps({**body, "error": body["detail"]}))
    return response


@bp.post("/analyze")
@describes(
    Described(
        summary="Find personal data and secrets, as Presidio's analyzer does.",
        tag="presidio",
        takes=AnalyzeIn,
        answers={200: AnalysisOut},
        examples=ANALYZE,
    )
)
def post_analyze() -> Response:
    """Find what is in a text, or in each of a list of them."""
    caller()
    body = json_body(request, AnalyzeIn)
    wish, explained = body.as_wish(), bool(body.return_decision_process)
    texts = [body.text] if isinstance(body.text, str) else body.text
    analyzer = parts().analyzer
    told = [[_found_json(found, explained=explained) for found in analyzer.analyze(text, wish)] for text in texts]
    return json_answer(told[0] if isinstance(body.text, str) else told)


@bp.post("/anonymize")
@describes(
    Described(
        summary="Take out what was found, as Presidio's anonymizer does.",
        tag="presidio",
        takes=AnonymizeIn,
        answers={200: ChangedOut},
        examples=ANONYMIZE,
    )
)
def post_anonymize() -> Response:
    """Change a text at the places that the request names."""
    caller()
    body = json_body(request, AnonymizeIn)
    places = [result.as_place() for result in body.analyzer_results]
    return json_answer(asdict(anonymize(body.text, places, body.anonymizers or {})))


@bp.post("/deanonymize")
@describes(
    Described(
        summary="Decrypt what was encrypted, as Presidio's anonymizer does.",
        tag="presidio",
        role=Role.ADMIN,
        takes=DeanonymizeIn,
        answers={200: ChangedOut},
        examples=DEANONYMIZE,
    )
)
def post_deanonymize() -> Response:
    """Decrypt a text at the places that the request names; the journal tells who did, and who was refused."""
    told = {"request_id": request_id(), "caller": "nobody"}
    try:
        who = caller()
        told["caller"] = who.name
        who.require(Role.ADMIN)
        body = json_body(request, DeanonymizeIn)
        changed = deanonymize(body.text, [item.as_place() for item in body.anonymizer_results], body.deanonymizers)
    except GatewayError as error:
        parts().journal.warning("text.refused", **told, code=error.code)
        raise
    parts().journal.info("text.deanonymized", **told, decrypted=len(changed.items))
    return json_answer(asdict(changed))


@bp.get("/supportedentities")
@describes(
    Described(
        summary="List the kinds of findings, as Presidio does.",
        tag="presidio",
        query=PresidioQuery,
        answers={200: NamesOut},
    )
)
def get_supported_entities() -> Response:
    """List what is looked for; the same in every language."""
    caller()
    validated(request.args.to_dict(), PresidioQuery)
    return json_answer(parts().analyzer.supported)


@bp.get("/recognizers")
@describes(
    Described(
        summary="List the detectors, as Presidio does.", tag="presidio", query=PresidioQuery, answers={200: NamesOut}
    )
)
def get_recognizers() -> Response:
    """List who looks; the same in every language."""
    caller()
    validated(request.args.to_dict(), PresidioQuery)
    return json_answer(parts().analyzer.recognizers)


@bp.get("/anonymizers")
@describes(Described(summary="List the operators of /anonymize.", tag="presidio", answers={200: NamesOut}))
def get_anonymizers() -> Response:
    """List the operators."""
    caller()
    return json_answer(ANONYMIZERS)


@bp.get("/deanonymizers")
@describes(Described(summary="List the operators of /deanonymize.", tag="presidio", answers={200: NamesOut}))
def get_deanonymizers() -> Response:
    """List the operators."""
    caller()
    return json_answer(DEANONYMIZERS)


def _found_json(found: Found, *, explained: bool) -> dict[str, Any]:
    explanation = {
        "recognizer": found.recognizer,
        "original_score": found.score,
        "score": found.score,
        "pattern_name": None,
        "pattern": None,
        "validation_result": None,
        "textual_explanation": None,
        "score_context_improvement": 0,
        "supportive_context_word": "",
        "regex_flags": None,
    }
    return {
        "entity_type": found.entity_type,
        "start": found.start,
        "end": found.end,
        "score": found.score,
        "analysis_explanation": explanation if explained else None,
        "recognition_metadata": {"recognizer_name": found.recognizer},
    }
