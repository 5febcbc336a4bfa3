"""Where webhooks may go, and how they get there."""

import base64
import hashlib
import hmac
import json
import socket
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from harness.receiver import drip, running_receiver
from standardwebhooks.webhooks import Webhook

from gateway.delivery.callbacks import (
    CallbackForbidden,
    CallbackGone,
    ReceiverRefused,
    ReceiverUnreachable,
    WebhookSender,
    check_callback_url,
    is_public,
)
from gateway.errors import InvalidRequest

NEW, OLD = (f"whsec_{base64.b64encode(bytes([number] * 32)).decode()}" for number in (1, 2))
HOSTS = frozenset({"hooks.acme-widgets.com", "*.wild.acme-widgets.com", "odd.acme-widgets.com:8443", "93.184.216.34"})
IN_AN_HOUR = "a date"  #: made when the test runs
BODY = json.dumps({"type": "task.completed", "data": {"id": "1", "status": "completed"}}).encode()


@pytest.fixture
def receiver(tmp_path, monkeypatch):
    with running_receiver(tmp_path) as receiver:
        monkeypatch.setenv("SSL_CERT_FILE", str(receiver.certificate))
        yield receiver


@pytest.fixture
def sender_to(receiver):
    def make(**given):
        names = frozenset({receiver.name})
        return WebhookSender(**{"secrets": [NEW], "allowed_hosts": names, "private_hosts": names, **given})

    return make


def leads_to(*addresses):
    """Resolve every name to these addresses."""

    def resolve(_host, port, **_):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    return resolve


@pytest.mark.parametrize(
    "url",
    [
        "https://hooks.acme-widgets.com",
        "https://hooks.acme-widgets.com/",
        "https://hooks.acme-widgets.com:443/tasks?of=shop&n=1",
        "HTTPS://Hooks.ACME-Widgets.com/Tasks",
        "https://hooks.acme-widgets.com?of=shop",
        "https://a.wild.acme-widgets.com/x",
        "https://a.b.wild.acme-widgets.com/x",
        "https://odd.acme-widgets.com:8443/x",
        "https://93.184.216.34/x",
    ],
)
def test_an_address_on_the_list_is_taken(url):
    check_callback_url(url, HOSTS)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://hooks.acme-widgets.com/",
        "ftp://hooks.acme-widgets.com/",
        "//hooks.acme-widgets.com/",
        "https://evil.com/",
        "https://hooks.acme-widgets.com.evil.com/",
        "https://evilhooks.acme-widgets.com/",
        "https://hooks.acme-widgets.com./",
        "https://hooks.acme-widgets.com:8443/",
        "https://odd.acme-widgets.com/",
        "https://wild.acme-widgets.com/",
        "https://.wild.acme-widgets.com/",
        "https://evilwild.acme-widgets.com/",
        "https://a.wild.acme-widgets.com:8443/",
        "https://user@hooks.acme-widgets.com/",
        "https://user:pass@hooks.acme-widgets.com/",
        "https://evil.com@hooks.acme-widgets.com/",
        "https://hooks.acme-widgets.com@evil.com/",
        "https://evil.com\\@hooks.acme-widgets.com/",
        "https://evil.com#@hooks.acme-widgets.com/",
        "https://hooks.acme-widgets.com/#part",
        "https://hooks.acme-widgets.com/#",
        "https://hooks.acme-widgets.com:0/",
        "https://hooks.acme-widgets.com:99999/",
        "https://hooks.acme-widgets.com:/",
        "https://hooks.acme-widgets.com:443:443/",
        "https://hooks.acme-widgets.com:４４３/",  # noqa: RUF001 - digits of another script
        "https://hooks。acme-widgets.com/",
        "https://hooks%2eacme-widgets.com/",
        "https://hooks.acme-widgets.com\t/",
        " https://hooks.acme-widgets.com/",
        "https://hooks.acme-widgets.com/\r\nX-Evil: 1",
        "https://hooks.acme-widgets.com/a b",
        "https://hooks.acme-widgets.com/ü",
        "https://hooks.acme-widgets.com/" + "a" * 2048,
        "https:///hooks.acme-widgets.com/",
        "https:hooks.acme-widgets.com/",
        "https://127.0.0.1/",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://127.1/",
        "https://[::1]/",
        "https://[::ffff:93.184.216.34]/",
        "https://1572395042/",
        "https://localhost/",
    ],
)
def test_any_other_address_is_refused_and_not_repeated(url):
    with pytest.raises(InvalidRequest) as refused:
        check_callback_url(url, HOSTS)

    assert refused.value.field == "/callback_url"
    assert not url.strip() or url.strip() not in str(refused.value)
    assert "acme" not in str(refused.value)


