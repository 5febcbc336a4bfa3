from functools import cache
from types import ModuleType

import pytest

from gateway.screening.checksums import mod97_valid
from gateway.screening.detectors import bic, credit_card, crypto, iban, imei, mac_address, us_bank, vehicle
from gateway.screening.screener import Screener

COUNTRIES = sorted(iban._STRUCTURES)
ALPHABET = {"n": "1", "a": "A", "c": "7"}


@cache
def screener(family: ModuleType) -> Screener:
    return Screener([family.DETECTOR])


def found(text: str, family: ModuleType) -> list[str]:
    return [text[each.start : each.end] for each in screener(family).screen(text) if each.score >= 0.5]


def a_number_of(country: bytes) -> str:
    account = "".join(ALPHABET[kind] * int(size) for size, kind in iban._PART.findall(iban._STRUCTURES[country]))
    return next(
        number
        for number in (f"{country.decode()}{check:02d}{account}" for check in range(2, 99))
        if mod97_valid(number)
    )


@pytest.mark.parametrize("country", COUNTRIES)
def test_an_account_number_of_every_country_is_found(country):
    number = a_number_of(country)
    grouped = " ".join(number[at : at + 4] for at in range(0, len(number), 4))

    assert found(f"to {number}.", iban) == [number]
    assert found(f"to {number.lower()}", iban) == [number.lower()]
    assert found(f"to {grouped} today or else", iban) == [grouped]


@pytest.mark.parametrize("country", COUNTRIES)
def test_an_account_number_of_another_length_is_none(country):
    assert found(f"to {a_number_of(country)}7", iban) == []


def test_an_account_number_is_made_of_what_its_country_uses():
    numbers = (f"GB{check:02d}123460161331926819" for check in range(2, 99))

    assert [found(number, iban) for number in numbers if mod97_valid(number)] == [[]]


def test_a_sign_that_only_looks_like_a_country_s_letter_is_no_iban():
    assert found("a\N{KELVIN SIGN}Z86 125K ZT50 0410 0100", iban) == []


@pytest.mark.parametrize(
    "number",  # the networks' published test numbers
    [
        "4111111111111111",
        "4012888888881881",
        "5555555555554444",
        "2223003122003222",
        "378282246310005",
        "6011111111111117",
        "30569309025904",
        "3530111333300000",
        "6212345678901232",
        "4222222222222",
        "6759649826438453",
    ],
)
def test_a_card_of_every_network_is_found(number):
    assert found(f"paid with {number}, thanks", credit_card) == [number]


@pytest.mark.parametrize("separator", [" ", "-", ".", "/", "_", "  ", ""])
def test_a_card_is_found_however_its_groups_are_set_apart(separator):
    number = separator.join(["5555", "5555", "5555", "4444"])

    assert found(f"paid with {number}, thanks", credit_card) == [number]


@pytest.mark.parametrize(
    "text",
    [
        "5555 5555-5555 4444",
        "/5555555555554444/x5555555555554444",
        "a-5555555555554444",
        "5555555555554444-0",
        "0.5555555555554444",
        "paid in **** 2024",
    ],
)
def test_a_piece_of_something_longer_is_no_card(text):
    assert found(text, credit_card) == []


@pytest.mark.parametrize(
    "text",
    [
        "card {}-22",
        "card={}/123",
        "card 0-{}-ok",
        "visa/{}",
        "PAN-{}",
        "my_card_{}_x",
        "card number:{}-ok",
        "https://example.org/pay/{}/done",
    ],
)
def test_a_piece_of_something_longer_is_a_card_beside_a_word_that_says_so(text):
    for number in ("5555555555554444", "5555-5555-5555-4444"):
        assert found(text.format(number), credit_card) == [number]


@pytest.mark.parametrize("tail", ["/1227", "/12/27", "/12/2027", ":1227:123", "/12-27/1234", "=27121010000012300000?"])
def test_a_card_is_found_by_itself_before_what_stands_behind_it_on_the_card(tail):
    assert found(f"5555555555554444{tail}", credit_card) == ["5555555555554444"]
    assert found(f"5555555555554444{tail}".replace("12", "13"), credit_card) == []


@pytest.mark.parametrize(
    "before", ["ref-6763", "card ref-6763", "call 415-555-6763", "card 415-555-6763", "pan_6763", "x/6763"]
)
def test_a_piece_of_something_longer_does_not_hide_the_card_behind_it(before):
    assert found(f"{before} 4111 1111 1111 1111", credit_card)[-1].endswith("4111 1111 1111 1111")


