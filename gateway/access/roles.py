"""Roles, and who is calling."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from gateway.errors import Forbidden, Unauthenticated


class Role(StrEnum):
    """What a key may do; each includes the ones before it."""

    CLIENT = "client"
    OPERATOR = "operator"
    ADMIN = "admin"

    def includes(self, other: "Role") -> bool:
        """Whether this role may do what *other* may."""
        return _ORDER.index(self) >= _ORDER.index(other)


_ORDER: Final = (Role.CLIENT, Role.OPERATOR, Role.ADMIN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who is calling: a key's name, or `anonymous`."""

    name: str
    role: Role

    def require(self, role: Role) -> None:
        """
        Check that the caller may do what *role* may.

        Raises:
            Unauthenticated: it may not, and showed no key: another one may do.
            Forbidden: it may not.
        """
        if not self.role.includes(role):
            raise Unauthenticated if self == ANONYMOUS else Forbidden

    @property
    def sees_only(self) -> str | None:
        """The name whose tasks it sees; None for operators, who see all."""
        return None if self.role.includes(Role.OPERATOR) else self.name


ANONYMOUS: Final = Caller(name="anonymous", role=Role.CLIENT)
