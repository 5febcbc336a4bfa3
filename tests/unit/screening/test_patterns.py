import pytest
from pydantic import ValidationError

from gateway.screening.patterns import Candidate, PatternSpec

GIVEN = {"entity_type": "STAFF_ID", "regex": r"\bSTF-\d{6}\b", "score": 0.9}


@pytest.mark.parametrize(
    "wrong",
    [
        {"entity_type": "staff id"},
        {"regex": ""},
        {"regex": "(?<!a)b"},
        {"regex": "((a{100}){100}){100}"},
        {"regex": r"\d*"},
        {"regex": "(" * 101 + "a" + ")" * 101},
        {"score": 0},
        {"score": 1.1},
        {"context": [""]},
        {"context": "staff"},
        {"colour": "red"},
    ],
)
def test_a_wrong_table_is_refused(wrong):
    with pytest.raises(ValidationError):
        PatternSpec(**{**GIVEN, **wrong})


def test_a_table_cannot_be_edited():
    with pytest.raises(ValidationError):
        PatternSpec(**GIVEN).score = 1


def test_a_candidate_sees_what_stands_around_it():
    data = "é<abc>é".encode()
    candidate = Candidate(data, 3, 6, 0.5)

    assert (candidate.text, candidate.before(), candidate.after()) == ("abc", "<", ">")
    assert (candidate.before(3), candidate.before(2), candidate.after(3)) == ("é<", "<", ">é")


def test_a_candidate_can_be_cut_down():
    assert Candidate("é12 rest".encode(), 0, 9, 0.5).shortened("é12").text == "é12"


def test_a_candidate_does_not_print_its_text():
    assert "hunter2" not in repr(Candidate(b"hunter2", 0, 7, 0.5))
