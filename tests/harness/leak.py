"""Canaries: personal data and secrets that exist nowhere else, and the one place that looks for them."""

import base64
import html
import json
import random
import string
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

_LETTERS: Final = string.ascii_letters
_ALNUM: Final = string.ascii_letters + string.digits
_UPPER: Final = string.ascii_uppercase + string.digits
_HEX: Final = "0123456789abcdef"
_GRAM: Final = 8  #: bytes by which a place is looked through; every needle has more


@dataclass(frozen=True)
class Canary:
    """A value that nobody else has, as a client would send it."""

    kind: str
    channel: str  #: the way that it was sent, told if it is found
    text: str  #: with the words around it that make it what it is
    needles: tuple[str, ...]  #: what must be found nowhere

    @property
    def line(self) -> str:
        """The text without line breaks."""
        return self.text.replace("\n", " ")

    @property
    def quoted(self) -> str:
        """The text as one segment of a URL."""
        return quote(self.line, safe="")

    @property
    def token(self) -> str:
        """What of it may stand in an HTTP method or a header's name."""
        return "".join(c for c in self.needles[0] if c.isalnum() or c in "-_.")


@dataclass(frozen=True)
class Leak:
    """A needle that was found."""

    place: str
    kind: str
    channel: str
    form: str
    around: str  #: what stands there


class Mint:
    """Makes canaries; no two are alike, in this run or in another."""

    def __init__(self, random_: random.Random | None = None) -> None:
        self._random = random_ or random.SystemRandom()
        self.made: list[Canary] = []

    @property
    def kinds(self) -> tuple[str, ...]:
        """Every kind that it makes."""
        return tuple(_KINDS)

    def canary(self, kind: str, channel: str) -> Canary:
        """Make one to be sent by *channel*."""
        text, *needles = _KINDS[kind](self)
        made = Canary(kind, channel, text, tuple(needles))
        self.made.append(made)
        return made

    def of(self, alphabet: str, length: int) -> str:
        """Return random characters."""
        return "".join(self._random.choice(alphabet) for _ in range(length))

    def number(self, least: int, most: int) -> int:
        """Return a random number, both ends included."""
        return self._random.randint(least, most)

    def token(self, length: int) -> str:
        """Return random letters and digits, some of each."""
        return f"{self.of(string.ascii_lowercase, 1)}7{self.of(_ALNUM, length - 4)}{self.of(_LETTERS, 1)}9"

    def hexadecimal(self, length: int) -> str:
        """Return random hexadecimal digits, some of each sort."""
        return f"{self.of(_HEX, length - 4)}a7e3"


def _email(mint: Mint) -> tuple[str, ...]:
    local, domain = mint.token(12).lower(), mint.token(12).lower()
    return f"Please write to mira.{local}@{domain}.example.org today.", local, domain


def _phone(mint: Mint) -> tuple[str, ...]:
    digits = f"4930{mint.number(20_000_000, 89_999_999)}"
    return f"call me on the phone: +{digits}", digits


def _card(mint: Mint) -> tuple[str, ...]:
    digits = with_luhn(f"4{mint.of(string.digits, 14)}")
    return f"card {digits}", digits


def _grouped_card(mint: Mint) -> tuple[str, ...]:
    digits = with_luhn(f"53{mint.of(string.digits, 13)}")
    grouped = " ".join(digits[at : at + 4] for at in range(0, 16, 4))
    return f"card {grouped}", grouped, digits


def _iban(mint: Mint) -> tuple[str, ...]:
    account = mint.of(string.digits, 18)
    check = 98 - int(f"{account}131400") % 97  # DE00, its letters as numbers, moved behind
    iban = f"DE{check:02}{account}"
    return f"IBAN {iban}", iban, account


def _ssn(mint: Mint) -> tuple[str, ...]:
    number = f"{mint.number(100, 665)}-{mint.number(10, 99)}-{mint.number(1000, 9999)}"
    return f"social security number {number}", number


def _ipv4(mint: Mint) -> tuple[str, ...]:
    address = ".".join(str(mint.number(130, 223)) for _ in range(4))
    return f"the client's IP address is {address}", address


def _ipv6(mint: Mint) -> tuple[str, ...]:
    groups = [f"{mint.number(1, 9)}{mint.of(_HEX, 3)}" for _ in range(7)]
    address = ":".join(["2a02", *groups])
    return f"login from {address}", address


