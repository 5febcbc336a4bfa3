"""
Which process of a mesh works under which settings: a small file for each, in `var/renewals/`.

`portcullis reload` asks by a signal, which cannot be answered, and reads the answers here. `up` makes the folder: what
something else starts, as in containers, writes nothing. Times are those of the clock that all processes of a machine
share and nobody sets; they mean nothing after its next start, and `up` begins with an empty folder.
"""

import hashlib
import json
import os
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gateway.settings import PREFIX, of_home, toml_file

#: What `up` tells some programs alone, and no rule hears of.
_ADDRESSES: Final = frozenset({f"{PREFIX}{name}" for name in ("HOME", "SERVICE_1_URL", "SERVICE_2_URL")})
_CODE: Final = "PYTHONPATH"  #: where the user's own is found
_TRIED: Final = "tried"
_JUST_NS: Final = 60 * 10**9  #: code of the user's own may be another by then; `reload` does not wait longer


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a process said last of its settings."""

    began_ns: int  #: before it read them
    refused: bool  #: they were bad, and those of before are in force


def folder_of(home: Path) -> Path:
    """Return the folder of a home."""
    return home / "var" / "renewals"


def answer(*, began_ns: int, refused: bool = False) -> None:
    """Say under which settings this process works from now on; without a folder, or room on the disk, nobody hears."""
    file = folder_of(of_home().home) / str(os.getpid())
    draft = file.with_suffix(".new")
    with suppress(OSError):
        draft.write_text(json.dumps({"began_ns": began_ns, "refused": refused}))
        draft.replace(file)


def answers(home: Path) -> dict[int, Answer]:
    """Return the answers by process."""
    found = {}
    for file in folder_of(home).glob("[0-9]*"):
        with suppress(OSError, ValueError):  # a draft, or one that has just gone
            found[int(file.name)] = Answer(**json.loads(file.read_text()))
    return found


def note_tried(home: Path, tried: str) -> None:
    """Spare the programs the trial of settings that have just passed it; *tried* is their `fingerprint`, or empty."""
    (folder_of(home) / _TRIED).write_text(json.dumps({"at_ns": now_ns(), "fingerprint": tried}))


def was_tried() -> bool:
    """Tell whether the very settings that this process would read have just passed their trial."""
    try:
        tried = json.loads((folder_of(of_home().home) / _TRIED).read_text())
        return now_ns() - tried["at_ns"] < _JUST_NS and bool(tried["fingerprint"] == fingerprint())
    except (OSError, ValueError):
        return False


def fingerprint(environ: Mapping[str, str] = os.environ) -> str:
    """Return a number for all that settings are read from; of the user's own code, for where it is looked for."""
    home = of_home(environ).home
    given = {name: value for name, value in environ.items() if name.startswith(PREFIX) or name == _CODE}
    parts = [str(home), json.dumps(sorted(each for each in given.items() if each[0] not in _ADDRESSES))]
    for file in (home / ".env", toml_file(home)):
        with suppress(OSError):
            parts.append(hashlib.sha256(file.read_bytes()).hexdigest() if file else "")
    return hashlib.sha256("\n".join(parts).encode("utf-8", "surrogateescape")).hexdigest()


def now_ns() -> int:
    """Return the time by the clock of the answers."""
    return time.monotonic_ns()
