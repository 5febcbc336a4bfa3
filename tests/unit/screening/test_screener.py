import base64
import functools
import json
import logging
import sys
import traceback
import unicodedata
from itertools import pairwise
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import InvalidSetting, ScreeningUnavailable
from gateway.screening import expressions
from gateway.screening import screener as screener_module
from gateway.screening.findings import Finding
from gateway.screening.patterns import Candidate, Family, KeyedValue, Pattern, PatternSpec
from gateway.screening.redaction import Keys, redact
from gateway.screening.screener import Screener, build_screener

SCREENER = build_screener(budget_ms=60_000)
STAFF_ID = PatternSpec(entity_type="STAFF_ID", regex=r"\bSTF-\d{6}\b", score=0.4, context=("staff", "badge"))
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
any_text = st.text(st.characters(codec=None))  # lone surrogates included
awkward_text = st.lists(
    any_text
    | st.sampled_from(["ana@example.org", "4111 1111 1111 1111", "password: hunter2", "+44 20 7946 0958", " ", "é"])
).map("".join)


def found(text: str, screener: Screener = SCREENER) -> list[tuple[str, str]]:
    return [(each.entity_type, text[each.start : each.end]) for each in screener.screen(text)]


def a_detector(check=lambda candidate: candidate, **changes) -> Family:
    pattern = {"name": "x", "entity_type": "X", "regex": "x+", "score": 0.7, "check": check} | changes
    return Family(name="x", patterns=(Pattern(**pattern),))


def fails(candidate: Candidate) -> None:
    raise ValueError(candidate.text)


def test_a_clean_text_holds_nothing():
    assert SCREENER.screen({"text": "the quick brown fox", "metadata": {"colour": "brown", "legs": 4}}) == []


def test_a_finding_tells_where_it_is():
    (finding,) = SCREENER.screen({"text": "hi", "metadata": {"to": ["nobody", "write to ana@example.org"]}})

    assert finding == Finding(
        entity_type="EMAIL_ADDRESS",
        location=("metadata", "to", 1),
        path="/metadata/to/1",
        start=9,
        end=24,
        score=0.95,
        key=False,
    )


def test_findings_come_in_the_order_of_the_document():
    value = {"text": "b@example.org a@example.org", "metadata": {"z": "c@example.org", "a": ["d@example.org"]}}

    findings = SCREENER.screen(value)

    assert [(f.path, f.start) for f in findings] == [
        ("/text", 0),
        ("/text", 14),
        ("/metadata/z", 0),
        ("/metadata/a/0", 0),
    ]


def test_a_key_is_screened_and_hidden_in_the_paths_below_it():
    key, value = SCREENER.screen({"metadata": {"ana@example.org": {"n": "bob@example.org"}}})

    assert (key.key, key.path, key.location) == (True, "/metadata", ("metadata", "ana@example.org"))
    assert (value.key, value.path) == (False, "/metadata/*/n")


@pytest.mark.parametrize("number", [4111111111111111, 4111111111111111.0])
def test_a_number_is_screened_as_its_decimal_text(number):
    (finding,) = SCREENER.screen({"metadata": {"ref": number}})

    assert (finding.entity_type, finding.start, finding.end) == ("CREDIT_CARD", 0, 16)


def test_true_and_null_are_no_numbers():
    detector = a_detector(regex=r"True|None|1")

    assert Screener([detector]).screen([True, None]) == []


def test_offsets_count_code_points():
    assert found("naïve 😀 ana@example.org 😀 bob@example.org") == [
        ("EMAIL_ADDRESS", "ana@example.org"),
        ("EMAIL_ADDRESS", "bob@example.org"),
    ]


def test_a_lone_surrogate_neither_fails_nor_moves_offsets():
    assert found("\ud800 ana@example.org \udfff") == [("EMAIL_ADDRESS", "ana@example.org")]


def test_the_name_of_a_key_is_context_for_its_value():
    value = {"metadata": {"customerSsn": "536228145", "order": "536228145", "lessons": [536228145]}}

    findings = SCREENER.screen(value)

    assert [(f.entity_type, f.path) for f in findings if f.score >= 0.5] == [("US_SSN", "/metadata/customerSsn")]


def test_the_name_of_a_key_is_context_for_what_a_list_under_it_holds():
    findings = SCREENER.screen({"metadata": {"ssn": [[536228145]]}})

    assert [(f.entity_type, f.path) for f in findings] == [("US_SSN", "/metadata/ssn/0/0")]


