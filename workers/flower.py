"""
Flower, mounted at `/dashboard/`: `python -m workers.flower --port …`.

It asks for the mesh's own user, whom only NGINX can show, and its log is quiet: it would print addresses that
clients chose.
"""

import argparse
import logging
import os

from workers.app import app, settings

_MOST_TASKS = 5000  #: it keeps them in memory


def main() -> None:
    """Run Flower until it is told to stop."""
    parser = argparse.ArgumentParser(description="Run Flower.")
    parser.add_argument("--bind", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    given = parser.parse_args()
    # by environment: a command line can be read by every user of the machine
    os.environ["FLOWER_BASIC_AUTH"] = f"mesh:{settings.mesh_token.get_secret_value()}"
    logging.getLogger("tornado.access").disabled = True
    app.start(
        [
            "flower",
            f"--address={given.bind}",
            f"--port={given.port}",
            "--url_prefix=dashboard",
            "--xheaders=True",
            f"--max_tasks={_MOST_TASKS}",
            "--logging=none",
        ]
    )


if __name__ == "__main__":
    main()