def _mac(mint: Mint) -> tuple[str, ...]:
    address = ":".join(mint.hexadecimal(6)[at : at + 2] for at in (0, 2, 4)) + f":{mint.number(10, 99)}:b3:4a"
    return f"the handset's MAC address is {address}", address


def _link(mint: Mint) -> tuple[str, ...]:
    host, page = mint.token(14).lower(), mint.token(14)
    return f"see https://{host}.example.org/of/{page}", host, page


def _person(mint: Mint) -> tuple[str, ...]:
    name = f"Ol{mint.of(string.ascii_lowercase, 10)}a"
    return f"my name is Mira {name}, and I am waiting", name


def _street(mint: Mint) -> tuple[str, ...]:
    street = f"{mint.number(100, 9999)} {mint.of(string.ascii_uppercase, 1)}{mint.of(string.ascii_lowercase, 9)} Avenue"
    return f"ship to {street}", street


def _birthday(mint: Mint) -> tuple[str, ...]:
    day = f"{mint.number(1931, 1989)}-{mint.number(10, 12)}-{mint.number(10, 28)}"
    return f"date of birth {day}", day


def _passport(mint: Mint) -> tuple[str, ...]:
    number = f"BX{mint.number(1_000_000, 9_999_999)}"
    return f"passport number {number}", number


def _username(mint: Mint) -> tuple[str, ...]:
    name = f"mira_{mint.of(string.ascii_lowercase, 8)}77"
    return f"username: {name}", name


def _vehicle(mint: Mint) -> tuple[str, ...]:
    number = f"WVWZZZ1JZXW{mint.number(100_000, 999_999)}"
    return f"VIN {number}", number


def _imei(mint: Mint) -> tuple[str, ...]:
    digits = with_luhn(f"35{mint.of(string.digits, 12)}")
    return f"IMEI {digits}", digits


def _wallet(mint: Mint) -> tuple[str, ...]:
    wallet = mint.hexadecimal(40)
    return f"ethereum wallet 0x{wallet}", wallet


def _bank_account(mint: Mint) -> tuple[str, ...]:
    number = f"9{mint.of(string.digits, 16)}"  # the longest: no check digit makes it a national id by chance
    return f"my bank account number is {number}", number


def _bic(mint: Mint) -> tuple[str, ...]:
    code = f"{mint.of(string.ascii_uppercase, 4)}DEFF{mint.number(100, 999)}"
    return f"the SWIFT code is {code}", code


def _password(mint: Mint) -> tuple[str, ...]:
    word = f"{mint.token(14)}!"
    return f"my password is {word}", word[:-1]


def _assigned_key(mint: Mint) -> tuple[str, ...]:
    key = mint.hexadecimal(32)
    return f"api_key={key}", key


def _address_with_password(mint: Mint) -> tuple[str, ...]:
    word = mint.token(16)
    return f"postgres://svc:{word}@db.internal/app", word


def _bearer(mint: Mint) -> tuple[str, ...]:
    token = mint.token(28)
    return f"Authorization: Bearer {token}", token


def _jwt(mint: Mint) -> tuple[str, ...]:
    payload = _unpadded(json.dumps({"sub": mint.token(12)}).encode())
    signature = mint.token(43)
    return f"eyJhbGciOiJIUzI1NiJ9.{payload}.{signature}", payload, signature


def _private_key(mint: Mint) -> tuple[str, ...]:
    first, second = f"MII{mint.of(_ALNUM, 61)}", mint.of(_ALNUM, 64)
    return f"-----BEGIN PRIVATE KEY-----\n{first}\n{second}\n-----END PRIVATE KEY-----", first[3:], second


def _sendgrid(mint: Mint) -> tuple[str, ...]:
    name, secret = mint.token(22), mint.token(43)
    return f"SG.{name}.{secret}", name, secret


def _provider(form: str, length: int, alphabet: str = _ALNUM) -> Callable[[Mint], tuple[str, ...]]:
    """Return the maker of a provider's key: its mark, and random characters in place of `…`."""

    def make(mint: Mint) -> tuple[str, ...]:
        needle = mint.of(alphabet, length)
        return form.replace("…", needle), needle

    return make


