"""
Addresses and numbers that are spelled out: `ana at example dot org`, `four one five …`, `4 1 1 1 …`.

An `at` is a word of every other sentence. It counts only before a host with a spelled dot, and then only behind a
name that is plainly one (it has a dot or a digit), near a word for mail, or with nothing but the address around it.
"""

import re
from collections.abc import Iterator

from gateway.screening.normalise.reading import Edit
from gateway.screening.patterns import words

_OPEN, _CLOSE = r"[\[({<] ?", r" ?[\])}>]"
_AT_WORDS = "arroba|arobase|arrobase|klammeraffe|chiocciola|apenstaartje"  # they mean nothing else
_DOT_WORDS = "dot|punkt|punto|point|ponto|punt"
_ENDINGS = "com|org|net|edu|gov|mil|de|at|ch|eu|uk|ie|fr|be|nl|es|pt|it|pl|se|no|dk|fi|cz|ru|us|ca|mx|br|au|nz|in|jp"
_LABEL = "[0-9a-z](?:[0-9a-z-]{0,61}[0-9a-z])?"


def _dot(said: str) -> str:
    return rf"(?: ?{_OPEN}(?:\.|{_DOT_WORDS}){_CLOSE} ?| \. | {{1,3}}(?:{said}) {{1,3}}|[_-](?:{said})[_-])"


def _host(dot: str) -> str:
    return rf"{_LABEL}(?:(?:\.|{dot}){_LABEL}){{1,6}}"


_DOT, _ANY_DOT = _dot("dot|punkt"), _dot(_DOT_WORDS)  # `at every point release` is no host
_SURE_AT = rf" ?{_OPEN}(?:at|@|ät|{_AT_WORDS}){_CLOSE} ?| {{1,3}}(?:{_AT_WORDS}) {{1,3}}"

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
_VALUES = {word: digit for digit, listed in _DIGIT_WORDS.items() for word in listed.split()}
_WORDS = "|".join(sorted(_VALUES, key=len, reverse=True))
_VALUES |= {"null": "0", "o": "0", "plus": "+"}  # words of their own: they only count among the others
_TIMES = {"double": 2, "doble": 2, "doppel": 2, "triple": 3}
_PAUSE = "[ ,.;/-]{1,3}"
_MIN_DIGITS = 7
_MAX_NUMBER = 512  #: characters, as it is spelled: more of them are no number that anybody has
_MIN_WORDS = 3  #: of them; `2004, 2005` is a list of years

ADDRESS_GATES = (
    rf"(?i:[0-9A-Za-z] ?{_OPEN}(?:at|@|{_AT_WORDS}){_CLOSE} ?[0-9A-Za-z]| (?:{_AT_WORDS}) [0-9A-Za-z])",
    rf"(?i:[0-9A-Za-z](?:@| {{1,3}}at {{1,3}}|[_-]at[_-])[0-9A-Za-z-]{{1,63}}{_DOT}[0-9A-Za-z])",
    r"(?i:[0-9a-z](?: @ ?|@ )[0-9a-z-]{1,63}(?:\.| \. )[0-9a-z])",
    r"[0-9a-z] AT [0-9a-z-]{1,63}\.[a-z]",
    rf"(?i:[0-9A-Za-z]_at_[0-9A-Za-z-]{{1,63}}\.(?:{_ENDINGS})\b)",
    rf"(?i:[0-9A-Za-z]{_OPEN}(?:\.|dot){_CLOSE}[0-9A-Za-z])",
)
NUMBER_GATES = (rf"(?i:(?:\b(?:{_WORDS}|double|triple){_PAUSE}){{3}}(?:{_WORDS}|double|triple))",)
SPACED_GATES = (
    r"(?:^|[^0-9A-Za-z.])[0-9](?:[ ._*/-]{1,3}[0-9]){6}(?:[^0-9A-Za-z]|$)",
    r"(?:^|[ \t\n(:=])[0-9A-Za-z](?: [0-9A-Za-z@._+-]){6}(?:\s|$)",
)


def addresses(text: str) -> Iterator[Edit]:
    """Put `@` and `.` where *text* spells them in an address or a host; in no order."""
    for found in _AT.finditer(text):
        before = text[max(0, found.start() - _LOCAL_SIZE) : found.start()]
        backwards = _LOCAL_BACKWARDS.match(before[::-1])
        name = backwards[0][::-1] if backwards else ""
        if not name or not (found["sure"] or _is_name(text, found, before, name)):
            continue
        host = "host" if found["sure"] else "plain_host"
        yield from _dotted(name, found.start() - len(name))
        yield found.start(), found.start(host), "@"
        yield from _dotted(found[host], found.start(host))
    for found in _BRACKETED_DOT.finditer(text):
        yield *found.span(), "."
    for found in _HOST_BEHIND_AT.finditer(text):
        yield from _dotted(found[0], found.start())


def _is_name(text: str, found: re.Match[str], before: str, name: str) -> bool:
    """Tell whether what stands before a plain `at` or a loose `@` is the name of a mailbox."""
    at, host = found["plain"].strip(), found["plain_host"]
    spelled = _SPELLED_DOT.search(host) is not None
    telling = _TELLING.search(name) is not None
    known = host.lower().rpartition(".")[2].strip() in _KNOWN_ENDINGS
    if at == "@":
        return telling and known
    if at != at.strip("_-"):
        return spelled or known
    if (spelled and telling) or (at == "AT" and not name.isupper()):
        return True
    return spelled != telling and name.lower() not in _NO_NAMES and _is_meant(text, found, before, name, alone=spelled)


