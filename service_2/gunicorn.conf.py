"""gunicorn's settings; the addresses come from the command line."""

from gateway.reloading import gunicorn_hooks, in_force
from gateway.serving import gunicorn_settings

globals().update(gunicorn_settings(in_force(), "service_2"), **gunicorn_hooks())
