"""What the ledger knows of a client's Idempotency-Key: hashes, what was taken in under it, and a sealed answer."""

from dataclasses import dataclass, field
from typing import Final

KEY_KEPT_MS: Final = 86_400_000  #: an answer is repeated for this long
WIPED: Final = ""  #: in the place of an answer whose task was emptied or deleted: its key stays taken


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyLease:
    """The right to act under a key; worth nothing once another request has taken the key over."""

    key_hash: str
    until: int  #: ms since the epoch, when others may; no two leases of a key share it


@dataclass(frozen=True, slots=True, kw_only=True)
class UsedKey:
    """A key that another request has or had."""

    body_hash: str
    in_flight: bool  #: its request may still be under way
    taken_id: str | None  #: the task that was accepted under it, or the message that was sent on
    answer: str | None = field(repr=False)  #: sealed, or `WIPED`; None until there is one
