import phonenumbers
import pytest

from gateway.screening.detectors._phone_plans import exists, exists_abroad, is_mobile
from gateway.screening.detectors.phone import DETECTOR
from gateway.screening.screener import Screener

SCREENER = Screener([DETECTOR])
REGIONS = sorted(phonenumbers.SUPPORTED_REGIONS)
SHORTEST = 7  # digits of a national number that is looked for


def found(value: object) -> list[tuple[str, float]]:
    return [(each.path, each.score) for each in SCREENER.screen(value) if each.score >= 0.5]


def spans(text: str) -> list[str]:
    return [text[each.start : each.end] for each in SCREENER.screen(text) if each.score >= 0.5]


def example(region: str, form: int) -> str:
    return phonenumbers.format_number(phonenumbers.example_number(region), form)


NATIONAL = {region: example(region, phonenumbers.PhoneNumberFormat.NATIONAL) for region in REGIONS}

regions = pytest.mark.parametrize("region", REGIONS)


@regions
def test_a_valid_number_of_every_country_is_in_our_plans(region):
    digits = example(region, phonenumbers.PhoneNumberFormat.E164).removeprefix("+").encode()

    assert exists_abroad(digits)


@regions
@pytest.mark.parametrize("form", [phonenumbers.PhoneNumberFormat.E164, phonenumbers.PhoneNumberFormat.INTERNATIONAL])
def test_a_number_of_every_country_is_found_with_its_calling_code(region, form):
    number = example(region, form)

    assert spans(f"write or try {number} after six") == [number]


@pytest.mark.parametrize("number", [each for each in NATIONAL.values() if sum(map(str.isdigit, each)) >= SHORTEST])
def test_a_number_of_every_country_is_found_in_its_national_form_where_it_is_called_one(number):
    assert spans(f"my phone number: {number} thanks") == [number]


def test_a_number_may_carry_its_trunk_prefix():
    assert exists(b"02079460958", 44)
    assert exists(b"2079460958", 44)


def test_a_mobile_number_is_told_from_a_fixed_line():
    assert is_mobile(b"09171234567", 63)
    assert not is_mobile(b"02079460958", 44)


@pytest.mark.parametrize("digits", [b"15555550132", b"999123456789", b"4401", b"1"])
def test_a_number_outside_every_plan_does_not_exist(digits):
    assert not exists_abroad(digits)


@pytest.mark.parametrize(
    "value",
    [
        {"phone": "4155550132"},
        {"mobile_number": 4155550132},
        {"tel": "0891234567"},
        {"phoneNumber": "555-0132"},
        {"contact": {"cell": ["06 12 34 56 78"]}},
        {"msisdn": "491721234567"},
    ],
)
def test_the_name_of_a_key_calls_its_value_a_phone_number(value):
    assert len(found(value)) == 1


@pytest.mark.parametrize("value", [{"order": "4155550132"}, {"total": 4155550132}, {"microphone": "4155550132"}])
def test_the_same_digits_under_another_key_are_none(value):
    assert found(value) == []


def test_the_next_thing_in_the_row_is_no_part_of_a_number():
    assert spans("tel 089 1234 5678 2024-01-01 12:00") == ["089 1234 5678"]


def test_groups_of_digits_among_others_are_no_phone_number():
    assert spans("5500 0532 123 45 67 8901") == []
