"""
Addresses of cryptocurrencies: who knows one can read all that was paid to it.

Source: Bitcoin's base58check and segwit (BIP 173, BIP 350) addresses and their kin by their version bytes and
prefixes; EIP-55 (Ethereum's form); the formats of Bitcoin Cash (cashaddr), the XRP ledger, Stellar (SEP-23),
Monero and Solana.
"""

from base64 import b32decode
from binascii import crc_hqx
from collections.abc import Callable

from gateway.screening.crypto_checksums import base58check_valid, bech32_valid, cashaddr_valid, ripple_valid
from gateway.screening.patterns import Candidate, Check, Family, Pattern, words

# Bitcoin (pay to key, pay to script), Dogecoin (both), Litecoin (both), Tron, Dash
_VERSIONS = bytes((0, 5, 30, 22, 48, 50, 65, 76))
_BASE58 = "[1-9A-HJ-NP-Za-km-z]"
_BASE32 = "[02-9ac-hj-np-zAC-HJ-NP-Z]"
_ZERO_SHARE = 0.5  #: an address with more zeros is a constant: `0x000…dead`

_CONTEXT = words(
    "wallet, crypto, bitcoin, btc, ethereum, eth, ether, erc20, litecoin, ltc, dogecoin, doge, monero, xmr, ripple, "
    "xrp, tron, trx, usdt, usdc, solana, sol, cardano, ada, stellar, xlm, dash, bch, blockchain, donate, donation"
)


def _if_valid(valid: Callable[[bytes], bool]) -> Check:
    def check(candidate: Candidate) -> Candidate | None:
        return candidate if valid(candidate.data[candidate.start : candidate.end]) else None

    return check


def _base58_valid(address: bytes) -> bool:
    return base58check_valid(address, versions=_VERSIONS)


def _stellar_valid(address: bytes) -> bool:
    decoded = b32decode(address)
    return crc_hqx(decoded[:-2], 0) == int.from_bytes(decoded[-2:], "little")


def _is_no_constant(address: bytes) -> bool:
    return address.count(b"0") < len(address) * _ZERO_SHARE


def _mixes_cases(address: bytes) -> bool:
    return not (address.islower() or address.isupper() or address.isdigit())


DETECTOR = Family(
    name="crypto",
    patterns=(
        Pattern(
            name="Bitcoin and kin, base58check",
            entity_type="CRYPTO",
            regex=rf"\b[13LMDA9TX]{_BASE58}{{25,33}}\b",
            score=0.95,
            context=_CONTEXT,
            check=_if_valid(_base58_valid),
            checksum="double SHA-256",
        ),
        Pattern(
            name="segwit and kin, bech32",
            entity_type="CRYPTO",
            gate=r"(?i)\b(?:bc|tb|ltc|addr|stake|cosmos)1[02-9a-z]{8}",
            regex=rf"\b(?:bc|tb|ltc|addr|stake|cosmos|BC|TB|LTC)1{_BASE32}{{11,110}}\b",
            score=0.95,
            context=_CONTEXT,
            check=_if_valid(bech32_valid),
            checksum="BCH code (BIP 173, BIP 350)",
        ),
        Pattern(
            name="Ethereum",
            entity_type="CRYPTO",
            regex=r"\b0[xX][0-9A-Fa-f]{40}\b",
            score=0.8,
            context=_CONTEXT,
            check=_if_valid(_is_no_constant),
        ),
        Pattern(
            name="Bitcoin Cash",
            entity_type="CRYPTO",
            regex=rf"\b(?:bitcoincash:|BITCOINCASH:)?[qpQP]{_BASE32}{{41}}\b",
            score=0.95,
            context=_CONTEXT,
            check=_if_valid(cashaddr_valid),
            checksum="BCH code (cashaddr)",
        ),
        Pattern(
            name="XRP ledger",
            entity_type="CRYPTO",
            regex=rf"\br{_BASE58}{{24,34}}\b",
            score=0.95,
            context=_CONTEXT,
            check=_if_valid(ripple_valid),
            checksum="double SHA-256",
        ),
        Pattern(
            name="Stellar",
            entity_type="CRYPTO",
            regex=r"\bG[A-D][A-Z2-7]{54}\b",
            score=0.95,
            context=_CONTEXT,
            check=_if_valid(_stellar_valid),
            checksum="CRC-16",
        ),
        Pattern(
            name="Monero",
            entity_type="CRYPTO",
            gate=rf"\b[48][0-9AB]{_BASE58}{{30}}",
            regex=rf"\b[48][0-9AB]{_BASE58}{{93}}\b",
            score=0.6,
            context=_CONTEXT,
            check=_if_valid(_mixes_cases),
        ),
        Pattern(
            name="Solana",
            entity_type="CRYPTO",
            regex=rf"\b{_BASE58}{{43,44}}\b",
            score=0.3,
            context=("solana", "sol", "phantom", "phantom wallet"),
            needs_context=True,
            check=_if_valid(_mixes_cases),
        ),
    ),
    examples={
        "CRYPTO": (
            "donate to «1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa», thanks",
            "«3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy»",
            "«bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4» «BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4»",
            "taproot: «bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0».",
            "0x: «0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed»; «0xde709f2102306220921060314715629080e2fb77»",
            "«bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a» or «qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a»",
            "xrp «rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTh»",
            "«TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t»",
            "my solana wallet is «So11111111111111111111111111111111111111112»",
        )
    },
    counter_examples=(
        "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb",
        "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5",
        "bc1qw508d6qejxtdg4y5r3zarvary0C5xw7kv8f3t4",
        "sha1 2fd4e1c67a2d28fced849ee1bb76e7391b93eb12",
        "0x0000000000000000000000000000000000000000",
        "0x000000000000000000000000000000000000dEaD",
        "sha256 8f953371d3e85eddb89b05ed6b9e680791055315c73e1025ab5dba7bb2aee189",
        "id 123e4567-e89b-12d3-a456-426614174000",
    ),
)
