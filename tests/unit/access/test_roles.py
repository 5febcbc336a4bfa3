import pytest

from gateway.access.roles import ANONYMOUS, Caller, Role
from gateway.errors import Forbidden


@pytest.mark.parametrize(
    ("role", "may_do"),
    [
        (Role.CLIENT, {Role.CLIENT}),
        (Role.OPERATOR, {Role.CLIENT, Role.OPERATOR}),
        (Role.ADMIN, {Role.CLIENT, Role.OPERATOR, Role.ADMIN}),
    ],
)
def test_each_role_includes_the_ones_before_it(role: Role, may_do: set[Role]):
    assert {other for other in Role if role.includes(other)} == may_do


def test_a_role_that_is_too_low_is_forbidden():
    with pytest.raises(Forbidden):
        Caller(name="shop", role=Role.CLIENT).require(Role.OPERATOR)


@pytest.mark.parametrize("role", list(Role))
def test_operators_see_every_task_and_clients_their_own(role: Role):
    sees_only = Caller(name="shop", role=role).sees_only

    assert sees_only == ("shop" if role is Role.CLIENT else None)


def test_somebody_without_a_key_is_a_client_at_most():
    assert (ANONYMOUS.name, ANONYMOUS.role) == ("anonymous", Role.CLIENT)
