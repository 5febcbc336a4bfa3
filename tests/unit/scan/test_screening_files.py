"""`portcullis screen` as a program: files, folders and pipes in, places and exit codes out."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gateway.cli import app
from gateway.scan.pieces import OVERLAP_CHARACTERS, PIECE_CHARACTERS, RECORD_CHARACTERS
from gateway.settings import CHECKOUT

MAIL = "anna.berg@example.org"
CARD = "4111 1111 1111 1111"


@dataclass
class Done:
    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Run `portcullis screen` in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GATEWAY_HOME", str(tmp_path / "home"))

    def screen(*arguments: str) -> Done:
        done = CliRunner().invoke(app, ["screen", *arguments])
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        return Done(done.exit_code, done.stdout, done.stderr)

    return screen


def test_a_clean_file_says_nothing_and_ends_with_0(run, tmp_path):
    (tmp_path / "clean.txt").write_text("The gate opens at eight.\n")

    done = run("clean.txt")

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_finding_is_told_with_its_place_and_without_its_value(run, tmp_path):
    (tmp_path / "a.txt").write_text(f"first line\nüber {MAIL}, und {CARD}\n")

    done = run("a.txt")

    assert done.returncode == 1
    assert done.stdout.splitlines() == ["a.txt:2:6: EMAIL_ADDRESS 0.95", "a.txt:2:33: CREDIT_CARD 0.90"]
    assert "anna" not in done.stdout + done.stderr


def test_a_pipe_is_screened(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "gateway", "screen", "-"],
        env={**os.environ, "GATEWAY_HOME": str(tmp_path)},
        cwd=CHECKOUT,
        input=f"write to {MAIL}\n",
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == 1
    assert done.stdout == "-:1:10: EMAIL_ADDRESS 0.95\n"


def test_json_is_one_object_a_finding(run, tmp_path):
    (tmp_path / "a.txt").write_text(f"write to {MAIL}\n")

    done = run("--format", "json", "a.txt")

    assert json.loads(done.stdout) == {
        "file": "a.txt",
        "line": 1,
        "column": 10,
        "start": 9,
        "end": 30,
        "entity_type": "EMAIL_ADDRESS",
        "score": 0.95,
    }


def test_of_json_lines_the_path_of_the_value_is_told(run, tmp_path):
    lines = ['{"note": "nothing"}', json.dumps({"user": {"password": "Winter2024!"}}), "", f"no JSON, {MAIL}"]
    (tmp_path / "a.ndjson").write_text("\n".join(lines))

    done = run("a.ndjson")

    assert done.stdout.splitlines() == [
        "a.ndjson:2: /user/password PASSWORD 0.90",
        "a.ndjson:4: EMAIL_ADDRESS 0.95",
    ]


def test_the_name_of_a_column_tells_what_is_in_it(run, tmp_path):
    (tmp_path / "a.csv").write_text(f'id,password,note\n1,Winter2024!,"two\nlines"\n2,,{MAIL}\n')

    done = run("a.csv")

    assert done.stdout.splitlines() == ["a.csv:2:2: password PASSWORD 0.90", "a.csv:4:3: note EMAIL_ADDRESS 0.95"]


def test_a_columns_name_that_is_a_finding_is_not_repeated(run, tmp_path):
    (tmp_path / "a.csv").write_text(f"{MAIL},b\n{CARD},2\n")

    done = run("a.csv")

    assert [line.split(" ")[-2] for line in done.stdout.splitlines()] == ["EMAIL_ADDRESS", "CREDIT_CARD"]
    assert "anna" not in done.stdout


def test_a_folder_is_screened_with_all_below_it_and_without_links(run, tmp_path):
    (tmp_path / "f" / "deep").mkdir(parents=True)
    (tmp_path / "f" / "deep" / "b.txt").write_text(MAIL)
    (tmp_path / "f" / "a.txt").write_text(CARD)
    (tmp_path / "f" / "link.txt").symlink_to(tmp_path / "f" / "a.txt")

    done = run("f")

    assert [line.split(":")[0] for line in done.stdout.splitlines()] == ["f/a.txt", "f/deep/b.txt"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"\x7fELF\0\0", "binary"), (b"Stra\xdfe", "not UTF-8 text")],
)
def test_what_cannot_be_read_is_told_and_ends_with_2(run, tmp_path, content, reason):
    (tmp_path / "x").write_bytes(content)

    done = run("x")

    assert done.returncode == 2
    assert reason in done.stderr


def test_a_file_that_is_not_there_is_told(run):
    done = run("nowhere.txt")

    assert (done.returncode, done.stderr) == (2, "nowhere.txt: not screened: no such file\n")


@pytest.mark.parametrize("how_many", [1, 5_000])
def test_findings_that_cannot_be_written_are_one_line_and_end_with_2(tmp_path, how_many):
    (tmp_path / "a.txt").write_text(f"{MAIL}\n" * how_many)

    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "gateway", "screen", str(tmp_path / "a.txt")],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            cwd=CHECKOUT,
            timeout=60,
            check=False,
        )

    assert done.returncode == 2
    assert done.stderr == "portcullis: what was found cannot be written: No space left on device\n"


def test_a_bad_configuration_does_not_end_with_the_code_of_a_finding(run, tmp_path):
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "gateway.toml").write_text("[screening]\ndetectors = ['emial']\n")
    (tmp_path / "a.txt").write_text("x")

    done = run("a.txt")

    assert done.returncode == 2
    assert done.stderr.startswith("portcullis: ")
    assert done.stderr.count("\n") == 1


def test_utf_16_is_read_by_its_mark(run, tmp_path):
    (tmp_path / "a.txt").write_bytes(f"ß {MAIL}".encode("utf-16"))

    assert run("a.txt").stdout == "a.txt:1:3: EMAIL_ADDRESS 0.95\n"


def test_a_large_file_is_screened_by_every_core_with_each_finding_in_its_line(run, tmp_path):
    filler = "nothing to see in this line of the log\n" * 997
    (tmp_path / "large.txt").write_text(f"{filler}{MAIL}\n{filler}" * 40)

    done = run("large.txt")

    told = [int(line.split(":")[1]) for line in done.stdout.splitlines()]
    assert told == [998 + at * (2 * 997 + 1) for at in range(40)]


def test_findings_that_the_policy_allows_are_not_told(run, tmp_path):
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "gateway.toml").write_text(
        'kinds = ["support"]\n[[policy.rules]]\nwhen = { kinds = ["support"], entity_types = ["EMAIL_ADDRESS"] }\n'
        'then = "allow"\n'
    )
    (tmp_path / "a.txt").write_text(f"{MAIL} {CARD}")

    done = run("--kind", "support", "a.txt")

    assert done.stdout.splitlines() == ["a.txt:1:23: CREDIT_CARD 0.90"]


def test_an_unknown_kind_is_refused(run, tmp_path):
    (tmp_path / "a.txt").write_text("x")

    done = run("--kind", "nosuch", "a.txt")

    assert done.returncode == 2
    assert "--kind" in done.stderr


def test_a_value_where_text_is_cut_is_told_once_with_its_place_in_the_line(run, tmp_path):
    cut = PIECE_CHARACTERS - OVERLAP_CHARACTERS // 2
    for at in (2 * PIECE_CHARACTERS - 14, cut - 5, cut, PIECE_CHARACTERS + cut - 3):
        (tmp_path / "a.txt").write_text(f"one\n{'- ' * (at // 2)}{MAIL} {'- ' * PIECE_CHARACTERS}")

        done = run("a.txt")

        assert done.stdout.splitlines() == [f"a.txt:2:{at // 2 * 2 + 1}: EMAIL_ADDRESS 0.95"]


def test_a_value_ahead_of_what_is_no_text_is_told(run, tmp_path):
    filler = "- " * (PIECE_CHARACTERS // 2 - 20)
    (tmp_path / "a.txt").write_bytes(f"{filler}{MAIL} {filler}".encode() + b"\xdf" * 9000)

    done = run("a.txt")

    assert done.stdout == f"a.txt:1:{len(filler) + 1}: EMAIL_ADDRESS 0.95\n"
    assert "not UTF-8 text" in done.stderr


def test_a_line_of_json_that_is_too_long_is_told_and_the_next_is_screened(run, tmp_path):
    long = "x " * (RECORD_CHARACTERS // 2 + PIECE_CHARACTERS)
    (tmp_path / "a.ndjson").write_text(f'{{}}\n{{"a": "{long}{MAIL}"}}\n{{"b": "{CARD}"}}\n')

    done = run("a.ndjson")

    assert done.stdout == "a.ndjson:3: /b CREDIT_CARD 0.90\n"
    assert done.stderr == "a.ndjson:2: not screened: line too long\n"


def test_a_value_behind_a_repeated_key_is_found(run, tmp_path):
    (tmp_path / "a.ndjson").write_text(f'{{"user": {{"note": "write to {MAIL}", "id": 1, "note": "x"}}}}\n')

    done = run("a.ndjson")

    assert done.stdout == "a.ndjson:1: /user/note/0 EMAIL_ADDRESS 0.95\n"


def test_a_line_that_nests_too_deep_is_screened_as_text(run, tmp_path):
    (tmp_path / "a.ndjson").write_text(f'{"[" * 100_000}"{MAIL}"{"]" * 100_000}\n')

    assert run("a.ndjson").stdout == "a.ndjson:1: EMAIL_ADDRESS 0.95\n"


def test_a_large_cell_is_screened_with_the_name_of_its_column(run, tmp_path):
    lines = "two\nlines, " * 100_000
    (tmp_path / "a.csv").write_text(f'id,note\n1,"{lines}{MAIL}"\n2,{CARD}\n')

    done = run("a.csv")

    assert done.stdout.splitlines() == ["a.csv:2:2: note EMAIL_ADDRESS 0.95", "a.csv:100003:2: note CREDIT_CARD 0.90"]


def test_a_cell_that_is_too_long_is_told_and_what_is_ahead_of_it_screened(run, tmp_path):
    (tmp_path / "a.csv").write_text(f'id,note\n1,{MAIL}\n2,"{"x " * RECORD_CHARACTERS}"\n')

    done = run("a.csv")

    assert done.stdout == "a.csv:2:2: note EMAIL_ADDRESS 0.95\n"
    assert done.stderr == "a.csv:3: not screened: no CSV, or a cell is too long\n"