def test_an_amount_is_no_card():
    assert found("EUR 4111111111111111.50 payment", credit_card) == []
    assert found("card 4111111111111111.5x; card 4111111111111111. 50 EUR", credit_card) == ["4111111111111111"] * 2


def test_a_number_of_no_network_that_is_joined_to_something_is_no_card():
    assert found("card 1234567890123452", credit_card) == ["1234567890123452"]
    assert found("card-1234567890123452, card 1234567890123452-1", credit_card) == []


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("my card ending in 4242", "4242"),
        ("Visa, last four digits are 4242.", "4242"),
        ("card **** **** **** 4242", "**** **** **** 4242"),
        ("card 4111 11** **** 4242", "4111 11** **** 4242"),
        ("card: XXXX-XXXX-XXXX-4242", "XXXX-XXXX-XXXX-4242"),
    ],
)
def test_what_is_left_of_a_card_is_found_where_it_is_called_one(text, digits):
    assert found(text, credit_card) == [digits]


def test_a_bank_code_needs_a_country_and_a_word_that_says_so():
    assert found("swift NEDSZAJJ", bic) == ["NEDSZAJJ"]
    assert found("swift NEDSQQJJ", bic) == []
    assert found("the NEDSZAJJ", bic) == []


def test_a_routing_number_is_found_by_its_check_digit_and_its_district():
    assert found("wire to 121000358", us_bank) == ["121000358"]
    assert found("wire to 121000359", us_bank) == []
    assert found("wire to 421042113", us_bank) == []


@pytest.mark.parametrize("text", ["account 2024", "account no. 11111111", "accounts: 12345678", "aws account 12345678"])
def test_other_numbers_near_an_account_are_left_alone(text):
    assert found(text, us_bank) == []


def test_an_ethereum_address_is_found_in_any_case():
    address = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"

    assert found(f"{address} {address.lower()} 0x{address[2:].upper()}", crypto) == [
        address,
        address.lower(),
        f"0x{address[2:].upper()}",
    ]


@pytest.mark.parametrize("first", ["4", "8"])
def test_a_monero_address_is_found_by_its_length(first):
    address = f"{first}A" + "b1C" * 31

    assert found(f"to {address}.", crypto) == [address]
    assert found(f"to {address}b", crypto) == []


def test_a_vehicle_without_a_check_digit_needs_a_word_that_says_so():
    assert found("VIN WVWZZZ1JZXW000001", vehicle) == ["WVWZZZ1JZXW000001"]
    assert found("part WVWZZZ1JZXW000001", vehicle) == []


def test_a_device_of_an_unknown_body_needs_a_word_that_says_so():
    assert found("imei 123456789012347", imei) == ["123456789012347"]
    assert found("order 123456789012347", imei) == []


@pytest.mark.parametrize(
    ("family", "value", "entity_type"),
    [
        (us_bank, {"account_number": "12345678"}, "US_BANK_NUMBER"),
        (us_bank, {"bankAccount": 9876543210}, "US_BANK_NUMBER"),
        (us_bank, {"routing_number": "121000358"}, "ABA_ROUTING_NUMBER"),
        (credit_card, {"card": {"last4": "4242"}}, "CREDIT_CARD"),
        (bic, {"swiftCode": "NEDSZAJJ"}, "SWIFT_CODE"),
        (vehicle, {"vin": "WVWZZZ1JZXW000001"}, "VIN"),
        (imei, {"imei": "123456789012347"}, "IMEI"),
        (mac_address, {"mac": "001a2b3c4d5e"}, "MAC_ADDRESS"),
    ],
)
def test_the_name_of_a_key_says_what_its_value_is(family, value, entity_type):
    assert [each.entity_type for each in screener(family).screen(value) if each.score >= 0.5] == [entity_type]


@pytest.mark.parametrize(
    ("family", "value"),
    [
        (us_bank, {"account_number": "none"}),
        (us_bank, {"account": "12345678"}),
        (credit_card, {"last4": "abcd"}),
        (mac_address, {"mac": "unknown"}),
        (mac_address, {"id": "001a2b3c4d5e"}),
    ],
)
def test_another_value_or_another_key_says_nothing(family, value):
    assert screener(family).screen(value) == []
