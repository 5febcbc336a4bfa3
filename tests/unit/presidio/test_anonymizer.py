from typing import Any

import pytest
from harness.samples import EMAIL
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import InvalidRequest
from gateway.presidio.anonymizer import Place, anonymize, deanonymize
from gateway.presidio.operators import Anonymizer, Deanonymizer, encrypt

KEY = "0123456789abcdef"


def place(entity_type: str, start: int, end: int, score: float = 0.8) -> Place:
    return Place(entity_type=entity_type, start=start, end=end, score=score)


def operators(**given: dict[str, Any]) -> dict[str, Anonymizer]:
    return {name: Anonymizer(**{"type": "replace", **parameters}) for name, parameters in given.items()}


def text_of(text: str, *places: Place, **given: dict[str, Any]) -> str:
    return anonymize(text, places, operators(**given)).text


def test_the_name_of_the_kind_stands_where_nothing_else_is_said():
    assert text_of("I am Ada.", place("NAME", 5, 8)) == "I am <NAME>."


def test_a_kind_has_its_own_operator_and_the_others_the_default():
    told = text_of(
        "Ada, 0123", place("NAME", 0, 3), place("PHONE", 5, 9), DEFAULT={"new_value": "X"}, PHONE={"type": "redact"}
    )

    assert told == "X, "


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"type": "replace", "new_value": "Z"}, "Z"),
        ({"type": "replace", "new_value": ""}, "<T>"),
        ({"type": "redact"}, ""),
        ({"type": "keep"}, "abcdef"),
        ({"type": "mask", "masking_char": "*", "chars_to_mask": 4}, "****ef"),
        ({"type": "mask", "masking_char": "*", "chars_to_mask": 4, "from_end": True}, "ab****"),
        ({"type": "mask", "masking_char": "é", "chars_to_mask": 99, "from_end": True}, "éééééé"),
        ({"type": "mask", "masking_char": "*", "chars_to_mask": 0, "from_end": True}, "abcdef"),
        ({"type": "mask", "masking_char": "*", "chars_to_mask": -3}, "abcdef"),
        # worked out with sha256sum: the value, and the salt behind it
        (
            {"type": "hash", "salt": "s" * 16},
            "314a771e100000fa897e9c0f2f6e985d",
        ),
    ],
    ids=str,
)
def test_operators_do_what_presidios_do(parameters, expected):
    assert Anonymizer(**parameters).apply("abcdef", "T")[: len(expected) or None] == expected


def test_hashes_without_a_salt_cannot_be_compared():
    hashes = {Anonymizer(type="hash", hash_type="sha512").apply("abc", "T") for _ in range(3)}

    assert {len(each) for each in hashes} == {128}
    assert len(hashes) == 3


@pytest.mark.parametrize("size", [16, 24, 32])
def test_what_was_encrypted_can_be_decrypted_with_its_key(size):
    key = "k" * size

    hidden = {Anonymizer(type="encrypt", key=key).apply("Ada Łoś 😀", "T") for _ in range(2)}

    assert len(hidden) == 2
    assert {Deanonymizer(type="decrypt", key=key).apply(each, "T") for each in hidden} == {"Ada Łoś 😀"}


@pytest.mark.parametrize(
    ("places", "expected"),
    [
        ([place("A", 0, 4), place("A", 2, 6)], "<A>ghij"),
        ([place("A", 0, 4), place("A", 4, 6)], "<A><A>ghij"),
        ([place("A", 0, 6), place("B", 2, 4, 1.0)], "<A>ghij"),
        ([place("A", 0, 4, 0.5), place("B", 0, 4, 0.6)], "<B>efghij"),
        ([place("A", 0, 4), place("B", 0, 4)], "<B>efghij"),
        ([place("B", 0, 4), place("A", 0, 4)], "<A>efghij"),
        ([place("A", 0, 4), place("B", 2, 6)], "<A><B>ghij"),
        ([place("B", 6, 8), place("A", 0, 2)], "<A>cdef<B>ij"),
        ([place("A", 3, 3)], "abc<A>defghij"),
        ([place("A", 0, 10)], "<A>"),
        ([], "abcdefghij"),
    ],
    ids=str,
)
def test_overlaps_are_settled_as_presidio_settles_them(places, expected):
    assert text_of("abcdefghij", *places) == expected


