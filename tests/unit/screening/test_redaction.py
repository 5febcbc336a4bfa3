import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.screening.findings import Finding
from gateway.screening.redaction import Keys, Operator, redact
from gateway.screening.screener import build_screener
from gateway.screening.tokens import TokenKeys

KEYS = Keys(hash=b"a key", token=TokenKeys.throw_away())
SCREENER = build_screener(budget_ms=60_000)


def a_finding(*location, start=0, end=15, entity_type="EMAIL_ADDRESS", key=False) -> Finding:
    return Finding(entity_type=entity_type, location=location, path="", start=start, end=end, score=0.9, key=key)


def redacted(text: str, operator: Operator) -> str:
    return redact(text, SCREENER.screen(text), {"EMAIL_ADDRESS": operator}, KEYS)


@pytest.mark.parametrize(
    ("operator", "expected"),
    [
        (Operator.REPLACE, "to <EMAIL_ADDRESS>."),
        (Operator.MASK, "to ***************."),
        (Operator.REMOVE, "to ."),
        (Operator.HASH, "to <EMAIL_ADDRESS:tnnlqglflglfrmgk>."),
    ],
)
def test_each_operator_leaves_its_own_mark(operator, expected):
    assert redacted("to ana@example.org.", operator) == expected


def test_a_token_can_be_read_again_with_its_key_and_differs_each_time():
    tokens = [redacted("to ana@example.org.", Operator.TOKEN) for _ in range(2)]

    assert tokens[0] != tokens[1]
    assert [KEYS.token.reveal(text).text for text in tokens] == ["to ana@example.org."] * 2


def test_what_has_no_operator_is_replaced():
    assert redact("ana@example.org", [a_finding()], {}, KEYS) == "<EMAIL_ADDRESS>"


def test_the_same_value_has_the_same_hash_under_one_key_and_another_under_another():
    finding, operators = [a_finding()], {"EMAIL_ADDRESS": Operator.HASH}

    hashes = [
        redact("ana@example.org", finding, operators, Keys(hash=key, token=TokenKeys.throw_away()))
        for key in (b"one", b"one", b"two")
    ]

    assert hashes[0] == hashes[1] != hashes[2]


def test_several_findings_of_one_string_are_all_taken_out_whatever_their_order():
    text = "a@example.org, é😀 b@example.org"
    findings = SCREENER.screen(text)

    assert redact(text, reversed(findings), {}, KEYS) == "<EMAIL_ADDRESS>, é😀 <EMAIL_ADDRESS>"


def test_of_overlapping_findings_nothing_is_left():
    findings = [a_finding(start=0, end=8), a_finding(start=2, end=4), a_finding(start=6, end=12)]

    assert redact("0123456789ABCDEF", findings, {"EMAIL_ADDRESS": Operator.REMOVE}, KEYS) == "CDEF"


def test_the_value_that_came_in_is_not_edited():
    value = {"text": "ana@example.org", "metadata": {"a@example.org": ["b@example.org", {"n": 4111111111111111}]}}
    before = copy.deepcopy(value)

    after = redact(value, SCREENER.screen(value), {}, KEYS)

    assert value == before
    assert after == {
        "text": "<EMAIL_ADDRESS>",
        "metadata": {"<EMAIL_ADDRESS>": ["<EMAIL_ADDRESS>", {"n": "<CREDIT_CARD>"}]},
    }


def test_keys_stay_unique_and_in_their_order():
    value = {"a@example.org": 1, "<EMAIL_ADDRESS>": 2, "b@example.org": 3, "c": 4}

    after = redact(value, SCREENER.screen(value), {}, KEYS)

    assert list(after.items()) == [
        ("<EMAIL_ADDRESS>_2", 1),
        ("<EMAIL_ADDRESS>", 2),
        ("<EMAIL_ADDRESS>_3", 3),
        ("c", 4),
    ]


def test_a_key_below_a_redacted_key_is_redacted_too():
    value = {"a@example.org": {"b@example.org": {"c@example.org": "d@example.org"}}}

    after = redact(value, SCREENER.screen(value), {"EMAIL_ADDRESS": Operator.REMOVE}, KEYS)

    assert after == {"": {"": {"": ""}}}


def test_a_number_with_a_finding_becomes_a_string():
    value = [4111111111111111, 4111111111111111.0, 7]

    assert redact(value, SCREENER.screen(value), {}, KEYS) == ["<CREDIT_CARD>", "<CREDIT_CARD>", 7]


leaves = (
    st.sampled_from(["ana@example.org", "tel +44 20 7946 0958", 4111111111111111, "quiet", None, True, 1.5]) | st.text()
)
keys = st.sampled_from(["a", "b", "ana@example.org", "bob@example.org"]) | st.text()
json_values = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=12,
)


def shape(value):
    match value:
        case dict():
            return [shape(member) for member in value.values()]
        case list():
            return (*map(shape, value),)
        case _:
            return None


@given(json_values, st.sampled_from(Operator))
def test_the_shape_of_a_value_is_kept(value, operator):
    findings = SCREENER.screen(value)

    after = redact(value, findings, dict.fromkeys(SCREENER.supported, operator), KEYS)

    assert shape(after) == shape(value)


@given(json_values)
def test_nothing_is_found_twice(value):
    after = redact(value, SCREENER.screen(value), dict.fromkeys(SCREENER.supported, Operator.MASK), KEYS)

    assert not {found.entity_type for found in SCREENER.screen(after)} & {"EMAIL_ADDRESS", "CREDIT_CARD"}


@given(st.text(), st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=6))
def test_no_character_of_a_finding_is_left(text, spans):
    findings = [a_finding(start=start, end=start + size) for start, size in spans]
    covered = {at for start, size in spans for at in range(start, start + size)}

    after = redact(text, findings, {"EMAIL_ADDRESS": Operator.REMOVE}, KEYS)

    assert after == "".join(character for at, character in enumerate(text) if at not in covered)
