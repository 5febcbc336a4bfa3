import phonenumbers
import pytest

from gateway.screening.detectors._phone_plans import exists, exists_abroad


@pytest.mark.parametrize("region", sorted(phonenumbers.SUPPORTED_REGIONS))
def test_a_valid_number_of_every_country_is_in_our_plans(region):
    example = phonenumbers.example_number(region)
    digits = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164).removeprefix("+").encode()

    assert exists_abroad(digits)


def test_a_number_may_carry_its_trunk_prefix():
    assert exists(b"02079460958", 44)
    assert exists(b"2079460958", 44)


@pytest.mark.parametrize("digits", ["15555550132", "999123456789", "4401", "1"])
def test_a_number_outside_every_plan_does_not_exist(digits):
    assert not exists_abroad(digits.encode())
