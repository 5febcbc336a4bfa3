"""
API keys: `pk_` and 256 random bits; only their SHA-256 is kept.

The bits are random, so a plain hash is enough (nobody can search them), and a slow one would cost each request.
"""

import hashlib
import hmac
import re
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import BigInteger, Column, MetaData, Table, Text, func
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from gateway.access.roles import Caller, Role
from gateway.database_engine import new_engine
from gateway.errors import GatewayError, InvalidRequest, LedgerUnavailable, NotFound
from gateway.message.ids import new_id
from gateway.transactions import begin_writing, read

_FORM: Final = re.compile(r"pk_[A-Za-z0-9_-]{43}")
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_TAKEN: Final = ("anonymous", "monitor", "nobody")  #: names that logs and histories use for others
_REMEMBERED_S: Final = 2.0  #: a revoked key works for this long at most
_LAST_USED_STEP_MS: Final = 60_000  #: so that a busy key does not cost a write for each request
_MOST_REMEMBERED: Final = 4096

_metadata: Final = MetaData()
_keys: Final = Table(
    "api_keys",
    _metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, unique=True, nullable=False),
    Column("role", Text, nullable=False),
    Column("sha256", Text, unique=True, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("last_used_at", BigInteger),
    Column("revoked_at", BigInteger),
)


class KeyNotFound(NotFound):
    """There is no key with this name."""

    code = "key_not_found"


class KeyNameTaken(GatewayError):
    """There is a key with this name already."""

    code = "key_name_taken"


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A key without its secret. Times are milliseconds since the epoch, UTC."""

    name: str
    role: Role
    created_at: int
    last_used_at: int | None  #: to the minute
    revoked_at: int | None


def generate() -> str:
    """Return a fresh key, in the clear: the only time that it is."""
    return f"pk_{secrets.token_urlsafe(32)}"


class KeyStore:
    """The keys in the ledger's database."""

    def __init__(self, url: str, *, clock: Callable[[], float] = time.time) -> None:
        """
        Open nothing yet.

        Raises:
            InvalidSetting: *url* is none, or names a database that cannot hold keys.
        """
        self._engine = new_engine(url)
        self._clock = clock
        self._lock = threading.Lock()
        self._remembered: dict[str, tuple[float, Caller | None]] = {}

    def create(self, name: str, role: Role, *, plain: str | None = None) -> str:
        """
        Make a key and return it in the clear; with *plain*, register that one.

        Raises:
            InvalidRequest: the name is not 1 to 64 letters, digits, dots, dashes and underscores, or is one of ours.
            KeyNameTaken: another key has this name, be it revoked: a name stands for one key in logs for ever.
            LedgerUnavailable: the database does not answer.
        """
        if not _NAME.fullmatch(name):
            raise InvalidRequest("a key's name is 1 to 64 letters, digits, '.', '-' and '_'", field="/name")
        if name in _TAKEN:
            raise InvalidRequest(f"a key cannot be named {', '.join(_TAKEN[:-1])} or {_TAKEN[-1]}", field="/name")
        plain = plain or generate()
        if not _FORM.fullmatch(plain):
            raise InvalidRequest("a key is pk_ and 43 letters, digits, '-' and '_'", field="/key")
        row = {"id": new_id(), "name": name, "role": role.value, "sha256": _digest(plain), "created_at": self._now()}
        try:
            with begin_writing(self._engine) as connection:
                connection.execute(_keys.insert().values(**row))
        except IntegrityError:
            raise KeyNameTaken from None
        except SQLAlchemyError:
            raise LedgerUnavailable from None
        return plain

    def list(self) -> list[Key]:
        """Return all keys, the oldest first, revoked ones included."""
        try:
            rows = read(self._engine, _keys.select().order_by(_keys.c.created_at, _keys.c.id))
        except SQLAlchemyError:
            raise LedgerUnavailable from None
        return [
            Key(
                name=row["name"],
                role=Role(row["role"]),
                created_at=row["created_at"],
                last_used_at=row["last_used_at"],
                revoked_at=row["revoked_at"],
            )
            for row in rows
        ]

    def revoke(self, name: str) -> None:
        """
        End a key; running services learn of it within two seconds. Revoking twice is no error.

        Raises:
            KeyNotFound: there is none with this name.
        """
        try:
            with begin_writing(self._engine) as connection:
                at = func.coalesce(_keys.c.revoked_at, self._now())
                found = connection.execute(_keys.update().where(_keys.c.name == name).values(revoked_at=at)).rowcount
        except SQLAlchemyError:
            raise LedgerUnavailable from None
        if not found:
            raise KeyNotFound

    def caller(self, plain: str) -> Caller | None:
        """
        Return whose key this is, or None if it is nobody's, or revoked.

        Raises:
            LedgerUnavailable: the database does not answer, and the key was not seen a moment ago.
        """
        if not _FORM.fullmatch(plain):
            return None
        digest = _digest(plain)
        known = self._remembered.get(digest)
        if known and known[0] > time.monotonic():
            return known[1]
        caller = self._look_up(digest)
        with self._lock:
            if len(self._remembered) >= _MOST_REMEMBERED:  # somebody is guessing: start over, do not grow
                self._remembered.clear()
            self._remembered[digest] = (time.monotonic() + _REMEMBERED_S, caller)
        return caller

    def close(self) -> None:
        """Let go of every connection."""
        self._engine.dispose()

    def _look_up(self, digest: str) -> Caller | None:
        try:
            row = next(iter(read(self._engine, _keys.select().where(_keys.c.sha256 == digest))), None)
        except SQLAlchemyError:
            raise LedgerUnavailable from None
        if row is None or row["revoked_at"] is not None or not hmac.compare_digest(row["sha256"], digest):
            return None
        if row["last_used_at"] is None or self._now() - row["last_used_at"] > _LAST_USED_STEP_MS:
            self._note_use(digest)
        return Caller(name=row["name"], role=Role(row["role"]))

    def _note_use(self, digest: str) -> None:
        try:
            with begin_writing(self._engine, hasty=True) as connection:
                connection.execute(_keys.update().where(_keys.c.sha256 == digest).values(last_used_at=self._now()))
        except SQLAlchemyError:
            return  # a busy ledger must not refuse a good key for the sake of a statistic

    def _now(self) -> int:
        return int(self._clock() * 1000)


def _digest(plain: str) -> str:
    return hashlib.sha256(plain.encode()).hexdigest()
