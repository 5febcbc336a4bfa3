"""
An Idempotency-Key and what may be written down of it.

A key is the client's word and may be personal, and an answer may hold what a message said. So the ledger gets hashes
under a secret of the mesh, and the answer encrypted under that secret and the key together: who has the database, even
with the mesh's settings, cannot read an answer without the client's key.
"""

import hashlib
import hmac
import re
import secrets
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import Request, Response

from gateway.errors import InvalidRequest, OutcomeUnknown

HEADER: Final = "Idempotency-Key"
REPLAYED: Final = "Idempotent-Replayed"
_KEY: Final = re.compile(r"[\x21-\x7e]{1,255}")
_KEPT_HEADERS: Final = ("Content-Type", "Location", "Retry-After")
_NONCE_BYTES: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedUnderKey:
    """A request with an Idempotency-Key, as hashes, and the cipher of its answer."""

    key_hash: str
    body_hash: str
    _cipher: AESGCM = field(repr=False)

    def seal(self, response: Response) -> str:
        """Return *response* as the ledger may keep it."""
        headers = [(name, response.headers[name]) for name in _KEPT_HEADERS if name in response.headers]
        plain = orjson.dumps([response.status_code, headers, response.get_data(as_text=True)])
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return b64encode(nonce + self._cipher.encrypt(nonce, plain, self._context)).decode()

    def open(self, sealed: str) -> Response:
        """
        Return the response again, marked as a repeat.

        Raises:
            OutcomeUnknown: the row is not as it was written.
        """
        data = b64decode(sealed)
        try:
            plain = self._cipher.decrypt(data[:_NONCE_BYTES], data[_NONCE_BYTES:], self._context)
        except (InvalidTag, ValueError):
            raise OutcomeUnknown("What was answered cannot be read any more.") from None
        status, headers, body = orjson.loads(plain)
        return Response(body, HTTPStatus(status), [*headers, (REPLAYED, "true")])

    @property
    def _context(self) -> bytes:
        return f"{self.key_hash}{self.body_hash}".encode()


class IdempotencyKeys:
    """Reads the header under the mesh's secret."""

    def __init__(self, secret: bytes, *, lease_ms: int = 60_000) -> None:
        """
        Derive the keys.

        Args:
            secret: the same for all processes of the mesh.
            lease_ms: longer than any request lasts.
        """
        info = b"portcullis idempotency"  # the secret has other uses, too
        self._secret = HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(secret)
        self.lease_ms = lease_ms

    @staticmethod
    def has(request: Request) -> bool:
        """Tell whether the request has the header."""
        return HEADER in request.headers

    def read(self, request: Request, *, caller: str) -> AskedUnderKey:
        """
        Return what *caller* asks under a key.

        Raises:
            InvalidRequest: the key does not have the right form.
        """
        key = request.headers.get(HEADER, "")
        if not _KEY.fullmatch(key):
            raise InvalidRequest(f"{HEADER} has to be 1 to 255 visible ASCII characters", field=HEADER)
        route = (request.method, request.endpoint or "", request.headers.get("Content-Type", ""))
        return AskedUnderKey(
            key_hash=self._hash((b"key", caller.encode(), key.encode())),
            body_hash=self._hash((b"body", *(each.encode() for each in route), request.get_data())),
            _cipher=AESGCM(self._answer_key(caller, key)),
        )

    def _hash(self, values: Sequence[bytes]) -> str:
        """Return one hash of several values, none of which can pass for a part of its neighbour."""
        lengths = b",".join(b"%d" % len(value) for value in values)
        return hmac.digest(self._secret, b"".join((lengths, b":", *values)), hashlib.sha256).hex()

    def _answer_key(self, caller: str, key: str) -> bytes:
        info = b"portcullis idempotent answer " + caller.encode()
        return HKDF(algorithm=SHA256(), length=32, salt=self._secret, info=info).derive(key.encode())
