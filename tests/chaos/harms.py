"""What is done to a mesh: each harm is done, lasts for a while, and is over."""

import os
import random
import resource
import shutil
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Final

from chaos.site import Server, Site
from harness.gate import answers
from harness.inside import alive, children, frozen, pids, states, whole, without

_BACK_WITHIN_S: Final = 90
_POLL_S: Final = 0.1
_SHORT_S: Final = (0.5, 3.0)
_OVER_A_LEASE: Final = (0.5, 2.5)  #: times the lease
_CLOCK_S: Final = (-20.0, 20.0)


class NotBack(AssertionError):
    """Something did not come back in time."""


@dataclass(frozen=True)
class Harm:
    """One thing to do to the mesh; `do` returns once it is over and the mesh has all its programs again."""

    name: str
    do: Callable[[random.Random], None]
    hangs_up: bool = False  #: clients may lose their connections
    blinds: bool = False  #: the monitor cannot do its work, or tell the broker, so that nothing is put right meanwhile


def harms(site: Site, *, lease_s: float) -> list[Harm]:
    """Return every harm that can be done to this mesh on this machine."""
    found = [*_kills(site), *_freezes(site, lease_s), *_cuts(site), *_disk(site), _clock(site)]
    if site.database:
        found += _of_server("the database", site.database, blinds=True)
    if site.broker:
        found += _of_server("the broker", site.broker, blinds=True)
    return found


def heal(site: Site) -> None:
    """Wait until every program runs, and the gate answers."""
    _wait(lambda: set(states(site.mesh).values()) == {"RUNNING"}, "every program")
    _wait(lambda: answers(site.mesh.port), "the gate")


def _kills(site: Site) -> list[Harm]:
    """Return what is killed with -9; the supervisor, or a parent, brings it back."""

    def kill(find: Callable[[random.Random], Sequence[int]]) -> Callable[[random.Random], None]:
        return lambda chance: _kill(site, find(chance))

    def program(name: str) -> Callable[[random.Random], Sequence[int]]:
        return lambda _: [pids(site.mesh)[name]]

    def tree(name: str) -> Callable[[random.Random], Sequence[int]]:
        return lambda _: whole(pids(site.mesh)[name])

    def child(name: str) -> Callable[[random.Random], Sequence[int]]:
        return lambda chance: _some(chance, children(pids(site.mesh)[name]))

    found = [
        Harm("kill a process of the cpu pool", kill(child("worker-cpu"))),
        Harm("kill the cpu pool", kill(tree("worker-cpu"))),
        Harm("kill the cpu pool's first process", kill(program("worker-cpu"))),
        Harm("kill the io pool", kill(tree("worker-io"))),
        Harm("kill a process of service_1", kill(child("service_1"))),
        Harm("kill service_1", kill(tree("service_1"))),
        Harm("kill service_1's first process", kill(program("service_1"))),
        Harm("kill a process of service_2", kill(child("service_2"))),
        Harm("kill service_2", kill(tree("service_2"))),
        Harm("kill the monitor", kill(program("monitor")), blinds=True),
        Harm("kill Flower", kill(tree("flower"))),
        Harm("kill NGINX", lambda _: _kill(site, _nginx(site), successor_of="gate"), hangs_up=True),
        Harm("kill a process of NGINX", kill(lambda chance: _some(chance, children(_nginx(site)[0]))), hangs_up=True),
        Harm("kill the gate with NGINX", kill(tree("gate")), hangs_up=True),
    ]
    if not site.broker:
        found += [
            Harm("kill the broker", kill(program("broker"))),
            Harm("kill the broker and remove its file", lambda _: _broker_without_file(site)),
        ]
    return found


def _freezes(site: Site, lease_s: float) -> list[Harm]:
    def freeze(name: str) -> Callable[[random.Random], None]:
        def do(chance: random.Random) -> None:
            stopped = whole(pids(site.mesh)[name])
            with frozen(stopped):
                # Nobody can take SQLite's lock from a process that stands still: every writer waits until it goes on.
                time.sleep(chance.uniform(*_SHORT_S) if site.locks_ledger(stopped) else over_a_lease(chance))

        return do

    def over_a_lease(chance: random.Random) -> float:
        return lease_s * chance.uniform(*_OVER_A_LEASE)

    names = {"worker-cpu": "the cpu pool", "worker-io": "the io pool"}
    blinding = {"the monitor": "monitor"} | ({} if site.broker else {"the broker": "broker"})
    return [
        *(Harm(f"freeze {names.get(name, name)}", freeze(name)) for name in (*names, "service_1", "service_2")),
        *(Harm(f"freeze {name}", freeze(program), blinds=True) for name, program in blinding.items()),
        Harm("freeze NGINX", freeze("gate")),
    ]


def _cuts(site: Site) -> list[Harm]:
    def rename(name: str) -> Callable[[random.Random], None]:
        def do(chance: random.Random) -> None:
            socket = site.settings.run_dir / f"{name}.sock"
            aside = socket.with_suffix(".cut")
            socket.rename(aside)
            try:
                time.sleep(chance.uniform(*_SHORT_S))
            finally:
                aside.rename(socket)

        return do

    def cut(name: str) -> Callable[[random.Random], None]:
        def do(chance: random.Random) -> None:
            site.wires[name].cut()
            try:
                time.sleep(4 * chance.uniform(*_SHORT_S))
            finally:
                site.wires[name].mend()

        return do

    def stop(chance: random.Random) -> None:
        with without(site.mesh, "service_2"):
            time.sleep(chance.uniform(*_SHORT_S))
        heal(site)

    own = [] if site.broker else [Harm("cut off the broker", rename("broker"), blinds=True)]
    return [
        *own,
        Harm("cut off service_1", rename("service_1")),
        Harm("stop service_2", stop),
        *(Harm(f"cut the wire to the {name}", cut(name), blinds=True) for name in site.wires),
    ]


