"""`portcullis reload`: new rules for the mesh that runs."""

from gateway.commands.check import run_check
from gateway.native import mesh
from gateway.native.home import complete_env_file
from gateway.settings import load, of_home


def reload() -> None:
    """Try the configuration, and wait until the running mesh has taken policy, detectors and processors from it."""
    env_file = of_home().home / ".env"
    if env_file.exists():
        complete_env_file(env_file)  # an operator that is used for the first time may need a key of its own
    settings = load()
    run_check(settings)
    mesh.reload(settings)
