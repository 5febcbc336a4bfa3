import os
import tempfile
from pathlib import Path

import pytest

from gateway.errors import InvalidSetting
from gateway.kinds import Pool
from gateway.settings import CHECKOUT, Settings, load

HIDDEN = "hunter2-9fK3"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "gateway.toml").write_text("", encoding="utf-8")  # else the checkout's would count
    return tmp_path


def loaded(home: Path, **environ: str) -> Settings:
    return load({"GATEWAY_HOME": str(home), **{f"GATEWAY_{name}": value for name, value in environ.items()}})


def refusal(home: Path, **environ: str) -> str:
    with pytest.raises(InvalidSetting) as caught:
        loaded(home, **environ)
    return str(caught.value)


def test_a_mesh_needs_no_setting_but_its_home(home: Path):
    settings = loaded(home)

    assert (settings.home, settings.bind, settings.anonymous) == (home, "127.0.0.1", "client")
    assert settings.ledger_url == f"sqlite:///{home}/var/ledger.db"
    assert settings.celery_broker_url.startswith("redis+socket:///")
    assert (settings.logs, settings.reports) == (home / "logs", home / "error_reports")


def test_without_a_home_the_checkout_is_it():
    settings = load({})

    assert settings.home == CHECKOUT


def test_each_source_goes_over_the_next(home: Path):
    (home / "gateway.toml").write_text("workers_io = 3\nworkers_cpu = 3\nweb_threads = 3\n", encoding="utf-8")
    (home / ".env").write_text("GATEWAY_WORKERS_IO=5\nGATEWAY_WORKERS_CPU=5\n", encoding="utf-8")

    settings = loaded(home, WORKERS_IO="7")

    found = (settings.workers_io, settings.workers_cpu, settings.web_threads, settings.web_workers)
    assert found == (7, 5, 3, Settings.model_fields["web_workers"].default)


def test_a_home_without_a_file_of_its_own_takes_the_checkouts(tmp_path: Path):
    settings = loaded(tmp_path)

    assert "support" in settings.kinds


def test_the_homes_file_stands_in_place_of_the_checkouts(home: Path):
    (home / "gateway.toml").write_text('kinds = ["invoice"]\n', encoding="utf-8")

    settings = loaded(home)

    assert settings.kinds == {"invoice"}


def test_an_empty_variable_is_one_that_is_not_set(home: Path):
    settings = loaded(home, PORT="")

    assert settings.port is None


def test_an_empty_variable_leaves_what_the_env_file_says(home: Path):
    (home / ".env").write_text(f"GATEWAY_MESH_TOKEN={HIDDEN}\nGATEWAY_LOG_LEVEL=DEBUG\n", encoding="utf-8")

    settings = loaded(home, MESH_TOKEN="", LOG_LEVEL="")

    assert (settings.mesh_token.get_secret_value(), settings.log_level) == (HIDDEN, "DEBUG")


@pytest.mark.parametrize("variable", ["GATEWAY_PROT", "GATEWAY_KINDS", "GATEWAY_POLICY"])
def test_an_unknown_variable_stops_the_start_with_one_line_that_names_it(home: Path, variable: str):
    told = refusal(home, **{variable.removeprefix("GATEWAY_"): HIDDEN})

    assert variable in told
    assert HIDDEN not in told
    assert "\n" not in told


def test_a_mistyped_variable_is_answered_with_the_one_that_was_meant(home: Path):
    told = refusal(home, PROT="1")

    assert "did you mean GATEWAY_PORT?" in told


