import multiprocessing
from collections import Counter
from pathlib import Path

import pytest
from harness.eventually import eventually

from gateway.journal import Journal
from gateway.telemetry.logs import configure
from gateway.telemetry.rotation import KEPT, rotate

WRITERS = 3


def write_lines(logs: Path, writer: int, begin, enough, written) -> None:
    configure("probe", logs=logs)
    begin.wait()
    number = 0
    while not enough.is_set():
        Journal().info("probe.line", writer=writer, number=number)
        number += 1
    written.put((writer, number))


def test_rotation_loses_no_line_of_several_processes_that_write(tmp_path: Path):
    spawn = multiprocessing.get_context("spawn")
    begin, enough, written = spawn.Barrier(WRITERS + 1), spawn.Event(), spawn.Queue()
    arguments = (begin, enough, written)
    writers = [spawn.Process(target=write_lines, args=(tmp_path, writer, *arguments)) for writer in range(WRITERS)]
    for writer in writers:
        writer.start()
    begin.wait()

    for _ in range(KEPT):  # one more, and the oldest lines would go, as they should
        eventually(lambda: rotate(tmp_path, max_bytes=40_000))
    enough.set()
    counts = dict(written.get(timeout=60) for _ in writers)
    for writer in writers:
        writer.join()

    lines = [line for file in tmp_path.glob("probe.txt*") for line in file.read_text().splitlines()]
    found = Counter(tuple(word for word in line.split() if "=" in word) for line in lines)
    assert found == {(f"writer={w}", f"number={n}"): 1 for w, count in counts.items() for n in range(count)}


def test_a_log_within_its_size_is_left_alone(tmp_path: Path):
    (tmp_path / "a.txt").write_text("x" * 100)

    assert rotate(tmp_path, max_bytes=100) == []
    assert [file.name for file in tmp_path.iterdir()] == ["a.txt"]


def test_each_log_is_rotated_by_itself_and_older_ones_move_on(tmp_path: Path):
    (tmp_path / "a.txt").write_text("new")
    (tmp_path / "a.txt.1").write_text("older")
    (tmp_path / "b.txt").write_text("")

    rotated = rotate(tmp_path, max_bytes=1)

    assert rotated == ["a.txt"]
    assert {file.name: file.read_text() for file in tmp_path.iterdir()} == {
        "a.txt.1": "new",
        "a.txt.2": "older",
        "b.txt": "",
    }


def test_only_so_many_older_files_are_kept(tmp_path: Path):
    for number in range(KEPT + 3):
        (tmp_path / "a.txt").write_text(str(number))
        rotate(tmp_path, max_bytes=0)

    kept = {file.name: file.read_text() for file in tmp_path.iterdir()}
    assert kept == {f"a.txt.{age}": str(KEPT + 3 - age) for age in range(1, KEPT + 1)}


@pytest.mark.parametrize("name", ["README.md", "a.txt.1", "notes.log"])
def test_other_files_in_the_folder_are_left_alone(tmp_path: Path, name: str):
    (tmp_path / name).write_text("x" * 100)

    assert rotate(tmp_path, max_bytes=1) == []
    assert (tmp_path / name).exists()
