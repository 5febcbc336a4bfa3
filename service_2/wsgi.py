"""What gunicorn serves."""

from gateway.journal import Journal
from gateway.processing.processors import load_processors
from gateway.reloading import RENEW, in_force
from gateway.settings import Settings
from service_2.app import PROCESSORS, create_app

_settings = in_force()
app = create_app(
    load_processors(_settings.processing.processors),
    token=_settings.mesh_token.get_secret_value(),
    journal=Journal(),
)


def _renew(settings: Settings) -> None:
    app.extensions[PROCESSORS] = load_processors(settings.processing.processors)


app.extensions[RENEW] = _renew
