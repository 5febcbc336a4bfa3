import json
import socket

import pytest

from gateway.errors import InvalidSetting
from gateway.native import ports
from gateway.settings import Settings


@pytest.fixture
def taken_port():
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        yield holder.getsockname()[1]


def test_a_port_that_is_set_is_taken(tmp_path):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free = probe.getsockname()[1]

    assert ports.choose_gate_port(Settings(home=tmp_path, port=free)) == free


def test_a_port_in_use_is_one_clear_line(tmp_path, taken_port):
    with pytest.raises(InvalidSetting, match=f"^port {taken_port} of 127.0.0.1 is in use: .*GATEWAY_PORT"):
        ports.choose_gate_port(Settings(home=tmp_path, port=taken_port))


def refuse(monkeypatch, errors):
    """Let binding a port fail with an error of its own."""
    real = ports._bind

    def bind(address, port):
        if port in errors:
            raise errors[port]
        return real(address, 0)

    monkeypatch.setattr(ports, "_bind", bind)


def test_without_a_setting_it_is_80_where_it_may_be_bound(tmp_path, monkeypatch):
    refuse(monkeypatch, {})

    assert ports.choose_gate_port(Settings(home=tmp_path)) == 80


def test_where_80_may_not_be_bound_it_is_8080(tmp_path, monkeypatch):
    refuse(monkeypatch, {80: PermissionError(13, "Permission denied")})

    assert ports.choose_gate_port(Settings(home=tmp_path)) == 8080


def test_80_in_use_is_an_error_and_not_8080(tmp_path, monkeypatch):
    refuse(monkeypatch, {80: OSError(98, "Address already in use")})

    with pytest.raises(InvalidSetting, match=r"port 80 of 127\.0\.0\.1 is in use"):
        ports.choose_gate_port(Settings(home=tmp_path))


def test_a_privileged_port_that_is_set_is_an_error_and_not_8080(tmp_path, monkeypatch):
    refuse(monkeypatch, {443: PermissionError(13, "Permission denied")})

    with pytest.raises(InvalidSetting, match="port 443 may not be bound by this user"):
        ports.choose_gate_port(Settings(home=tmp_path, port=443))


def test_an_address_of_another_machine_names_the_setting(tmp_path):
    with pytest.raises(InvalidSetting, match="GATEWAY_BIND"):
        ports.choose_gate_port(Settings(home=tmp_path, port=8080, bind="203.0.113.7", anonymous="none"))


def test_inner_ports_differ_and_stay_the_same_at_the_next_start(tmp_path):
    file = tmp_path / "ports.json"

    first = ports.inner_ports(file, ("service_1", "flower", "locust"))
    second = ports.inner_ports(file, ("service_1", "flower", "locust"))

    assert len(set(first.values())) == 3
    assert second == first
    assert file.stat().st_mode & 0o777 == 0o600


def test_an_inner_port_that_somebody_took_is_replaced_and_the_others_stay(tmp_path, taken_port):
    file = tmp_path / "ports.json"
    before = ports.inner_ports(file, ("service_1", "flower"))
    file.write_text(json.dumps({**before, "flower": taken_port}))

    after = ports.inner_ports(file, ("service_1", "flower"))

    assert after["service_1"] == before["service_1"]
    assert after["flower"] != taken_port


@pytest.mark.parametrize("spoiled", ["", "[]", '{"flower": "x"}', '{"flower": 80}', '{"flower": null}'])
def test_a_spoiled_file_of_ports_is_made_anew(tmp_path, spoiled):
    file = tmp_path / "ports.json"
    file.write_text(spoiled)

    chosen = ports.inner_ports(file, ("flower",))

    assert chosen["flower"] > 1023
    assert json.loads(file.read_text()) == chosen


def test_an_ipv6_address_is_written_in_brackets():
    assert ports.listen_address("::1", 8080) == "[::1]:8080"