def test_a_value_under_a_passwords_name_is_a_password_whatever_it_looks_like():
    (finding,) = SCREENER.screen({"metadata": {"dbPassword": "correct horse battery staple"}})

    assert (finding.entity_type, finding.start, finding.end) == ("PASSWORD", 0, 28)


@pytest.mark.parametrize(
    "key",
    [
        "p\u0430ssword",
        "pass\u200bword",
        "pass\u00adword",
        "p\u0336assword",
        "ｐａｓｓｗｏｒｄ",  # noqa: RUF001 -- it only looks like another word
        "p&#97;ssword",
        "p%61ssword",
        "\\u0070assword",
        "p\\x61ssword",
    ],
)
def test_a_name_that_is_written_so_that_a_search_does_not_see_it_is_still_the_key(key):
    alone, inside_a_string = SCREENER.screen(
        {"metadata": {key: ["Tr4ffic-Jam"], "note": json.dumps({key: "Tr4ffic-Jam"})}}
    )

    assert (alone.entity_type, alone.location, alone.end) == ("PASSWORD", ("metadata", key, 0), 11)
    assert (inside_a_string.entity_type, inside_a_string.end - inside_a_string.start) == ("PASSWORD", 11)


def test_a_name_with_its_accents_written_apart_is_the_one_that_we_know():
    (finding,) = SCREENER.screen({unicodedata.normalize("NFD", "prénom"): "Ingrid"})

    assert finding.entity_type == "PERSON"


@pytest.mark.parametrize("key", ["apiKey", "access_token", "client-secret", "x-auth-token"])
def test_a_value_under_a_tokens_name_is_a_secret(key):
    (finding,) = SCREENER.screen({"metadata": {key: "a8f5f167f44f4964"}})

    assert (finding.entity_type, finding.start, finding.end) == ("SECRET", 0, 16)


@pytest.mark.parametrize(
    "metadata",
    [{"password": "${DB_PASSWORD}"}, {"compass": "north"}, {"token": ""}, {"max_token": 4096}, {"secret": "a party"}],
)
def test_a_placeholder_a_word_or_a_count_under_such_a_name_is_none(metadata):
    assert SCREENER.screen({"metadata": metadata}) == []


def test_a_context_word_nearby_raises_the_score():
    screener = Screener([], patterns=[STAFF_ID])

    scores = [screener.screen(text)[0].score for text in ("the badge STF-123456", "the book STF-123456")]

    assert scores == [0.75, 0.4]


@pytest.mark.parametrize("text", ["the staffing STF-123456", "badge" + " so" * 40 + " STF-123456"])
def test_a_context_word_inside_another_word_or_far_away_does_not_count(text):
    (finding,) = Screener([], patterns=[STAFF_ID]).screen(text)

    assert finding.score == 0.4


def test_a_weak_form_without_context_is_no_finding():
    assert found("reference 4155550132") == []
    assert found("my phone: 4155550132") == [("PHONE_NUMBER", "4155550132")]


def test_findings_do_not_overlap():
    findings = SCREENER.screen("password: ana@example.org, password=4111111111111111 +4111111111111111")

    assert all(one.end <= other.start for one, other in pairwise(findings))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("password: ana@fastmail.com#Jam7", "password: <EMAIL_ADDRESS><PASSWORD>"),
        ("password: #7(ana@fastmail.com", "password: <PASSWORD><EMAIL_ADDRESS>"),
        ("password=4111111111111111!abc", "password=<CREDIT_CARD><PASSWORD>"),
        ("API_KEY=ana@fastmail.com:9f8e7d6c5b4a3f2e1d0c", "API_KEY=<EMAIL_ADDRESS><SECRET>"),
        ("https://example.com/profile?user=nancyreyes175", "<URL><USERNAME>"),
        ("https://example.com/notify?phone=+1 (575) 425-4275", "<URL><PHONE_NUMBER>"),
        ("National ID: NID-453308513", "National ID: <NATIONAL_ID>"),
    ],
)
def test_what_lies_around_a_surer_finding_is_found_and_redacted_too(text, expected):
    assert redact(text, SCREENER.screen(text), {}, Keys.throw_away()) == expected


