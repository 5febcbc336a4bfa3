"""
The peers of the two services: Flask with nothing in it, at the product's own addresses.

They run under the same gunicorn settings, behind the same NGINX configuration and beside the same broker, so what
differs is what the product does.
"""

import requests
from flask import Flask, Response, jsonify, request

from bench import nothing
from gateway.settings import load


def front() -> Flask:
    """Return the peer of service_1: an echo, an echo that makes one hop, and a view that calls `.delay()`."""
    settings = load()
    app = back()
    session = requests.Session()
    session.trust_env = False
    hop_url = f"{settings.service_2_url}/process"
    task = nothing.define(nothing.bare_publisher(settings.celery_broker_url))

    @app.post("/messages")
    def hop() -> Response:
        return jsonify(session.post(hop_url, json=request.get_json(), timeout=10).json())

    @app.post("/screen")
    def echo() -> Response:
        return jsonify(request.get_json())

    @app.post("/tasks")
    def delay() -> Response:
        return jsonify({"id": task.delay(request.get_json()).id})

    return app


def back() -> Flask:
    """Return the peer of service_2: an echo, an empty view, and what the start waits for."""
    app = Flask(__name__, static_folder=None)

    @app.post("/process")
    def echo_process() -> Response:
        return jsonify(request.get_json())

    @app.get("/")
    def empty() -> str:
        return ""

    @app.get("/health")
    @app.get("/ready")
    def up() -> str:
        return ""

    return app
