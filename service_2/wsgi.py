"""What gunicorn serves."""

from gateway.journal import Journal
from gateway.processing.processors import load_processors
from gateway.settings import load
from service_2.app import create_app

_settings = load()
app = create_app(
    load_processors(_settings.processing.processors),
    token=_settings.mesh_token.get_secret_value(),
    journal=Journal(),
)