def _is_meant(text: str, found: re.Match[str], before: str, name: str, *, alone: bool) -> bool:
    """Tell whether a word for mail stands before the address or, if *alone* may do, nothing stands around it."""
    if _MAIL_WORD.search(before.lower()) is not None:
        return True
    return alone and _OPENING.search(before[: -len(name)]) is not None and _CLOSING.match(text, found.end()) is not None


def _dotted(text: str, start: int) -> Iterator[Edit]:
    for found in _SPELLED_DOT.finditer(text):
        yield start + found.start(), start + found.end(), "."


def numbers(text: str) -> Iterator[Edit]:
    """Write digits where *text* spells a number digit by digit."""
    for run in _SPELLED_RUN.finditer(text):
        if run.end() - run.start() > _MAX_NUMBER:
            continue
        edits, digits, spelled, times, position = [], 0, 0, 1, run.start()
        for token in _TOKEN.finditer(text, *run.span()):
            word = token[0].lower()
            spelled += word.isalpha()
            if word in _TIMES:
                times = _TIMES[word]
                continue
            value = _VALUES.get(word, word) * times
            edits.append((position, token.end(), value))
            digits, times, position = digits + len(value), 1, token.end()
        if digits >= _MIN_DIGITS and spelled >= _MIN_WORDS:
            yield from edits


def spaced(text: str) -> Iterator[Edit]:
    """Close the gaps of what is written with one after each character; in no order."""
    for run in _SPACED_DIGITS.finditer(text):
        if run.end() - run.start() <= _MAX_NUMBER:
            for gap in _GAP.finditer(text, *run.span()):
                yield *gap.span(), ""
    for run in _SPACED_CHARACTERS.finditer(text):
        start, end = run.span()
        if end - start > _MAX_NUMBER:  # whatever is in it, all of it is meant
            yield start, end, run[0][::2]
        else:
            for at in range(start + 1, end, 2):
                yield at, at + 1, ""


_LOCAL_SIZE = 80  #: characters before an `at` in which a name and a word for mail are looked for
_LOCAL_BACKWARDS = re.compile(  # from the `at` to the left: one match instead of a search
    r"(?i)[\w+-]+(?:(?:\.| ?[\])}>] ?(?:\.|tod|otnup|tknup) ?[\[({<] ?| (?:tod|otnup|tknup) )[\w+-]+)*"
)
_PLAIN_AT = r" {1,3}at {1,3}|[_-]at[_-]| @ ?|@ "
_AT = re.compile(
    rf"(?i)(?:(?P<sure>{_SURE_AT})(?P<host>{_host(_ANY_DOT)})|(?P<plain>{_PLAIN_AT})(?P<plain_host>{_host(_DOT)}))"
    r"(?![0-9a-z])"
)
_SPELLED_DOT = re.compile(rf"(?i){_ANY_DOT}")
_BRACKETED_DOT = re.compile(rf"(?i)(?<=[0-9a-z]){_OPEN}(?:\.|dot){_CLOSE}(?=[0-9a-z])")
_HOST_BEHIND_AT = re.compile(rf"(?i)(?<=[0-9a-z]@){_host(_DOT)}")
_KNOWN_ENDINGS = frozenset(_ENDINGS.split("|"))
_TELLING = re.compile(rf"(?i)[0-9._+]|{_DOT}")
_MAIL_WORD = re.compile(
    r"\b(?:e-?mails?|mail(?:ed|to)?|contact|write|reach|address|send|reply|forward|ping|message|correo|courriel|"
    r"adresse|kontakt|contacto|schreib\w{0,4}|escrib\w{0,4}|écri\w{0,4})\b"
)
_OPENING = re.compile(r"(?:\A|[<(\[\"':=|,;]) ?\Z")
_CLOSING = re.compile(r"[ .]?(?:\Z|[>)\]\"'|,;\n])")
_NO_NAMES = frozenset(
    words(
        "available, back, be, blog, buy, find, found, he, her, here, him, is, it, live, look, looking, looks, me, "
        "meet, more, only, page, read, see, she, shop, site, store, that, them, there, they, this, us, visit, was, we, "
        "website, work, works, you"
    )
)
_NUMBER_WORD = rf"\b(?:{'|'.join(_TIMES)}|{_WORDS}|null|o|[0-9]{{1,4}})\b"
_TOKEN = re.compile(rf"(?i)\bplus\b|{_NUMBER_WORD}")
_SPELLED_RUN = re.compile(
    rf"(?i)(?:\bplus {{1,2}})?{_NUMBER_WORD}(?:{_PAUSE}(?:(?:dash|hyphen|minus|space) {{1,2}})?{_NUMBER_WORD}){{3,}}"
)
_SPACED_DIGITS = re.compile(r"(?<![0-9A-Za-z.])[0-9](?:[ ._*/-]{1,3}[0-9](?![0-9A-Za-z])){6,}")
_SPACED_CHARACTERS = re.compile(r"(?<![^\s(:=])[0-9A-Za-z](?: [0-9A-Za-z@._+-](?!\S)){6,}")
_GAP = re.compile("[ ._*/-]+")
