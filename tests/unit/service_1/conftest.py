from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from harness.door import Door, open_door

from gateway.access.roles import Role


@pytest.fixture
def door_with(tmp_path: Path, database_url: str) -> Iterator[Callable[..., Door]]:
    """Open the intake API with other rules, another screener, …"""
    with ExitStack() as stack:
        yield lambda **given: stack.enter_context(open_door(tmp_path, database_url, **given))


@pytest.fixture
def door(door_with: Callable[..., Door]) -> Door:
    return door_with()


class As:
    """Calls the API with one key."""

    def __init__(self, door: Door, name: str, role: Role) -> None:
        self._door = door
        self._headers = door.key(name, role)

    def _call(self, method: str, path: str, **given: Any):
        headers = {**self._headers, **given.pop("headers", {})}
        return getattr(self._door.client, method)(path, headers=headers, **given)

    def get(self, path: str, **given: Any):
        return self._call("get", path, **given)

    def post(self, path: str, json: Any = None, **given: Any):
        return self._call("post", path, **({"json": json} if json is not None else {}), **given)

    def patch(self, path: str, **given: Any):
        return self._call("patch", path, **given)

    def delete(self, path: str, **given: Any):
        return self._call("delete", path, **given)

    def task(self, content: str = "hello", **fields: Any) -> str:
        answer = self.post("/tasks", {"content": content, **fields})
        assert answer.status_code == 201, answer.text
        return answer.json["id"]


@pytest.fixture
def act_as(door: Door) -> Callable[[str, Role], As]:
    return lambda name, role: As(door, name, role)


@pytest.fixture
def shop(act_as) -> As:
    return act_as("shop", Role.CLIENT)


@pytest.fixture
def rival(act_as) -> As:
    return act_as("rival", Role.CLIENT)


@pytest.fixture
def operator(act_as) -> As:
    return act_as("desk", Role.OPERATOR)
