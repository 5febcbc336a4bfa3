"""Folders and files that only their owner may read."""

import os
import stat
import tempfile
from pathlib import Path

from gateway.errors import InvalidSetting


def private_folder(path: Path) -> Path:
    """
    Make sure that *path* is a folder of this user which nobody else may enter.

    Raises:
        InvalidSetting: it cannot be made, is another user's, or is no folder. In a shared place such as /tmp somebody
            may have put it there to read what we write.
    """
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = path.lstat()
        if stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid() and stat.S_IMODE(found.st_mode) & 0o077:
            path.chmod(0o700)
    except OSError as error:
        raise InvalidSetting(f"{path} cannot be made a folder: {error.strerror}") from None
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
        raise InvalidSetting(f"{path} is not a folder of this user")
    return path


def close_to_others(path: Path) -> None:
    """
    Let only its owner and its group into the folder *path*, if this user owns it; what a link leads to stays as it is.

    Raises:
        InvalidSetting: its mode cannot be changed.
    """
    try:
        found = path.lstat()
        mode = stat.S_IMODE(found.st_mode)
        if stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid() and mode & 0o007:
            path.chmod(mode & ~0o007)
    except OSError as error:
        raise InvalidSetting(f"{path} cannot be closed to others: {error.strerror}") from None


def write_private(path: Path, text: str) -> None:
    """Put a file in place whole, readable by its owner only."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mode 0600
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
