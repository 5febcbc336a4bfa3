"""How a value is given to a name: the signs of programs, configuration files, markup and forms."""

import re

from gateway.screening.detectors.secrets._plausible import is_placeholder, is_reference
from gateway.screening.patterns import Candidate

MARKS = "\"'`\u201c\u201d\u2018\u2019"  # straight, and curled as word processors set them
QUOTES = frozenset(MARKS)
OPENING = f"[{MARKS}]"

_SUFFIX = r"(?i:[_-]?(?:value|string|base64|b64|hex|base|prod|live|old|new)|[_-]?\d{1,4})?"
_CLOSING = r"\\?[\"'`\]]{0,2}[ \t]{0,8}"  # of a quoted key, then the blanks before the sign
_SIGN = r"(?::=|=>|[:=\x{ff1a}\x{2013}\x{2014}])[=>]?\s{0,8}"
_PAIR = r",?\s{1,20}[\"']?(?i:(?:secret_)?value)[\"']?\s?[:=]\s?"  # `- name: X` over `value: Y`, key="X" value="Y"

#: what stands between a name and its value (RE2), without the value's own quote
ASSIGNED = rf"{_SUFFIX}{_CLOSING}(?:{_SIGN}|{_PAIR})"
GIVEN = rf"{_SUFFIX}{_CLOSING}(?:{_SIGN}|{_PAIR}|>)"  #: or the value is the text of an element

TRAILING = ".,;:?)]}>\\"  #: what ends a sentence, a bracket or an escape; `!` ends more passwords than sentences
_PATH = re.compile(r"/[A-Za-z]+(?:/|\Z)|[),]")  #: or what stands between two strings
_NO_VALUE = re.compile(r"[A-Za-z_.-]*[:=]\Z|--?[a-z]|.*(?:=>|\(\)|&&|\|\|)")  # another name, an option, code
_CLOSING_SIGNS = 4  #: at most, of what `TRAILING` has, are a placeholder's own: `<token>`, `{{x}}`, `abc...`
_CLOSING_BRACKETS = {"{": "}", "(": ")"}
_CUT_OFF = re.compile(r"[$#%]?([{(])[^)}]*")  #: at a blank or a quote: `$(cat` of `$(cat file)`
_REST_OF_LINE = 100  #: bytes in which such a template is closed


def trimmed(candidate: Candidate) -> Candidate | None:
    """Return the value without the punctuation behind it, or None for a placeholder and, if unquoted, for code."""
    value = candidate.text
    text = value.rstrip(TRAILING)
    if not text or _PATH.match(text):
        return None
    ends = range(len(text), min(len(value), len(text) + _CLOSING_SIGNS) + 1)
    if any(is_placeholder(value[:end]) for end in ends):
        return None
    before = candidate.before()
    if before == ">" and candidate.after() != "<":
        return None
    if before not in QUOTES and (is_reference(text) or _NO_VALUE.match(value) or _is_cut_off(candidate)):
        return None
    return candidate if value == text else candidate.shortened(text)


def _is_cut_off(candidate: Candidate) -> bool:
    found = _CUT_OFF.fullmatch(candidate.text)
    return found is not None and _CLOSING_BRACKETS[found[1]] in candidate.after(_REST_OF_LINE).partition("\n")[0]