def test_an_unknown_name_in_the_homes_env_file_stops_the_start(home: Path):
    (home / ".env").write_text(f"GATEWAY_PASWORD={HIDDEN}\n", encoding="utf-8")

    told = refusal(home)

    assert told.startswith("GATEWAY_PASWORD is not a setting")
    assert HIDDEN not in told


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", HIDDEN),
        ("PORT", "0"),
        ("PORT", "70000"),
        ("ANONYMOUS", HIDDEN),
        ("LOG_LEVEL", HIDDEN),
        ("LOG_FORMAT", HIDDEN),
        ("WORKERS_IO", "-81723"),
        ("WORKERS_CPU", HIDDEN),
        ("LEASE_S", "nan81723"),
        ("REPORT_RETENTION_DAYS", "0"),
        ("CONTENT_RETENTION_DAYS", HIDDEN),
        ("TASK_RETENTION_DAYS", "9999999"),
        ("TOKEN_KEY", HIDDEN),
        ("BROKER_URL", HIDDEN),
        ("BROKER_URL", f"http://u:{HIDDEN}@127.0.0.1:9"),
        ("BROKER_URL", f"sentinel://u:{HIDDEN}@127.0.0.1:9"),
        ("BROKER_URL", f"redis:{HIDDEN}"),
        ("BROKER_URL", f"redis://u:{HIDDEN}/@127.0.0.1:6379/0"),
        ("BROKER_URL", f"redis://127.0.0.1:6379/{HIDDEN}"),
        ("BROKER_URL", f"amqp://a/;http://u:{HIDDEN}@b/"),
        ("TOKEN_KEY", f"{'k' * 32},{HIDDEN}"),
        ("SERVICE_1_URL", HIDDEN),
        ("SERVICE_2_URL", HIDDEN),
        ("SERVICE_2_URL", f"127.0.0.1:8002/{HIDDEN}"),
        ("SERVICE_2_URL", f"ftp://{HIDDEN}.example"),
        ("SERVICE_2_URL", f"http://u:{HIDDEN}@:8002"),
        ("SERVICE_2_URL", f"http://u:{HIDDEN}@h:port"),
        ("SERVICE_2_URL", f"http://u:{HIDDEN}@h:65536"),
        ("SERVICE_2_URL", f"http://u:{HIDDEN}@h:0"),
        ("SERVICE_2_URL", f"http://u:{HIDDEN}#1@h"),
        ("SERVICE_2_URL", f"http://h/?key={HIDDEN}"),
        ("SERVICE_2_URL", f"http://a..{HIDDEN}"),
        ("SERVICE_2_URL", f"http://[::{HIDDEN}]:80"),
        ("SERVICE_2_URL", f"http://h /{HIDDEN}"),
        ("SERVICE_2_URL", f"http://ł:{HIDDEN}@h"),
        ("RECOMMENDER_URL", f"https://*.{HIDDEN}.example"),
    ],
)
def test_a_bad_value_stops_the_start_with_one_line_that_does_not_show_it(home: Path, name: str, value: str):
    told = refusal(home, **{name: value})

    assert told.startswith(f"GATEWAY_{name}: ")
    assert "\n" not in told
    assert len(value) < 4 or value not in told


@pytest.mark.parametrize(
    "url",
    [
        "http://service_2:8002",
        "http://10.0.0.5",
        "http://[::1]:8002/",
        "https://u:p%2Fw@Processing.internal.example.:8443/portcullis/v1",
    ],
)
def test_a_service_may_be_wherever_http_leads(home: Path, url: str):
    settings = loaded(home, SERVICE_1_URL=url, SERVICE_2_URL=url, RECOMMENDER_URL=url)

    assert {settings.service_1_url, settings.service_2_url, settings.recommender_url} == {url}


def test_service_2_is_somewhere(home: Path):
    (home / "gateway.toml").write_text('service_2_url = ""\n', encoding="utf-8")

    assert refusal(home).startswith("gateway.toml:1: service_2_url: ")