_KINDS: Final[Mapping[str, Callable[[Mint], tuple[str, ...]]]] = {
    "e-mail": _email,
    "phone": _phone,
    "card": _card,
    "grouped card": _grouped_card,
    "IBAN": _iban,
    "US SSN": _ssn,
    "IPv4": _ipv4,
    "IPv6": _ipv6,
    "MAC": _mac,
    "link": _link,
    "person": _person,
    "street": _street,
    "birthday": _birthday,
    "passport": _passport,
    "user name": _username,
    "vehicle": _vehicle,
    "IMEI": _imei,
    "wallet": _wallet,
    "bank account": _bank_account,
    "BIC": _bic,
    "password": _password,
    "assigned key": _assigned_key,
    "address with a password": _address_with_password,
    "bearer token": _bearer,
    "JWT": _jwt,
    "private key": _private_key,
    "AWS": _provider("AKIA…", 16, _UPPER),
    "GitHub": _provider("ghp_…", 36),
    "GitLab": _provider("glpat-…", 20),
    "Slack": _provider("xoxb-123456789012-…", 24),
    "Stripe": _provider("sk_live_…", 24),
    "Google": _provider("AIza…", 35),
    "OpenAI": _provider("sk-proj-…", 40),
    "npm": _provider("npm_…", 36),
    "SendGrid": _sendgrid,
    "Twilio": _provider("SK…", 32, _HEX),
}


def with_luhn(digits: str) -> str:
    """Return *digits* with the check digit behind them."""
    total = 0
    for at, digit in enumerate(reversed(digits)):
        number = int(digit) * (2 if at % 2 == 0 else 1)
        total += number - 9 if number > 9 else number
    return f"{digits}{-total % 10}"


def forms(needle: str) -> dict[str, tuple[bytes, bool]]:
    """Return the ways in which *needle* may be written, by name, each with whether its case matters."""
    raw = needle.encode()
    json_escaped = json.dumps(needle)[1:-1]
    loose = {
        "plain": raw,
        "percent-encoded": quote(needle, safe="").encode(),
        "percent-encoded twice": quote(quote(needle, safe=""), safe="").encode(),
        "JSON-escaped": json_escaped.encode(),
        "JSON-escaped, with slashes": json_escaped.replace("/", "\\/").encode(),
        "escaped as HTML": html.escape(needle).encode(),
        "hex": raw.hex().encode(),
        "UTF-16": needle.encode("utf-16-le"),
        "backwards": raw[::-1],
    }
    strict = {f"base64 at {shift}": _base64_at(raw, shift) for shift in range(3)}
    strict |= {f"base64 for URLs at {shift}": base64_for_urls(_base64_at(raw, shift)) for shift in range(3)}
    return {
        **{name: (form.lower(), False) for name, form in loose.items()},
        **{n: (f, True) for n, f in strict.items()},
    }


def base64_for_urls(data: bytes) -> bytes:
    """Return base64 with the two letters that URLs take."""
    return data.replace(b"+", b"-").replace(b"/", b"_")


def _base64_at(raw: bytes, shift: int) -> bytes:
    """Return what is the same in every base64 text that holds *raw* behind 3n + *shift* bytes."""
    encoded = base64.b64encode(b"\0" * shift + raw)
    return encoded[-(-8 * shift // 6) : 8 * (shift + len(raw)) // 6]


def _unpadded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


class Search:
    """Looks for canaries, in every form, in one pass over each place."""

    def __init__(self, canaries: Iterable[Canary]) -> None:
        #: the first bytes of each form to the forms that begin so
        self._strict: dict[bytes, list[tuple[bytes, Canary, str]]] = defaultdict(list)
        self._loose: dict[bytes, list[tuple[bytes, Canary, str]]] = defaultdict(list)
        for canary in canaries:
            seen: set[tuple[bytes, bool]] = set()
            for needle in canary.needles:
                for name, (form, strict) in forms(needle).items():
                    if (form, strict) not in seen:
                        seen.add((form, strict))
                        (self._strict if strict else self._loose)[form[:_GRAM]].append((form, canary, name))

    def leaks(self, place: str, data: bytes) -> list[Leak]:
        """Return what of them is in *data*; *place* names it."""
        return [
            *self._found(place, data, data, self._strict),
            *self._found(place, data, data.lower(), self._loose),
        ]

    def _found(
        self, place: str, shown: bytes, data: bytes, grams: Mapping[bytes, list[tuple[bytes, Canary, str]]]
    ) -> list[Leak]:
        hits = (at for at in range(len(data) - _GRAM + 1) if data[at : at + _GRAM] in grams)
        return [
            Leak(place, canary.kind, canary.channel, name, repr(shown[max(0, at - 60) : at + len(form) + 20]))
            for at in hits
            for form, canary, name in grams[data[at : at + _GRAM]]
            if data.startswith(form, at)
        ]
