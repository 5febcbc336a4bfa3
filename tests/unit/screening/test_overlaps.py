from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.screening.overlaps import Found, settle

LETTERS = "abcdefghijklmnopqrstuvwxyz" * 2
DIGITS = "0123456789" * 5


def a_place(start: int, end: int, score: float = 0.5, entity_type: str = "X", provider: str = "") -> Found:
    return Found(start, end, score, entity_type, provider)


@pytest.mark.parametrize(
    ("winner", "loser"),
    [
        (a_place(0, 10, 0.9), a_place(4, 6, 0.8)),
        (a_place(0, 10), a_place(8, 10)),
        (a_place(0, 5), a_place(4, 9)),
        (a_place(0, 5, entity_type="A"), a_place(0, 5, entity_type="B")),
        (a_place(4, 6, 0.9), a_place(0, 10, 0.4, "Y")),
        (a_place(0, 5, 0.9), a_place(4, 9, 0.4, "Y")),
    ],
    ids=["the higher score", "the longer", "the earlier", "the name that sorts first", "the sure", "the sure of two"],
)
def test_the_better_one_of_two_stays(winner, loser):
    assert settle([loser, winner], DIGITS) == settle([winner, loser], DIGITS) == [winner]


def test_a_loser_keeps_what_lies_beside_the_winners_inside_it():
    password = a_place(0, 12, 0.8, "PASSWORD")
    others = [a_place(2, 4, 0.9, "MAIL"), a_place(4, 5, 0.9, "CARD"), a_place(9, 14, 1.0)]

    assert settle([password, *others], DIGITS) == [
        a_place(0, 2, 0.8, "PASSWORD"),
        a_place(2, 4, 0.9, "MAIL"),
        a_place(4, 5, 0.9, "CARD"),
        a_place(5, 9, 0.8, "PASSWORD"),
        a_place(9, 14, 1.0),
    ]


@pytest.mark.parametrize(("text", "stays"), [(LETTERS, [a_place(0, 4, 0.8, "URL")]), (DIGITS, [])])
def test_of_two_that_only_overlap_the_loser_keeps_a_rest_with_a_letter(text, stays):
    found = [a_place(0, 6, 0.8, "URL"), a_place(4, 9, 0.9, "PHONE")]

    assert settle(found, text) == [*stays, a_place(4, 9, 0.9, "PHONE")]


def test_what_lies_between_two_winners_stays_only_with_a_letter_or_a_digit():
    password, mails = a_place(0, 11, 0.8, "PASSWORD"), [a_place(0, 4, 0.9, "MAIL"), a_place(5, 9, 0.9, "MAIL")]

    assert settle([password, *mails], "a@bc&d@ef&e") == [*mails, a_place(9, 11, 0.8, "PASSWORD")]


def test_two_of_one_type_become_one_as_sure_as_the_surer():
    found = [a_place(0, 12, 0.6), a_place(4, 9, 0.9, provider="who issued it")]

    assert settle(found, DIGITS) == [a_place(0, 12, 0.9, provider="who issued it")]


def test_neighbours_do_not_overlap():
    assert settle([a_place(5, 9), a_place(0, 5)], LETTERS) == [a_place(0, 5), a_place(5, 9)]


def test_one_that_only_overlaps_a_loser_stays():
    first, loser, last = a_place(0, 5, 0.9), a_place(4, 8, 0.8), a_place(7, 9, 0.1)

    assert settle([first, loser, last], DIGITS) == [first, last]


places = st.builds(
    lambda start, size, score, entity_type: a_place(start, start + size, score, entity_type),
    st.integers(0, 30),
    st.integers(1, 10),
    st.sampled_from([0.3, 0.5, 0.9]),
    st.sampled_from("XY"),
)


def covered(found: list[Found]) -> set[int]:
    return {at for each in found for at in range(each.start, each.end)}


@given(st.lists(places), st.text("ab1 -", min_size=40, max_size=40))
def test_what_stays_is_apart_and_what_goes_was_beaten(found, text):
    kept = settle(found, text)

    assert all(one.end <= other.start for one, other in pairwise(kept))
    assert covered(kept) <= covered(found)
    for lost in set(found) - set(kept):
        assert any(each.score >= lost.score and each.start < lost.end and lost.start < each.end for each in kept)


@given(places, st.data())
def test_no_character_is_let_go_of_a_sure_one_around_another(inner, data):
    outer = a_place(data.draw(st.integers(0, inner.start)), data.draw(st.integers(inner.end, 40)), 0.5, "Z")

    assert covered(settle([outer, inner], DIGITS)) == covered([outer])


@given(st.lists(places))
def test_no_letter_of_a_sure_one_is_let_go(found):
    sure = [each for each in found if each.score >= 0.5]

    assert covered(settle(found, LETTERS)) >= covered(sure)
