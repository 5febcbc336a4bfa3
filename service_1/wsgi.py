"""What gunicorn serves."""

from gateway.journal import Journal
from gateway.settings import load
from gateway.wiring import build_intake_parts
from service_1.app import create_app
from service_1.parts import Parts

_settings = load()
app = create_app(Parts(**build_intake_parts(_settings)), Journal())
