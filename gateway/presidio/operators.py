"""
What stands where something was found, by the operators of Presidio's anonymizer.

Source: Presidio's documentation of its anonymizer, "Built-in operators". Encryption is AES in CBC mode with PKCS #7
padding (RFC 5652, section 6.3); the initialisation vector stands in front, and all of it is base64url (RFC 4648).
"""

import base64
import binascii
import hashlib
import os
from typing import Annotated, Any, ClassVar, Final, Literal

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictBool, StrictInt, StrictStr, model_validator

ANONYMIZERS: Final = ("encrypt", "hash", "keep", "mask", "redact", "replace")
DEANONYMIZERS: Final = ("decrypt",)
_BLOCK: Final = 16  #: bytes, of AES
_LEAST_SALT: Final = 16  #: bytes
_KEY_BITS: Final = (128, 192, 256)


class CannotDecrypt(Exception):
    """It was not encrypted with this key, or not at all."""


def _is_key(key: str) -> str:
    if len(key.encode("utf-8", "surrogatepass")) * 8 not in _KEY_BITS:
        raise ValueError("a key of 128, 192 or 256 bits is needed")
    return key


def _is_salt(salt: str) -> str:
    if len(salt.encode("utf-8", "surrogatepass")) < _LEAST_SALT:
        raise ValueError(f"a salt of {_LEAST_SALT} bytes or more is needed")
    return salt


Key = Annotated[StrictStr, AfterValidator(_is_key)]


class _Operator(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    def __repr_args__(self) -> list[tuple[str | None, Any]]:
        """Leave every field out: all of them come with a request."""
        return []


class Anonymizer(_Operator):
    """An operator and its parameters; those of other operators are ignored."""

    _NEEDED: ClassVar = {"mask": ("masking_char", "chars_to_mask"), "encrypt": ("key",)}

    type: Literal["replace", "redact", "mask", "hash", "encrypt", "keep"]
    new_value: StrictStr | None = Field(None, description="replace: what stands there; `<ENTITY_TYPE>`.")
    masking_char: StrictStr | None = Field(None, min_length=1, max_length=1, description="mask: one character.")
    chars_to_mask: StrictInt | None = Field(None, description="mask: how many characters.")
    from_end: StrictBool = Field(False, description="mask: the last ones.")
    hash_type: Literal["sha256", "sha512"] = Field("sha256", description="hash: the algorithm.")
    salt: Annotated[StrictStr, AfterValidator(_is_salt)] | None = Field(
        None, description="hash: 16 bytes or more; none: a random one for each value."
    )
    key: Key | None = Field(None, description="encrypt: 128, 192 or 256 bits, as text.")

    @model_validator(mode="after")
    def _has_what_it_needs(self) -> "Anonymizer":
        for name in self._NEEDED.get(self.type, ()):
            if getattr(self, name) is None:
                raise ValueError(f"{self.type} needs {name}")
        return self

    def apply(self, value: str, entity_type: str) -> str:
        """Return what stands in the place of *value*."""
        match self.type:
            case "replace":
                return self.new_value or f"<{entity_type}>"
            case "redact":
                return ""
            case "mask":
                return self._masked(value)
            case "hash":
                return self._hashed(value)
            case "encrypt":
                return encrypt(value, self.key or "")
            case "keep":
                return value

    def _masked(self, value: str) -> str:
        number = max(0, min(len(value), self.chars_to_mask or 0))
        mask = (self.masking_char or "") * number
        return value[: len(value) - number] + mask if self.from_end else mask + value[number:]

    def _hashed(self, value: str) -> str:
        salt = os.urandom(2 * _LEAST_SALT) if self.salt is None else self.salt.encode("utf-8", "surrogatepass")
        return hashlib.new(self.hash_type, value.encode("utf-8", "surrogatepass") + salt).hexdigest()


class Deanonymizer(_Operator):
    """What takes an operator back: `encrypt`, with the same key."""

    type: Literal["decrypt"]
    key: Key = Field(description="128, 192 or 256 bits, as text.")

    def apply(self, value: str, entity_type: str) -> str:
        """
        Return what *value* was.

        Raises:
            CannotDecrypt: it was not encrypted with this key.
        """
        del entity_type
        return decrypt(value, self.key)


def encrypt(value: str, key: str) -> str:
    """Return *value* in AES, under an initialisation vector of its own."""
    padder, vector = PKCS7(8 * _BLOCK).padder(), os.urandom(_BLOCK)
    padded = padder.update(value.encode("utf-8", "surrogatepass")) + padder.finalize()
    encryptor = Cipher(algorithms.AES(key.encode("utf-8", "surrogatepass")), modes.CBC(vector)).encryptor()
    return base64.urlsafe_b64encode(vector + encryptor.update(padded) + encryptor.finalize()).decode()


def decrypt(value: str, key: str) -> str:
    """
    Return what `encrypt` was given.

    Raises:
        CannotDecrypt: *value* is not what `encrypt` returns under this key.
    """
    try:
        data = base64.b64decode(value.encode("ascii"), altchars=b"-_", validate=True)
        decryptor = Cipher(algorithms.AES(key.encode("utf-8", "surrogatepass")), modes.CBC(data[:_BLOCK])).decryptor()
        padded = decryptor.update(data[_BLOCK:]) + decryptor.finalize()
        unpadder = PKCS7(8 * _BLOCK).unpadder()
        return (unpadder.update(padded) + unpadder.finalize()).decode("utf-8", "surrogatepass")
    except (binascii.Error, ValueError):
        pass
    raise CannotDecrypt  # not inside `except`: the first error may carry the text