@pytest.mark.parametrize(
    "url",
    [
        "redis://:pw@h:6379/0",
        "rediss://h/1?ssl_cert_reqs=required",
        "redis+socket:///run/b.sock",
        "redis+socket:///run/b.sock?virtual_host=1",
        "amqp://u:p%2Fw@h:5672//",
        "amqps://h/vhost",
        "pyamqp://a//;pyamqp://b//",
    ],
)
def test_every_broker_that_the_queue_knows_is_taken(home: Path, url: str):
    assert loaded(home, BROKER_URL=url).celery_broker_url == url


@pytest.mark.parametrize(
    ("toml", "named"),
    [
        (f'prot = "{HIDDEN}"', "gateway.toml:1: prot"),
        (f'workers_io = "{HIDDEN}"', "gateway.toml:1: workers_io"),
        (f'[policy]\nrule = "{HIDDEN}"', "gateway.toml:2: policy.rule"),
        (f'[[policy.rules]]\nthen = "{HIDDEN}"', "gateway.toml:2: policy.rules[0].then"),
        (
            '[[policy.rules]]\nwhen = { min_score = 1.5 }\nthen = "hold"',
            "gateway.toml:2: policy.rules[0].when.min_score",
        ),
        ('[[routes]]\ndeliver = "auto"', "gateway.toml:2: routes[0].deliver"),
        (f'[screening]\ndetector = ["{HIDDEN}"]', "gateway.toml:2: screening.detector"),
        (f'[processing.pools]\ninvoice = "{HIDDEN}"', "gateway.toml:2: processing.pools.invoice"),
    ],
)
def test_a_wrong_table_stops_the_start_with_one_line_that_names_the_place(home: Path, toml: str, named: str):
    (home / "gateway.toml").write_text(toml, encoding="utf-8")

    told = refusal(home)

    assert told.startswith(f"{named}: ")
    assert HIDDEN not in told
    assert "\n" not in told


def test_a_file_that_is_no_toml_stops_the_start_with_its_line(home: Path):
    (home / "gateway.toml").write_text(f"kinds = []\nthis is {HIDDEN}\n", encoding="utf-8")

    told = refusal(home)

    assert told.startswith("gateway.toml:2: ")
    assert HIDDEN not in told


@pytest.mark.parametrize(
    ("toml", "told"),
    [
        ("workers_oi = 3", "gateway.toml:1: workers_oi: there is no such setting"),
        ("policy = [", "gateway.toml:1: Invalid value"),
        (
            'kinds = []\n\n[[screening.patterns]]\nentity_type = "X"\nregex = "a"',
            "gateway.toml:3: screening.patterns[0].score: it is missing",
        ),
        (
            (
                '[[screening.patterns]]\nentity_type = "X"\nregex = "a"\nscore = 1\n'
                '[[screening.patterns]]  # the second\nentity_type = "Y"\n# why\nregex = "STF-(\\\\d"\nscore = 1'
            ),
            "gateway.toml:8: screening.patterns[1].regex: missing ): STF-(\\d",
        ),
        (
            '[[screening.patterns]]\nentity_type = "X"\nregex = "a*"\nscore = 1',
            "gateway.toml:3: screening.patterns[0].regex: it matches the empty text",
        ),
        (
            '[policy.operators]\nEMAIL_ADDRESS = "rot13"',
            (
                "gateway.toml:2: policy.operators.EMAIL_ADDRESS: Input should be 'replace', 'mask', "
                "'remove', 'hash' or 'token'"
            ),
        ),
    ],
)
def test_a_mistake_is_told_with_its_file_its_line_and_its_place(home: Path, toml: str, told: str):
    (home / "gateway.toml").write_text(toml, encoding="utf-8")

    assert refusal(home) == told


@pytest.mark.parametrize("regex", ["a*", r"\b", "(?:)", "x?", "^", "a|b|", r"\d*$"])
def test_an_expression_that_matches_nothing_at_all_stops_the_start(home: Path, regex: str):
    pattern = f"[[screening.patterns]]\nentity_type = 'X'\nregex = '{regex}'\nscore = 1\n"
    (home / "gateway.toml").write_text(pattern, encoding="utf-8")

    assert "matches the empty text" in refusal(home)