def test_without_a_list_there_are_no_webhooks():
    with pytest.raises(InvalidRequest, match="callbacks are off"):
        check_callback_url("https://hooks.acme-widgets.com/", frozenset())


@pytest.mark.parametrize(
    "address", ["93.184.216.34", "8.8.8.8", "2606:2800:220:1::1", "::ffff:8.8.8.8", "64:ff9b::808:808", "172.32.0.1"]
)
def test_an_address_of_the_internet_is_public(address):
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.8.8.8", "0.0.0.0", "0.1.2.3", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1"),
        *("169.254.169.254", "100.64.0.1", "100.100.100.200", "192.0.2.1", "198.18.0.1", "203.0.113.1", "224.0.0.1"),
        *("239.255.255.250", "240.0.0.1", "255.255.255.255", "192.0.0.8", "192.88.99.1"),
        *("::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "ff02::1", "fec0::1", "2001:db8::1"),
        *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::7f00:1", "::a00:1"),
        *("64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::808:808", "2002:7f00:1::", "2002:808:808::"),
        *("2001::1", "2001:2::1", "100::1", "3fff::1", "4000::1"),
    ],
)
def test_an_address_of_an_inner_network_is_not_whatever_it_is_wrapped_in(address):
    assert not is_public(address)


def test_a_webhook_arrives_signed_as_the_standard_says(receiver, sender_to):
    status = sender_to().send(receiver.url, delivery_id="msg_1", body=BODY)

    (came,) = receiver.received
    assert status == 204
    assert (came.path, came.body) == ("/hooks?from=portcullis", BODY)
    assert (came.headers["content-type"], came.headers["host"]) == ("application/json", receiver.name)
    assert came.headers["webhook-id"] == "msg_1"
    signed = f"msg_1.{came.headers['webhook-timestamp']}.".encode() + BODY
    digest = hmac.new(bytes([1] * 32), signed, hashlib.sha256).digest()
    assert came.headers["webhook-signature"] == f"v1,{base64.b64encode(digest).decode()}"
    assert abs(int(came.headers["webhook-timestamp"]) - time.time()) < 60


def test_while_secrets_change_receivers_may_know_either(receiver, sender_to):
    sender_to(secrets=[NEW, OLD]).send(receiver.url, delivery_id="msg_1", body=BODY)

    (came,) = receiver.received
    for secret in (NEW, OLD):
        assert Webhook(secret).verify(came.body, dict(came.headers)) == json.loads(BODY)


@pytest.mark.parametrize("status", [301, 302, 307, 308, 400, 401, 404, 409, 429, 500, 503, 304])
def test_an_answer_that_is_none_of_success_is_to_be_tried_again_and_no_redirect_is_followed(
    receiver, sender_to, status
):
    receiver.answers.append((status, {"Location": receiver.url, "Retry-After": "7"}))

    with pytest.raises(ReceiverRefused) as refused:
        sender_to().send(receiver.url, delivery_id="msg_1", body=BODY)

    assert len(receiver.received) == 1
    assert refused.value.after_s == 7


def test_a_receiver_that_is_gone_is_not_tried_again(receiver, sender_to):
    receiver.answers.append((410, {}))

    with pytest.raises(CallbackGone):
        sender_to().send(receiver.url, delivery_id="msg_1", body=BODY)


@pytest.mark.parametrize(
    ("asked", "least", "most"),
    [
        ("", 0, 0),
        ("soon", 0, 0),
        ("-5", 0, 0),
        ("１２", 0, 0),  # noqa: RUF001 - digits of another script
        ("9" * 400, 999_999_999, 999_999_999),
        (IN_AN_HOUR, 3000, 3600),
        ("Sun, 06 Nov 1994 08:49:37 GMT", 0, 0),
    ],
)
def test_a_retry_after_is_read_in_either_form(receiver, sender_to, asked, least, most):
    if asked is IN_AN_HOUR:
        asked = format_datetime(datetime.now(UTC) + timedelta(hours=1))
    receiver.answers.append((503, {"Retry-After": asked.encode().decode("latin-1")}))

    with pytest.raises(ReceiverRefused) as refused:
        sender_to().send(receiver.url, delivery_id="msg_1", body=BODY)

    assert least <= refused.value.after_s <= most


