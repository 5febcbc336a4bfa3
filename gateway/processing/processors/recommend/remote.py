"""Recommending by a language model, at an OpenAI-compatible API."""

import time
from http import HTTPStatus
from typing import Annotated, Any, Final

import orjson
import requests
from pydantic import BaseModel, Field, ValidationError

from gateway.delivery.callbacks import retry_after_s
from gateway.errors import PermanentFailure, TryLater
from gateway.processing.job import Job
from gateway.processing.processors.recommend.songs import LONGEST_SONG, Question, answer, question_of

_CONNECT_S: Final = 3.0
_MOST_BYTES: Final = 262_144  #: of an answer
_PIECE: Final = 16_384
_BUSY: Final = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.CONFLICT, HTTPStatus.TOO_MANY_REQUESTS})
_INSTRUCTIONS: Final = (
    "You recommend songs. You are given a JSON object with a song and a limit. Answer with one JSON object and nothing "
    'else: {"matched": title of the song you take it for, "recommendations": [{"title", "artist", "score"}]}, the most '
    "alike first, no more than the limit; a score goes from 0 to 1."
)

_Name = Annotated[str, Field(min_length=1, max_length=LONGEST_SONG)]


class RecommenderUnavailable(TryLater):
    """The service that recommends did not answer in time, or not as it should."""

    code = "recommender_unavailable"


class RecommenderRefused(PermanentFailure):
    """The service that recommends does not take this question, or this key."""

    code = "recommender_refused"


class _Recommendation(BaseModel):
    title: _Name
    artist: _Name
    score: float = Field(ge=0, le=1, allow_inf_nan=False)


class _Answer(BaseModel):
    matched: _Name | None = None
    recommendations: list[_Recommendation]


class RemoteRecommender:
    """The processor of `recommendations` where a service outside is set. Safe for threads."""

    def __init__(self, url: str, *, model: str, key: str, timeout_s: float) -> None:
        """
        Connect to nothing yet.

        Args:
            url: of the API, e.g. `https://api.example.com/v1`.
            key: shown as Bearer; empty where none is needed.
        """
        self._url = f"{url.rstrip('/')}/chat/completions"
        self._model = model
        self._key = key
        self._timeout_s = timeout_s

    def __call__(self, job: Job) -> dict[str, Any]:
        """
        Return what the model recommends.

        Raises:
            RecommenderUnavailable: no answer, or none that can be used; tried again.
            RecommenderRefused: the service refuses the question.
        """
        asked = question_of(job)
        job.check()
        told = _parsed(self._ask(asked))
        return answer(asked.song, told.matched, [each.model_dump() for each in told.recommendations[: asked.limit]])

    def _ask(self, asked: Question) -> bytes:
        body = {
            "model": self._model,
            "messages": [
                {"role": "system", "content": _INSTRUCTIONS},
                {"role": "user", "content": orjson.dumps(asked._asdict()).decode()},
            ],
            "response_format": {"type": "json_object"},
        }
        until = time.monotonic() + self._timeout_s
        try:
            with requests.post(
                self._url,
                json=body,
                auth=self._authorized,
                timeout=(_CONNECT_S, self._timeout_s),
                allow_redirects=False,
                stream=True,
            ) as response:
                _check(response)
                return _read(response, until)
        except (requests.RequestException, OSError):
            raise RecommenderUnavailable from None  # the text of these may quote the request

    def _authorized(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Show the key; as an `auth`, so that no `.netrc` puts another in its place."""
        if self._key:
            request.headers["Authorization"] = f"Bearer {self._key}"
        return request


def _check(response: requests.Response) -> None:
    if response.status_code == HTTPStatus.OK:
        return
    if response.status_code in _BUSY or response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise RecommenderUnavailable(after_s=retry_after_s(response.headers.get("Retry-After")))
    raise RecommenderRefused


def _read(response: requests.Response, until: float) -> bytes:
    """Read an answer that may be neither too large nor too slow."""
    content = b""
    while piece := response.raw.read1(_PIECE, decode_content=True):
        content += piece
        if len(content) > _MOST_BYTES or time.monotonic() > until:
            raise RecommenderUnavailable
    return content


def _parsed(content: bytes) -> _Answer:
    try:
        return _Answer.model_validate_json(orjson.loads(content)["choices"][0]["message"]["content"])
    except (ValidationError, orjson.JSONDecodeError, TypeError, KeyError, IndexError):
        raise RecommenderUnavailable from None