def test_a_file_that_is_no_text_stops_the_start(home: Path):
    (home / "gateway.toml").write_bytes(b"\xff\xfe\x00")

    told = refusal(home)

    assert told == "gateway.toml cannot be read as UTF-8 text"


def test_secrets_and_addresses_with_passwords_do_not_show_in_repr(home: Path):
    given = dict.fromkeys(("MESH_TOKEN", "SECRET_KEY", "TOKEN_KEY", "LOADTEST_KEY"), HIDDEN * 3)
    urls = {"DATABASE_URL": f"postgresql://u:{HIDDEN}@h/n", "BROKER_URL": f"redis://:{HIDDEN}@h/0"}
    urls |= dict.fromkeys(("SERVICE_1_URL", "SERVICE_2_URL", "RECOMMENDER_URL"), f"http://u:{HIDDEN}@h")

    settings = loaded(home, **given, **urls)

    assert settings.mesh_token.get_secret_value() == HIDDEN * 3
    assert HIDDEN not in repr(settings) + str(settings)


def test_the_sockets_lie_in_the_home_where_its_path_is_short():
    settings = Settings(home=Path("/srv/portcullis"))

    assert settings.run_dir == Path("/srv/portcullis/var/run")


@pytest.mark.parametrize("length", range(60, 200, 7))
def test_every_socket_has_a_path_that_the_kernel_takes(length: int):
    settings = Settings(home=Path("/" + "h" * length))

    socket = settings.run_dir / "supervisor.sock.1234567"

    assert len(os.fsencode(socket)) <= 107


def test_two_long_homes_do_not_share_their_sockets():
    long = "/" + "h" * 150

    folders = {Settings(home=Path(f"{long}/{name}")).run_dir for name in ("one", "two")}

    assert len(folders) == 2


def test_every_shell_and_program_looks_for_the_sockets_of_a_long_home_in_the_same_place(tmp_path: Path, monkeypatch):
    settings = Settings(home=Path("/" + "h" * 150))
    usual = settings.run_dir

    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)  # where Python remembers what it was

    assert settings.run_dir == usual


def test_message_is_always_a_kind_and_own_processors_have_a_pool(home: Path):
    (home / "gateway.toml").write_text(
        'kinds = ["chat"]\n[processing.processors]\ninvoice = "a:b"\nletter = "a:c"\n'
        '[processing.pools]\nletter = "io"\n',
        encoding="utf-8",
    )

    kinds = loaded(home).declared_kinds

    assert kinds.messages == {"chat", "message"}
    assert (kinds.pool("invoice"), kinds.pool("letter")) == (Pool.CPU, Pool.IO)


def test_settings_cannot_be_changed_after_the_start(home: Path):
    settings = loaded(home)

    with pytest.raises(ValueError, match="frozen"):
        settings.port = 1  # type: ignore[misc]


@pytest.mark.parametrize("content", [b"GATEWAY_PORT=\xff\n", b"GATEWAY_PORT 81723\n", b"GATEWAY_PORT\n"])
def test_an_env_file_that_cannot_be_read_stops_the_start_with_one_line(home: Path, content: bytes):
    (home / ".env").write_bytes(content)

    told = refusal(home)

    assert told.startswith(".env")
    assert "81723" not in told
    assert "\n" not in told


def test_an_env_file_may_hold_comments_quotes_and_names_of_others(home: Path):
    lines = ["# a comment", "", "export GATEWAY_WORKERS_IO=5", "GATEWAY_BIND='::1'  # why", "EDITOR=vi"]
    (home / ".env").write_text("\n".join(lines), encoding="utf-8")

    settings = loaded(home)

    assert (settings.workers_io, settings.bind) == (5, "::1")


