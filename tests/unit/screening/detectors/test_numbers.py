import pytest

from gateway.screening.screener import build_screener

SCREENER = build_screener()


def found(text: str) -> list[tuple[str, str]]:
    return [(each.entity_type, text[each.start : each.end]) for each in SCREENER.screen(text) if each.score >= 0.5]


@pytest.mark.parametrize(
    "text",
    [
        "order 4155550132 shipped",
        "id 550e8400-e29b-41d4-a716-446655440000",
        "2024-11-14T16:30:40.461Z",
        "14.11.2024 16:30",
        "v2.11.0.4 and version 10.1.2.3",
        "1731601840461",
        "4111111111111112",
        "isbn 978-3-16-148410-0",
        "$1,234,567.89",
        "pi 3.141592653589793",
        "call at 12:30, room 1204",
        "rpc.py, main.rs, archive.tar.gz, logo@2x.png",
        "0.0.0.0 127.0.0.1 255.255.255.0",
        "12:34:56 and 12:34:56:78:90:12",
        "commit 9fceb02d0ae598e95dc970b74767f19372d61af8",
    ],
)
def test_other_numbers_and_names_are_left_alone(text):
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "entity_type", "value"),
    [
        ("reach me: +49 (0)89 1234567", "PHONE_NUMBER", "+49 (0)89 1234567"),
        ("+86 138 1234 5678", "PHONE_NUMBER", "+86 138 1234 5678"),
        ("(415)555-0132", "PHONE_NUMBER", "(415)555-0132"),
        ("fax 0688 777 97 84", "PHONE_NUMBER", "0688 777 97 84"),
        ("2024 4111 1111 1111 1111", "CREDIT_CARD", "4111 1111 1111 1111"),
        ("4111 1111 1111 1111 123", "CREDIT_CARD", "4111 1111 1111 1111"),
        ("IBAN: GB29NWBK60161331926819.", "IBAN_CODE", "GB29NWBK60161331926819"),
        ("GB29 NWBK 6016 1331 9268 19 BIC", "IBAN_CODE", "GB29 NWBK 6016 1331 9268 19"),
        ("ssn=536-22-8145&x", "US_SSN", "536-22-8145"),
        ("::ffff:203.0.113.9 sent it", "IP_ADDRESS", "::ffff:203.0.113.9"),
        ("host 8.8.8.8", "IP_ADDRESS", "8.8.8.8"),
        ("from 203.0.113.9:443", "IP_ADDRESS", "203.0.113.9"),
    ],
)
def test_a_number_is_found_whole_and_alone(text, entity_type, value):
    assert found(text) == [(entity_type, value)]


@pytest.mark.parametrize("area", ["000", "666", "900", "999"])
def test_a_social_security_number_that_was_never_given_out_is_none(area):
    assert found(f"ssn {area}-12-3456") == []


def test_many_numbers_in_a_row_are_all_found():
    numbers = ["+44 20 7946 0958", "415-555-0132", "4111111111111111", "536-22-8145", "203.0.113.9"] * 20

    assert [value for _, value in found(", ".join(numbers))] == numbers