def test_a_user_s_pattern_is_found_beside_the_shipped_ones():
    screener = build_screener(patterns=[STAFF_ID])

    assert "STAFF_ID" in screener.supported
    assert found("STF-123456 ana@example.org", screener) == [
        ("STAFF_ID", "STF-123456"),
        ("EMAIL_ADDRESS", "ana@example.org"),
    ]


def test_a_group_named_value_is_what_counts():
    spec = PatternSpec(entity_type="CODE", regex=r"code (?P<value>\d+)", score=0.9)

    assert found("the code 1234 opens", Screener([], patterns=[spec])) == [("CODE", "1234")]


def test_the_whole_match_counts_where_the_group_named_value_took_no_part():
    spec = PatternSpec(entity_type="CODE", regex=r"code (?P<value>\d{4})|ab", score=0.9)

    assert found("code 1234, ab", Screener([], patterns=[spec])) == [("CODE", "1234"), ("CODE", "ab")]


def test_a_pattern_that_matches_nothing_at_all_finds_nothing():
    digits = Family(name="digits", patterns=(Pattern(name="digits", entity_type="CODE", regex=r"\d*", score=0.9),))

    assert found("a 12 b", Screener([digits])) == [("CODE", "12")]


def test_anchors_of_a_user_s_pattern_hold_for_every_string():
    spec = PatternSpec(entity_type="CODE", regex=r"^\d+$", score=0.9)

    findings = Screener([], patterns=[spec]).screen(["12", "a 12", {"b": "34"}])

    assert [f.path for f in findings] == ["/0", "/2/b"]


def test_a_key_of_our_own_is_screened_when_a_user_s_pattern_wants_it():
    spec = PatternSpec(entity_type="WORD", regex="text", score=0.9)

    (finding,) = Screener([], patterns=[spec]).screen({"text": "hi"})

    assert (finding.path, finding.key) == ("", True)


def test_a_value_under_our_own_key_is_found_when_a_user_s_detector_names_the_key():
    keyed = KeyedValue(name="content", entity_type="X", keys=("content",), score=0.9)

    (finding,) = Screener([Family(name="x", patterns=(), keyed=(keyed,))]).screen({"content": "hi"})

    assert finding.entity_type == "X"


def test_a_deep_value_does_not_exhaust_the_stack():
    value = ["ana@example.org"]
    for _ in range(10_000):
        value = [value]

    (finding,) = SCREENER.screen(value)

    assert len(finding.location) == 10_001


def test_a_check_that_fails_makes_screening_unavailable_and_tells_nothing_of_the_text(caplog):
    screener = Screener([a_detector(check=fails)])

    text = "x" * 3
    with caplog.at_level(logging.DEBUG), pytest.raises(ScreeningUnavailable) as caught:
        screener.screen(text)

    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
    assert text not in "".join(traceback.format_exception(caught.value))
    assert text not in str([vars(record) for record in caplog.records])


@pytest.mark.parametrize("value", [object(), {"a": b"bytes"}, {1: "x"}, [10**5000]])
def test_what_cannot_be_screened_does_not_pass(value):
    with pytest.raises(ScreeningUnavailable):
        SCREENER.screen(value)


def test_a_spent_budget_makes_screening_unavailable(monkeypatch):
    times = iter(range(1000))
    monkeypatch.setattr(screener_module, "monotonic", lambda: next(times))

    with pytest.raises(ScreeningUnavailable, match="time budget"):
        Screener([a_detector()], budget_ms=2500).screen(["a"] * 4)


def test_the_clock_is_looked_at_while_one_text_is_full_of_candidates(monkeypatch):
    looks = []
    monkeypatch.setattr(screener_module, "monotonic", lambda: looks.append(1) or 0)

    Screener([a_detector(regex="x")]).screen("x" * 6400)

    assert len(looks) >= 100


@pytest.mark.parametrize(
    ("gates", "text"),
    [("_plain", "hello"), ("_tokens", "x" * 20), ("_numbers", "order 2024"), ("_words", "in 1999 12345678 phones")],
)
def test_a_gate_that_runs_out_of_memory_makes_screening_unavailable(gates, text, monkeypatch):
    screener = build_screener()
    monkeypatch.setattr(getattr(screener._finder._gate, gates), "hits", lambda _data: [])

    with pytest.raises(ScreeningUnavailable):
        screener.screen(text)


