"""What the rendered configuration of NGINX, the broker and the supervisor must say."""

import configparser
import re
import shlex

import jinja2
import pytest

from gateway.errors import InvalidSetting
from gateway.native import mesh
from gateway.native.nginx_conf import ROUTES, Upstreams, render_nginx_conf
from gateway.native.plan import INNER_PORTS, NAMES, Program, programs
from gateway.native.supervision import TEMPLATE
from gateway.native.templates import render
from gateway.settings import CHECKOUT, Settings

UPSTREAMS = Upstreams(service_1="unix:/run/p/service_1.sock", flower="127.0.0.1:21000", locust="127.0.0.1:21001")
INNER = {name: 21_000 + number for number, name in enumerate(INNER_PORTS)}


def nginx_conf(tmp_path, **settings):
    given = Settings(home=tmp_path, mesh_token="the-mesh-token", **settings)
    return render_nginx_conf(given, UPSTREAMS, listen="127.0.0.1:8080", body_folder=tmp_path / "body")


def plan(tmp_path, **settings):
    given = Settings(home=tmp_path, **settings)
    return programs(given, gate_port=8080, inner=INNER, redis_server=tmp_path / "valkey-server")


def test_flower_and_locust_get_a_login_that_nobody_else_knows(tmp_path):
    text = nginx_conf(tmp_path)

    for place in ("/dashboard/", "/load-test/"):
        location = text.partition(f"location {place} {{")[2].partition("location ")[0]
        assert 'proxy_set_header Authorization "Basic bWVzaDp0aGUtbWVzaC10b2tlbg==";' in location
    assert "the-mesh-token" not in text


def test_every_place_that_passes_requests_on_decides_on_each_header(tmp_path):
    places = re.findall(r"location [^{]*\{((?:[^{}]|\{[^{}]*\})*)\}", nginx_conf(tmp_path))
    passing = [place for place in places if "proxy_pass http" in place]

    assert len(passing) == 9
    for place in passing:
        assert "proxy_pass_request_headers off;" in place
        assert "proxy_set_header X-Forwarded-For $remote_addr;" in place
        assert "proxy_set_header X-Request-ID $gate_request_id;" in place


def test_nothing_of_a_request_but_fixed_names_and_numbers_is_in_a_line(tmp_path):
    formats = re.findall(r"log_format \w+ (?:escape=json )?(['\"].*['\"]);", nginx_conf(tmp_path))

    assert len(formats) == 2
    for line in formats:
        assert set(re.findall(r"\$(\w+)", line)) == {
            *("gate_time", "gate_route", "gate_method", "gate_status", "gate_ms", "bytes_sent", "gate_request_id")
        }


def test_the_rate_is_the_one_that_is_set(tmp_path):
    assert "rate=7r/s" in nginx_conf(tmp_path, rate_limit=7)


def test_containers_get_their_lines_on_standard_output(tmp_path):
    text = nginx_conf(tmp_path, log_to="stdout", log_format="json")

    assert 'access_log "/dev/stdout" json if=$is_logged;' in text


@pytest.mark.parametrize(
    ("uri", "route"),
    [
        ("/producer/tasks/018f", "/producer/tasks/{id}"),
        ("/producer/tasks/018f/events", "/producer/tasks/{id}/events"),
        ("/producer/task/018f/cancel", "/producer/task/{id}/cancel"),
        ("/producer/api/sum/018f", "/producer/api/sum/{id}"),
        ("/logs/service_1.txt", "/logs/*"),
        ("/producer/tasks/a/b/c", "other"),
        ("/producer/messages/jane@example.org", "other"),
        ("/dashboards", "other"),
    ],
)
def test_addresses_are_called_by_their_route(uri, route):
    assert next((name for pattern, name in ROUTES if re.search(pattern.removeprefix("~"), uri)), "other") == route


def test_a_template_that_uses_a_name_nobody_gives_is_an_error(tmp_path):
    (tmp_path / "template").write_text("{{ forgotten }}")

    with pytest.raises(jinja2.UndefinedError):
        render(tmp_path / "template", {})


