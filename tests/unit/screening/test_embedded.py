import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.screening.embedded import is_json, values

texts = st.text(st.characters(codec="utf-8"))


def shown(text: str) -> list[tuple[str, str]]:
    return [(value.key, value.text) for value in values(text)]


def test_each_value_has_the_name_that_it_stands_under():
    text = json.dumps({"a": "1", "b": {"c": [2, "3", {"d": "4"}, "5"]}, "e": [], "f": -1.5e3})

    assert shown(text) == [("a", "1"), ("c", "2"), ("c", "3"), ("d", "4"), ("c", "5"), ("f", "-1500.0")]


def test_a_list_s_values_have_no_name():
    assert shown('["a", 1]') == [("", "a"), ("", "1")]


def test_escapes_are_read_and_their_places_known():
    text = r'{"k": "x\u00e9\ud83d\ude00\"\\n\/"}'

    (value,) = values(text)

    assert value.text == 'xé😀"\\n/'
    assert [text[slice(*value.place(at, at + 1))] for at in range(len(value.text))] == [
        "x", r"\u00e9", r"\ud83d\ude00", r"\"", r"\\", "n", r"\/",
    ]  # fmt: skip


def test_a_text_that_is_cut_off_is_read_as_far_as_it_goes():
    assert shown('{"a": "b", "c": {"d": 12, "e": "f') == [("a", "b"), ("d", "12"), ("e", "f")]


def test_a_string_without_an_end_is_looked_at_once():
    text = '{"a":"' + '\\"' * 200_000  # seconds, and no other thread runs, where each quote begins a new search

    assert shown(text) == [("a", '"' * 200_000)]


@pytest.mark.parametrize(
    ("text", "is_one"), [('{"a": 1}', True), ("\n[ {", True), ("[1]", True), ("[x]", False), ("{}", False)]
)
def test_json_is_told_by_its_beginning(text, is_one):
    assert is_json(text) is is_one


@given(st.dictionaries(texts.filter(lambda key: key.strip()), texts, max_size=5), st.booleans())
def test_every_string_is_read_as_a_parser_reads_it(given, only_ascii):
    text = json.dumps([given], ensure_ascii=only_ascii)

    assert shown(text) == list(given.items())
    for value in values(text):
        start, end = value.place(0, len(value.text))
        assert json.loads(f'"{text[start:end]}"') == value.text


def test_nothing_of_a_value_or_its_name_shows_in_repr():
    (value,) = values('{"maria": "keller \\" x"}')

    assert (value.key, value.text) == ("maria", 'keller " x')
    assert "maria" not in repr(value)
    assert "keller" not in repr(value)
