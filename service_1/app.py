"""The intake API as a Flask application."""

from flask import Flask

from gateway.message.decoding import MAX_BODY_BYTES
from gateway.web import problems, request_id
from service_1 import idempotency
from service_1.encoding import PREFIX
from service_1.parts import Parts
from service_1.routes import about, alerts, batch, docs, jobs, messages, presidio, tasks


def create_app(given: Parts) -> Flask:
    """Return the application over the parts it is given."""
    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES
    app.extensions["portcullis"] = given
    request_id.install(app, prefix=PREFIX)
    problems.install(app, given.journal)
    for blueprint in (messages.bp, batch.bp, presidio.bp, tasks.bp, jobs.bp, alerts.bp, about.bp, docs.bp):
        app.register_blueprint(blueprint)
    idempotency.install(app)
    return app
