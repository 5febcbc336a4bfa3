from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.screening.overlaps import Found, settle


def a_place(start: int, end: int, score: float = 0.5, entity_type: str = "X") -> Found:
    return Found(start, end, score, entity_type)


@pytest.mark.parametrize(
    ("winner", "loser"),
    [
        (a_place(4, 6, 0.9), a_place(0, 10, 0.8)),
        (a_place(0, 10), a_place(8, 12)),
        (a_place(0, 5), a_place(4, 9)),
        (a_place(0, 5, entity_type="A"), a_place(0, 5, entity_type="B")),
    ],
    ids=["the higher score", "the longer", "the earlier", "the name that sorts first"],
)
def test_the_better_one_of_two_stays(winner, loser):
    assert settle([loser, winner]) == settle([winner, loser]) == [winner]


def test_neighbours_do_not_overlap():
    assert settle([a_place(5, 9), a_place(0, 5)]) == [a_place(0, 5), a_place(5, 9)]


def test_one_that_only_overlaps_a_loser_stays():
    first, loser, last = a_place(0, 5, 0.9), a_place(4, 8, 0.8), a_place(7, 9, 0.1)

    assert settle([first, loser, last]) == [first, last]


places = st.builds(
    lambda start, size, score: a_place(start, start + size, score),
    st.integers(0, 30),
    st.integers(1, 10),
    st.sampled_from([0.3, 0.5, 0.9]),
)


@given(st.lists(places))
def test_what_stays_is_apart_and_what_goes_was_beaten(found):
    kept = settle(found)

    assert all(one.end <= other.start for one, other in pairwise(kept))
    for lost in set(found) - set(kept):
        assert any(each.score >= lost.score and each.start < lost.end and lost.start < each.end for each in kept)
