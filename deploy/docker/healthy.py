"""
Exit 0 if something of this container answers: `python -IS healthy.py PORT PATH`.

An answer below 500 will do: it shows that the program serves, whoever may use it. Standard library only, and never
through a proxy: it runs every few seconds in every container.
"""
# ruff: noqa: INP001 - a file that is run, no package

import http.client
import sys

_TIMEOUT_S = 4
_SERVER_ERROR = 500


def status_of(port: int, path: str) -> int:
    """Return the status of a GET to this container's own *port*."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_TIMEOUT_S)
    connection.request("GET", path)
    return connection.getresponse().status


if __name__ == "__main__":
    try:
        status = status_of(int(sys.argv[1]), sys.argv[2])
    except (OSError, http.client.HTTPException) as error:
        sys.exit(f"no answer: {type(error).__name__}")
    sys.exit(f"answered {status}" if status >= _SERVER_ERROR else 0)
