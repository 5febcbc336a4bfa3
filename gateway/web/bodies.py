"""From a request's body to a validated model."""

from functools import cache
from typing import Any, TypeVar

from flask import Request
from pydantic import BaseModel, ConfigDict, ValidationError

from gateway.errors import InvalidRequest, UnsupportedContentEncoding, UnsupportedMediaType
from gateway.message.decoding import JSON_TYPE, MAX_BODY_BYTES, decode_json, media_type
from gateway.screening.findings import pointer

Model = TypeVar("Model", bound=BaseModel)


class RequestModel(BaseModel):
    """What a client sends: whatever is in it is not screened yet, so nothing of it shows."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    def __repr_args__(self) -> list[tuple[str | None, Any]]:
        """Leave every field out."""
        return []


def json_body(request: Request, model: type[Model], *, max_bytes: int = MAX_BODY_BYTES) -> Model:
    """
    Return the body as *model*.

    Raises:
        UnsupportedMediaType, MalformedBody, BodyTooLarge: it is no JSON.
        InvalidRequest: it does not fit; names the first field that does not, and no value.
    """
    if media_type(request.headers.get("Content-Type")) != JSON_TYPE:
        raise UnsupportedMediaType(f"the body must be {JSON_TYPE}")
    return validated(decode_json(plain_body(request), max_bytes=max_bytes), model)


def plain_body(request: Request) -> bytes:
    """
    Return the bytes of the body.

    Raises:
        UnsupportedContentEncoding: they are compressed, or said to be.
    """
    if request.headers.get("Content-Encoding", "").strip().lower() not in {"", "identity"}:
        raise UnsupportedContentEncoding("the body must come without a Content-Encoding")
    return request.get_data(cache=False)


def validated(value: object, model: type[Model]) -> Model:
    """
    Return *value* as *model*.

    Raises:
        InvalidRequest: as in `json_body`.
    """
    try:
        return model.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_input=False, include_context=False, include_url=False)[0]
    # of the path only names of ours are shown: the others are the client's words
    known = _names(model)
    location = first["loc"]
    hidden = frozenset(at for at, step in enumerate(location) if isinstance(step, str) and step not in known)
    raise InvalidRequest(first["msg"], field=pointer(location, hidden=hidden) or "/")


@cache
def _names(model: type[BaseModel]) -> frozenset[str]:
    """Return every name that *model* and the models in it declare."""

    def names(schema: Any) -> frozenset[str]:
        members = schema.get("properties", {}) if isinstance(schema, dict) else {}
        children = schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ()
        return frozenset(members).union(*(names(child) for child in children))

    return names(model.model_json_schema())
