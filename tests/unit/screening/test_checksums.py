import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.screening.checksums import aba_valid, luhn_valid, mod97_valid


@pytest.mark.parametrize("digits", ["4111111111111111", "378282246310005", "79927398713", "00"])
def test_a_right_check_digit_is_valid(digits):
    assert luhn_valid(digits)


@given(st.text("0123456789", min_size=1, max_size=30))
def test_one_check_digit_of_ten_is_right(digits):
    assert sum(luhn_valid(f"{digits}{last}") for last in range(10)) == 1


@pytest.mark.parametrize("digits", ["", "1", "12 34", "١٢", "1a"])
def test_luhn_takes_two_or_more_ascii_digits(digits):
    with pytest.raises(ValueError, match="ASCII digits"):
        luhn_valid(digits)


def test_the_check_digits_of_an_iban():
    assert mod97_valid("GB29NWBK60161331926819")
    assert not mod97_valid("GB92NWBK60161331926819")


def test_the_check_digit_of_a_card_may_be_looked_for_in_bytes():
    assert luhn_valid(b"4111111111111111")
    assert not luhn_valid(b"4111111111111112")


def test_the_check_digit_of_a_routing_number():
    assert aba_valid("021000021")
    assert not aba_valid("021000022")
