"""
Addresses and numbers that are spelled out: `ana at example dot org`, `four one five …`, `4 1 1 1 …`.

An `at` is a word of every other sentence. It counts only before a host with a spelled dot, and then only behind a
name that is plainly one (it has a dot or a digit), near a word for mail, or alone in its text.
"""

import re
from collections.abc import Iterator
from itertools import chain

from gateway.screening.normalise.reading import Edit

_OPEN, _CLOSE = r"[\[({<] ?", r" ?[\])}>]"
_AT_WORDS = "arroba|arobase|arrobase|klammeraffe|chiocciola|apenstaartje"  # they mean nothing else
_DOT_WORDS = "dot|punkt|punto|point|ponto|punt"
_ENDINGS = (
    "com|org|net|edu|gov|mil|info|de|at|ch|eu|uk|ie|fr|be|nl|es|pt|it|pl|se|no|dk|fi|cz|ru|us|ca|mx|br|au|nz|in|jp"
)
_DOT = rf"(?: ?{_OPEN}(?:\.|{_DOT_WORDS}){_CLOSE} ?| {{1,3}}(?:{_DOT_WORDS}) {{1,3}}|[_-](?:{_DOT_WORDS})[_-])"
_LABEL = "[0-9a-z](?:[0-9a-z-]{0,61}[0-9a-z])?"
_HOST = rf"{_LABEL}(?:(?:\.|{_DOT}){_LABEL}){{1,6}}"
_MARKED_AT = rf" ?{_OPEN}(?:at|@|ät|{_AT_WORDS}){_CLOSE} ?| {{1,3}}(?:{_AT_WORDS}) {{1,3}}"

_DIGIT_WORDS = {
    "0": "zero oh cero zéro nul",
    "1": "one uno eins ein une un um uma één een",
    "2": "two dos zwei zwo deux due dois duas twee",
    "3": "three tres drei trois tre três drie",
    "4": "four cuatro vier quatre quattro quatro",
    "5": "five cinco fünf fuenf cinq cinque vijf",
    "6": "six seis sechs sei zes",
    "7": "seven siete sieben sept sette sete zeven",
    "8": "eight ocho acht huit otto oito",
    "9": "nine nueve neun neuf nove negen",
}
_VALUES = {word: digit for digit, words in _DIGIT_WORDS.items() for word in words.split()}
_VALUES |= {"null": "0", "o": "0"}  # words of their own: not enough to look for
_TIMES = {"double": 2, "doble": 2, "doppel": 2, "triple": 3}
_WORDS = "|".join(sorted((word for word in _VALUES if len(word) > 1), key=len, reverse=True))
_PAUSE = "[ ,.;/-]{1,3}"
_JOIN = rf"(?:{_PAUSE}(?:(?:dash|hyphen|minus|space|and|y|und|et) {{1,2}})?)"
_MIN_DIGITS = 7

#: RE2, in any case.
GATES = (
    rf"(?i)[0-9A-Za-z] ?{_OPEN}(?:at|@|{_AT_WORDS}){_CLOSE} ?[0-9A-Za-z]|(?i) (?:{_AT_WORDS}) [0-9A-Za-z]",
    rf"(?i)[0-9A-Za-z](?:@| {{1,3}}at {{1,3}}|[_-]at[_-])[0-9A-Za-z-]{{1,63}}{_DOT}[0-9A-Za-z]",
    r"[0-9a-z] AT [0-9a-z-]{1,63}\.[a-z]",
    rf"(?i)[0-9A-Za-z]_at_[0-9A-Za-z-]{{1,63}}\.(?:{_ENDINGS})\b",
    rf"(?i)[0-9A-Za-z]{_OPEN}(?:\.|dot){_CLOSE}[0-9A-Za-z]",
    rf"(?i)(?:\b(?:{_WORDS}|double|triple){_PAUSE}){{3}}(?:{_WORDS}|double|triple)",
    r"(?:^|[^0-9A-Za-z.])[0-9](?:[ ._*/-]{1,3}[0-9]){6}(?:[^0-9A-Za-z]|$)",
    r"(?:^|[ \t\n(:=])[0-9A-Za-z](?: [0-9A-Za-z@._+-]){6}",
)


def written_out(text: str) -> Iterator[Edit]:
    """Put together what *text* spells: addresses, numbers in words, characters with spaces between them."""
    position = 0
    for edit in sorted(chain(_addresses(text), _dots(text), _numbers(text), _spaced(text))):
        if edit.start >= position:
            yield edit
            position = edit.end


