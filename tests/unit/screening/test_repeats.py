import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.screening.repeats import repeated
from gateway.screening.screener import build_screener

SCREENER = build_screener(budget_ms=60_000)
MAIL = "bob.miller@acme-widgets.com"


def shown(note: str, name: str) -> str:
    """Return the path of an address under *name* beside *note*."""
    *_, last = SCREENER.screen({"text": note, "metadata": {name: {"mail": MAIL}}})
    return last.path


@pytest.mark.parametrize(
    ("note", "name"),
    [
        ("password: Tr4fficJam7", "myTr4fficJam7"),
        ("password: Tr4ffi\u200bcJam7", "Tr4fficJam7"),
        ("password: Tr4fficJam", "tr4fficjam"),
        ("password: Tr4ffic-Jam7", "Tr4fficJam7"),
        ("password: Tr4fficJam7", "fficJam"),
        ("my name is Anna Bergstroem", "Bergstroem"),
        ("my name is Anna Bergstroem", "anna_bergstroem"),
        ("my name is Anna Bergstroem", "bergstroemNotes"),
        ("my name is Anna Berg\u200bstroem", "berg-stroem"),
    ],
)
def test_a_name_that_repeats_what_was_found_elsewhere_is_hidden(note, name):
    assert shown(note, name) == "/metadata/*/mail"


@pytest.mark.parametrize("name", ["name", "text", "mail", "note", "notes", "customer", "note_text", "order7", "key"])
@pytest.mark.parametrize(
    "note",
    [
        "password: keynote2024",
        "password: Mail-the-note-7",
        "write to customer.name@mail.com",
        "my name is Anna Bergstroem",
        "see https://mail.example.com/customer/order/note/text",
    ],
)
def test_a_usual_name_stays_readable_whatever_a_value_holds(note, name):
    assert shown(note, name) == f"/metadata/{name}/mail"


def test_what_stays_of_a_value_beside_another_hides_no_name():
    value = {"callback": {"number": "4111111111111111"}, "body": "https://example.com/10.0.0.5/b", "https": MAIL}

    assert {finding.path for finding in SCREENER.screen(value)} == {"/callback/number", "/body", "/https"}


names = st.from_regex(r"[A-Za-z][A-Za-z0-9_-]{0,63}", fullmatch=True)


@given(st.lists(names, max_size=8), st.lists(st.text(max_size=80) | names, max_size=8))
def test_no_name_that_holds_a_value_is_shown(names, values):
    shown = set(names) - repeated(names, values, lambda: None)

    assert not [name for name in shown for value in values if value.isalnum() and value.lower() in name.lower()]
