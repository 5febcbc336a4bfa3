import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.screening.crypto_checksums import base58check_valid, bech32_valid, cashaddr_valid, ripple_valid

GENESIS = b"1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"  # of Bitcoin's first block
SEGWIT = b"bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"  # BIP 173
TAPROOT = b"bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0"  # BIP 350
CASHADDR = b"bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a"  # its specification
RIPPLE = b"rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTh"  # of the first ledger
BITCOIN = b"\0\5"


def with_another(address: bytes, at: int, alphabet: bytes) -> bytes:
    others = [character for character in alphabet if character != address[at]]
    return address[:at] + bytes(others[at % len(others) :][:1]) + address[at + 1 :]


def test_published_addresses_are_valid():
    assert base58check_valid(GENESIS, versions=BITCOIN)
    assert base58check_valid(b"3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy", versions=BITCOIN)
    assert bech32_valid(SEGWIT)
    assert bech32_valid(SEGWIT.upper())
    assert bech32_valid(TAPROOT)
    assert cashaddr_valid(CASHADDR)
    assert cashaddr_valid(CASHADDR.partition(b":")[2])
    assert ripple_valid(RIPPLE)


@given(st.integers(0, len(GENESIS) - 1))
def test_one_wrong_character_spoils_a_base58_address(at):
    assert not base58check_valid(with_another(GENESIS, at, b"123456789ABCDEFGHJKLMNPQR"), versions=BITCOIN)


@given(st.integers(len(b"bc1"), len(SEGWIT) - 1))
def test_one_wrong_character_spoils_a_segwit_address(at):
    assert not bech32_valid(with_another(SEGWIT, at, b"qpzry9x8gf2tvdw0s3jn54khce6mua7l"))


@given(st.integers(len(b"bitcoincash:"), len(CASHADDR) - 1))
def test_one_wrong_character_spoils_a_cash_address(at):
    assert not cashaddr_valid(with_another(CASHADDR, at, b"qpzry9x8gf2tvdw0s3jn54khce6mua7l"))


def test_an_address_of_another_currency_is_none_of_this_one():
    assert not base58check_valid(b"LM2WMpR1Rp6j3Sa59cMXMs1SPzj9eXpGc1", versions=BITCOIN)


def test_an_address_without_its_leading_zero_byte_is_not_valid():
    assert not base58check_valid(GENESIS.removeprefix(b"1"), versions=BITCOIN)


def test_a_segwit_address_in_mixed_case_is_not_valid():
    assert not bech32_valid(SEGWIT[:10] + SEGWIT[10:].upper())


@pytest.mark.parametrize("valid", [bech32_valid, cashaddr_valid, ripple_valid])
@given(address=st.binary(max_size=100))
def test_whatever_comes_in_is_answered(valid, address):
    assert valid(address) in {True, False}
