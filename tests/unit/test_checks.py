import re
from pathlib import Path
from typing import Any

import pytest

from gateway.checks import try_out
from gateway.errors import InvalidSetting
from gateway.settings import CHECKOUT, Settings, load


def settings(**given: Any) -> Settings:
    return Settings.model_validate({"home": Path("/srv/portcullis"), **given})


def refusal(**given: Any) -> str:
    with pytest.raises(InvalidSetting) as caught:
        try_out(settings(**given))
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_the_shipped_configuration_passes():
    shipped = load({"GATEWAY_HOME": str(CHECKOUT)})

    assert try_out(shipped) == []


def test_every_example_in_the_shipped_file_is_good(tmp_path: Path, monkeypatch):
    (tmp_path / "acme_jobs").mkdir()
    (tmp_path / "acme_jobs" / "invoice.py").write_text("def render(job): return {}\n")
    monkeypatch.syspath_prepend(tmp_path)
    shipped = (CHECKOUT / "gateway.toml").read_text(encoding="utf-8")
    examples = re.findall(r"^#\S.*", shipped, re.MULTILINE)

    assert len(examples) > 10
    assert tried(tmp_path, re.sub(r"^#(?=\S)", "", shipped, flags=re.MULTILINE)) == []


@pytest.mark.parametrize("bind", ["0.0.0.0", "192.168.1.5", "::", "gateway.example"])
def test_anonymous_clients_on_an_address_that_others_reach_stop_the_start(bind: str):
    told = refusal(bind=bind, anonymous="client")

    assert "GATEWAY_ANONYMOUS" in told
    assert "GATEWAY_BIND" in told


@pytest.mark.parametrize(
    ("bind", "anonymous"),
    [
        ("127.0.0.1", "client"),
        ("::1", "client"),
        ("localhost", "client"),
        ("0.0.0.0", "none"),
        ("0.0.0.0", "client-anywhere"),
    ],
)
def test_an_open_address_needs_keys_or_an_outright_word(bind: str, anonymous: str):
    assert try_out(settings(bind=bind, anonymous=anonymous)) == []


@pytest.mark.parametrize(
    ("tables", "place", "name"),
    [
        ({"policy": {"rules": [{"then": "allow", "when": {"kinds": ["chta"]}}]}}, "policy.rules[0].when.kinds", "chta"),
        (
            {"policy": {"rules": [{"then": "allow"}, {"then": "hold", "when": {"entity_types": ["E_MAIL"]}}]}},
            "policy.rules[1].when.entity_types",
            "E_MAIL",
        ),
        ({"policy": {"operators": {"CREDIT_CRAD": "mask"}}}, "policy.operators", "CREDIT_CRAD"),
        ({"routes": [{"deliver": "queued", "when": {"kinds": ["repotr"]}}]}, "routes[0].when.kinds", "repotr"),
        ({"processing": {"pools": {"invoice": "io"}}}, "processing.pools", "invoice is not known; none is declared"),
        (
            {"processing": {"limits": {"smu": {"attempts": 1}}}},
            "processing.limits",
            "smu is not known; did you mean sum?",
        ),
        ({"processing": {"limits": {"nope": {"attempts": 1}}}}, "processing.limits", "nope is not known; known: "),
        ({"screening": {"detectors": []}}, "screening.detectors", "nothing would be looked for"),
        (
            {"processing": {"processors": {"invoice": "no_such_module:render"}}},
            "processing.processors.invoice",
            "no_such_module",
        ),
        ({"processing": {"processors": {"invoice": "json:no_such"}}}, "processing.processors.invoice", "no_such"),
        ({"processing": {"processors": {"invoice": "json"}}}, "processing.processors.invoice", "module:attribute"),
        ({"processing": {"processors": {"invoice": "json:__doc__"}}}, "processing.processors.invoice", "callable"),
        ({"screening": {"detectors": ["emial"]}}, "screening.detectors", "emial"),
        ({"screening": {"detectors": ["no_such_module:Staff"]}}, "screening.detectors", "no_such_module"),
    ],
)
def test_a_name_that_leads_nowhere_stops_the_start_with_its_place(tables: dict[str, Any], place: str, name: str):
    told = refusal(**tables)

    assert place in told
    assert name in told