def _addresses(text: str) -> Iterator[Edit]:
    for found in _AT.finditer(text):
        before = text[max(0, found.start() - _LOCAL_SIZE) : found.start()]
        local = _LOCAL.search(before)
        if local is None or not (found["sure"] or _is_name(text, found, before, local)):
            continue
        first = found.start() - len(local[0])
        yield from _replaced(_SPELLED_DOT, local[0], first)
        yield Edit(*found.span("at"), "@")
        yield from _replaced(_SPELLED_DOT, found["host"], found.start("host"))


def _is_name(text: str, found: re.Match[str], before: str, local: re.Match[str]) -> bool:
    """Tell whether what stands before a plain ` at ` is the name of a mailbox."""
    host_is_spelled = _SPELLED_DOT.search(found["host"]) is not None
    if found["at"].isupper() and not local[0].isupper():
        return True
    if found["at"][0] in "_-":
        return host_is_spelled or found["host"].lower().rpartition(".")[2] in _KNOWN_ENDINGS
    telling = _TELLING.search(local[0]) is not None
    asked_for = _MAIL_WORD.search(before) is not None
    if not host_is_spelled:
        return telling and asked_for
    alone = found.end() - found.start() + len(local[0]) == len(text.strip())
    return telling or ((asked_for or alone) and local[0].lower() not in _NO_NAMES)


def _replaced(spelled: re.Pattern[str], text: str, start: int) -> Iterator[Edit]:
    for found in spelled.finditer(text):
        yield Edit(start + found.start(), start + found.end(), ".")


def _dots(text: str) -> Iterator[Edit]:
    for found in _BRACKETED_DOT.finditer(text):
        yield Edit(*found.span(), ".")
    for found in _HOST_BEHIND_AT.finditer(text):
        yield from _replaced(_SPELLED_DOT, found["host"], found.start("host"))


def _numbers(text: str) -> Iterator[Edit]:
    for run in _SPELLED_RUN.finditer(text):
        edits, digits, times, position = [], 0, 1, run.start()
        for token in _TOKEN.finditer(text, *run.span()):
            word = token[0].lower()
            if word in _TIMES:
                times = _TIMES[word]
                continue
            value = _VALUES.get(word, word) * times
            edits.append(Edit(position, token.end(), value))
            digits, times, position = digits + len(value), 1, token.end()
        if digits >= _MIN_DIGITS:
            yield from edits


def _spaced(text: str) -> Iterator[Edit]:
    for run in chain(_SPACED_DIGITS.finditer(text), _SPACED_CHARACTERS.finditer(text)):
        start = run.start()
        for gap in _GAP.finditer(run[0]):
            yield Edit(start + gap.start(), start + gap.end(), "")


_LOCAL_SIZE = 80
_LOCAL = re.compile(
    rf"(?i)[0-9a-z][0-9a-z+_-]*(?:(?:\.| ?{_OPEN}(?:\.|dot|punto|punkt){_CLOSE} ?| dot | punto | punkt )[0-9a-z+_-]+)*\Z"
)
_AT = re.compile(rf"(?i)(?P<at>(?P<sure>{_MARKED_AT})| {{1,3}}at {{1,3}}|[_-]at[_-])(?P<host>{_HOST})(?![0-9a-z])")
_SPELLED_DOT = re.compile(rf"(?i){_DOT}")
_BRACKETED_DOT = re.compile(rf"(?i)(?<=[0-9a-z]){_OPEN}(?:\.|dot){_CLOSE}(?=[0-9a-z])")
_HOST_BEHIND_AT = re.compile(rf"(?i)(?<=@)(?P<host>{_HOST})")
_KNOWN_ENDINGS = frozenset(_ENDINGS.split("|"))
_TELLING = re.compile(rf"[0-9._+]|{_DOT}")
_MAIL_WORD = re.compile(
    r"(?i)\b(?:e-?mails?|mail(?:ed|to)?|correo|courriel|contact|write|reach|address|adresse|send)\b"
)
_NO_NAMES = frozenset(
    "me us him her them you it this that look looks looking meet is are was be works work live here there "
    "more only just online website site page blog store buy available find found visit read see back".split()
)
_TOKEN = re.compile(rf"(?i)\b(?:{'|'.join(_TIMES)}|{_WORDS}|null|o|[0-9]{{1,4}})\b")
_SPELLED_RUN = re.compile(rf"(?i){_TOKEN.pattern[4:]}(?:{_JOIN}{_TOKEN.pattern[4:]}){{3,}}")
_SPACED_DIGITS = re.compile(r"(?<![0-9A-Za-z.])[0-9](?:[ ._*/-]{1,3}[0-9](?![0-9A-Za-z])){6,}")
_SPACED_CHARACTERS = re.compile(r"(?<![^\s(:=])[0-9A-Za-z](?: [0-9A-Za-z@._+-](?!\S)){6,}")
_GAP = re.compile(r"(?<=[0-9])[ ._*/-]+(?=[0-9])|(?<=\S) (?=\S)")
