from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient

from gateway.journal import Journal
from gateway.web import problems, request_id


@dataclass(frozen=True)
class Site:
    """A service with our manners and whatever routes a test gives it."""

    app: Flask
    client: FlaskClient

    def fails_with(self, error: Exception) -> None:
        def view() -> str:
            raise error

        self.app.add_url_rule("/fails", view_func=view)


@pytest.fixture
def site() -> Iterator[Site]:
    app = Flask("site")
    request_id.install(app, prefix="/producer")
    problems.install(app, Journal())
    return Site(app, app.test_client())
