"""What gunicorn serves."""

from gateway.reloading import RENEW, in_force
from gateway.settings import Settings
from gateway.wiring import build_intake_parts, renewed_intake_parts
from service_1.app import create_app
from service_1.parts import Parts, replace_parts

app = create_app(Parts(**build_intake_parts(in_force())))


def _renew(settings: Settings) -> None:
    replace_parts(app, lambda old: renewed_intake_parts(settings, old.intake, old.dependencies))


app.extensions[RENEW] = _renew
