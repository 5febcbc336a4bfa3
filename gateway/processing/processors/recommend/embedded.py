"""
Recommending from a small catalogue of the gateway's own: the nearest neighbours of a song.

The libraries take some 30 MB and a third of a second: a worker loads them with its first recommendation.
"""

import csv
import math
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from gateway.errors import PermanentFailure
from gateway.processing.job import Job
from gateway.processing.processors.recommend.songs import answer, question_of

CATALOGUE: Final = Path(__file__).with_name("catalogue.csv")
_ALIKE: Final = 75  #: of 100: how alike two titles have to be, to be taken for one
_OTHER_GENRE: Final = 0.35  #: how far apart two genres are, measured in whole ranges of another feature
_SLOWEST, _OCTAVES = 60, 2.0  #: tempo counts by its ratio, as one hears it


class SongUnknown(PermanentFailure):
    """No title of the catalogue is like this one."""

    code = "song_unknown"


@dataclass(frozen=True, slots=True)
class Song:
    """A line of the catalogue."""

    title: str
    artist: str
    genre: str
    features: tuple[float, ...]  #: each from about 0 to 1


class EmbeddedRecommender:
    """The processor of `recommendations` where no service outside is set."""

    def __init__(self, catalogue: Path = CATALOGUE) -> None:
        self._file = catalogue

    def __call__(self, job: Job) -> dict[str, Any]:
        """
        Return the songs that are nearest to the job's.

        Raises:
            SongUnknown: the catalogue has none like it.
        """
        asked = question_of(job)
        start = self._find(asked.song)
        job.check()
        numbers, distances = self._index.query(self._vector(self._songs[start]), k=asked.limit + 1)
        near = [(int(number), float(distance)) for number, distance in zip(numbers, distances, strict=True)]
        recommended = [
            {"title": song.title, "artist": song.artist, "score": round(1 / (1 + math.sqrt(squared)), 3)}
            for song, squared in ((self._songs[number], squared) for number, squared in near if number != start)
        ]
        return answer(asked.song, self._songs[start].title, recommended[: asked.limit])

    def _find(self, song: str) -> int:
        """Return the number of the song whose title, alone or beside its artist, is most like *song*."""
        from rapidfuzz import fuzz, process, utils  # noqa: PLC0415 - see the head of this file

        found = process.extractOne(
            song, self._names, scorer=fuzz.token_sort_ratio, processor=utils.default_process, score_cutoff=_ALIKE
        )
        if found is None:
            raise SongUnknown
        return int(found[2]) // 2

    @cached_property
    def _songs(self) -> list[Song]:
        with self._file.open(encoding="utf-8", newline="") as file:
            return [_song(row) for row in csv.DictReader(line for line in file if not line.startswith("#"))]

    @cached_property
    def _names(self) -> list[str]:
        """Two of each song, in its order."""
        return [name for song in self._songs for name in (song.title, f"{song.title} {song.artist}")]

    @cached_property
    def _genres(self) -> list[str]:
        return sorted({song.genre for song in self._songs})

    @cached_property
    def _index(self) -> Any:
        import voyager  # noqa: PLC0415 - see the head of this file

        dimensions = len(self._songs[0].features) + len(self._genres)
        index = voyager.Index(voyager.Space.Euclidean, num_dimensions=dimensions, random_seed=1)
        for song in self._songs:
            index.add_item(self._vector(song))
        return index

    def _vector(self, song: Song) -> list[float]:
        genre = [_OTHER_GENRE * (song.genre == name) for name in self._genres]
        return [*song.features, *genre]


def _song(row: dict[str, str]) -> Song:
    tempo = math.log2(int(row["tempo"]) / _SLOWEST) / _OCTAVES
    year = (int(row["year"]) - 1950) / 75
    heard = (float(row[name]) for name in ("energy", "mood", "dance", "acoustic"))
    return Song(row["title"], row["artist"], row["genre"], (tempo, year, *heard))