@pytest.mark.parametrize(
    ("text", "expected"), [("Ada B", "<N>"), ("Ada  B", "<N>"), ("Ada,B", "<N>,<N>"), ("Ada\nB", "<N>\n<N>")]
)
def test_neighbours_of_one_kind_with_spaces_between_become_one(text, expected):
    assert text_of(text, place("N", 0, 3), place("N", len(text) - 1, len(text))) == expected


def test_items_tell_the_new_places_the_last_one_first():
    told = anonymize(
        "I am Ada, 0123.", [place("NAME", 5, 8), place("PHONE", 10, 14)], operators(PHONE={"new_value": "#"})
    )

    assert [(item.start, item.end, item.entity_type, item.text, item.operator) for item in told.items] == [
        (13, 14, "PHONE", "#", "replace"),
        (5, 11, "NAME", "<NAME>", "replace"),
    ]


spans = st.tuples(st.sampled_from("ABC"), st.integers(0, 20), st.integers(0, 10))


@given(text=st.text(alphabet="xyzé😀", min_size=30, max_size=40), spans=st.lists(spans))
def test_no_character_of_a_place_is_left_and_every_item_is_where_it_says(text, spans):
    places = [place(kind, start, start + size) for kind, start, size in spans]

    told = anonymize(text, places, operators(DEFAULT={"new_value": "#"}))

    covered = {at for each in places for at in range(each.start, each.end)}
    assert told.text.replace("#", "") == "".join(c for at, c in enumerate(text) if at not in covered)
    assert {told.text[item.start : item.end] for item in told.items} <= {"#"}
    assert len(told.items) == told.text.count("#")


@pytest.mark.parametrize("span", [(0, 4), (4, 4), (3, 2)])
def test_a_place_that_is_not_in_the_text_is_refused(span):
    with pytest.raises(InvalidRequest) as caught:
        anonymize("abc", [place("A", 0, 1), place("A", *span)], {})

    assert caught.value.field == "/analyzer_results/1"


def test_what_was_encrypted_in_a_text_comes_back():
    sent = f"I am {EMAIL}."
    hidden = anonymize(sent, [place("MAIL", 5, 5 + len(EMAIL))], {"MAIL": Anonymizer(type="encrypt", key=KEY)})
    (item,) = hidden.items

    told = deanonymize(
        hidden.text, [place("MAIL", item.start, item.end)], {"DEFAULT": Deanonymizer(type="decrypt", key=KEY)}
    )

    assert EMAIL not in hidden.text
    assert told.text == sent
    assert [(item.start, item.end, item.text, item.operator) for item in told.items] == [
        (5, 5 + len(EMAIL), EMAIL, "decrypt")
    ]


@pytest.mark.parametrize(
    "hidden",
    [encrypt("abc", KEY[::-1]), "", "QUJD", "no base64!", "é" * 32, encrypt("abc", KEY)[:-4], "A" * 64],
    ids=["another key", "empty", "short", "letters", "no ASCII", "cut", "noise"],
)
def test_what_was_not_encrypted_with_the_key_is_refused(hidden):
    with pytest.raises(InvalidRequest) as caught:
        deanonymize(hidden, [place("T", 0, len(hidden))], {"T": Deanonymizer(type="decrypt", key=KEY)})

    assert caught.value.field == "/anonymizer_results"
    assert caught.value.__context__ is None


def test_places_to_decrypt_may_not_overlap():
    with pytest.raises(InvalidRequest):
        deanonymize("abcdef", [place("T", 0, 3), place("T", 2, 5)], {})


def test_every_place_to_decrypt_needs_its_operator():
    with pytest.raises(InvalidRequest) as caught:
        deanonymize("abcdef", [place("T", 0, 3)], {"U": Deanonymizer(type="decrypt", key=KEY)})

    assert caught.value.field == "/deanonymizers"


def test_keys_salts_and_new_texts_do_not_show_in_repr():
    anonymizer = Anonymizer(type="encrypt", key=KEY, salt="secret-salt-secret", new_value="secret-value")

    shown = repr(anonymizer) + repr(Deanonymizer(type="decrypt", key=KEY))

    assert KEY not in shown
    assert "secret" not in shown
