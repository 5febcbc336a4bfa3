"""Ids: UUIDv7 for what we make, and the one form of request id that a client may choose."""

import re

import uuid_utils

# A client's own words must not reach a log by this way, so nothing but 32 hex digits passes.
_REQUEST_ID = re.compile(r"[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{12}")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def new_id() -> str:
    """Return a fresh UUIDv7; ids made later sort later. Source: RFC 9562, section 5.7."""
    return str(uuid_utils.uuid7())


def first_id(milliseconds: int) -> str:
    """Return what no id made since this time (ms since the epoch) is lower than."""
    stamp = f"{max(milliseconds, 0):012x}"
    return f"{stamp[:8]}-{stamp[8:]}-7000-8000-000000000000"


def id_at(milliseconds: int) -> str:
    """Return a fresh UUIDv7 that tells this time (ms since the epoch) as its own."""
    return first_id(milliseconds)[:13] + new_id()[13:]


def is_id(text: str) -> bool:
    """Tell whether *text* has the form of an id of ours."""
    return _UUID.fullmatch(text) is not None


def request_id_from(header: str | None) -> str:
    """Return the client's request id if it is a UUID or 32 hex digits, else a fresh one."""
    return header if header and _REQUEST_ID.fullmatch(header) else new_id()
