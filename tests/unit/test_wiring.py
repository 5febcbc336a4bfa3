import sys

import pytest
from harness.acme import POLICY, install
from harness.samples import message

from gateway.checks import try_out
from gateway.errors import InvalidSetting
from gateway.intake import Outcome
from gateway.kinds import Pool
from gateway.message.message import Delivery
from gateway.policy.rules import Policy
from gateway.processing.job import Job
from gateway.processing.limits import OwnProcess
from gateway.settings import Settings, load
from gateway.settings_tables import ProcessingTable
from gateway.wiring import build_duties, build_intake_parts, build_runner, build_work

LIMITS = {"sum": {"at_once": 2}, "process": {"attempts": 5, "wait_seconds": 7}}
EMAIL, CARD = "mira@oldenkamp-boats.com", "4111 1111 1111 1111"


@pytest.fixture
def acme(tmp_path, database_url, monkeypatch):
    """The settings of the documentation's example, with the code that it names."""
    install(tmp_path / "code")
    (tmp_path / "gateway.toml").write_text(POLICY)
    monkeypatch.syspath_prepend(tmp_path / "code")
    environ = {"HOME": str(tmp_path), "DATABASE_URL": database_url, "SECRET_KEY": "s" * 43, "TOKEN_KEY": "t" * 43}
    yield load({f"GATEWAY_{name}": value for name, value in environ.items()})
    for name in [each for each in sys.modules if each.startswith("acme_")]:
        del sys.modules[name]


@pytest.mark.parametrize(
    ("kind", "text", "outcome", "shown"),
    [
        ("support", f"card {CARD}", Outcome.HELD, "card <CREDIT_CARD>"),
        ("support", f"write to {EMAIL}", Outcome.FORWARDED, "write to <EMAIL_ADDRESS:tok_"),
        ("support", "phone +44 20 7946 0958", Outcome.FORWARDED, "phone <PHONE_NUMBER:"),
        ("message", f"write to {EMAIL}", Outcome.FORWARDED, f"write to {EMAIL}"),
        ("support", f"write to {EMAIL}, card {CARD}", Outcome.HELD, "write to <EMAIL_ADDRESS:tok_"),
        ("report", "so " * 1334, Outcome.QUEUED, "so so"),
        ("report", "so so", Outcome.FORWARDED, "so so"),
    ],
)
def test_the_documented_example_does_what_it_says(acme, kind, text, outcome, shown):
    intake = build_intake_parts(acme)["intake"]

    preview = intake.preview(message(text, kind=kind))

    assert preview.outcome == outcome
    assert preview.redacted_text.startswith(shown)


def test_every_detector_of_the_documented_example_finds(acme):
    intake = build_intake_parts(acme)["intake"]

    screened = intake.screen("badge STF-123456, BDG-1234 and DPT-1234", kind="message")

    assert [(each.entity_type, each.score) for each in screened.findings] == [
        ("STAFF_ID", 1.0),
        ("BADGE", 0.9),
        ("DEPOT", 0.9),
    ]


def test_the_processor_of_the_documented_example_is_run_and_its_result_cleaned_by_the_rules_of_the_kind(acme):
    work = build_work(acme)

    result = work.processors["invoice"](Job(id="1", kind="invoice", attempt=1, content=""))

    assert result == {"total": 7, "to": EMAIL}
    assert work.clean_result("support", result)["to"].startswith("<EMAIL_ADDRESS:tok_")
    assert work.clean_result("invoice", result)["to"] == EMAIL


def test_a_route_of_the_documented_example_names_its_pool(acme):
    policy = Policy(rules=acme.policy.rules, routes=acme.routes)

    assert policy.route(message("x" * 4000, kind="report")) == (Delivery.QUEUED, Pool.CPU)


@pytest.mark.parametrize(("operator", "setting"), [("hash", "SECRET_KEY"), ("token", "TOKEN_KEY")])
def test_an_operator_without_its_key_stops_the_start(database_url, tmp_path, operator, setting):
    policy = {"operators": {"EMAIL_ADDRESS": operator}}
    settings = Settings.model_validate({"home": tmp_path, "database_url": database_url, "policy": policy})

    with pytest.raises(InvalidSetting, match=f"GATEWAY_{setting} is not set"):
        build_runner(settings, pool="cpu", room=OwnProcess())


def test_no_key_is_needed_where_no_operator_asks_for_one(database_url, tmp_path):
    settings = Settings.model_validate({"home": tmp_path, "database_url": database_url})

    assert build_runner(settings, pool="cpu", room=OwnProcess())


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({"callback_hosts": "hooks.example.com"}, "WEBHOOK_SECRET"),
        ({"recommender_url": "https://api.example.com/v1"}, "RECOMMENDER_MODEL"),
    ],
)
def test_what_calls_outside_without_what_it_needs_stops_the_start(database_url, tmp_path, given, missing):
    settings = Settings.model_validate({"home": tmp_path, "database_url": database_url, **given})

    with pytest.raises(InvalidSetting, match=f"GATEWAY_{missing} is not set"):
        build_runner(settings, pool="io", room=OwnProcess())


def test_the_first_start_may_have_webhooks_before_it_has_made_the_secret(database_url, tmp_path):
    settings = Settings.model_validate(
        {"home": tmp_path, "database_url": database_url, "callback_hosts": "hooks.example.com"}
    )

    assert try_out(settings) == []


@pytest.mark.parametrize(
    ("own", "by"),
    [({}, "RemoteRecommender"), ({"processors": {"recommendations": "json:dumps"}}, "function")],
)
def test_a_recommender_outside_is_asked_where_one_is_set_unless_the_user_has_one(database_url, tmp_path, own, by):
    outside = {"recommender_url": "https://api.example.com/v1", "recommender_model": "small-1"}
    settings = Settings.model_validate({"home": tmp_path, "database_url": database_url, "processing": own, **outside})

    assert type(build_work(settings).processors["recommendations"]).__name__ == by


def test_a_job_of_the_user_s_that_takes_the_place_of_a_ready_made_one_is_pointed_out(database_url, tmp_path):
    (tmp_path / "gateway.toml").write_text('[processing.processors]\nsum = "json:dumps"\n')

    told = try_out(load({"GATEWAY_HOME": str(tmp_path), "GATEWAY_DATABASE_URL": database_url}))

    assert told == ["gateway.toml:2: processing.processors.sum: this takes the place of a ready-made job"]


def test_the_monitor_knows_the_limits_of_kinds(acme):
    duties = build_duties(acme.model_copy(update={"processing": ProcessingTable(limits=LIMITS)}))

    assert duties.at_once == {"sum": 2}
    assert duties.attempts_by_kind["process"] == 5
    assert duties.wait_ms_by_kind == {"process": 7_000}
