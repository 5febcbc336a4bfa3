"""
Checksums of the addresses of cryptocurrencies.

None of the functions raises for bad input: what does not fit the form is not valid. Ethereum's checksum (EIP-55) is
not here: it lies in the capitals of an address that is unmistakable without it, and its hash costs more than all else.
"""

from functools import reduce
from hashlib import sha256
from operator import xor

_BASE58 = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_BASE58_RIPPLE = b"rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz"
_TO_BASE58 = bytes.maketrans(_BASE58_RIPPLE, _BASE58)
_BASE58_VALUES = {character: value for value, character in enumerate(_BASE58)}
_PAYLOAD_BYTES = 25  #: one of version, twenty of a hash, four of checksum
_BASE32 = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_BASE32_VALUES = {character: value for value, character in enumerate(_BASE32)}
_BECH32, _BECH32M = 1, 0x2BC830A3
_IMPLIED_PREFIX = b"bitcoincash"


def _feedback(generators: tuple[int, ...]) -> tuple[int, ...]:
    """Return what each value shifted out, of five bits, adds to the remainder; *generators* are its single bits'."""
    return tuple(reduce(xor, (each for at, each in enumerate(generators) if value >> at & 1), 0) for value in range(32))


_BECH32_FEEDBACK = _feedback((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3))
_CASHADDR_FEEDBACK = _feedback((0x98F2BC8E61, 0x79B76D99E2, 0xF33E5FB3C4, 0xAE2EABE2A8, 0x1E4F43E470))


def base58check_valid(address: bytes, *, versions: bytes) -> bool:
    """
    Tell whether *address* is a version byte out of *versions*, twenty bytes and the checksum of both.

    Of four thousand million random strings one passes.
    Source: https://en.bitcoin.it/wiki/Base58Check_encoding.
    """
    number = 0
    for character in address:
        value = _BASE58_VALUES.get(character)
        if value is None:
            return False
        number = number * 58 + value
    if number.bit_length() > _PAYLOAD_BYTES * 8:
        return False
    decoded = number.to_bytes(_PAYLOAD_BYTES, "big")
    if decoded[0] not in versions or (decoded[0] == 0) != address.startswith(b"1"):
        return False
    return sha256(sha256(decoded[:-4]).digest()).digest()[:4] == decoded[-4:]


def ripple_valid(address: bytes) -> bool:
    """
    Tell whether *address* is a classic address of the XRP ledger: base58check in an alphabet of its own.

    Source: https://xrpl.org/docs/references/protocol/data-types/base58-encodings.
    """
    return base58check_valid(address.translate(_TO_BASE58), versions=b"\0")


def bech32_valid(address: bytes) -> bool:
    """
    Tell whether the last six characters of *address* are its checksum, by either of the two constants.

    One random string in five hundred million passes.
    Source: BIP 173 (bech32) and BIP 350 (bech32m).
    """
    lower = address.lower()
    if address not in {lower, address.upper()}:  # mixed case is not allowed
        return False
    prefix, _, data = lower.rpartition(b"1")
    values = [_BASE32_VALUES.get(character, -1) for character in data]
    if not prefix or min(values, default=-1) < 0:
        return False
    expanded = [*(character >> 5 for character in prefix), 0, *(character & 31 for character in prefix)]
    return _remainder([*expanded, *values], _BECH32_FEEDBACK, bits=30) in {_BECH32, _BECH32M}


def cashaddr_valid(address: bytes) -> bool:
    """
    Tell whether the last eight characters of a Bitcoin Cash *address* are its checksum; its prefix may be left out.

    Source: https://github.com/bitcoincashorg/bitcoincash.org/blob/master/spec/cashaddr.md.
    """
    lower = address.lower()
    if address not in {lower, address.upper()}:
        return False
    prefix, _, data = lower.rpartition(b":")
    values = [_BASE32_VALUES.get(character, -1) for character in data]
    if min(values, default=-1) < 0:
        return False
    expanded = [*(character & 31 for character in prefix or _IMPLIED_PREFIX), 0]
    return _remainder([*expanded, *values], _CASHADDR_FEEDBACK, bits=40) == 1


def _remainder(values: list[int], feedback: tuple[int, ...], *, bits: int) -> int:
    """Return the remainder of *values*, five bits each, in a code with a checksum of *bits* bits."""
    keep = bits - 5
    mask = (1 << keep) - 1
    remainder = 1
    for value in values:
        remainder = (remainder & mask) << 5 ^ value ^ feedback[remainder >> keep]
    return remainder
