"""Tokens: findings that an admin can read again. AES-256-GCM under keys of their own."""

import hashlib
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from gateway.errors import GatewayError
from gateway.screening.stand_ins import MARK, TOKEN, TOKEN_BEGINNING, as_letters, from_letters

_KEY_BYTES: Final = 32
_KEY_ID_BYTES: Final = 4
_NONCE_BYTES: Final = 12  #: random: one key is good for 2^32 tokens (NIST SP 800-38D, 8.3)
_BLOCK_BYTES: Final = 32  #: a token's length tells the value's only to the next block
_END: Final = b"\x80"  #: ends the value; zeros follow (ISO/IEC 7816-4)
_TOKEN: Final = re.compile(TOKEN)
_BEGINNING: Final = re.compile(TOKEN_BEGINNING)


class BrokenToken(GatewayError):
    """A token cannot be read: it was changed, or made under a key that is not in GATEWAY_TOKEN_KEY."""

    code = "broken_token"


class NoToken(GatewayError):
    """There is no token in the text."""

    code = "no_token"


@dataclass(frozen=True, slots=True, kw_only=True)
class Revealed:
    """A text whose tokens were read."""

    text: str = field(repr=False)  #: with the values in the tokens' places
    entity_types: tuple[str, ...]  #: one for each token, in the order of the text


class TokenKeys:
    """The keys of the `token` operator. The first one makes tokens, all of them read."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        """Take 32-byte *keys*; without any, no token can be made."""
        self._ciphers = {_key_id(key): AESGCM(key) for key in keys}
        self._first = _key_id(keys[0]) if keys else b""

    @classmethod
    def from_setting(cls, setting: str) -> "TokenKeys":
        """Derive the keys from `GATEWAY_TOKEN_KEY`: one, or the newest and older ones with commas between."""
        return cls([_derived(each.strip()) for each in setting.split(",") if each.strip()])

    @classmethod
    def throw_away(cls) -> "TokenKeys":
        """Return a key that nobody keeps."""
        return cls([secrets.token_bytes(_KEY_BYTES)])

    def __bool__(self) -> bool:
        """Tell whether tokens can be made."""
        return bool(self._ciphers)

    def token(self, entity_type: str, value: str) -> str:
        """
        Return a new token for *value*: another one each time.

        Its bytes: the key's id, the nonce, the encrypted and padded value with its tag. The entity type is
        authenticated with them.
        """
        plain = value.encode("utf-8", "surrogatepass") + _END
        plain += bytes(-len(plain) % _BLOCK_BYTES)
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = self._ciphers[self._first].encrypt(nonce, plain, entity_type.encode())
        return f"<{entity_type}:{MARK}{as_letters(self._first + nonce + sealed)}>"

    def reveal(self, text: str) -> Revealed:
        """
        Return *text* with the values of its tokens.

        Raises:
            BrokenToken: one of them cannot be read.
            NoToken: there is none.
        """
        types: list[str] = []

        def value(token: re.Match[str]) -> str:
            types.append(token["type"])
            return self._value(token["type"], token["body"])

        revealed = _TOKEN.sub(value, text)
        if len(_BEGINNING.findall(text)) > len(types):
            raise BrokenToken
        if not types:
            raise NoToken
        return Revealed(text=revealed, entity_types=tuple(types))

    def _value(self, entity_type: str, body: str) -> str:
        try:
            data = from_letters(body)
            cipher = self._ciphers[data[:_KEY_ID_BYTES]]
            nonce, sealed = data[_KEY_ID_BYTES:][:_NONCE_BYTES], data[_KEY_ID_BYTES + _NONCE_BYTES :]
            plain = cipher.decrypt(nonce, sealed, entity_type.encode())
        except (ValueError, KeyError, InvalidTag):
            raise BrokenToken from None
        return plain.rstrip(b"\0").removesuffix(_END).decode("utf-8", "surrogatepass")


def count_tokens(text: str) -> int:
    """Return how many tokens *text* has, readable or not."""
    return len(_TOKEN.findall(text))


def _derived(secret: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=_KEY_BYTES, salt=None, info=b"portcullis token").derive(secret.encode())


def _key_id(key: bytes) -> bytes:
    return hashlib.sha256(key).digest()[:_KEY_ID_BYTES]
