"""What is sent and screened. The people and numbers are invented; the card is a scheme's own test number."""

import base64
import gzip
import json
from collections.abc import Callable
from itertools import cycle
from typing import Final

from gateway.settings import CHECKOUT

#: A clean chat message of 113 bytes.
CLEAN: Final = (
    "Good morning team, the planning notes are ready: please read them before lunch and tell me what is still missing."
)
#: As long, with an e-mail address and a card.
HELD: Final = (
    "Hello, please refund my last order to card 4111 1111 1111 1111 and write to maria.keller@posteo.de when it's done"
)
_SENTENCES: Final = (
    "The committee met on Thursday and went through the budget line by line, which took longer than planned.",
    "Two of the five proposals were put off until the spring, because their figures did not add up.",
    "Nobody disputed that the old warehouse leaks; the question was who pays for the roof, and when.",
    "An engineer explained, with some patience, why version 3.11.4 could not simply be copied over.",
    "In 2025 the town planted 340 trees along the river, and lost fewer than 20 of them in the dry summer.",
    "Lunch was late, the coffee was good, and the minutes of the last meeting were accepted without a vote.",
    "Whoever reads this far should know that the archive in room 214 closes at 17:30 on Fridays.",
    "A letter from the school asked for volunteers; six people raised a hand, and one of them meant it.",
)
_WITH_FINDINGS: Final = (
    "Questions about the roof go to maria.keller@posteo.de, who has the drawings.",
    "The deposit was paid with card 4111 1111 1111 1111 and has to be returned.",
    "The caretaker can be reached at +49 30 901820 on working days.",
)
_SENTENCES_PER_FINDING: Final = 32  #: about one finding for every 3 KB


def prose(size: int) -> str:
    """Return *size* characters of ordinary ASCII prose, with something personal now and then."""
    plain, telling = cycle(_SENTENCES), cycle(_WITH_FINDINGS)
    parts: list[str] = []
    length = 0
    while length < size:
        at_turn = len(parts) % _SENTENCES_PER_FINDING == _SENTENCES_PER_FINDING - 1
        parts.append(next(telling if at_turn else plain))
        length += len(parts[-1]) + 1
    return " ".join(parts)[:size]


def speed_corpus(name: str) -> list[str]:
    """
    Return the texts of a corpus for speed: a clean chat, b with a few findings, c long, d full of digits.

    They are those beside the checkout where there are any, else some of our own with about the same in them.
    """
    file = CHECKOUT.parent / "shared" / "corpora" / "speed" / f"{name}.json.gz"
    if file.is_file():
        texts: list[str] = json.loads(gzip.decompress(file.read_bytes()))
        return texts
    return _OWN_CORPORA[name]()


def hell(size: int) -> dict[str, str]:
    """Return texts of about *size* characters that cost the most, by what they are made of."""
    texts = {name: _repeated(unit, size) for name, unit in _HELL_UNITS.items()}
    texts["base64 blobs"] = (base64.b64encode(b"write to maria.keller@posteo.de ").decode() + " ") * (size // 45)
    texts["nested JSON"] = '{"a":' * (size // 5)
    return texts


def repeated_ids(size: int) -> dict[str, str]:
    """Return texts of *size* characters of one id again and again, each beside its name: every one is a finding."""
    return {unit: _repeated(unit, size) for unit in _ID_UNITS}


def _repeated(unit: str, size: int) -> str:
    return (unit * (size // len(unit) + 1))[:size]


_HELL_UNITS: Final = {
    "dots": ".",
    "a.": "a.",
    "ab:": "ab:",
    "1 ": "1 ",
    "(415) ": "(415) ",
    "phones": "(415) 555-0132, ",
    "mails": "maria.keller@posteo.de, ",
    "cards": "4111 1111 1111 1111, ",
    "digits": "4155550132",
    "spaced digits": "4444 4444 ",
    "1.1.1.1": "1.1.1.1",
    "zero-width": "a\u200b",
    "%40": "%40",
    "&#64;": "&#64;",
    "one word": "a",
    "ibans": "DE89370400440532013000 ",
    "called phones": "phone 4155550132 ",
}
_ID_UNITS: Final = (
    "身份证号11010519800814288X ",
    "01-0141-3450722-01 ",
    "TVA FR20701534687 ",
    "vat MT40053879 ",
    "IBAN DE89370400440532013000 ",
    '["password":"a1b2c3",',
)


def _log_lines() -> list[str]:
    line = "2025-03-{:02}T12:30:45.{:03}Z level=info req={:016x} ms={} size={} order={}"
    numbers = [(at * 7919) % 9_000_000_000 for at in range(1, 1201)]
    lines = [line.format(1 + at % 28, at % 1000, at * 0x9E3779B97F4A7C15 % 2**64, at, at, 10**9 + at) for at in numbers]
    return ["\n".join(lines[at : at + 12]) for at in range(0, len(lines), 12)]


def _with_findings() -> list[str]:
    return [" ".join((*_SENTENCES[:4], each, *_SENTENCES[4:], *_WITH_FINDINGS)) for each in _WITH_FINDINGS]


_OWN_CORPORA: Final[dict[str, Callable[[], list[str]]]] = {
    "a": lambda: [CLEAN],
    "b": _with_findings,
    "c": lambda: [prose(50_000)],
    "d": _log_lines,
}
