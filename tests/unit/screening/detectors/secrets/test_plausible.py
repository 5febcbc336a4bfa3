import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.screening.detectors.secrets._forms import HEX, invented
from gateway.screening.detectors.secrets._plausible import (
    entropy,
    is_filler,
    is_jumbled,
    is_placeholder,
    is_reference,
    is_varied,
    looks_random,
)


@pytest.mark.parametrize(
    "text",
    [
        "xxxx",
        "aaaaaaaa",
        "********",
        "••••••",
        "example",
        "test-example-key",
        "changeme",
        "replace_this",
        "<token>",
        "[redacted]",
        "${VAR}",
        "$VAR",
        "{{ vault_password }}",
        "{password}",
        "%s",
        "%PASSWORD%",
        "@PASSWORD@",
        "your-api-key-here",
        "YOUR_TOKEN",
        "API_KEY_HERE",
        "1234567890",
        "null",
        "process.env.TOKEN",
        "os.environ['TOKEN']",
        "getenv('TOKEN')",
        "op://vault/item/password",
        "SetPassword",
        "eyJhbGc...",
        "${USER_1}:${PASS_1}",
        "${A:-${B}}",
        "${{ secrets.PASS_1 }}",
        "$(cat /run/pass1)",
        "#{pass1}",
        "%(pass1)s",
        "<%= pass1 %>",
        "ENC[AES256_GCM]",
        "data:image/png;base64,iVBORw0KGgo=",
        "changeme123",
        "some_password",
    ],
)
def test_what_stands_for_a_secret_is_a_placeholder(text):
    assert is_placeholder(text)


@pytest.mark.parametrize("text", ["hunter2", "correct horse", "S3cret!pass", "$aQgXaT1H#", "x9$Kq2mLp", "Passw0rd!"])
def test_a_password_is_no_placeholder(text):
    assert not is_placeholder(text)
    assert not is_reference(text)


@pytest.mark.parametrize(
    "text",
    [
        "<x>hunter2!9x",
        "${x}9f8e7d6c5b4a",
        "{{x}}hunter2!9x",
        "{Hunter2",
        "%d9Xk!",
        "<k8d!9Vq",
        "$(k8d!9Vq",
        "#{k8d!9Vq",
        "the-Real-Pass9!",
        "Use_Strong9!Pw",
        "Tr0ub4dor-here",
        "Tr0ub4dor-example",
        "kX9!vv2...",
        "..kX9!vv2",
        "this.Is9MyPw!",
        "settings.X9!k",
        "env.X9!k",
        "data:Xk9!v",
        "vault:Xk9!v",
        "changemeX9!vv2",
    ],
)
def test_nothing_hides_behind_or_ahead_of_what_a_placeholder_is_made_of(text):
    assert not is_placeholder(text)
    assert not is_reference(text)


@pytest.mark.parametrize(
    "text", ["request.token", "load(key)", "db_password", "pw->pw_passwd", "self.api_key", "$user_password", "a::b"]
)
def test_code_that_fetches_a_secret_is_a_reference(text):
    assert is_reference(text)


@pytest.mark.parametrize(
    "token", ["sk_live_" + "x" * 24, "AKIAIOSFODNN7" + "EXAMPLE", "ghp_your_token", "SK" + "0" * 32]
)
def test_a_mark_with_filler_behind_it_is_no_token(token):
    assert is_filler(token)


@pytest.mark.parametrize(
    "text", [invented(32), invented(32, HEX), invented(12), "abcd1234" * 4, "12345678-ABCD-4c3d-9e8f"]
)
def test_what_was_drawn_looks_random(text):
    assert looks_random(text)


@pytest.mark.parametrize(
    "text",
    [
        "utf8_decoder1",
        "sha256_rsa2048_v2",
        "my-service-2024-production",
        "PRODUCTION2024KEY",
        "correct-horse-battery",
        "1700000000000",
        "aaaaaaaaaaaa1111",
        "",
    ],
)
def test_a_name_a_number_or_a_repetition_does_not(text):
    assert not looks_random(text)


def test_letters_alone_can_be_jumbled_but_are_not_taken_for_random():
    letters = "mCxYHwscwsMzIErvZTpehILcsyEGZTZd"

    assert is_jumbled(letters)
    assert not looks_random(letters)


@pytest.mark.parametrize(("text", "bits"), [("", 0), ("aaaa", 0), ("abab", 1), ("abcdefgh", 3)])
def test_entropy_counts_bits_a_character(text, bits):
    assert entropy(text) == bits


@given(st.text(alphabet="abcdefgh", min_size=1, max_size=24))
def test_a_text_is_varied_from_two_and_a_half_bits_a_character_on(text):
    assert is_varied(text) == (entropy(text) >= 2.5)


def test_an_invented_body_is_always_the_same_and_no_filler():
    assert invented(40) == invented(40)
    assert not is_filler(invented(40))


@pytest.mark.parametrize(
    "part", ["x", "xx-", "${{x}}", "{{x}}", "${x}", "<x>", "%(x)s", "$(x)", "%s", "your_", "<", "{"]
)
def test_a_long_text_of_repeated_parts_is_told_from_a_placeholder(part):
    assert not is_placeholder(f"{part * 2000}!aB9")
