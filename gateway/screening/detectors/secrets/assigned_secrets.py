"""
Random values beside a telling name: `secret_key = "…"`, `access_token: …`, `<ApiKey>…</ApiKey>`.

Source: none but usage: the names that programs and configuration files give to their keys, and Shannon's measure of
how random a text is. A digest, a version, a date or an identifier under such a name is no secret.
"""

import re

from gateway.screening.detectors.secrets._assignments import GIVEN, TRAILING, trimmed
from gateway.screening.detectors.secrets._forms import HEX, invented
from gateway.screening.detectors.secrets._plausible import is_filler, is_placeholder, looks_random
from gateway.screening.patterns import Candidate, Family, KeyedValue, Pattern, words

_NAMES = (
    "(?i:"
    "(?:api|app|access|auth|secret|private|priv|encryption|encrypt|signing|signature|account|service|cloud|master|"
    "session|jwt|hmac|webhook|storage|consumer|client|licen[sc]e|subscription|admin|deploy|ssh|shared|aes|rsa|"
    "stripe|twilio|slack|loki|mailchimp)[ _.-]?keys?|"
    "secrets?|tokens?|credentials?|(?:user|api|http|basic)[ _.-]?auth|"
    "[a-z0-9]_session|session[ _.-]?id|phpsessid|jsessionid|connect\\.sid"
    ")"
)
_ANY_KEY = "[A-Za-z0-9][_.-]?(?:key|Key|KEY)"  #: less telling: its value has to be longer
_CHARACTER = "[A-Za-z0-9!@#%^*+/=_.:~|-]"
_QUOTE = r"(?:\\?[bru]?[\"'`])?(?:\$?\{{1,2}[^{}\s]{0,40}\}{1,2})?"  #: and a template in front of a value
_BUT_NO_TEMPLATE = "[!#%&(-Z^-z|~]"  # any sign that may begin a secret in quotes: no `$`, no bracket
_SHORTEST = 10
_LONG_KEYED, _SHORTEST_KEYED = 16, 8
_NO_SECRET = re.compile(
    r"(?i)[./~]{1,3}[a-z]+/|[a-z]:\\|\d{4}-\d\d-\d\d|(?:[0-9a-f]{2}:){3}|"  # a path, a date, a fingerprint
    r"sk-|"  # what begins like this has a form of its own, in ai_keys
    r"(?:arn|urn|sha\d+|md5|https?|file|projects?|refs?|v?\d+\.\d)[:./-]"
)
_PUBLIC_NAMES = re.compile(
    b"public|websocket|csrf|xsrf|page|continuation|next|sync|cache|partition|primary|foreign|sort|index|"
    b"idempotency|device|push|registration|design|reserved|invalid|unexpected"
)
_BETWEEN = b" \t\"'`:=>"  #: a name and its value
_NAME_SIZE = 32  #: bytes before a value in which its name stands
_BEHIND_CALLS = (b"(", b"[", b"{", b"$")  #: what follows a function's name or a template


def _is_secret(candidate: Candidate) -> Candidate | None:
    data, start, end, _ = candidate
    if data[end : end + 1] in _BEHIND_CALLS:
        return None
    text = candidate.text.rstrip(TRAILING)
    if len(text) < _SHORTEST or not looks_random(text) or "://" in text:
        return None
    if _NO_SECRET.match(text) or is_filler(text) or "EXAMPLE" in text:
        return None
    name = data[max(0, start - _NAME_SIZE) : start].rstrip(_BETWEEN).rpartition(b" ")[2].lower()
    return None if _PUBLIC_NAMES.search(name) else trimmed(candidate)


def _is_secret_value(candidate: Candidate) -> Candidate | None:
    """Take the whole of a value whose key is a token's name, if it is no word and no count: `"max_token": 4096`."""
    text = candidate.text.strip()
    if len(text) < _SHORTEST_KEYED or is_placeholder(text) or any(map(str.isspace, text)):
        return None
    return candidate if len(text) >= _LONG_KEYED or any(map(str.isdigit, text)) else None


