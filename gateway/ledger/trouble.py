"""What a database's errors become: never with a statement's parameters, which may hold what a client sent."""

from typing import Final

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, SQLAlchemyError, StatementError

from gateway.errors import GatewayError, LedgerOutcomeUnknown, LedgerUnavailable
from gateway.transactions import CommitBroke

REFUSED: Final = "The ledger refused what was to be written."
# PostgreSQL's serialization_failure and deadlock_detected: the same transaction may succeed at once.
_WORTH_ANOTHER_TRY = frozenset({"40001", "40P01"})


def spoils_only_itself(error: Exception) -> bool:
    """Tell whether an operation failed by what it asked for, while the database is well."""
    return (
        not isinstance(error, SQLAlchemyError)
        or isinstance(error, (IntegrityError, DataError))
        or (isinstance(error, StatementError) and not isinstance(error, DBAPIError))
    )


def worth_another_try(error: SQLAlchemyError) -> bool:
    """Tell whether two transactions stood in each other's way."""
    return isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", None) in _WORTH_ANOTHER_TRY


def without_values(error: Exception) -> Exception:
    """Return what a caller gets to see: an SQLAlchemy error's class and code as a note, everything else as it is."""
    if not isinstance(error, SQLAlchemyError):
        return error
    told: GatewayError
    if isinstance(error, CommitBroke):
        told = LedgerOutcomeUnknown()
    elif spoils_only_itself(error):
        told = GatewayError(REFUSED)
    else:
        told = LedgerUnavailable()
    original = getattr(error, "orig", None)
    code = getattr(original, "sqlite_errorname", None) or getattr(original, "sqlstate", None) or ""
    told.add_note(f"{type(error).__name__} {code}".rstrip())
    return told
