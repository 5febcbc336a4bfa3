import json
import logging
import re
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest
from harness.journal import Lines
from harness.samples import EMAIL
from hypothesis import given
from hypothesis import strategies as st

from gateway.journal import Journal
from gateway.telemetry.logs import OURS, JsonLineFormatter, LineFormatter, as_field, error_fields, rfc3339

AT = 1_795_342_530.123


def record(msg: object = "message.forwarded", *args: object, name: str = OURS, **extra: object) -> logging.LogRecord:
    made = logging.LogRecord(name, logging.INFO, "/srv/app/module.py", 12, msg, args, None)
    made.created = AT
    made.__dict__.update(extra)
    return made


def raised(error: BaseException) -> BaseException:
    try:
        raise error
    except type(error) as caught:
        return caught


def test_a_line_has_the_form_of_the_contract():
    fields = {"request_id": "0" * 32, "kind": "chat", "findings": 0, "ms": 3.14159}

    line = LineFormatter("service_1").format(record(fields=fields))

    assert line == (
        "2026-11-22T10:15:30.123Z INFO  service_1 message.forwarded "
        f"request_id={'0' * 32} kind=chat findings=0 ms=3.142"
    )


@pytest.mark.parametrize(("level", "column"), [(logging.ERROR, "ERROR"), (logging.INFO, "INFO "), (30, "WARN ")])
def test_levels_stand_in_a_column_of_five(level: int, column: str):
    made = record(fields={})
    made.levelno, made.levelname = level, logging.getLevelName(level)

    assert LineFormatter("p").format(made).startswith(f"2026-11-22T10:15:30.123Z {column} p ")


def test_the_journal_writes_events_with_their_fields(lines: Lines):
    journal = Journal()

    journal.info("task.accepted", task_id="t-1", pool="io")
    journal.warning("task.unlaunched", task_id="t-1")
    journal.error("ledger.away")

    shown = [line.split(" ", 1)[1] for line in lines.written]
    assert shown == [
        "INFO  test task.accepted task_id=t-1 pool=io",
        "WARN  test task.unlaunched task_id=t-1",
        "ERROR test ledger.away",
    ]


@given(st.integers(0, 4_000_000_000_000))
def test_times_are_told_to_the_millisecond_in_utc(milliseconds: int):
    shown = rfc3339(milliseconds / 1000)

    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", shown)
    told = datetime.fromisoformat(shown)
    assert abs(round(told.timestamp() * 1000) - milliseconds) <= 1


@pytest.mark.parametrize(
    "value", ["a b", "a\nb", "a\r\nb", "a\tb", 'a"b', "a=b c=d", "\x00\x07\x1b[31m", "", "a\\b", "ä", "'", "<x>"]
)
def test_a_value_with_anything_unusual_stays_one_word_in_quotes(value: str):
    field = as_field(value)

    assert json.loads(field) == value
    assert len(field.splitlines()) == 1
    assert not any(ord(c) < 32 for c in field)


@given(
    st.dictionaries(st.from_regex(r"[a-z_]{1,9}", fullmatch=True), st.text(st.characters(codec="utf-8")), max_size=5)
)
def test_whatever_the_values_are_a_line_is_one_line_and_its_fields_come_apart_again(fields: dict[str, str]):
    line = LineFormatter("p").format(record(fields=fields))

    assert "\n" not in line
    assert "\r" not in line
    rest, found = line.split("message.forwarded", 1)[1], {}
    while rest:
        name, rest = rest[1:].split("=", 1)
        if rest.startswith('"'):
            found[name], end = json.JSONDecoder().raw_decode(rest)
        else:
            end = len(rest.split(" ", 1)[0])
            found[name] = rest[:end]
        rest = rest[end:]
    assert found == fields


@pytest.mark.parametrize(
    ("value", "shown"), [(1, "1"), (1.0, "1"), (0.00012345, "0.0001234"), (True, "True"), (None, "None")]
)
def test_numbers_are_short(value: object, shown: str):
    assert as_field(value) == shown


def test_a_librarys_line_shows_its_template_and_never_its_arguments():
    line = LineFormatter("p").format(record("Bad thing in %s", EMAIL, name="celery.worker"))

    assert line.endswith(' p library logger=celery.worker at=module:12 template="Bad thing in %s"')
    assert EMAIL not in line


