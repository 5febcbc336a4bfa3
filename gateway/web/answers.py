"""Writing JSON."""

from collections.abc import Mapping
from typing import Any, Final

import orjson
from flask import Response

JSON: Final = "application/json"


def json_answer(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Return *value* as a JSON response."""
    return Response(orjson.dumps(value), status, headers, content_type=JSON)