DETECTOR = Family(
    name="assigned_secrets",
    source="Usage; C. E. Shannon, A Mathematical Theory of Communication (1948)",
    patterns=(
        Pattern(
            name="assigned secret",
            entity_type="SECRET",
            gate=rf"{_NAMES}(?:{GIVEN}|\s(?:is|was)\s{{1,3}}){_QUOTE}{_CHARACTER}{{8}}",
            regex=rf"{_NAMES}(?:{GIVEN}|\s(?:is|was)\s{{1,3}}){_QUOTE}(?P<value>{_CHARACTER}{{{_SHORTEST},}})",
            score=0.8,
            check=_is_secret,
        ),
        Pattern(
            name="assigned secret in quotes",  # with signs that would end it outside of them
            entity_type="SECRET",
            gate=rf"{_NAMES}(?:{GIVEN}|\s(?:is|was)\s{{1,3}}){_QUOTE}{_CHARACTER}{{8}}",
            regex=rf"{_NAMES}{GIVEN}\\?[bru]?[\"'](?P<value>{_BUT_NO_TEMPLATE}[!#-&(-\[\]-~]{{9,200}})\\?[\"']",
            score=0.8,
            check=_is_secret,
        ),
        Pattern(
            name="session in a cookie",
            entity_type="SECRET",
            gate=r"(?i)cookie[\"']?:\s?[\"']?[^\s]",
            regex=(
                r"(?i)cookie[\"']?:\s?[\"']?(?:[^\s=;]{1,40}=[^\s;]{0,100};\s?){0,4}"
                r"[\w.-]{0,32}(?:sess|session|sid|auth|jwt|remember_token)=(?P<value>[A-Za-z0-9%+/=_.~|:-]{16,})"
            ),
            score=0.8,
            check=_is_secret,
        ),
        Pattern(
            name="assigned key",
            entity_type="SECRET",
            gate=rf"{_ANY_KEY}{GIVEN}{_QUOTE}{_CHARACTER}{{20}}",
            regex=rf"{_ANY_KEY}{GIVEN}{_QUOTE}(?P<value>{_CHARACTER}{{24,}})",
            score=0.6,
            check=_is_secret,
        ),
        Pattern(
            name="secret beside the word",
            entity_type="SECRET",
            gate=rf"(?i:token|key|secret) [\"'`]?{_CHARACTER}{{20}}",
            regex=rf"(?i:token|key|secret) [\"'`]?(?P<value>{_CHARACTER}{{20,}})",
            score=0.6,
            check=_is_secret,
        ),
        Pattern(
            name="secret on a command line",
            entity_type="SECRET",
            gate=rf"-{_NAMES}[ \t]{{1,3}}[\"']?{_CHARACTER}{{8}}",
            regex=rf"-{_NAMES}[ \t]{{1,3}}[\"']?(?P<value>{_CHARACTER}{{{_SHORTEST},}})",
            score=0.8,
            check=_is_secret,
        ),
    ),
    keyed=(
        KeyedValue(
            name="secret's key",
            entity_type="SECRET",
            keys=words(
                "api key, apikey, secret, secret key, access key, access token, auth token, refresh token, "
                "client secret, private key, signing key, encryption key, session id, token, bearer, credentials"
            ),
            score=0.85,
            check=_is_secret_value,
        ),
    ),
    examples={
        "SECRET": (
            f"api_key=«{invented(32, HEX)}»&x=1",
            f"clientSecret: '«{invented(32)}»'",
            f'"access_token": "«{invented(24)}»"',
            f"signing-key := «{invented(40)}»",
            f'secret_key = b"«{invented(30)}»"',
            f"<ApiKey>«{invented(24)}»</ApiKey>",
            f'<add key="ApiKey" value="«{invented(24)}»" />',
            f"- name: SERVICE_TOKEN\n  value: «{invented(30)}»",
            f'api_key = "${{x}}«{invented(24, HEX)}»"',
            f"my api key is «{invented(24)}», is it right?",
            f"the token «{invented(32)}» still works",
            f"deploy --auth-token «{invented(24)}» --verbose",
            f"Cookie: PHPSESSID=«{invented(26)}»; theme=dark",
            f"https://example.org/verify?token=«{invented(20)}»",
            f'{{\\"token\\": \\"«{invented(32)}»\\"}}',
            f"SECRET_KEY = '«{invented(20)}&$(x)!{invented(20)}»'",
            f"Set-Cookie: session=«{invented(43)}»; Path=/",
            f"Cookie: theme=dark; connect.sid=«s%3A{invented(32)}»",
        )
    },
    counter_examples=(
        'api_key = os.environ["API_KEY"]',
        "token = response.token1",
        "a token: the smallest unit of a text",
        "secret_key = 'change-me-in-production-2024'",
        "access_token: ${ACCESS_TOKEN_2}, auth_token: {{ vault.token2 }}, api_key: YOUR_API_KEY_1",
        f"commit: {invented(40, HEX)}, id: {invented(32, HEX)}, sha256:{invented(64, HEX)}",
        "token: 2024-01-02T10:11:12Z",
        f"public_key_token={invented(16, HEX)}",
        "secret = /run/secrets/gateway_key_2",
        "token: sha256_rsa2048_v2",
        "next_page_token = Q2xpZW50MTIzNDU2Nzg5",
        "token = tokenizer.next2(stream1), token = r2d2c3po1a2b3(x)",
        "secret: arn:aws:secretsmanager:eu-1:1a2b3c:x4y5z6, ssh_key: 00:1a:2b:3c:4d:5e:6f:70:81:92:a3",
        "access_key = je7MtGbClwBFEXAMPLEh2Yo4Fa2jX9",
        "Cookie: session=; theme=dark-blue-2024-edition, session=none",
        'api_key = "sk-e263d7fb7729" is too short for its mark',
    ),
)