def test_an_entity_type_of_ones_own_pattern_may_be_named_by_rules():
    patterns = [{"entity_type": "STAFF_ID", "regex": r"\bSTF-\d{6}\b", "score": 0.9}]
    rules = [{"then": "redact", "when": {"entity_types": ["STAFF_ID"]}}]

    given = settings(screening={"patterns": patterns}, policy={"rules": rules, "operators": {"STAFF_ID": "hash"}})

    assert try_out(given) == []


def test_a_kind_that_only_a_processor_declares_may_be_named_by_rules():
    rules = [{"then": "allow", "when": {"kinds": ["invoice"]}}]

    given = settings(policy={"rules": rules}, processing={"processors": {"invoice": "json:dumps"}})

    assert try_out(given) == []


@pytest.mark.parametrize("url", ["nonsense", "mysql://host/name", "sqlite://"])
def test_a_database_that_cannot_be_used_is_named_by_its_setting(tmp_path, url: str):
    with pytest.raises(InvalidSetting) as caught:
        try_out(Settings(home=tmp_path, database_url=url))

    assert "GATEWAY_DATABASE_URL" in str(caught.value)


def tried(home: Path, toml: str) -> list[str]:
    (home / "gateway.toml").write_text(toml, encoding="utf-8")
    return try_out(load({"GATEWAY_HOME": str(home)}))


@pytest.mark.parametrize(
    ("toml", "told"),
    [
        (
            "[[policy.rules]]\nthen = 'hold'\n\n[[policy.rules]]\nwhen = { kinds = ['message'] }\nthen = 'allow'",
            "gateway.toml:4: policy.rules[1]: nothing comes as far as this: policy.rules[0] takes all of it",
        ),
        (
            (
                "[[policy.rules]]\nwhen = { entity_types = ['IBAN_CODE', 'EMAIL_ADDRESS'] }\nthen = 'hold'\n"
                "[[policy.rules]]\nwhen = { entity_types = ['EMAIL_ADDRESS'], min_score = 0.5 }\nthen = 'allow'"
            ),
            "gateway.toml:4: policy.rules[1]: nothing comes as far as this: policy.rules[0] takes all of it",
        ),
        (
            (
                "[[routes]]\nwhen = { min_characters = 5 }\ndeliver = 'queued'\n"
                "[[routes]]\nwhen = { min_characters = 9 }\ndeliver = 'sync'"
            ),
            "gateway.toml:4: routes[1]: nothing comes as far as this: routes[0] takes all of it",
        ),
        (
            (
                "[[policy.rules]]\nwhen = { entity_types = ['IBAN_CODE', 'CREDIT_CARD'] }\nthen = 'hold'\n"
                "[screening]\ndetectors = ['iban']"
            ),
            "gateway.toml:2: policy.rules[0].when.entity_types: no detector that is in use finds CREDIT_CARD",
        ),
    ],
)
def test_what_is_probably_not_meant_is_told_and_stops_nothing(tmp_path: Path, toml: str, told: str):
    assert tried(tmp_path, toml) == [told]


@pytest.mark.parametrize(
    "toml",
    [
        "[[policy.rules]]\nwhen = { kinds = ['message'] }\nthen = 'hold'\n[[policy.rules]]\nthen = 'allow'",
        "[[policy.rules]]\nwhen = { min_score = 0.5 }\nthen = 'hold'\n[[policy.rules]]\nthen = 'allow'",
        (
            "[[policy.rules]]\nwhen = { entity_types = ['IBAN_CODE'] }\nthen = 'hold'\n"
            "[[policy.rules]]\nwhen = { kinds = ['message'] }\nthen = 'allow'"
        ),
    ],
)
def test_rules_that_leave_something_to_later_ones_are_fine(tmp_path: Path, toml: str):
    assert tried(tmp_path, toml) == []


def test_a_mistyped_entity_type_stops_the_start_with_the_one_that_was_meant():
    told = refusal(policy={"operators": {"CREDIT_CRAD": "mask"}})

    assert told.endswith("CREDIT_CRAD is not known; did you mean CREDIT_CARD?")


def test_a_detector_of_ones_own_with_a_bad_expression_is_told_by_its_line(tmp_path: Path, monkeypatch):
    source = (
        "from gateway.screening.patterns import Family, Pattern\n"
        "Bad = Family(name='bad', patterns=(Pattern(name='staff', entity_type='STAFF_ID', regex='(', score=1),))\n"
    )
    (tmp_path / "acme_bad.py").write_text(source)
    monkeypatch.syspath_prepend(tmp_path)

    with pytest.raises(InvalidSetting) as caught:
        tried(tmp_path, "[screening]\ndetectors = [\n  '*',\n  'acme_bad:Bad',\n]")

    assert str(caught.value).startswith("gateway.toml:4: screening.detectors[1]: ")
    assert "staff" in str(caught.value)


