"""The promise of a run is kept by every text that the expression matches."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.screening.reach import reach


@pytest.mark.parametrize(
    ("regex", "best"),
    [
        (r"\b[A-Za-z0-9]{14}\.key", 18),
        (r"(?:ab|c)d", 2),
        (r"ab cde f", 3),
        (r"[a-z]{4}[0-9]{2,9}", 6),
        (r"(?:[0-9a-f]{2}){8}", 16),
        (r"(?:a\s?b){9}", 2),
        (r"(?:ab )*c{17}", 17),
        (r"(?:abc)?de", 2),
        (r"[ab ]{20}", 0),
        (r"[^x]{20}", 0),
        (r".{20}", 0),
        (r"\S{20}", 0),
        (r"\W{20}", 0),
        (r"(?i:token|key) [A-Z!]{20}", 20),
        (r"John\ Fitzgerald\ Smith", 10),
        (r"[a-z]{8}\Q \E[a-z]{8}", 8),
        (r"[[:^alpha:]]{16}", 0),
        (r"[\000-~]{16}", 0),
        ("(?:a\\\n){8}", 1),
    ],
)
def test_a_run_is_as_long_as_every_match_holds(regex: str, best: int):
    assert reach(regex).run.best == best


PIECES = st.sampled_from(
    ["a", "[0-9]", "[a-z]", " ", "[ -]", r"\d", r"\s", "(?:ab|c)", "(?:a b|cd)", "(?:x )?", ".", r"\ ", "[!-~]"]
)
REPEATS = st.sampled_from(["", "{2}", "{3,5}", "?", "*", "+"])
EXPRESSIONS = st.lists(st.tuples(PIECES, REPEATS).map("(?:{0[0]}){0[1]}".format), min_size=1, max_size=6).map("".join)


@given(data=st.data(), regex=EXPRESSIONS)
def test_no_match_has_a_shorter_run_than_was_promised(data: st.DataObject, regex: str):
    text = data.draw(st.from_regex(re.compile(regex, re.ASCII | re.DOTALL), fullmatch=True))

    assert max(map(len, re.split(r"[\x00-\x20]", text))) >= reach(regex).run.best
