from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import InvalidSetting
from gateway.screening import gate
from gateway.screening.detectors import shipped
from gateway.screening.finder import Finder
from gateway.screening.overlaps import Found
from gateway.screening.patterns import Pattern

EXAMPLES = [
    example.replace("«", "").replace("»", "")
    for detector in shipped().values()
    for each in detector.examples.values()
    for example in each
]
FINDER = Finder([pattern for detector in shipped().values() for pattern in detector.patterns], ())
texts = st.lists(st.sampled_from([*EXAMPLES, " and ", "\n", "é", "_", "1", "x" * 70, " so" * 30])).map("".join)


@contextmanager
def cut(step: int) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(gate, "_ONE_WINDOW", 0)
        patched.setattr(gate, "_STEP", step)
        yield


def found(text: str, finder: Finder = FINDER) -> list[Found]:
    return finder.find(text, "", lambda: None)


def a_finder(regex: str, **changes) -> Finder:
    return Finder([Pattern(name="x", entity_type="X", regex=regex, score=0.5, **changes)], ())


@given(texts, st.sampled_from([8, 50, 333]))
def test_a_text_in_windows_holds_what_it_holds_in_one(text, step):
    in_one = found(text)

    with cut(step):
        assert found(text) == in_one


@given(st.text(alphabet="ab@. \né", max_size=60))
def test_a_pattern_with_a_mark_finds_what_it_finds_without_one(text):
    regex = r"[ab.é]+@[ab]+(?:\.[ab]+)?"

    assert found(text, a_finder(regex, mark=b"@")) == found(text, a_finder(regex))


@pytest.mark.parametrize(
    "regex",
    [r"<[\s\S]*>", r"<(?:.|\n){900}", r"\w+@\w+", r"<.*>|@\w+", r"(?P<value><[^>]*)>", r"<\S{20,}", r"(?:<.*|\s*)@"],
)
def test_a_match_of_any_length_is_found_whole(regex):
    text = f"see 1 <{'long_text@x' * 400}> and so on"
    finder = a_finder(regex)
    with cut(10**9):
        in_one = found(text, finder)

    assert found(text, finder) == in_one != []


def test_context_behind_a_match_of_any_length_counts():
    text = f"see K{'1' * 5000} badge{' and so on' * 50}"

    (finding,) = found(text, a_finder(r"K\d{5,}", context=("badge",), needs_context=True))

    assert finding == Found(4, 5005, 0.85, "X")


def test_context_in_the_window_before_counts():
    (finding,) = found(
        "." * 725 + " badge " + "." * 30 + "K12345" + "." * 3000, a_finder(r"K\d{5}", context=("badge",))
    )

    assert finding.score == 0.85


def test_a_match_that_cuts_a_character_in_two_keeps_its_place():
    assert found("é\udc80x", a_finder(r"\C\Cx")) == [Found(1, 3, 0.5, "X")]


def test_each_place_is_judged_once_however_many_windows_see_it():
    judged = []
    finder = a_finder(r"K\d{5}", check=lambda candidate: judged.append(candidate.start))

    found("K12345 " * 5000, finder)

    assert judged == list(range(0, 35000, 7))


def test_a_number_that_needs_context_is_found_by_the_name_of_its_key_alone():
    finder = a_finder(r"\d{5}", context=("badge",), needs_context=True)

    assert finder.find("." * 3000 + " 12345", "staff badge", lambda: None) == [Found(3001, 3006, 0.85, "X")]
    assert found("12345", finder) == []


@pytest.mark.parametrize(("sees", "times"), [(None, 5), (1, 4)])
def test_what_was_dropped_is_judged_again_only_beside_something_else(sees, times):
    judged = []
    finder = a_finder(r"K\d{5}", check=lambda candidate: judged.append(candidate.start), sees=sees)

    found("K12345 K12345 K12345 K12345;K12345", finder)

    assert len(judged) == times


def test_what_touches_the_ends_of_the_text_is_not_taken_for_what_stands_inside():
    finder = a_finder(r"K\d", check=lambda candidate: candidate if candidate.start == 2 else None, sees=2)

    assert found("K1K1", finder) == [Found(2, 4, 0.5, "X")]


@pytest.mark.parametrize("where", ["regex", "gate"])
def test_an_expression_with_too_many_groups_inside_one_another_is_refused_by_its_owner_s_name(where):
    deep = {"regex": "a", where: "(" * 500 + "a" + ")" * 500}

    with pytest.raises(InvalidSetting, match=r"staff .*100 groups"):
        gate.Gate([Pattern(name="staff", entity_type="X", score=0.5, **deep)])