def test_the_gate_gets_through_a_text_that_fills_its_memory(monkeypatch):
    monkeypatch.setattr(expressions, "_SET_MEMORY", 4 << 20)
    screener = build_screener(budget_ms=60_000)
    text = "".join(chr(33 + (i * i + i // 7) % 90) for i in range(300_000)) + " ana@example.org"

    assert screener.screen(text)[-1].entity_type == "EMAIL_ADDRESS"


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"detectors": ["emial"]}, "'emial'"),
        ({"detectors": ["no_such_module:Thing"]}, "no_such_module"),
        ({"detectors": ["gateway.screening.findings:pointer"]}, "gateway.screening.findings:pointer"),
        ({"detectors": ["gateway.screening.findings:Location"]}, "gateway.screening.findings:Location"),
        ({"budget_ms": 0}, "budget_ms"),
    ],
)
def test_a_wrong_setting_is_named_in_one_line(arguments, named):
    with pytest.raises(InvalidSetting) as caught:
        build_screener(**arguments)

    assert named in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("regex", ["(?<!a)b", "((a{100}){100}){100}"])
def test_a_family_with_an_expression_that_is_not_re2s_is_named(regex):
    family = Family(name="staff", patterns=(Pattern(name="staff id", entity_type="STAFF_ID", regex=regex, score=1),))

    with pytest.raises(InvalidSetting, match="staff id"):
        Screener([family])


@pytest.mark.parametrize("entity_type", ["staff-id", "staff", "7", "", "A" * 65, "STAFF_ID\n"])
def test_an_entity_type_that_no_token_could_carry_is_refused_where_it_stands(entity_type):
    pattern = Pattern(name="staff id", entity_type=entity_type, regex="STF", score=1)
    keyed = KeyedValue(name="staff key", entity_type=entity_type, keys=("staff",), score=1)

    for name, family in (
        ("staff id", Family(name="staff", patterns=(pattern,))),
        ("staff key", Family(name="staff", patterns=(), keyed=(keyed,))),
    ):
        with pytest.raises(InvalidSetting, match=f"entity type of {name}"):
            Screener([family])


def test_detectors_are_chosen_by_name_and_loaded_once():
    assert build_screener(["email", "iban", "email"]).supported == ("EMAIL_ADDRESS", "IBAN_CODE")


@pytest.mark.parametrize("attribute", ["made", "Maker", "make"])
def test_a_user_s_own_detector_is_an_object_a_class_or_a_function(monkeypatch, attribute):
    class Maker:
        name, keyed, examples, counter_examples = "acme", (), {}, ()
        patterns = a_detector().patterns

    module = ModuleType("acme_pii")
    module.made, module.Maker, module.make = Maker(), Maker, functools.partial(Maker)
    monkeypatch.setitem(sys.modules, "acme_pii", module)

    assert build_screener(["*", f"acme_pii:{attribute}"]).supported.count("X") == 1


@given(awkward_text)
def test_offsets_lie_inside_the_text_in_order_and_apart(text):
    findings = SCREENER.screen(text)

    places = [place for finding in findings for place in (finding.start, finding.end)]
    assert places == sorted(places)
    assert all(0 <= finding.start < finding.end <= len(text) for finding in findings)


@given(any_text)
def test_an_address_is_found_wherever_it_stands(text):
    assert ("EMAIL_ADDRESS", "ana@example.org") in found(f"{text} ana@example.org {text}")


@given(json_values)
def test_any_json_value_can_be_screened(value):
    for finding in SCREENER.screen(value):
        current = value
        for step in finding.location[:-1] if finding.key else finding.location:
            current = current[step]
        assert finding.end <= len(finding.location[-1] if finding.key else str(current))


def test_a_key_that_repeats_a_value_found_elsewhere_is_hidden_in_paths():
    value = {"password": "Tr0ub4dor3xyz", "Tr0ub4dor3xyz": {"mail": "bob.miller@acme-widgets.com"}}

    paths = {finding.entity_type: finding.path for finding in build_screener().screen(value)}

    assert paths["EMAIL_ADDRESS"] == "/*/mail"


def test_an_index_repeats_no_value():
    value = {"text": "I am 4 years old", "metadata": {"list": ["bob.miller@acme-widgets.com"] * 6}}

    paths = [finding.path for finding in SCREENER.screen(value)]

    assert paths == ["/text", *(f"/metadata/list/{at}" for at in range(6))]


