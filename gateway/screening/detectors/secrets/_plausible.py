"""What stands where a password or a key belongs: a secret, or what only looks like one."""

import re
from collections import Counter
from functools import lru_cache
from math import log2
from string import ascii_lowercase

_FEWEST_CHARACTERS = 5  #: different ones at the end of a random token
_LOWEST_ENTROPY = 2.5  #: bits a character; of a hundred random numbers of twelve hex digits, two or three have less
_LONGEST_CHUNK = 3.5  #: letters or digits on end in a random text, on average; words and years have more
_SHORTEST_HEX = 32  #: digits with which a hex number is a key, however its groups look

_TEMPLATE = (  # closed, so that nothing hides behind it: <token>, ${VAR}, {{ var }}, $(cat file), #{var}, {var}, %s
    r"(?:<{1,3}[^<>]*>{1,3}|\{\{[^{}]*\}\}|[$#%]\{[^}]*\}+|\{[\w.!:]*\}|[$%]\([^)]*\)+[sdr]?|%[-.\d]{0,4}[sdr])"
)
_PLACEHOLDERS = re.compile(  # in lower case, which costs half of what `(?i)` does
    r"(?:"
    rf"[x*.•#_0-]+|xx+(?:[-_]xx+)*[-_]?|(?:{_TEMPLATE}[-_.:/ ]?)+|[\[(]\D*|"  # xxxx, ${USER}:${PASSWORD}, [redacted]
    r"\.{2,}[a-z_-]*|(?:[a-z_-]*|eyj[\w-]*)\.{3}|\$[a-z_]\w*|%\w*%|@\w+@|"  # abc..., $VAR, %VAR%
    r"(?:your|insert|enter|put|add|use|some|the|any)[_ -][a-z_ -]*|my[_ -]?(?:password|secret|token|key)|"
    r"[a-z_ -]*[_-]here|(?:[a-z_-]*[_-])?(?:ex|s)ample(?:[_-][a-z_-]*)?|"
    r"(?:dummy|placeholder|redacted|masked|fake|foobar)(?:[_-][a-z_-]*)?|"
    r"(?:change|replace)[_-]?(?:me|this)[a-z_-]*[\d!]{0,4}|hidden|1?234567890?|12345678|"
    r"null|none|nil|true|false|undefined|empty|blank|unset|default|todo|tbd|n/?a|yes|no|"
    r"string|str|text|int|bytes|optional|required|value|varchar(?:\(\d*\)?)?|"
    r"pass|(?:pass)?(?:word|wd|phrase)s?|"
    r"secret|token|api[_-]?key|key|user|username|"
    r"(?:os\.environ|process\.env|import\.meta\.env|env)(?:\.[a-z_]\w*)*(?:\[[^\]]*\]|\([^)]*\))?|"
    r"(?:os\.)?getenv(?:\([^)]*\))?|!?enc(?:\([^)]*\)|\[[^\]]*\])|"
    r"(?:vault|ssm|secretsmanager):[\w./:#-]*|op://[\w ./-]*|"
    r"data:[a-z]+/[\w.+-]*(?:[;,].*)?|https?://[^@]*"
    r")"
)
_NAME_OF_A_FIELD = re.compile(r"(?:[A-Z][a-z]+)+(?:Password|Secret|Token|Key)")
_FILLERS = ("xxxxxx", "your_", "your-", ascii_lowercase)
_REFERENCE = re.compile(r"\$?[A-Za-z_]\w*(?:(?:\.|->|::|\?\.)\w+)*(?:[(\[].*)?|[\w.]+\(\).*|&?[\w.]+(?:->\w+)+")
_WORD = re.compile(r"[^\W_]+")
_HEX = re.compile(r"(?:0x)?[0-9A-Fa-f]+")
_PART = r"(?:[A-Za-z]+\d{0,4}|\d{1,4})"
_NAME = re.compile(rf"{_PART}(?:[_.:/-]{_PART})+")
_CHUNK = re.compile(r"[A-Z]?[a-z]+|[A-Z]+|\d+")


def is_placeholder(text: str) -> bool:
    """Tell whether *text* stands for a secret and is none: a filler, a variable, a word like `changeme`."""
    if len(set(text)) < 3 or _PLACEHOLDERS.fullmatch(text.lower()):  # noqa: PLR2004 -- `aaaa`, `abab`
        return True
    return _NAME_OF_A_FIELD.fullmatch(text) is not None


def is_filler(token: str) -> bool:
    """Tell whether *token* has a provider's mark, and behind it what nobody issues: `xxxx`, `…EXAMPLE`."""
    if len(set(token[-16:])) < _FEWEST_CHARACTERS:
        return True
    lower = token.lower()
    return lower.endswith("example") or any(filler in lower for filler in _FILLERS)


def is_reference(text: str) -> bool:
    """Tell whether *text* is rather code that fetches a secret: `request.token`, `load(key)`, `db_password`."""
    return _REFERENCE.fullmatch(text) is not None and _WORD.fullmatch(text) is None


def entropy(text: str) -> float:
    """Return the Shannon entropy of the characters of *text*, in bits a character; 0 for an empty text."""
    size = len(text)
    return -sum(count / size * log2(count / size) for count in Counter(text).values()) if size else 0.0


def is_varied(text: str) -> bool:
    """Tell whether the entropy of *text*, which is not empty, is as high as that of a random text."""
    size, kinds = len(text), len(set(text))
    return _least_entropy(size, kinds) >= _LOWEST_ENTROPY or entropy(text) >= _LOWEST_ENTROPY


@lru_cache(1024)
def _least_entropy(size: int, kinds: int) -> float:
    """Return the entropy of *size* characters if all but one of *kinds* different ones stand there only once."""
    others, most = kinds - 1, size - kinds + 1
    return others / size * log2(size) + most / size * log2(size / most)


def looks_random(text: str) -> bool:
    """Tell whether *text* was drawn rather than written, which only something with digits is believed to be."""
    if not any(map(str.isdigit, text)):
        return False
    if len(text) >= _SHORTEST_HEX and _HEX.fullmatch(text):
        return is_varied(text)
    return any(map(str.isalpha, text)) and is_jumbled(text)


def is_jumbled(text: str) -> bool:
    """
    Tell whether *text* is no chain of words and numbers.

    Names (`utf8_decoder1`), versions and dates fall apart into few long groups of letters or digits, random text
    into many short ones.
    """
    chunks = _CHUNK.findall(text)
    short = bool(chunks) and sum(map(len, chunks)) / len(chunks) < _LONGEST_CHUNK
    return short and is_varied(text) and _NAME.fullmatch(text) is None
