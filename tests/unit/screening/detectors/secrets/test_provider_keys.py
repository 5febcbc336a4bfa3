"""What holds for every family of tokens with a form of their own."""

import pytest

from gateway.screening.detectors import shipped
from gateway.screening.patterns import Family
from gateway.screening.rules import Context, Gate, Rule

FAMILIES = [each for each in shipped().values() if each.name.endswith("_keys") and each.name != "private_keys"]
RULES = [
    pytest.param(family, rule, id=f"{family.name}-{rule.pattern.name}")
    for family in FAMILIES
    for rule in Gate(family.patterns).rules
]


def unmarked(example: str) -> str:
    return example.replace("«", "").replace("»", "")


@pytest.mark.parametrize(("family", "rule"), RULES)
def test_every_form_finds_an_example_by_itself_and_through_its_gate(family: Family, rule: Rule):
    gate = Gate([rule.pattern])
    texts = [unmarked(each).encode() for each in family.examples["SECRET"]]

    found = [text for text in texts if list(rule.find(text, lambda: None, Context.ABSENT))]

    assert found
    assert all(gate.passed(text) for text in found)


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_every_form_tells_the_provider(family: Family):
    assert all(pattern.provider for pattern in family.patterns)