@pytest.mark.parametrize("message", [f"user {EMAIL} failed", RuntimeError(EMAIL), {"user": EMAIL}])
def test_a_librarys_line_that_was_put_together_before_shows_its_place_only(message: object):
    line = LineFormatter("p").format(record(message, name="library"))

    assert line.endswith(" p library logger=library at=module:12")


@pytest.mark.parametrize("form", [LineFormatter, JsonLineFormatter])
def test_an_exception_shows_its_class_and_place_and_never_its_text(form: type[logging.Formatter]):
    error = raised(ValueError(EMAIL))

    made = record("oops %s", EMAIL, name="library")
    made.exc_info = (type(error), error, error.__traceback__)
    line = form("p").format(made)

    assert "ValueError" in line
    assert "test_logs.py:" in line
    assert EMAIL not in line
    assert "Traceback" not in line


def test_an_exceptions_place_is_where_it_was_raised():
    fields = error_fields(raised(KeyError(EMAIL)))

    assert fields["error"] == "KeyError"
    assert re.fullmatch(r"test_logs\.py:\d+", fields["raised_at"])


def test_an_exception_that_was_never_raised_has_no_place():
    assert error_fields(ValueError(EMAIL)) == {"error": "ValueError"}
    assert error_fields(None) == {}


def test_the_json_form_holds_the_same_event():
    line = JsonLineFormatter("service_1").format(record(fields={"kind": "chat", "ms": 3.14159, "text": "a\nb"}))

    assert "\n" not in line
    assert json.loads(line) == {
        "time": "2026-11-22T10:15:30.123Z",
        "level": "INFO",
        "program": "service_1",
        "event": "message.forwarded",
        "kind": "chat",
        "ms": 3.14159,
        "text": "a\nb",
    }


def test_the_json_form_of_a_librarys_record_shows_no_argument():
    line = JsonLineFormatter("p").format(record("Bad thing in %s", EMAIL, name="celery", user=EMAIL, stack_info=EMAIL))

    assert EMAIL not in line
    assert json.loads(line)["template"] == "Bad thing in %s"


_PROGRAM = """
import logging, sys, threading
from pathlib import Path
from gateway.journal import Journal
from gateway.telemetry.logs import configure

configure("probe", logs=Path(sys.argv[1]), to=sys.argv[2], form=sys.argv[3], level=sys.argv[4])
{body}
"""


def run(folder: Path, body: str, *, to: str = "files", form: str = "text", level: str = "INFO"):
    program = _PROGRAM.format(body=body)
    return subprocess.run(
        [sys.executable, "-c", program, str(folder), to, form, level], capture_output=True, text=True, check=False
    )


def written(folder: Path) -> list[str]:
    return [line.split(" ", 1)[1] for line in (folder / "probe.txt").read_text().splitlines()]


def test_a_program_writes_its_own_file_and_nothing_to_its_streams(tmp_path: Path):
    done = run(tmp_path / "logs", "Journal().info('a.b', n=1)")

    assert (done.stdout, done.stderr, done.returncode) == ("", "", 0)
    assert written(tmp_path / "logs") == ["INFO  probe a.b n=1"]


def test_a_container_writes_json_to_its_output(tmp_path: Path):
    done = run(tmp_path / "logs", "Journal().info('a.b', n=1)", to="stdout", form="json")

    assert json.loads(done.stdout)["event"] == "a.b"
    assert not (tmp_path / "logs").exists()


def test_processes_that_share_a_pipe_do_not_tear_each_others_lines(tmp_path: Path):
    rows = "[{'n': n, 'filler': 'x' * 150} for n in range(500)]"
    write = f"for _ in range(20): Journal().info_each('a.b', {rows})"
    body = f"import os\nchild = os.fork()\n{write}\nif child: os.waitpid(child, 0)"

    done = run(tmp_path, body, to="stdout", form="json")

    told = [json.loads(line)["n"] for line in done.stdout.splitlines()]
    assert sorted(told) == sorted([*range(500)] * 40)