def test_a_host_that_is_on_the_list_no_more_gets_nothing(receiver, sender_to):
    with pytest.raises(CallbackForbidden):
        sender_to(allowed_hosts=frozenset({"hooks.acme-widgets.com"})).send(
            receiver.url, delivery_id="msg_1", body=BODY
        )

    assert receiver.received == []


@pytest.mark.parametrize("addresses", [["127.0.0.1"], ["93.184.216.34", "127.0.0.1"], ["::ffff:127.0.0.1"]])
def test_a_name_that_leads_into_an_inner_network_gets_nothing(receiver, sender_to, addresses):
    sender = sender_to(private_hosts=frozenset(), resolve=leads_to(*addresses))

    with pytest.raises(CallbackForbidden):
        sender.send(receiver.url, delivery_id="msg_1", body=BODY)

    assert receiver.received == []


def test_the_name_is_resolved_once_and_the_connection_goes_where_it_led(receiver, sender_to):
    asked = []

    def resolve(host, port, **options):
        asked.append(host)
        return leads_to("127.0.0.1")(host, port, **options)

    sender_to(resolve=resolve).send(receiver.url, delivery_id="msg_1", body=BODY)

    assert asked == ["localhost"]
    assert len(receiver.received) == 1


def test_an_address_that_does_not_answer_is_followed_by_the_next(receiver, sender_to):
    sender = sender_to(resolve=leads_to("127.0.0.2", "127.0.0.1"))  # nobody listens at the first

    assert sender.send(receiver.url, delivery_id="msg_1", body=BODY) == 204


def test_a_name_that_leads_nowhere_is_to_be_tried_again(receiver, sender_to):
    def fail(*_, **__):
        raise socket.gaierror

    for resolve in (fail, leads_to()):
        with pytest.raises(ReceiverUnreachable):
            sender_to(resolve=resolve).send(receiver.url, delivery_id="msg_1", body=BODY)


def test_a_certificate_of_another_host_is_not_taken(tmp_path, monkeypatch):
    with running_receiver(tmp_path, "elsewhere.acme-widgets.com") as receiver:
        monkeypatch.setenv("SSL_CERT_FILE", str(receiver.certificate))
        sender = WebhookSender(
            secrets=[NEW], allowed_hosts={receiver.name}, private_hosts={receiver.name}, resolve=leads_to("127.0.0.1")
        )

        with pytest.raises(ReceiverUnreachable):
            sender.send(receiver.url, delivery_id="msg_1", body=BODY)

        assert receiver.received == []


def test_a_certificate_that_nobody_vouches_for_is_not_taken(receiver, sender_to, monkeypatch):
    monkeypatch.delenv("SSL_CERT_FILE")

    with pytest.raises(ReceiverUnreachable):
        sender_to().send(receiver.url, delivery_id="msg_1", body=BODY)

    assert receiver.received == []


def test_proxies_of_the_environment_are_not_asked(receiver, sender_to, monkeypatch):
    for name in ("https_proxy", "HTTPS_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")

    assert sender_to().send(receiver.url, delivery_id="msg_1", body=BODY) == 204


def test_an_answer_that_drips_is_cut_off(receiver, sender_to):
    to_the_end = []

    def answer(out):
        drip(out)
        to_the_end.append(True)

    receiver.instead = answer

    with pytest.raises(ReceiverUnreachable):
        sender_to(deadline_s=1).send(receiver.url, delivery_id="msg_1", body=BODY)

    assert to_the_end == []


def test_a_resolver_that_does_not_answer_is_not_waited_for(receiver, sender_to):
    with pytest.raises(ReceiverUnreachable):
        sender_to(deadline_s=0.2, resolve=lambda *_, **__: time.sleep(1) or []).send(
            receiver.url, delivery_id="msg_1", body=BODY
        )


def test_what_went_wrong_tells_nothing_of_the_address(receiver, sender_to):
    receiver.instead = lambda out: out.write(b"HTTP/1.1 tasks?from=portcullis\r\n\r\n")

    with pytest.raises(ReceiverUnreachable) as refused:
        sender_to().send(receiver.url, delivery_id="msg_1", body=BODY)

    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__
    assert "portcullis" not in repr(refused.value)
