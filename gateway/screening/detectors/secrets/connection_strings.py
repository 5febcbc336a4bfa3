"""
A user and a password on the way to a server: in addresses, in headers, on command lines.

Source: RFC 3986, section 3.2.1 (user information), RFC 7617 and RFC 6750 (Basic and Bearer), curl's manual, the
documentation of JDBC's Oracle driver and of Docker's `config.json`.
"""

from base64 import b64decode
from binascii import Error

from gateway.screening.detectors._userinfo import HOST, NEXT_CHARACTER, USER_CHARACTER, USERINFO, begins_with_a_port
from gateway.screening.detectors.secrets._forms import invented
from gateway.screening.detectors.secrets._plausible import is_filler, is_placeholder, looks_random
from gateway.screening.patterns import Candidate, Family, Pattern

_QUOTED = r"\"[^\"\n]{3,200}\"|'[^'\n]{3,200}'"
_LONG_TOKEN = 16
_COMMAND = 2000  #: bytes before an option in which its command stands
_ILLEGIBLE = 0.1  #: of a password, at most, is no UTF-8


def _is_userinfo(candidate: Candidate) -> Candidate | None:
    user, colon, password = candidate.text.strip("\"'").partition(":")
    password = password.strip("\"'>")
    if not password:
        return candidate if colon and looks_random(user) else None
    return None if is_placeholder(password) else candidate


def _is_userinfo_of_an_address(candidate: Candidate) -> Candidate | None:
    return None if begins_with_a_port(candidate.text.partition(":")[2]) else _is_userinfo(candidate)


def _is_userinfo_of_curl(candidate: Candidate) -> Candidate | None:
    return _is_userinfo(candidate) if "curl" in candidate.before(_COMMAND) else None


def _is_encoded_userinfo(candidate: Candidate) -> Candidate | None:
    """Take base64 of `user:password`."""
    text = candidate.text
    try:
        decoded = b64decode(text + "=" * (-len(text) % 4), validate=True).decode("utf-8", "replace")
    except Error:
        return None
    user, colon, password = decoded.partition(":")
    legible = colon and user.isascii() and user.isprintable() and password.count("\ufffd") <= _ILLEGIBLE * len(password)
    return candidate if legible and not is_placeholder(password) else None


def _is_lone_token(candidate: Candidate) -> Candidate | None:
    """Take what was drawn: before an `@` a user's name may stand as well."""
    text = candidate.text
    return candidate if looks_random(text) and not is_filler(text) else None


def _is_token(candidate: Candidate) -> Candidate | None:
    text = candidate.text.rstrip(".")
    if not any(map(str.isdigit, text)) or is_placeholder(text) or is_filler(text):
        return None
    return candidate.shortened(text) if len(text) >= _LONG_TOKEN or looks_random(text) else None


