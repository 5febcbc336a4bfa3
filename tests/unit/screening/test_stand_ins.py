"""What stands in a finding's place is no finding, whatever the kind; and nobody can hide anything in its form."""

import re
from itertools import pairwise

import pytest

from gateway.screening.detectors import shipped
from gateway.screening.patterns import PatternSpec
from gateway.screening.redaction import Keys, Operator, redact
from gateway.screening.screener import build_screener
from gateway.screening.tokens import TokenKeys

KEYS = Keys(hash=b"k" * 32, token=TokenKeys.throw_away())
GREEDY = tuple(
    PatternSpec(entity_type=name, regex=regex, score=1.0)
    for name, regex in (("LETTERS", r"[a-z]{5,}"), ("CAPITALS", r"[A-Z_]{4,}"), ("STARS", r"\*+"))
)
SCREENER = build_screener(budget_ms=60_000)
SUSPICIOUS = build_screener(patterns=GREEDY, budget_ms=60_000)
SAMPLES = [
    pytest.param(kind, re.sub("[«»]", "", text), id=f"{detector.name}-{kind}-{number}")
    for detector in shipped().values()
    for kind, texts in detector.examples.items()
    for number, text in enumerate(texts[:3])
]


def pieces(text: str, findings) -> list[tuple[int, int]]:
    """Where the characters between the findings stand in *text*."""
    borders = [0, *(at for found in findings for at in (found.start, found.end)), len(text)]
    return list(zip(borders[::2], borders[1::2], strict=True))


def replaced_places(text: str, after: str, findings) -> list[tuple[int, int]]:
    """Where the stand-ins of *findings* stand in *after*."""
    places, position = [], 0
    kept = [text[start:end] for start, end in pieces(text, findings)]
    for before, behind in pairwise(kept):
        start = position + len(before)
        end = after.index(behind, start) if behind else len(after)
        places.append((start, end))
        position = end
    return places


@pytest.mark.parametrize("operator", Operator)
@pytest.mark.parametrize(("kind", "text"), SAMPLES)
def test_screening_a_redacted_text_finds_nothing_in_the_replaced_places(kind, text, operator):
    findings = SCREENER.screen(text)
    stand_ins = dict.fromkeys(SCREENER.supported, operator)

    after = redact(text, findings, stand_ins, KEYS)

    again = SCREENER.screen(after)
    places = [(start, end) for start, end in replaced_places(text, after, findings) if start < end]
    assert kind in SCREENER.supported
    assert [found for found in again for start, end in places if found.start < end and start < found.end] == []


@pytest.mark.parametrize("operator", Operator)
@pytest.mark.parametrize("key", ["password", "api_key", "ssn", "iban", "card", "phone", "text"])
def test_a_stand_in_is_no_finding_under_a_key_that_tells_of_one(key, operator):
    for kind in SCREENER.supported:
        stand_in = redact("0123456789", [a_finding(kind)], {kind: operator}, KEYS)

        assert SCREENER.screen({key: stand_in}) == []


def a_finding(kind: str):
    found = SCREENER.screen("ana@example.org")[0]
    return type(found)(entity_type=kind, location=(), path="", start=0, end=10, score=1.0)


@pytest.mark.parametrize("operator", Operator)
def test_a_pattern_that_takes_any_word_leaves_stand_ins_alone(operator):
    text = "to ana@example.org."

    after = redact(text, SCREENER.screen(text), {"EMAIL_ADDRESS": operator}, KEYS)

    assert SUSPICIOUS.screen(after) == []


@pytest.mark.parametrize(
    "text",
    [
        "<EMAIL_ADDRESS:4111111111111111>",
        "<EMAIL_ADDRESS:tok_-4111111111111111>",
        "<CREDIT_CARD:4111 1111 1111 1111>",
        "<EMAIL_ADDRESS:ana@fastmail.com>",
        "<EMAIL_ADDRESS:tok_ana@fastmail.com>",
        "<IBAN_CODE:tok_ DE89370400440532013000>",
        f"<EMAIL_ADDRESS:tok_{'b' * 128} 4111111111111111>",
        f"{KEYS.token.token('SECRET', 'x')[:-1]} ana@fastmail.com>",
    ],
)
def test_what_only_looks_like_a_stand_in_is_screened(text):
    assert SCREENER.screen(text) != []


def test_of_a_candidate_that_begins_in_a_stand_in_the_rest_is_found():
    text = "<EMAIL_ADDRESS:bcdfghjklmnpqrst>hunter"
    anything = PatternSpec(entity_type="ANYTHING", regex=r"[a-z]\S+", score=1.0)

    found = build_screener(("email",), (anything,)).screen(text)

    assert [text[each.start : each.end] for each in found] == ["hunter"]


@pytest.mark.parametrize("text", ["<SOMEBODY>", "<SOMEBODY:bcdfghjklmnpqrst>"])
def test_a_stand_in_bears_the_name_of_a_kind_that_is_looked_for(text):
    assert SUSPICIOUS.screen(text) != []


@pytest.mark.parametrize("operator", Operator)
def test_what_stands_in_for_a_secret_around_an_address_is_no_finding(operator):
    anything = PatternSpec(entity_type="ANYTHING", regex=r"[<a-z]\S{5,}", score=1.0)
    screener = build_screener(patterns=(anything,))
    text = "password: Jam7#ana@example.com#Jam7"

    after = redact(text, SCREENER.screen(text), dict.fromkeys(SCREENER.supported, operator), KEYS)

    assert "Jam7" not in after
    assert [after[each.start : each.end] for each in screener.screen(after)] == ["password:"]
