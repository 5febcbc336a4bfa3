"""gunicorn's settings; the addresses come from the command line."""

from gateway.serving import gunicorn_settings
from gateway.settings import load

globals().update(gunicorn_settings(load(), "service_1"))