@pytest.mark.parametrize("form", ["json", "text"])
def test_a_line_that_a_pipe_would_tear_has_its_long_values_cut(tmp_path: Path, form: str):
    rows = [{"n": 1, "reason": "x" * 10_000}, {"n": 2, "reason": "short"}]

    done = run(tmp_path, f"Journal().info_each('a.b', {rows}, known='y' * 10_000)", to="stdout", form=form)

    first, second = done.stdout.splitlines()
    assert max(len(first.encode()), len(second.encode())) < 4096
    assert "x" * 200 in first
    assert all("y" * 200 in line for line in (first, second))
    assert "short" in second


def test_lines_below_the_level_are_not_written_and_a_librarys_only_from_warnings_on(tmp_path: Path):
    ours = "Journal().info('a.b'); Journal().error('c.d')"
    body = f"{ours}\nlogging.getLogger('x').info('i'); logging.getLogger('x').warning('w')"

    run(tmp_path, body, level="ERROR")

    assert [line.split()[2] for line in written(tmp_path)] == ["c.d", "library"]


@pytest.mark.parametrize(
    "body",
    [
        f"raise ValueError('{EMAIL}')",
        f"def fail(): raise ValueError('{EMAIL}')\nt = threading.Thread(target=fail); t.start(); t.join()",
    ],
    ids=["main", "thread"],
)
def test_an_uncaught_exception_becomes_a_line_without_its_text(tmp_path: Path, body: str):
    done = run(tmp_path, body)

    (line,) = written(tmp_path)
    assert line.startswith("ERROR probe program.error error=ValueError raised_at=")
    assert EMAIL not in line + done.stdout + done.stderr


def test_the_folder_of_logs_is_for_its_owner(tmp_path: Path):
    run(tmp_path / "logs", "Journal().info('a.b')")

    assert (tmp_path / "logs").stat().st_mode & 0o077 == 0


def test_a_line_that_cannot_be_written_does_not_end_the_program_or_show_itself(tmp_path: Path):
    (tmp_path / "probe.txt").mkdir()

    done = run(tmp_path, f"Journal().info('a.b', text='{EMAIL}'); print('on')")

    assert done.stdout == "on\n"
    assert EMAIL not in done.stderr


@pytest.mark.parametrize("seconds", [1_700_000_000.9999998, 1_700_000_000.9995, 1_700_000_000.0])
def test_a_time_is_never_told_a_second_late(seconds: float):
    told = datetime.fromisoformat(rfc3339(seconds)).timestamp()

    assert abs(told - seconds) <= 0.0015


@pytest.mark.parametrize("character", ["\x7f", "\x85", "\x9b", "\u2028", "\u2029", "\u202e", "\ud800"])
def test_no_control_character_of_any_sort_reaches_a_terminal(character: str):
    field = as_field(f"a{character}b")

    assert character not in field
    assert json.loads(field) == f"a{character}b"


def test_a_record_with_rows_is_a_line_for_each():
    fields, rows = {"request_id": "0" * 32}, [{"findings": 0}, {"findings": 2}]

    text = LineFormatter("service_1").format(record(fields=fields, fields_each=rows))

    assert text.split("\n") == [LineFormatter("service_1").format(record(fields=fields | row)) for row in rows]


def test_a_record_with_rows_is_a_json_line_for_each():
    fields, rows = {"request_id": "0" * 32}, [{"findings": 0}, {"findings": 2}]

    text = JsonLineFormatter("service_1").format(record(fields=fields, fields_each=rows))

    assert [json.loads(line) for line in text.split("\n")] == [
        json.loads(JsonLineFormatter("service_1").format(record(fields=fields | row))) for row in rows
    ]


def test_rows_of_a_library_are_not_written():
    line = LineFormatter("service_1").format(record(name="library", fields={}, fields_each=[{"text": EMAIL}]))

    assert EMAIL not in line


def test_nothing_is_written_where_there_are_no_rows(lines: Lines):
    Journal().info_each("message.forwarded", [], request_id="0" * 32)

    assert lines.written == []


def test_each_row_has_a_line_in_the_journal(lines: Lines):
    Journal().info_each("message.forwarded", [{"message_id": "a"}, {"message_id": "b"}], request_id="0" * 32)

    assert [line.partition("message_id=")[2] for line in lines.of("message.forwarded")] == ["a", "b"]
