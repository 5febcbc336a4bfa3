"""The journal: the events of a message's way, as lines in `logs/`."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any, Final

from gateway.telemetry.logs import OURS

_log: Final = logging.getLogger(OURS)


class Journal:
    """
    Writes events. Their names are `thing.what_happened`; their fields are ids, names of configured lists and numbers.

    A field never holds what a client wrote: that is what the gate is for.
    """

    def info(self, event: str, /, **fields: Any) -> None:
        """Something went as it should."""
        _log.info(event, extra={"fields": fields})

    def info_each(self, event: str, rows: Sequence[Mapping[str, Any]], /, **fields: Any) -> None:
        """Something went as it should, once for each of *rows*: what its line has beside *fields*."""
        if rows:
            _log.info(event, extra={"fields": fields, "fields_each": rows})

    def warning(self, event: str, /, **fields: Any) -> None:
        """Something went wrong and was put right, or was refused."""
        _log.warning(event, extra={"fields": fields})

    def error(self, event: str, /, **fields: Any) -> None:
        """Something went wrong that somebody should look at."""
        _log.error(event, extra={"fields": fields})