DETECTOR = Family(
    name="connection_strings",
    source="RFC 3986, RFC 7617, RFC 6750, curl's manual, Docker's and Oracle's documentation",
    patterns=(
        Pattern(
            name="credentials in an address",
            entity_type="SECRET",
            gate=rf"://{USER_CHARACTER}{{0,64}}:{NEXT_CHARACTER}{{1,100}}@",
            regex=rf"\b[A-Za-z][A-Za-z0-9+.-]*://(?P<value>{USERINFO})@{HOST}",
            score=0.9,
            check=_is_userinfo_of_an_address,
        ),
        Pattern(
            name="token in an address",
            entity_type="SECRET",
            gate=r"://[A-Za-z0-9._~-]{20,}@",
            regex=r"\b[A-Za-z][A-Za-z0-9+.-]*://(?P<value>[A-Za-z0-9._~-]{20,250})@[A-Za-z0-9]",
            score=0.8,
            check=_is_lone_token,
        ),
        Pattern(
            name="credentials in an oracle address",
            entity_type="SECRET",
            gate=r"jdbc:oracle:",
            regex=r"\bjdbc:oracle:[a-z0-9]{1,8}:(?P<value>[^\s/@:]{1,64}/[^\s/@\"']{1,100})@",
            score=0.9,
            provider="oracle",
        ),
        Pattern(
            name="sqlplus",
            entity_type="SECRET",
            gate=r"\bsqlplus\b",
            regex=r"\bsqlplus\s[^\n/]{0,60}?(?P<value>[\w.$-]{1,64}/[^\s/@\"']{4,100})@",
            score=0.85,
            provider="oracle",
        ),
        Pattern(
            name="basic authorization",
            entity_type="SECRET",
            gate=r"(?i)\bbasic [A-Za-z0-9+/]{8}",
            regex=r"(?i)\bbasic (?P<value>[A-Za-z0-9+/]{8,1000}={0,2})",
            score=0.9,
            check=_is_encoded_userinfo,
        ),
        Pattern(
            name="docker login",
            entity_type="SECRET",
            gate=r"\"auth\"\s?:\s?\"",
            regex=r"\"auth\"\s?:\s?\"(?P<value>[A-Za-z0-9+/]{8,1000}={0,2})\"",
            score=0.9,
            provider="docker",
            check=_is_encoded_userinfo,
        ),
        Pattern(
            name="bearer token",
            entity_type="SECRET",
            gate=r"(?i)\b(?:bearer|ssws|api-?token|api-?key|authorization[\"']?[:=](?:\s{1,3}token)?)[\"']?\s{1,3}[\"']?[A-Za-z0-9+/=._~-]{12}",
            regex=(
                r"(?i)\b(?:bearer|ssws|api-?token|api-?key|authorization[\"']?[:=](?:\s{1,3}token)?)"
                r"[\"']?\s{1,3}[\"']?(?P<value>[A-Za-z0-9+/=._~-]{12,1000})"
            ),
            score=0.8,
            check=_is_token,
        ),
        Pattern(
            name="curl user",
            entity_type="SECRET",
            gate=r"\s(?:-u|--user[ =])",
            regex=rf"\s(?:-u ?|--user[ =])(?P<value>{_QUOTED}|[^\s\"':]{{1,100}}:(?:{_QUOTED}|[^\s\"']{{3,200}}))",
            score=0.8,
            check=_is_userinfo_of_curl,
        ),
    ),
    examples={
        "SECRET": (
            "postgres://«svc:n0tAplaceh0lder»@db.internal/app",
            "redis://«:Tr4ffic-Jam»@cache:6379/0",
            "mongodb+srv://«app:9f8e7d6c»@cluster0.example.net/?retryWrites=true",
            "https://«ana@example.com:Tr4ffic-Jam»@api.example.com/x, ftp://«ana:Tr4ffic@Jam»@files.example.com",
            "amqp://«user:Tr4ffic-Jam»@broker",
            "jdbc:oracle:thin:«scott/Tr4ffic-Jam»@//db:1521/x",
            "sqlplus -s «scott/Tr4ffic-Jam»@orcl",
            "Authorization: Basic «YW5uOlRyNGZmaWMtSmFt»",
            '{"auths": {"registry.example.org": {"auth": "«YW5uOlRyNGZmaWMtSmFt»"}}}',
            "Authorization: Bearer «9f8e7d6c5b4a39281706»",
            "authorization: «5eb4223e-5008-46e5-be67-c7b8f2732305»",
            f"curl -H 'Authorization: Api-Token «{invented(40)}»' https://example.org",
            "curl -u «ann:Tr4ffic-Jam» https://example.org",
            f"git clone https://«{invented(40)}»@git.example.org/x.git; Authorization: SSWS «{invented(42)}»",
            "curl --user «'ann:Tr4ffic-Jam'» https://example.org",
            'curl -u «"d2LkV78zL8!t:"» https://localhost:9200',
        )
    },
    counter_examples=(
        "https://user:${PASSWORD}@host.org and https://user:<password>@host.org",
        "http://localhost:8080/users/@me, https://example.org/@ana:7",
        "https://example.org:8080, ann@example.org",
        "kafka://b1:9092,b2:9092,ops@example.com, jdbc:postgresql://db:5432?user=ana@example.com",
        "[x](http://host:8080)[ana@example.com](mailto:ana@example.com)",
        "Authorization: Bearer <token>",
        "Authorization: Bearer YOUR_ACCESS_TOKEN_1",
        "ssh://deployment-user-of-the-team@host.example.org/x",
        "basic understanding of authorization, Basic Origin/Host",
        "the bearer certificates1",
        "curl -u <user:password> https://example.org",
        "curl --user ${user}:${pass} https://example.org",
        "install -u root:Tr4ffic-Jam https://example.org",
        "git@github.com:acme/repository.git",
    ),
)
