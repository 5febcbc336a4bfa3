"""An expression for shapes matches wherever the expression for texts does."""

import re

import pytest
import re2  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st

from gateway.screening.detectors import shipped
from gateway.screening.shapes import SHAPE, shaped

PIECES = st.sampled_from(
    ["a", "3", "[0-9]", "[2-4x]", "[^1]", "[^0-9]", "[^ -2]", r"\d", r"\D", r"\w", r"\x35", ".", "-9", "(?:7|b8)"]
)
CHARACTERS = st.sampled_from("ab 0123456789x-\n")
REPEATS = st.sampled_from(["", "{2}", "{3,5}", "?", "*", "+"])
EXPRESSIONS = st.lists(st.tuples(PIECES, REPEATS).map("(?:{0[0]}){0[1]}".format), min_size=1, max_size=6).map("".join)


@given(data=st.data(), regex=EXPRESSIONS)
def test_the_shape_of_a_text_that_matches_is_matched(data: st.DataObject, regex: str):
    text = data.draw(st.from_regex(re.compile(regex, re.ASCII | re.DOTALL), fullmatch=True, alphabet=CHARACTERS))

    assert re2.fullmatch(f"(?s:{shaped(regex)})", _shape(text))


@pytest.mark.parametrize(
    ("regex", "shown"),
    [
        (r"\b4\d{3}(?P<value1>[0-9]{4}|[2-6]x)", r"\b(?:4|1)\d{3}(?P<value1>[0-9]{4}|(?:[2-6]|1)x)"),
        (r"0{2} [A-Z]{2,3}[^\d]", r"0{2} [A-Z]{2,3}[^\d]"),
        (r"\QA12\E3", r"\QA11\E(?:3|1)"),
    ],
)
def test_only_what_takes_a_digit_is_widened(regex: str, shown: str):
    assert shaped(regex) == shown


def test_every_shipped_expression_finds_its_examples_by_their_shapes():
    patterns = [pattern for detector in shipped().values() for pattern in detector.patterns]
    texts = [
        example.replace("«", "").replace("»", "")
        for detector in shipped().values()
        for examples in detector.examples.values()
        for example in examples
    ]
    for gate in {pattern.gate or pattern.regex for pattern in patterns}:
        seeks, seeks_shape = re2.compile(gate), re2.compile(shaped(gate))
        missed = [text for text in texts if seeks.search(text) and not seeks_shape.search(_shape(text))]
        assert missed == []


def _shape(text: str) -> str:
    return text.encode().translate(SHAPE).decode()
