"""The screening engine against its peers: each in a process of its own, the same texts, in turn."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

from bench.harness import RESULTS
from bench.results import BenchFailed, Effort, Result
from bench.texts import hell, repeated_ids, speed_corpus
from gateway.settings import CHECKOUT

_CORPORA: Final = {
    "screen-a": "clean chat messages of 113 bytes",
    "screen-b": "messages of 0.9 KB with 2 to 5 findings",
    "screen-c": "texts of 50 KB, about one finding a KB",
    "screen-d": "log lines full of digits, 1 KB together",
}
_HELL: Final = "screen-hell"
_WORST: Final = "worst-case"
_IDS: Final = "repeated-ids"
NAMES: Final = (*_CORPORA, _HELL, _WORST, _IDS)

_OURS: Final = "portcullis"
#: The goals for the rate, ours to the peer's, on a, b, c and d; None: it is only told.
_PEERS: Final[dict[str, tuple[float | None, ...]]] = {
    "presidio-analyzer": (200, 100, 300, 300),
    "presidio-rs": (1, 1, 1, 1),
    "datafog": (1, 1, 1, 1),
    "datafog-core": (1, 1, 1, 1),
    "cpex-pii-filter": (1 / 3, None, None, None),
}
_SCREENERS: Final = Path(__file__).with_name("screeners")
_MOST_TEXTS: Final = 500
_HELL_SIZE: Final = 2_000  #: characters of each text that the peers get, too: some take minutes for 50 KB of it
_WORST_SIZE: Final = 50_000
_MOST_TIMES: Final = 10  #: the cost of an ordinary text


class _Engine:
    """A screening engine in a process of its own."""

    def __init__(self, name: str, python: Path) -> None:
        command = [str(python), str(_SCREENERS / "worker.py"), name]
        self._process = subprocess.Popen(  # noqa: S603 -- a program of ours
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": str(CHECKOUT)} if name == _OURS else None,
            text=True,
        )

    def load(self, texts: Collection[str]) -> None:
        """Name the texts."""
        self._ask({"texts": list(texts)})

    def rate(self, seconds: float) -> float:
        """Return how many texts it screens in a second."""
        return float(self._ask({"seconds": seconds})["rate"])

    def stop(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.communicate()

    def _ask(self, told: dict[str, Any]) -> dict[str, Any]:
        pipe_in, pipe_out = self._process.stdin, self._process.stdout
        if pipe_in is None or pipe_out is None:
            raise BenchFailed("a screener has no pipes")
        try:
            pipe_in.write(json.dumps(told) + "\n")
            pipe_in.flush()
            answer: dict[str, Any] = json.loads(pipe_out.readline())
        except (BrokenPipeError, json.JSONDecodeError):
            raise BenchFailed(f"{self._process.args!r} has ended") from None
        return answer


def measure(names: Collection[str], effort: Effort, tell: Callable[[str], None]) -> Iterator[Result]:
    """Measure those of `NAMES` that are named."""
    if _WORST in names:
        tell(_WORST)
        yield _worst(_WORST, "input from hell", hell(_WORST_SIZE), effort, goal=_MOST_TIMES)
    if _IDS in names:
        tell(_IDS)
        yield _worst(_IDS, "row of one id", repeated_ids(_WORST_SIZE), effort, goal=None)
    if not {*_CORPORA, _HELL}.isdisjoint(names):
        with _engines(tell) as engines:
            for column, (name, about) in enumerate(_CORPORA.items()):
                if name in names:
                    tell(name)
                    texts = speed_corpus(name[-1])[:_MOST_TEXTS]
                    goals = {peer: goal[column] for peer, goal in _PEERS.items()}
                    yield from _against_all(name, about, _rounds(engines, texts, effort), goals)
            if _HELL in names:
                tell(_HELL)
                texts = list(hell(_HELL_SIZE).values())
                about = f"inputs from hell of {_HELL_SIZE / 1000:g} KB"
                yield from _against_all(_HELL, about, _rounds(engines, texts, effort), dict.fromkeys(_PEERS))


def _rounds(engines: dict[str, _Engine], texts: Collection[str], effort: Effort) -> list[dict[str, float]]:
    """Return how many of *texts* each engine screens in a second, round by round."""
    for engine in engines.values():
        engine.load(texts)
    return [{name: engine.rate(effort.seconds) for name, engine in engines.items()} for _ in range(effort.rounds)]


def _against_all(
    name: str, about: str, rounds: list[dict[str, float]], goals: dict[str, float | None]
) -> Iterator[Result]:
    for peer in (each for each in _PEERS if each in rounds[0]):
        yield Result(
            name=f"{name} {peer}",
            ours=f"the engine screens {about}",
            peer=peer,
            unit="a second",
            goal=goals[peer],
            figures=[(figures[_OURS], figures[peer]) for figures in rounds],
        )


def _worst(name: str, about: str, texts: dict[str, str], effort: Effort, *, goal: float | None) -> Result:
    """Measure the worst of *texts*; which one it is, the first round tells."""
    engine = _Engine(_OURS, Path(sys.executable))
    try:
        costs: dict[str, float] = {}
        for made_of, text in texts.items():
            engine.load([text])
            costs[made_of] = 1 / engine.rate(0)
        worst = max(costs, key=costs.__getitem__)
        figures = []
        for _ in range(effort.rounds):
            pair = []
            for given in ([texts[worst]], speed_corpus("c")):
                engine.load(given)
                pair.append(1e6 / engine.rate(effort.seconds))
            figures.append((pair[0], pair[1]))
    finally:
        engine.stop()
    return Result(
        name=name,
        ours=f"the engine screens 50 KB of the worst {about}: {worst}",
        peer="ordinary 50 KB of text",
        unit="µs",
        goal=goal,
        at_most=True,
        figures=figures,
    )


@contextmanager
def _engines(tell: Callable[[str], None]) -> Iterator[dict[str, _Engine]]:
    python = _peers_python(tell)
    with ExitStack() as running:
        engines: dict[str, _Engine] = {}
        for name in (_OURS, *_PEERS):
            engine = _Engine(name, Path(sys.executable) if name == _OURS else python)
            running.callback(engine.stop)
            try:
                engine.load(["hello"])
            except BenchFailed:
                if name == _OURS:
                    raise
                tell(f"without {name}: it does not start")
                continue
            engines[name] = engine
        yield engines


def _peers_python(tell: Callable[[str], None]) -> Path:
    """Return the Python of the peers' environment, which is made anew when their pinned versions have changed."""
    folder, pinned = RESULTS / "screeners", _SCREENERS / "requirements.txt"
    python, mark = folder / "bin" / "python", folder / "installed.txt"
    if mark.is_file() and mark.read_bytes() == pinned.read_bytes():
        return python
    uv = os.environ.get("UV") or shutil.which("uv")
    if not uv:
        raise BenchFailed("uv is needed to install the peers: run `make bench`, or set UV to its path")
    tell("the peers' environment")
    install = [uv, "pip", "install", "--quiet", "--python", str(python), "--require-hashes", "--only-binary", ":all:"]
    for command in (
        [uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(folder)],
        [*install, "--requirement", str(pinned)],
    ):
        if subprocess.run(command, check=False).returncode:  # noqa: S603 -- uv's own commands
            raise BenchFailed("the peers cannot be installed; --only names the measurements without them")
    shutil.copyfile(pinned, mark)
    return python
