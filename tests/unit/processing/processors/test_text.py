import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.processing.job import Job
from gateway.processing.processors.text import clean, process_text


def processed(text: str) -> dict[str, object]:
    return process_text(Job(id="7", kind="process", attempt=1, content=text))


@given(st.text())
def test_cleaning_twice_is_cleaning_once(text: str):
    assert clean(clean(text)) == clean(text)


@given(st.text())
def test_a_cleaned_text_is_composed_and_holds_no_control_character_but_line_breaks(text: str):
    cleaned = clean(text)

    assert unicodedata.is_normalized("NFC", cleaned)
    assert not [c for c in cleaned if unicodedata.category(c) == "Cc" and c != "\n"]


@given(st.text(st.sampled_from(" \n\r\t\x00\u2028\u00a0ab."), max_size=30))
def test_white_space_is_folded_and_at_most_one_line_is_left_blank(text: str):
    cleaned = clean(text)

    assert cleaned == cleaned.strip()
    assert "  " not in cleaned
    assert "\n\n\n" not in cleaned
    assert clean(cleaned) == cleaned


@given(st.text(st.sampled_from("ae\u0301\u1100\u1161\x00\x1f \n")))
def test_a_control_character_between_letter_and_accent_does_not_undo_the_composition(text: str):
    cleaned = clean(text)

    assert unicodedata.is_normalized("NFC", cleaned)
    assert clean(cleaned) == cleaned


@given(st.text(st.characters(categories=["L", "N"]), min_size=1))
def test_letters_and_digits_are_kept(text: str):
    assert clean(text) == unicodedata.normalize("NFC", text)


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("", ""),
        (" \n\t ", ""),
        ("a  b", "a b"),
        ("a\tb", "a b"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("a\n\n\n\nb", "a\n\nb"),
        ("a \x00\x1b[31mb", "a [31mb"),
        ("e\u0301", "é"),
        ("a\u00a0\u2003b", "a b"),
        ("👩‍👩‍👧", "👩‍👩‍👧"),
    ],
)
def test_examples_of_cleaning(text: str, cleaned: str):
    assert clean(text) == cleaned


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("", (0, 0, 0, 0)),
        ("One.", (4, 1, 1, 1)),
        ("One", (3, 1, 1, 1)),
        ("One. Two! Three?", (16, 3, 3, 1)),
        ("One. Two", (8, 2, 2, 1)),
        ("3.5 is a number.", (16, 4, 1, 1)),
        ("Wait... what?!", (14, 2, 2, 1)),
        ("你好\u3002 再见\uff01", (7, 2, 2, 1)),
    ],
)
def test_examples_of_counts(text: str, counts: tuple[int, ...]):
    answer = processed(text)

    assert tuple(answer[name] for name in ("characters", "words", "sentences", "lines")) == counts
    assert answer["id"] == "7"


@given(st.text())
def test_counts_are_of_the_cleaned_text(text: str):
    answer = processed(text)

    assert answer["characters"] == len(answer["text"])
    assert answer["words"] == len(answer["text"].split())
    assert (answer["sentences"] == 0) is (answer["text"] == "")


@pytest.mark.parametrize("text", ["." * 65_535 + "x", "a" + "\u0301\u0323" * 32_000, ".!" * 30_000 + "x"])
def test_a_text_from_hell_is_counted_as_soon_as_another(text: str):
    """It took a minute and held all threads; the limit of the suite is what would tell."""
    assert process_text(Job(id="1", kind="k", attempt=1, content=text))["lines"] == 1
