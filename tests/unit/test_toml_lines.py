import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import toml_path
from gateway.toml_lines import line_of

DOCUMENT = '''\
# a comment with [[policy.rules]] = "in it"
kinds = [  # one a line
  "chat",
  # not one: "x", ]
  "report",
]
first.second."third.fourth" = 1

[[policy.rules]]
when = { entity_types = ["A", "B"], kinds = ["chat"] }
then = "hold"

  [[ policy . rules ]]
then = "allow"
note = """
then = "no key"
[[policy.rules]]
"""
other = \'\'\'
\\ [x]
\'\'\'

[screening]
detectors = [
  "*", "acme_pii:StaffId",
  "acme",
]
[[screening.patterns]]
regex = '[a-z]#"'
[[screening.patterns]]
"regex" = "(\\"#"

[screening.patterns.deep]
at = 1979-05-27 07:32:00  # a comment
[processing.processors]
"a b" = "x:y"
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("kinds",), 2),
        (("kinds", 0), 3),
        (("kinds", 1), 5),
        (("first", "second"), 7),
        (("first", "second", "third.fourth"), 7),
        (("policy", "rules"), 9),
        (("policy", "rules", 0), 9),
        (("policy", "rules", 0, "when", "entity_types", 1), 10),
        (("policy", "rules", 0, "then"), 11),
        (("policy", "rules", 1), 13),
        (("policy", "rules", 1, "then"), 14),
        (("policy", "rules", 1, "other"), 19),
        (("screening", "detectors", 1), 25),
        (("screening", "detectors", 2), 26),
        (("screening", "patterns", 0, "regex"), 29),
        (("screening", "patterns", 1), 30),
        (("screening", "patterns", 1, "regex"), 31),
        (("screening", "patterns", 1, "deep", "at"), 34),
        (("processing", "processors", "a b"), 36),
    ],
)
def test_everything_with_a_name_or_a_place_has_its_line(path, line):
    tomllib.loads(DOCUMENT)

    assert line_of(DOCUMENT, path) == line


@pytest.mark.parametrize(
    ("path", "line"),
    [(("policy", "rules", 1, "when", "kinds"), 13), (("screening", "budget"), 23), (("nowhere", 3), 1)],
)
def test_what_is_not_there_has_the_line_of_the_table_it_belongs_to(path, line):
    assert line_of(DOCUMENT, path) == line


def test_tables_may_stand_in_one_array():
    document = "[policy]\nrules = [\n  { then = 'hold' },\n  { when = { kinds = ['a'] }, then = 'x' },\n]\n"

    assert line_of(document, ("policy", "rules", 1, "then")) == 4


def test_a_path_is_written_as_people_write_it():
    assert toml_path(("screening", "patterns", 1, "regex")) == "screening.patterns[1].regex"


@given(st.lists(st.text(alphabet="\"'\\#[]{}=,\n é", max_size=12), max_size=5))
def test_no_string_is_taken_for_something_else(values):
    lines = [f"v{number} = {quoted(value)}" for number, value in enumerate(values)]
    document = "\n".join([*lines, "[[last]]", "name = 1"])
    assert tomllib.loads(document)["last"] == [{"name": 1}]

    assert line_of(document, ("last", 0, "name")) == len(lines) + 2


def quoted(value: str) -> str:
    escapes = {"\\": "\\\\", '"': '\\"', "\n": "\\n"}
    return '"' + "".join(escapes.get(character, character) for character in value) + '"'