def _disk(site: Site) -> list[Harm]:
    """Have processes that can write nothing more: for them the disk is full."""

    def fill(name: str) -> Callable[[random.Random], None]:
        def do(chance: random.Random) -> None:
            with _no_room(whole(pids(site.mesh)[name])):
                time.sleep(chance.uniform(*_SHORT_S))

        return do

    if not hasattr(resource, "prlimit"):
        return []
    return [
        Harm("no room on the disk for service_1", fill("service_1")),
        Harm("no room on the disk for the io pool", fill("worker-io")),
        Harm("no room on the disk for the cpu pool", fill("worker-cpu")),
        Harm("no room on the disk for the monitor", fill("monitor"), blinds=True),
    ]


def _clock(site: Site) -> Harm:
    def jump(chance: random.Random) -> None:
        site.clock.write_text(f"{chance.uniform(*_CLOCK_S):.1f}")
        try:
            time.sleep(chance.uniform(*_SHORT_S))
        finally:
            site.clock.write_text("0")

    return Harm("set the clock forward or back", jump, blinds=True)


def _of_server(name: str, server: Server, *, blinds: bool) -> list[Harm]:
    def kill(chance: random.Random) -> None:
        server.kill()
        time.sleep(chance.uniform(*_SHORT_S))
        server.start_again()

    def freeze(chance: random.Random) -> None:
        server.freeze()
        try:
            time.sleep(4 * chance.uniform(*_SHORT_S))
        finally:
            server.thaw()

    return [Harm(f"kill {name}", kill, blinds=blinds), Harm(f"freeze {name}", freeze, blinds=blinds)]


def _kill(site: Site, targets: Sequence[int], *, successor_of: str = "") -> None:
    """
    Kill processes, and wait until the mesh is whole again.

    Args:
        successor_of: a program that ends when they do, and comes back.
    """
    gone = {*targets} - {0}
    before = pids(site.mesh)
    waited_for = {name for name, pid in before.items() if pid in gone or name == successor_of}
    for pid in gone:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    _wait(lambda: not any(alive(pid) for pid in gone), "the end of what was killed")
    _wait(lambda: all(pids(site.mesh)[name] not in {0, before[name]} for name in waited_for), "its successor")
    if not waited_for:
        time.sleep(1)  # a child: its parent sees to it
    heal(site)


def _broker_without_file(site: Site) -> None:
    """Kill it so that the next one finds nothing; those that are open are gone with their last reader."""
    for kept in (site.home / "var" / "broker").iterdir():
        if kept.is_dir():
            shutil.rmtree(kept)
        elif kept.suffix != ".pid":
            kept.unlink()
    _kill(site, [pids(site.mesh)["broker"]])


def _nginx(site: Site) -> list[int]:
    return [int((site.home / "var" / "nginx" / "nginx.pid").read_text())]


def _some(chance: random.Random, found: Sequence[int]) -> list[int]:
    return [chance.choice(found)] if found else []


@contextmanager
def _no_room(numbers: Sequence[int]) -> Iterator[None]:
    """Take from processes the right to make a file longer than one byte; Python's own have it as an error."""
    kept = {}
    for pid in numbers:
        with suppress(ProcessLookupError):
            soft, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (1, hard))
            kept[pid] = (soft, hard)
    try:
        yield
    finally:
        for pid, limits in kept.items():
            with suppress(ProcessLookupError):
                resource.prlimit(pid, resource.RLIMIT_FSIZE, limits)


def _wait(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + _BACK_WITHIN_S
    while not _told(condition):
        if time.monotonic() > deadline:
            raise NotBack(f"waited {_BACK_WITHIN_S} s in vain for {what}")
        time.sleep(_POLL_S)


def _told(condition: Callable[[], bool]) -> bool:
    try:
        return condition()
    except OSError:  # the supervisor is busy for a moment
        return False


@dataclass
class Done:
    """A harm that was done, by the monotonic clock."""

    harm: Harm
    began: float
    over: float = float("inf")


class Havoc:
    """Does one harm after the other: those that have to happen, in an order of its own, then any of them."""

    def __init__(self, all_harms: Sequence[Harm], *, seed: str, pause_s: float, first: Sequence[str] = ()) -> None:
        """
        Make it.

        Args:
            pause_s: between two harms, on the average.
            first: the names of those that have to happen; none: all.
        """
        self._random = random.Random(f"havoc {seed}")
        self._all = list(all_harms)
        self._pause_s = pause_s
        to_come = [harm for harm in self._all if not first or harm.name in first]
        self._to_come = self._random.sample(to_come, len(to_come))
        self.done: list[Done] = []

    @property
    def has_done_each(self) -> bool:
        """Whether all that has to happen has happened."""
        return not self._to_come

    def run(self, until: Callable[[], bool]) -> None:
        """
        Break things until told to stop.

        A server that is started here ends with the thread that started it: call this in the program's own.
        """
        while not until():
            time.sleep(self._random.uniform(0, 2 * self._pause_s))
            harm = self._to_come.pop() if self._to_come else self._random.choice(self._all)
            done = Done(harm, time.monotonic())
            self.done.append(done)
            harm.do(self._random)
            done.over = time.monotonic()
