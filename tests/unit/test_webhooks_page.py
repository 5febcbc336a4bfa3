"""The examples of docs/webhooks.md, run."""

import base64
import json
import re

import pytest
from harness.receiver import running_receiver
from standardwebhooks import WebhookVerificationError

from gateway.delivery.callbacks import WebhookSender, check_callback_url
from gateway.errors import InvalidRequest
from gateway.settings import CHECKOUT, load

PAGE = (CHECKOUT / "docs" / "webhooks.md").read_text(encoding="utf-8")
HOSTS, PRIVATE_HOSTS = re.findall(r"```\n(GATEWAY_\w+=.*)\n```", PAGE)
(RECEIVER,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
SECRET, OTHER = (f"whsec_{base64.b64encode(letter * 32).decode()}" for letter in (b"k", b"o"))


def settings_of(tmp_path, *lines):
    return load({"GATEWAY_HOME": str(tmp_path), **dict(line.split("=", 1) for line in lines)})


def test_the_hosts_of_the_page_are_those_that_are_taken(tmp_path):
    hosts = settings_of(tmp_path, HOSTS, PRIVATE_HOSTS).allowed_callback_hosts

    for url in ("https://hooks.example.com/a", "https://a.b.example.org", "https://odd.example.net:8443/"):
        check_callback_url(url, hosts)
    check_callback_url("https://erp.internal/", hosts)
    for url in ("https://example.org/", "https://odd.example.net/", "https://erp.internal:8443/"):
        with pytest.raises(InvalidRequest):
            check_callback_url(url, hosts)


def test_the_receiver_of_the_page_knows_what_is_ours(tmp_path, monkeypatch):
    names = {}
    exec(RECEIVER, names)  # of the page, a file of this repository
    body = {
        "type": "task.completed",
        "timestamp": "2026-11-22T10:15:30.123Z",
        "data": {"id": "7", "status": "completed"},
    }
    with running_receiver(tmp_path) as receiver:
        monkeypatch.setenv("SSL_CERT_FILE", str(receiver.certificate))
        hosts = {receiver.name}
        sender = WebhookSender(secrets=[OTHER, SECRET], allowed_hosts=hosts, private_hosts=hosts)
        sender.send(receiver.url, delivery_id="msg_1", body=json.dumps(body).encode())
    (came,) = receiver.received

    assert names["received"](SECRET, dict(came.headers), came.body) == ("7", "completed")
    with pytest.raises(WebhookVerificationError):
        names["received"](SECRET, dict(came.headers), came.body + b" ")
