"""Recommendations from the shipped catalogue."""

import math
import subprocess
import sys

import pytest
from harness.samples import screener

from gateway.errors import Canceled, PermanentFailure
from gateway.processing.job import Job
from gateway.processing.processors.recommend.embedded import EmbeddedRecommender, SongUnknown


@pytest.fixture(scope="module")
def recommend():
    recommender = EmbeddedRecommender()

    def ask(song, limit=5, **fields):
        return recommender(Job(id="1", kind="recommendations", attempt=1, content="", args=args(song, limit), **fields))

    ask.recommender = recommender
    return ask


def args(song, limit):
    return {"song": song, "limit": limit}


@pytest.mark.parametrize(
    ("song", "title"),
    [
        ("Enter Sandman", "Enter Sandman"),
        ("enter sandmann", "Enter Sandman"),
        ("Metallica - Enter Sandman", "Enter Sandman"),
        ("bohemian rapsody", "Bohemian Rhapsody"),
        ("take five dave brubeck", "Take Five"),
        ("hoppipolla", "Hoppípolla"),
        ("9 to 5", "9 to 5"),
    ],
)
def test_a_song_is_known_by_its_title_also_a_little_wrong_or_beside_its_artist(recommend, song, title):
    told = recommend(song)

    assert (told["song"], told["matched"]) == (song, title)
    assert len(told["recommendations"]) == 5


@pytest.mark.parametrize("song", ["zebra7731 plugh", "a", "?!", " ", "x" * 200])
def test_a_song_that_nobody_knows_is_said_to_be_unknown(recommend, song):
    with pytest.raises(SongUnknown) as unknown:
        recommend(song)

    assert unknown.value.code == "song_unknown"


@pytest.mark.parametrize("limit", [1, 7, 20])
def test_as_many_are_recommended_as_were_asked_for_the_most_alike_first(recommend, limit):
    recommended = recommend("Dreams", limit)["recommendations"]

    scores = [each["score"] for each in recommended]
    assert len(recommended) == limit
    assert scores == sorted(scores, reverse=True)
    assert all(0 < score <= 1 for score in scores)
    assert len({each["title"] for each in recommended} | {"Dreams"}) == limit + 1


def test_what_is_recommended_are_the_nearest_neighbours(recommend):
    known = recommend.recommender
    vectors = [known._vector(song) for song in known._songs]

    for number in range(0, len(vectors), 25):
        near = sorted(range(len(vectors)), key=lambda other: math.dist(vectors[number], vectors[other]))
        told = recommend(known._names[2 * number + 1], 5)["recommendations"]

        wanted = [round(1 / (1 + math.dist(vectors[number], vectors[other])), 3) for other in near if other != number]
        assert [each["score"] for each in told] == pytest.approx(wanted[:5], abs=0.002)


def test_songs_of_one_sort_are_found_together(recommend):
    known = {song.title: song.genre for song in recommend.recommender._songs}

    genres = [known[each["title"]] for each in recommend("Master of Puppets", 6)["recommendations"]]

    assert sum("metal" in genre or genre in {"hard rock", "grunge", "punk"} for genre in genres) >= 4


def test_every_song_of_the_catalogue_finds_itself_and_is_no_personal_data(recommend):
    """Else the rules that clean results would take a name out of an answer."""
    songs = recommend.recommender._songs
    shown = [{"title": song.title, "artist": song.artist, "score": 0.5} for song in songs]

    found = screener().screen({"song": "", "matched": "", "recommendations": shown})

    assert [each for each in found if each.score >= 0.5] == []
    assert len(songs) >= 300
    assert all(0 <= feature <= 1 for song in songs for feature in song.features[2:])
    assert [song.title for song in songs if recommend(song.title, 1)["matched"] != song.title] == []


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"song": "Dreams"},
        {"song": 7, "limit": 5},
        {"song": "", "limit": 5},
        {"song": "x" * 201, "limit": 5},
        {"song": "Dreams", "limit": 0},
        {"song": "Dreams", "limit": 21},
        {"song": "Dreams", "limit": True},
        {"song": "Dreams", "limit": "5"},
    ],
)
def test_a_wrong_question_is_a_failure_for_good(recommend, wrong):
    with pytest.raises(PermanentFailure):
        recommend.recommender(Job(id="1", kind="recommendations", attempt=1, content="", args=wrong))


def test_a_canceled_job_recommends_nothing(recommend):
    with pytest.raises(Canceled):
        recommend("Dreams", stopped=lambda: True)


def test_a_worker_loads_the_libraries_with_its_first_recommendation_only():
    code = (
        "import sys; from gateway.processing.processors import load_processors; load_processors({}); "
        "sys.exit(not {'numpy', 'voyager', 'rapidfuzz'}.isdisjoint(sys.modules))"
    )

    assert subprocess.run([sys.executable, "-c", code], timeout=60, check=False).returncode == 0
