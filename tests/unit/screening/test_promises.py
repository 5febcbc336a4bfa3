"""What must hold for any text; `make fuzz` looks for one where it does not."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fuzz.promises import Promises
from gateway.screening.detectors import shipped
from gateway.screening.redaction import Operator

EXAMPLES = sorted(
    {
        example.replace("«", "").replace("»", "")
        for family in shipped().values()
        for examples in family.examples.values()
        for example in examples
    }
)
operators = st.sampled_from(Operator)
any_text = st.text(max_size=200)
texts_with_findings = st.lists(st.one_of(st.sampled_from(EXAMPLES), any_text), max_size=5).map("".join)


@st.composite
def disturbed(draw: st.DrawFn) -> str:
    """Return a text with findings of which some characters are doubled, gone or others."""
    text = draw(texts_with_findings)
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(text)))
        text = (
            text[:at]
            + draw(st.sampled_from(["", "\u200b", "é", "\u0301", "%40", "&#64;", " ", "1", "\ud83d", "@"]))
            + text[at + draw(st.integers(0, 2)) :]
        )
    return text


@pytest.fixture(scope="module")
def promises() -> Promises:
    return Promises()


@settings(max_examples=400)
@given(text=any_text, operator=operators)
def test_the_promises_hold_for_any_unicode(promises: Promises, text: str, operator: Operator):
    promises.check(text, operator)


@settings(max_examples=600)
@given(text=disturbed(), operator=operators)
def test_the_promises_hold_where_something_is_found(promises: Promises, text: str, operator: Operator):
    promises.check(text, operator)
