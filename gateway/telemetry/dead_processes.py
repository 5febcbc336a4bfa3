"""
The numbers of processes that have ended, kept in one file for each kind of metric.

Each process of a program counts in files of its own; those of processes that were replaced would pile up, and reading
them all makes every answer to Prometheus slower. Removing them would take what they counted out of the sums.
"""

import fcntl
import os
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from prometheus_client.mmap_dict import MmapedDict

_LOCK: Final = "lock"
_KEPT: Final = 0  #: in the place of a process's number; no process has it


@contextmanager
def reading(folder: Path) -> Iterator[None]:
    """Let nobody gather while the files of *folder* are read."""
    with _locked(folder, fcntl.LOCK_SH):
        yield


def gather(folder: Path) -> int:
    """Add what processes counted that have ended to the files that stay, and return how many files that were."""
    ended = [file for file in sorted(folder.glob("*_*.db")) if not _runs(_process_of(file))]
    if not ended:
        return 0
    with _locked(folder, fcntl.LOCK_EX):
        by_kind: dict[str, list[Path]] = defaultdict(list)
        for file in ended:
            if file.exists():  # another process may have been first
                by_kind[file.stem.rpartition("_")[0]].append(file)
        for kind, files in by_kind.items():
            _add_up(folder / f"{kind}_{_KEPT}.db", files, newest=kind.startswith("gauge"))
        return sum(map(len, by_kind.values()))


def _add_up(kept: Path, files: list[Path], *, newest: bool) -> None:
    """Write beside the file and put it in its place, so that a crash spoils nothing; the others go last."""
    values: dict[str, tuple[float, float]] = {}
    for file in [*([kept] if kept.exists() else []), *files]:
        for key, value, at, _ in MmapedDict.read_all_values_from_file(str(file)):
            known, known_at = values.get(key, (0.0, 0.0))
            if newest:
                values[key] = (value, at) if at >= known_at else (known, known_at)
            else:
                values[key] = (known + value, 0.0)
    draft = kept.with_suffix(".draft")
    draft.unlink(missing_ok=True)
    written = MmapedDict(str(draft))
    for key, (value, at) in values.items():
        written.write_value(key, value, at)
    written.close()
    draft.replace(kept)
    for file in files:
        file.unlink(missing_ok=True)


def _process_of(file: Path) -> int:
    number = file.stem.rpartition("_")[2]
    return int(number) if number.isdecimal() else _KEPT


def _runs(process: int) -> bool:
    if process == _KEPT:
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # somebody else's, by the same number
        return True
    return True


@contextmanager
def _locked(folder: Path, how: int) -> Iterator[None]:
    with (folder / _LOCK).open("a") as file:
        fcntl.flock(file, how)
        yield
