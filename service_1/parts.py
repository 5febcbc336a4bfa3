"""The parts that the intake API's routes call."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from flask import current_app, g, request

from gateway.access.roles import Caller, Role
from gateway.intake import Intake
from gateway.ledger.ledger import Ledger
from gateway.web.credentials import Credentials
from gateway.web.health import Dependency

_EXTENSION = "portcullis"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What `create_app` is given."""

    intake: Intake
    ledger: Ledger
    credentials: Credentials
    dependencies: Sequence[Dependency]
    version: str


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


def request_id() -> str:
    """Return this request's id."""
    return cast("str", g.request_id)
