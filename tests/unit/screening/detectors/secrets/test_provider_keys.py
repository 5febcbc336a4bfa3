"""What holds for every family of tokens with a form of their own."""

import pytest

from gateway.screening.detectors import shipped
from gateway.screening.gate import Gate
from gateway.screening.patterns import Family
from gateway.screening.rules import Context, Rule, Scan, as_rule

FAMILIES = [each for each in shipped().values() if each.name.endswith("_keys") and each.name != "private_keys"]
RULES = [
    pytest.param(family, rule, id=f"{family.name}-{rule.pattern.name}")
    for family in FAMILIES
    for rule in map(as_rule, family.patterns)
]


def unmarked(example: str) -> str:
    return example.replace("«", "").replace("»", "")


def finds(rule: Rule, text: bytes) -> bool:
    scan = Scan(text, lambda: None)
    rule.find(scan, 0, len(text), Context.ABSENT)
    return bool(scan.found)


@pytest.mark.parametrize(("family", "rule"), RULES)
def test_every_form_finds_an_example_by_itself_and_through_its_gate(family: Family, rule: Rule):
    gate = Gate([rule.pattern])
    texts = [unmarked(each).encode() for each in family.examples["SECRET"]]

    found = [text for text in texts if finds(rule, text)]

    assert found
    assert all(list(gate.windows(text, b"")) for text in found)


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_every_form_tells_the_provider(family: Family):
    assert all(pattern.provider for pattern in family.patterns)
