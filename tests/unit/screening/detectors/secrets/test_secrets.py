"""Where secrets begin and end, and what beside them is none."""

import pytest

from gateway.screening.detectors import shipped
from gateway.screening.detectors.secrets import assigned_secrets, connection_strings, password_commands, private_keys
from gateway.screening.detectors.secrets._forms import HEX, invented
from gateway.screening.screener import Screener

SECRETS = Screener([each for each in shipped().values() if "SECRET" in each.examples or "PASSWORD" in each.examples])
RANDOM = invented(32)


def found(text: str, screener: Screener = SECRETS) -> list[str]:
    return [text[each.start : each.end] for each in screener.screen(text) if each.score >= 0.5]


@pytest.mark.parametrize(
    "text",
    [
        f"API_KEY={RANDOM}",
        f'"apiKey": "{RANDOM}"',
        f"api-key: '{RANDOM}'",
        f"apiKey := `{RANDOM}`",
        f"'api_key' => '{RANDOM}'",
        f"some_api_token_123 = {RANDOM}",
        f"SECRET_KEY_BASE={RANDOM}",
        f"<token>{RANDOM}</token>",
        f'{{\\"token\\": \\"{RANDOM}\\"}}',
        f"?access_token={RANDOM}&next=1",
        f"the secret is {RANDOM}, keep it",
    ],
)
def test_a_random_value_is_found_however_it_is_assigned(text):
    assert found(text) == [RANDOM]


@pytest.mark.parametrize(
    "text",
    [
        f"id = {RANDOM}",
        f"commit {invented(40, HEX)}",
        f"sha256:{invented(64, HEX)}",
        f'{{ url = "https://files.example.org/a.whl", hash = "sha256:{invented(64, HEX)}", size = 10 }}',
        f"public_key_token={invented(16, HEX)}",
        f"csrf_token: {RANDOM}",
        f"etag: {RANDOM}",
        "request_id=018f3a2b-1c9d-7e7f-8a5b-4c3d2e1f0a9b",
        "secret = /run/secrets/gateway_key_2",
        "token: 2024-01-02T10:11:12Z",
        "ssh_host_key = 00:1a:2b:3c:4d:5e:6f:70",
        "token = tokens[index1].next2",
    ],
)
def test_digests_ids_paths_and_code_are_no_secrets(text):
    assert found(text) == []


@pytest.mark.parametrize("tail", ["A", "_1", "0"])
def test_a_token_with_more_behind_it_than_its_form_has_is_none(tail):
    token = f"AKIA{invented(16, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567')}"

    assert found(f"{token} ") == [token]
    assert found(f"{token}{tail}") == []


def test_of_a_connection_string_the_user_and_the_password_are_found():
    assert found("url = postgres://svc:n0tAplaceh0lder@db/app?sslmode=require") == ["svc:n0tAplaceh0lder"]


@pytest.mark.parametrize(
    "text",
    [
        "https://user:${PASSWORD}@host.org",
        "https://user:password@host.org",
        "https://host.org:8080/@me",
        "Authorization: Basic understanding",
        "Authorization: Bearer <token>",
        "curl -u user:password https://host.org",
    ],
)
def test_an_address_or_a_header_without_a_real_password_holds_none(text):
    assert found(text, Screener([connection_strings.DETECTOR])) == []


def test_a_private_key_is_found_whole_with_its_lines_escaped_or_cut_off():
    body = invented(64)
    whole = f"-----BEGIN EC PRIVATE KEY-----\\n{body}\\n-----END EC PRIVATE KEY-----"
    screener = Screener([private_keys.DETECTOR])

    assert found(f'{{"key": "{whole}"}}', screener) == [whole]
    assert found(f"-----BEGIN EC PRIVATE KEY-----\n{body}", screener) == [f"-----BEGIN EC PRIVATE KEY-----\n{body}"]


def test_two_private_keys_are_two_findings():
    key = f"-----BEGIN PRIVATE KEY-----\n{invented(64)}\n-----END PRIVATE KEY-----"

    assert found(f"{key}\n{key}\n") == [key, key]


def test_base64_is_a_secret_only_in_a_document_of_that_kind():
    screener = Screener([password_commands.DETECTOR])
    data = "data:\n  db: VHI0ZmZpYy1KYW0=\n"

    assert found(f"kind: Secret\n{data}", screener) == ["VHI0ZmZpYy1KYW0="]
    assert found(f"kind: ConfigMap\n{data}", screener) == []
    assert found(f"kind: Secret\n{'# ' * 1500}\n{data}", screener) == []


@pytest.mark.parametrize("name", ["db", "d" * 253])
@pytest.mark.parametrize("distance", [0, 800, 1700])
def test_a_secret_is_found_in_a_long_document_however_far_its_kind_stands(name, distance):
    screener = Screener([password_commands.DETECTOR])
    data, between = f"data:\n  {name}: VHI0ZmZpYy1KYW0=\n", "# a remark\n" * (distance // 11)

    for document in (f"kind: Secret\n{between}{data}", f"{data}{between}kind: Secret\n"):
        assert found(document + "# the end\n" * 300, screener) == ["VHI0ZmZpYy1KYW0="]


@pytest.mark.parametrize("text", ["secret " * 50, "token=" * 50, "api_key = api_key = " * 50, "a_key: b_key: " * 50])
def test_names_without_values_hold_nothing(text):
    assert found(text, Screener([assigned_secrets.DETECTOR])) == []
