from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import BodyTooLarge, InvalidRequest, MalformedBody, UnsupportedMediaType
from gateway.message.decoding import (
    MAX_BODY_BYTES,
    check_depth,
    decode_json,
    decode_text,
    media_type,
    numbered_lines,
)

HIDDEN = "hunter2"


def nested(depth: int, innermost: Any = None) -> Any:
    """Return lists and objects, *depth* of them in each other."""
    value = innermost
    for level in range(depth):
        value = {"k": value} if level % 2 else [value]
    return value


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("application/json", "application/json"),
        ("Application/JSON", "application/json"),
        ("application/json; charset=utf-8", "application/json"),
        ('application/json;charset="UTF-8"', "application/json"),
        ("text/plain; charset=us-ascii", "text/plain"),
        ("text/plain", "text/plain"),
        ("application/xml", "application/xml"),
    ],
)
def test_the_media_type_is_read_without_its_parameters(header: str, expected: str):
    assert media_type(header) == expected


@pytest.mark.parametrize("header", [None, ""])
def test_a_body_without_a_type_is_not_taken(header: str | None):
    with pytest.raises(UnsupportedMediaType):
        media_type(header)


@pytest.mark.parametrize("charset", ["latin-1", "utf-16", "cp1252", HIDDEN, "'quoted"])
def test_a_charset_other_than_utf8_is_not_taken_and_not_repeated(charset: str):
    with pytest.raises(MalformedBody) as caught:
        media_type(f"application/json; charset={charset}")

    assert charset not in str(caught.value)


@pytest.mark.parametrize("header", ["json", "plain text", "a/b/c", "application-json; x=a/b", "/", "text/", ";x=a/b"])
def test_what_is_no_media_type_is_not_taken_for_one(header: str):
    with pytest.raises(UnsupportedMediaType) as caught:
        media_type(header)

    assert header not in str(caught.value)


@given(st.recursive(st.none() | st.booleans() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)))
def test_any_json_value_comes_through(value: Any):
    assert decode_json(orjson.dumps(value)) == value


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b'{"text": "hunter2"',
        b'{"text": hunter2}',
        b'{"text": "hunter2\xff"}',
        '{"text": "hunter2"}'.encode("utf-16"),
        b'\xef\xbb\xbf{"text": "hunter2"}',
        b'{"text": "\\ud800hunter2"}',
        b'{"text": NaN}',
        b"{'text': 'hunter2'}",
    ],
)
def test_what_is_not_json_in_utf8_is_malformed_and_not_repeated(body: bytes):
    with pytest.raises(MalformedBody) as caught:
        decode_json(body)

    assert HIDDEN not in str(caught.value)
    assert caught.value.__suppress_context__


def test_a_body_of_just_the_limit_is_taken_and_one_byte_more_is_too_large():
    full = orjson.dumps("x" * (MAX_BODY_BYTES - 2))

    assert len(decode_json(full)) == MAX_BODY_BYTES - 2
    for decode in (decode_json, decode_text):
        with pytest.raises(BodyTooLarge):
            decode(full + b" ")


@pytest.mark.parametrize("body", [b"[" * 500_000, b'{"k":' * 200_000, b"[" * 5000 + b"]" * 5000])
def test_a_recursion_bomb_is_refused(body: bytes):
    with pytest.raises(InvalidRequest):
        decode_json(body)


def test_a_body_too_deep_for_any_parser_is_an_invalid_request_and_not_a_malformed_one():
    with pytest.raises(InvalidRequest) as caught:
        decode_json(b"[" * 5000 + b"]" * 5000)

    assert not isinstance(caught.value, MalformedBody)


def test_text_is_read_as_utf8():
    assert decode_text("Grüße 🦊".encode()) == "Grüße 🦊"


@pytest.mark.parametrize("body", [b"hunter2\xff", "hunter2 Grüße".encode("latin-1")])
def test_text_in_another_charset_is_malformed_and_not_repeated(body: bytes):
    with pytest.raises(MalformedBody) as caught:
        decode_text(body)

    assert HIDDEN not in str(caught.value)


@pytest.mark.parametrize("innermost", ["leaf", 1, None])
def test_sixteen_levels_are_taken(innermost: Any):
    assert check_depth(nested(16, innermost), field="/metadata") is None


@pytest.mark.parametrize("innermost", ["leaf", {}, []])
def test_seventeen_levels_are_refused_by_the_fields_name(innermost: Any):
    with pytest.raises(InvalidRequest) as caught:
        check_depth(nested(17, innermost), field="/metadata")

    assert (caught.value.field, str(caught.value)) == ("/metadata", "nested deeper than 16 levels")


@pytest.mark.parametrize("empty", [{}, []])
def test_an_empty_object_is_a_level_too(empty: Any):
    assert check_depth(nested(15, empty), field="/metadata") is None
    with pytest.raises(InvalidRequest):
        check_depth(nested(16, empty), field="/metadata")


def test_a_deep_branch_is_found_beside_shallow_ones():
    value = {"shallow": 1, "list": [1, 2, {"x": nested(14)}]}

    with pytest.raises(InvalidRequest):
        check_depth(value, field="/metadata")


def test_a_wide_value_is_not_a_deep_one():
    assert check_depth({str(n): [n] for n in range(10_000)}, field="/metadata") is None


def test_lines_are_numbered_from_one_and_blank_ones_only_counted():
    assert list(numbered_lines(b'"a"\r\n\n  \n"b"\n')) == [(1, b'"a"\r'), (4, b'"b"')]


@pytest.mark.parametrize("body", [b"1\n2\n3", b"1\n2\n3\n"])
def test_as_many_lines_as_the_limit_are_taken_and_no_more(body: bytes):
    assert len(list(numbered_lines(body, max_lines=3))) == 3
    with pytest.raises(BodyTooLarge):
        numbered_lines(body, max_lines=2)


def test_an_empty_batch_has_no_lines():
    assert list(numbered_lines(b"")) == []
