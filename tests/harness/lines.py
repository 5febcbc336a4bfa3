"""The one form of a log line."""

import re
from typing import Final

_TIME: Final = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"
_LEVEL: Final = r"(?:DEBUG|INFO |WARN |ERROR|FATAL)"
_PROGRAM: Final = r"(?:service_1|service_2|worker-io|worker-cpu|monitor|nginx|nginx-error|reveal)"
_VALUE: Final = r"(?:[A-Za-z0-9_.:/{}*@+-]+|\"(?:[^\"\\\x00-\x1f]|\\.)*\")"
LINE: Final = re.compile(
    rf"(?P<time>{_TIME}) (?P<level>{_LEVEL}) (?P<program>{_PROGRAM}) (?P<event>[a-z_]+(?:\.[a-z_]+)*)"
    rf"(?P<fields>(?: [a-z_]+={_VALUE})*)"
)