@pytest.mark.parametrize(
    ("model", "reason"),
    [
        ("spacy:no_such_pipeline", "there is no spaCy pipeline 'no_such_pipeline' here; install it first"),
        ("bert:x", "'bert:x' is not of the form spacy:<pipeline> or presidio:<pipeline>"),
    ],
)
def test_a_model_that_is_not_here_is_told_with_its_line(tmp_path: Path, model: str, reason: str):
    with pytest.raises(InvalidSetting) as caught:
        tried(tmp_path, f'[screening]\n\nmodel = "{model}"')

    assert str(caught.value) == f"gateway.toml:3: screening.model: {reason}"


NIGHTLY = {"name": "nightly", "kind": "sum", "args": {"n": 10}, "cron": "0 3 * * *"}


@pytest.mark.parametrize(
    ("schedules", "words"),
    [
        ([{**NIGHTLY, "kind": "smu"}], ("schedule[0].kind", "sum")),
        ([NIGHTLY, NIGHTLY], ("schedule[1]", "nightly")),
        (
            [NIGHTLY, {**NIGHTLY, "name": "b", "args": {"to": ["x", "ann@firma-meier.de"]}}],
            ("schedule[1]", "EMAIL_ADDRESS", "/args/to/1"),
        ),
        ([{**NIGHTLY, "content": "call me: ann@firma-meier.de"}], ("schedule[0]", "EMAIL_ADDRESS", "/content")),
        ([{**NIGHTLY, "args": {"n": 2**70}}], ("schedule[0].args", "JSON")),
        ([{**NIGHTLY, "args": {"n": "x"}}], ("schedule[0].args", "sum")),
        ([NIGHTLY, {**NIGHTLY, "name": "b", "args": {}}], ("schedule[1].args", "sum")),
        ([{**NIGHTLY, "kind": "wait_and_return", "args": {"seconds": 61}}], ("schedule[0].args", "wait_and_return")),
        ([{**NIGHTLY, "kind": "recommendations", "args": {"song": "x"}}], ("schedule[0].args", "recommendations")),
    ],
)
def test_a_schedule_that_cannot_be_meant_stops_the_start(schedules: list[dict[str, Any]], words: tuple[str, ...]):
    told = refusal(schedule=schedules)

    for word in words:
        assert word in told
    assert "ann@" not in told


def test_limits_may_be_set_for_every_kind_that_runs():
    kinds = ("webhook", "sum", "process", "message", "invoice")

    given = settings(
        processing={"limits": {kind: {"attempts": 1} for kind in kinds}, "processors": {"invoice": "json:dumps"}}
    )

    assert try_out(given) == []


@pytest.mark.parametrize(
    "screening",
    [{"detectors": ["email"]}, {"detectors": [], "patterns": [{"entity_type": "X", "regex": "STF-1", "score": 1}]}],
)
def test_a_screening_that_looks_for_something_passes(screening: dict[str, Any]):
    rules = [{"then": "hold"}]

    assert try_out(settings(screening=screening, policy={"rules": rules})) == []


def test_the_arguments_of_ones_own_sum_are_its_own_affair():
    own = {"processors": {"sum": "json:dumps"}}

    (told,) = try_out(settings(processing=own, schedule=[{**NIGHTLY, "args": {"n": "x"}}]))

    assert "takes the place of a ready-made job" in told


def test_a_schedule_without_the_args_that_its_job_needs_is_told_with_its_line(tmp_path: Path):
    with pytest.raises(InvalidSetting) as caught:
        tried(tmp_path, "\n[[schedule]]\nname = 'nightly'\nkind = 'sum'\ncron = '0 3 * * *'\n")

    assert str(caught.value).startswith("gateway.toml:2: schedule[0].args: sum takes no such args")


def test_a_schedule_that_is_good_passes():
    hourly = {"name": "hourly", "kind": "process", "content": "Count these words.", "every": "1h", "pool": "io"}

    assert try_out(settings(schedule=[NIGHTLY, {**hourly, "priority": "low"}])) == []
