"""What both recommenders are asked, and how they answer."""

from typing import Any, Final, NamedTuple

from gateway.errors import PermanentFailure
from gateway.processing.job import Job

LONGEST_SONG: Final = 200  #: characters
MOST: Final = 20  #: recommendations in one answer


class Question(NamedTuple):
    """Which song to start from, and how many to recommend."""

    song: str
    limit: int


def question_of(job: Job) -> Question:
    """
    Return what *job* asks.

    Raises:
        PermanentFailure: `song` is no text of 1 to `LONGEST_SONG` characters, or `limit` no number from 1 to `MOST`.
    """
    song, limit = job.args.get("song"), job.args.get("limit")
    if not isinstance(song, str) or not 0 < len(song) <= LONGEST_SONG:
        raise PermanentFailure
    if not isinstance(limit, int) or isinstance(limit, bool) or not 0 < limit <= MOST:
        raise PermanentFailure
    return Question(song, limit)


def answer(song: str, matched: str | None, recommendations: list[dict[str, Any]]) -> dict[str, Any]:
    """
    Return a job's result: `{"song", "matched", "recommendations": [{"title", "artist", "score"}]}`.

    Args:
        matched: the title that was taken for *song*; None where nobody says.
    """
    return {"song": song, "matched": matched, "recommendations": recommendations}
