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

    assert try_out(shipped) is None


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
    assert try_out(settings(bind=bind, anonymous=anonymous)) is None


@pytest.mark.parametrize(
    ("tables", "place", "name"),
    [
        ({"policy": {"rules": [{"then": "allow", "when": {"kinds": ["chta"]}}]}}, "policy.rules.0.when.kinds", "chta"),
        (
            {"policy": {"rules": [{"then": "allow"}, {"then": "hold", "when": {"entity_types": ["E_MAIL"]}}]}},
            "policy.rules.1.when.entity_types",
            "E_MAIL",
        ),
        ({"policy": {"operators": {"CREDIT_CRAD": "mask"}}}, "policy.operators", "CREDIT_CRAD"),
        ({"routes": [{"deliver": "queued", "when": {"kinds": ["repotr"]}}]}, "routes.0.when.kinds", "repotr"),
        ({"processing": {"pools": {"invoice": "io"}}}, "processing.pools", "invoice"),
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


def test_an_expression_that_is_not_re2s_stops_the_start():
    patterns = [{"entity_type": "STAFF_ID", "regex": "(?=x)y", "score": 0.9}]

    told = refusal(screening={"patterns": patterns})

    assert "STAFF_ID" in told


def test_an_entity_type_of_ones_own_pattern_may_be_named_by_rules():
    patterns = [{"entity_type": "STAFF_ID", "regex": r"\bSTF-\d{6}\b", "score": 0.9}]
    rules = [{"then": "redact", "when": {"entity_types": ["STAFF_ID"]}}]

    given = settings(screening={"patterns": patterns}, policy={"rules": rules, "operators": {"STAFF_ID": "hash"}})

    assert try_out(given) is None


def test_a_kind_that_only_a_processor_declares_may_be_named_by_rules():
    rules = [{"then": "allow", "when": {"kinds": ["invoice"]}}]

    given = settings(policy={"rules": rules}, processing={"processors": {"invoice": "json:dumps"}})

    assert try_out(given) is None


@pytest.mark.parametrize("url", ["nonsense", "mysql://host/name", "sqlite://"])
def test_a_database_that_cannot_be_used_is_named_by_its_setting(tmp_path, url: str):
    with pytest.raises(InvalidSetting) as caught:
        try_out(Settings(home=tmp_path, database_url=url))

    assert "GATEWAY_DATABASE_URL" in str(caught.value)
