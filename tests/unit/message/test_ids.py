import uuid

import pytest

from gateway.message.ids import first_id, id_at, is_id, new_id, request_id_from


def test_an_id_tells_the_time_that_it_was_made_for():
    at = 1_800_000_000_000
    made = {id_at(at) for _ in range(2000)}

    assert len(made) == 2000
    assert {uuid.UUID(each).version for each in made} == {7}
    assert first_id(at) <= min(made) < max(made) < first_id(at + 1)


def test_an_id_is_a_uuid_of_version_seven():
    assert uuid.UUID(new_id()).version == 7


def test_later_ids_sort_later():
    made = [new_id() for _ in range(2000)]

    assert made == sorted(made)
    assert len(set(made)) == len(made)


def test_our_own_ids_are_known_by_their_form():
    assert is_id(new_id())


@pytest.mark.parametrize(
    "text", ["", "1", "../etc/passwd", "0" * 32, "0190c9a0-0000-7000-8000-00000000000g", f"{uuid.UUID(int=1)}\n"]
)
def test_other_texts_are_no_ids(text: str):
    assert not is_id(text)


@pytest.mark.parametrize(
    "header", ["0" * 32, "ABCDEF0123456789abcdef0123456789", "0190c9a0-1111-7222-8333-444444444444"]
)
def test_a_clients_request_id_is_kept_if_it_is_a_uuid_or_32_hex_digits(header: str):
    assert request_id_from(header) == header


@pytest.mark.parametrize(
    "header",
    [None, "", "anna.schmidt@fastmail.com", "0" * 31, "0" * 33, "0" * 32 + "\n", "0" * 31 + "g", "\u0660" * 32],
)
def test_anything_else_is_replaced(header: str | None):
    made = request_id_from(header)

    assert made != header
    assert is_id(made)