@pytest.mark.parametrize(
    "value",
    [
        {"dbPassword": "correct horse"},
        [{"users": [{"password": ["correct horse"]}]}],
        {"body": json.dumps({"password": "correct horse"})},
        {"body": json.dumps([json.dumps({"password": "correct horse"})])},
    ],
)
def test_json_inside_a_string_is_walked(value):
    text = json.dumps(value)

    (finding,) = SCREENER.screen({"text": text})

    assert (finding.entity_type, finding.path) == ("PASSWORD", "/text")
    assert text[finding.start : finding.end] == "correct horse"


def test_escapes_of_json_inside_a_string_belong_to_what_they_stand_for():
    text = r'{"note": "call \u002b44\u002020 7946 0958 now"}'

    assert found(text) == [("PHONE_NUMBER", r"\u002b44\u002020 7946 0958")]


def test_a_key_inside_a_string_is_context_for_its_value_however_far():
    text = json.dumps({"customer_ssn": ["so and so"] * 20 + [536228145], "order": 536228146})

    assert found(text) == [("US_SSN", "536228145")]


@pytest.mark.parametrize("indent", [None, 2])
def test_json_that_was_encoded_twice_is_read(indent):
    text = json.dumps(json.dumps({"first_name": "Ingrid"}, indent=indent))

    assert found(text) == [("PERSON", "Ingrid")]


def test_json_inside_json_inside_json_ends_somewhere():
    text = "x"
    for _ in range(8):
        text = json.dumps({"a": text})

    assert SCREENER.screen(text) == []


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("write to ana&#64;example.org", "ana&#64;example.org"),
        ("write to ana\u200b@exa\u200bmple.org", "ana\u200b@exa\u200bmple.org"),
        ("see YW5hLmxpbWFAZXhhbXBsZS5vcmc= there", "YW5hLmxpbWFAZXhhbXBsZS5vcmc="),
    ],
)
def test_what_an_evader_hid_is_found_and_redacted_whole(text, hidden):
    findings = SCREENER.screen(text)

    assert [(each.entity_type, text[each.start : each.end]) for each in findings] == [("EMAIL_ADDRESS", hidden)]
    assert redact(text, findings, {}, Keys.throw_away()) == text.replace(hidden, "<EMAIL_ADDRESS>")


def test_keys_and_values_under_them_are_read_as_an_evader_meant_them():
    (finding,) = SCREENER.screen({"metadata": {"ana%40example.org": 1}})

    assert (finding.entity_type, finding.key, finding.end) == ("EMAIL_ADDRESS", True, 17)


@pytest.mark.parametrize(
    ("before", "hidden", "behind"),
    [
        ("so and so " * 500, "ana&#64;example.org", " and so on" * 500),
        (
            "so and so " * 500,
            base64.b64encode(b"so and so " * 300 + b"ana@example.org " * 2).decode(),
            " and so on" * 9,
        ),
        ("x" * 5000 + "=", "ana%40example.org", ";" + "x" * 5000),
        ("write to ", "ana&#64;example.org", " or&nbsp;not" * 999),
        ("so and so " * 500, "ana" + "\x01" * 6000 + "@example.org", " and so on" * 500),
        ("so and so " * 500, "ana" + "\u200b" * 6000 + "@example.org", " and so on" * 500),
    ],
    ids=["short", "long", "in a word", "among many", "longer than a window", "the same, beyond ASCII"],
)
def test_what_is_hidden_in_a_long_text_is_found_whole(before, hidden, behind):
    text = before + hidden + behind

    assert found(text) == [("EMAIL_ADDRESS", hidden)]


def test_a_form_with_spaces_needs_no_long_run():
    spec = PatternSpec(entity_type="CASE", regex=r"John\ Fitzgerald\ Smith", score=0.9)

    assert [each.entity_type for each in build_screener((), (spec,)).screen("hi John Fitzgerald Smith bye")] == ["CASE"]


def test_an_encoding_that_the_beginning_tells_holds_for_all_of_a_long_text():
    head, value = "Content-Transfer-Encoding: quoted-printable\n\n", "my ssn is 536=2D22=2D8726 ok. "

    findings = build_screener().screen(head + "the ferry leaves at noon. " * 500 + value)

    assert [each.entity_type for each in findings] == ["US_SSN"]
