"""Source code, a lock file, prose and logs: what is found there has to be there."""

import random
import sysconfig
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from harness.scored import find

from gateway.settings import CHECKOUT

PER_100_KB = 2
TRUE_THERE = {"URL", "EMAIL_ADDRESS", "PERSON"}  # links, and authors with their addresses


def source_code() -> str:
    folder = Path(sysconfig.get_path("stdlib"))
    names = ("argparse", "datetime", "decimal", "_pydecimal", "ftplib", "inspect", "socket", "tarfile", "typing")
    return "\n".join((folder / f"{name}.py").read_text(encoding="utf-8") for name in names)


def prose() -> str:
    pages = [*(CHECKOUT / "docs").glob("*.md"), CHECKOUT / "LICENSE", CHECKOUT / "CHANGELOG.md"]
    return "\n".join(page.read_text(encoding="utf-8") for page in sorted(pages) if page.name != "kinds.md")


def logs() -> str:
    """Return lines as services write them: times, ids, counts, durations, addresses of code."""
    chance = random.Random(7)  # the same lines at every run
    at = datetime(2026, 11, 22, 10, tzinfo=UTC)
    lines = []
    for number in range(3000):
        at += timedelta(milliseconds=chance.randrange(2000))
        request = uuid.UUID(int=chance.getrandbits(128), version=4)
        lines.append(
            f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z INFO api[{chance.randrange(65536)}] job={number} "
            f"request_id={request} bytes={chance.randrange(10**7)} ms={chance.random() * 900:.3f} "
            f"status={chance.choice((200, 201, 404, 503))} at 0x{chance.getrandbits(48):012x}"
        )
    return "\n".join(lines)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(source_code, id="source code"),
        pytest.param(lambda: (CHECKOUT / "uv.lock").read_text(encoding="utf-8"), id="lock file"),
        pytest.param(prose, id="prose"),
        pytest.param(logs, id="logs"),
    ],
)
def test_hardly_anything_false_is_found_in_clean_text(text):
    whole = text()

    found = [each[2] for at in range(0, len(whole), 100_000) for each in find(whole[at : at + 100_000])]

    assert len(whole) > 30_000
    assert len([kind for kind in found if kind not in TRUE_THERE]) <= PER_100_KB * len(whole) / 100_000, found
