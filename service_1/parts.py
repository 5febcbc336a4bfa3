"""The parts that the intake API's routes call."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from flask import Flask, current_app, g, request

from gateway.access.roles import Caller, Role
from gateway.batch import BatchIntake
from gateway.errors import Forbidden
from gateway.intake import NO_KEY, UnderKey
from gateway.journal import Journal
from gateway.kinds import FOR_ADMINS
from gateway.ledger.figures import Figures
from gateway.ledger.ledger import Ledger
from gateway.presidio.analyzer import Analyzer
from gateway.web.credentials import Credentials
from gateway.web.health import Dependency
from gateway.web.idempotency import IdempotencyKeys

_EXTENSION = "portcullis"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What `create_app` is given."""

    intake: BatchIntake
    analyzer: Analyzer
    ledger: Ledger
    figures: Figures
    credentials: Credentials
    idempotency: IdempotencyKeys
    journal: Journal
    dependencies: Sequence[Dependency]
    version: str


def replace_parts(app: Flask, renewed: Callable[[Parts], Mapping[str, Any]]) -> None:
    """Put what *renewed* makes of the parts of *app* in their place; requests on their way keep the ones they have."""
    old: Parts = app.extensions[_EXTENSION]
    app.extensions[_EXTENSION] = replace(old, **renewed(old))


def parts() -> Parts:
    """Return the parts of the application that handles this request."""
    return cast("Parts", current_app.extensions[_EXTENSION])


def caller(role: Role = Role.CLIENT) -> Caller:
    """
    Return who sent this request.

    Raises:
        Unauthenticated, Forbidden: nobody who is known, or somebody who may not do what *role* may.
    """
    who = parts().credentials.caller(request)
    who.require(role)
    return who


def allow_kind(who: Caller, kind: str) -> None:
    """
    Check that *who* may have tasks of *kind*.

    Raises:
        Forbidden: only admins may, and an alert tells of it; also for anonymous callers, whose request this was.
    """
    if kind in FOR_ADMINS and not who.role.includes(Role.ADMIN):
        parts().intake.forbid(caller=who.name, request_id=request_id())
        raise Forbidden


def request_id() -> str:
    """Return this request's id."""
    return cast("str", g.request_id)


def under_key() -> UnderKey:
    """Return what this request's Idempotency-Key means for it."""
    return cast("UnderKey", g.get("under_key", NO_KEY))