def test_the_broker_is_reached_by_its_socket_only_and_forgets_nothing(tmp_path):
    template = CHECKOUT / "deploy" / "native" / "broker.conf"

    lines = render(template, {"socket": tmp_path / "broker.sock", "folder": tmp_path}).splitlines()

    assert {"port 0", "unixsocketperm 700", "appendonly yes", "maxmemory-policy noeviction"} <= set(lines)


def test_supervisor_reads_the_programs_as_they_were_meant(tmp_path):
    odd = Program(
        name="odd", command=("/a b/c", "100%", "it's"), priority=1, is_up=lambda: True, environment={"X": "1%, 2"}
    )
    values = {"as_root": False, "checkout": CHECKOUT, "var": tmp_path, "socket": tmp_path / "s", "programs": [odd]}

    read = configparser.RawConfigParser(inline_comment_prefixes=(" ;",))
    read.read_string(render(TEMPLATE, values))

    assert shlex.split(read["program:odd"]["command"].replace("%%", "%")) == ["/a b/c", "100%", "it's"]
    assert read["program:odd"]["environment"].replace("%%", "%") == 'X="1%, 2"'


def test_a_secret_that_supervisor_would_misread_is_refused_by_its_name():
    program = Program(name="x", command=("x",), priority=1, is_up=lambda: True, environment={"GATEWAY_X": 'a"b'})

    with pytest.raises(InvalidSetting, match=r"^GATEWAY_X: ") as caught:
        _ = program.environment_line

    assert 'a"b' not in str(caught.value)


def test_programs_start_with_the_broker_and_stop_with_it_last(tmp_path):
    planned = plan(tmp_path)

    assert tuple(one.name for one in planned) == NAMES
    assert [one.priority for one in planned] == sorted(one.priority for one in planned)


def test_down_waits_as_long_as_all_programs_may_take_and_a_second_down_for_the_first(tmp_path):
    together = sum(one.stop_within_s for one in plan(tmp_path))

    assert together < mesh._DOWN_WITHIN_S < mesh._OTHERS_WITHIN_S


def test_a_broker_of_the_users_own_is_not_started_again(tmp_path):
    settings = Settings(home=tmp_path, broker_url="redis://127.0.0.1:6379/0")

    planned = programs(settings, gate_port=8080, inner=INNER, redis_server=None)

    assert "broker" not in {one.name for one in planned}


def test_a_service_2_of_the_users_own_is_not_started_again(tmp_path):
    planned = {one.name: one for one in plan(tmp_path, service_2_url="http://10.0.0.5:8002")}

    assert "service_2" not in planned
    assert "GATEWAY_SERVICE_2_URL" not in planned["service_1"].environment


def test_no_secret_stands_on_a_command_line(tmp_path):
    planned = plan(tmp_path, loadtest_key="pk_h1dden", mesh_token="h1dden2", secret_key="h1dden3")

    assert not [one.name for one in planned if "h1dden" in one.command_line]


def test_every_program_keeps_its_metrics_to_itself(tmp_path):
    folders = [one.environment.get("PROMETHEUS_MULTIPROC_DIR") for one in plan(tmp_path)]
    given = [folder for folder in folders if folder]

    assert len(given) == len(set(given)) == 5


def test_names_are_asked_for_again_only_where_a_name_server_is_given(tmp_path):
    settings = Settings(home=tmp_path)
    movable = Upstreams(service_1="one:1", flower="two:2", locust="three:3", resolver="127.0.0.11")

    asked = render_nginx_conf(settings, movable, listen="127.0.0.1:8080", body_folder=tmp_path)
    once = render_nginx_conf(settings, UPSTREAMS, listen="127.0.0.1:8080", body_folder=tmp_path)

    assert "resolver 127.0.0.11" in asked
    assert 'server "one:1" max_fails=0 resolve;' in asked
    assert "resolver" not in once