def test_a_secret_in_the_env_file_is_taken_as_it_stands(home: Path):
    (home / ".env").write_text("GATEWAY_SECRET_KEY=a$b${HOME}c\n", encoding="utf-8")

    settings = loaded(home)

    assert settings.secret_key.get_secret_value() == "a$b${HOME}c"


def test_an_unknown_name_is_told_even_if_it_is_empty(home: Path):
    assert refusal(home, PROT="").startswith("GATEWAY_PROT is not a setting")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CALLBACK_HOSTS", "https://hooks.acme81723.com"),
        ("CALLBACK_HOSTS", "Hooks.acme81723.com"),
        ("CALLBACK_HOSTS", "hooks.acme81723.com:443"),
        ("CALLBACK_HOSTS", "hooks.acme81723.com/path"),
        ("CALLBACK_HOSTS", "hooks.*.acme81723.com"),
        ("CALLBACK_HOSTS", "*"),
        ("CALLBACK_HOSTS", "a.com b81723.com"),
        ("CALLBACK_PRIVATE_HOSTS", "*.acme81723.com"),
        ("WEBHOOK_SECRET", HIDDEN),
        ("WEBHOOK_SECRET", f"whsec_{HIDDEN}"),
        ("WEBHOOK_SECRET", "whsec_c2hvcnQ4MTcyMw=="),
        ("RECOMMENDER_URL", "ftp://acme81723.com"),
        ("RECOMMENDER_TIMEOUT_S", "81723"),
    ],
)
def test_a_bad_value_of_what_calls_outside_is_not_shown_either(home: Path, name: str, value: str):
    told = refusal(home, **{name: value})

    assert told.startswith(f"GATEWAY_{name}: ")
    assert "81723" not in told


def test_hosts_are_split_at_commas(home: Path):
    settings = load(
        {
            "GATEWAY_HOME": str(home),
            "GATEWAY_CALLBACK_HOSTS": "a.example.com, *.example.org:8443 ,",
            "GATEWAY_CALLBACK_PRIVATE_HOSTS": "localhost:9,[::1]",
        }
    )

    assert settings.private_callback_hosts == {"localhost:9", "[::1]"}
    assert settings.allowed_callback_hosts == {"a.example.com", "*.example.org:8443", "localhost:9", "[::1]"}


@pytest.mark.parametrize(
    "toml",
    ['kinds = ["webhook"]', '[processing.processors]\nwebhook = "a:b"', '[processing.pools]\nwebhook = "io"'],
)
def test_the_gateway_s_own_kind_of_tasks_is_nobody_else_s(home: Path, toml: str):
    (home / "gateway.toml").write_text(toml)

    assert "webhook is a kind of the gateway's own" in refusal(home)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('every = "often"', "schedule[0].every: seconds"),
        ("every = 0", "schedule[0].every: seconds"),
        ('cron = "61 * * * *"', "schedule[0].cron: not a line of cron: bad minute"),
        ("", "schedule[0]: either every or cron"),
        ('every = 5\ncron = "0 3 * * *"', "schedule[0]: either every or cron"),
        ('every = 5\npriority = "urgent"', "schedule[0].priority"),
        ("every = 5\nuntil = 7", "schedule[0].until: there is no such setting"),
    ],
)
def test_a_schedule_without_a_time_is_refused_by_its_line(home: Path, line: str, told: str):
    (home / "gateway.toml").write_text(f'[[schedule]]\nname = "a"\nkind = "sum"\n{line}\n', encoding="utf-8")

    refused = refusal(home)

    assert refused.startswith("gateway.toml:")
    assert told in refused


def test_a_schedule_is_read(home: Path):
    (home / "gateway.toml").write_text(
        '[[schedule]]\nname = "a"\nkind = "sum"\nargs = { n = 3 }\nevery = "5m"\n', encoding="utf-8"
    )

    (schedule,) = loaded(home).schedule

    assert (schedule.every, schedule.args, schedule.priority, schedule.pool) == (300_000, {"n": 3}, "normal", None)
