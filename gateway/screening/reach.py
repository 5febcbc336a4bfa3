"""How many bytes of a text decide whether an expression matches at a place: what a window has to hold."""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from math import inf
from operator import itemgetter
from typing import NamedTuple

from gateway.screening import runs

TOKEN = re.compile(
    r"(?P<set>\[\^?\]?(?:\[:\^?\w+:\]|\\.|[^\]\\])*\])"
    r"|(?P<open>\((?:\?(?:P?<\w+>|[imsU-]*:?))?)|(?P<close>\))|(?P<either>\|)"
    r"|(?P<repeat>(?:[*+?]|\{\d+(?:,\d*)?\})\??)"
    r"|(?P<nothing>[\^$]|\\[bBAz])"
    r"|(?P<literal>\\Q.*?(?:\\E|\Z))"
    r"|(?P<escape>\\(?:[pP](?:\{\^?\w+\}|\w)|x(?:\{[0-9A-Fa-f]+\}|[0-9A-Fa-f]{2})|[0-7]{1,3}|.))"
    r"|(?P<character>.)",
    re.DOTALL,
)
_FOLDS = re.compile(r"\(\?[msU]*i")
_WIDE_IN_A_SET = re.compile(r"\\[pPDWS]|\\x(?:\{|[89A-Fa-f])|\[:\^")
_DIGIT = re.compile(r"\\d|[0-9]|\[(?:[0-9]-[0-9]|[0-9]|\\d)+\]")
_GIVEN = re.compile(r"[^.^$]|\\[^0-9A-Za-z]")
_FLAGS = re.compile(r"\(\?[imsU-]+")
_ONE_BYTE_ESCAPES = frozenset("dwsnrtfvaC")
_LONGEST = 4  #: bytes of a character in UTF-8
_LONGEST_FOLDED = 3  #: bytes of what `(?i)` takes for a k or an s: U+212A, the kelvin sign, U+017F, the long s
_FOLDED = re.compile(r"[KkSs]|-[L-Zl-z]|:\]|\\x")  #: a character or a set that may be or hold one
_SHORT_BOUNDS = {"*": (0, None), "+": (1, None), "?": (0, 1)}


class Extent(NamedTuple):
    """How far a match goes, or a part of one."""

    size: float  #: in bytes, at most; of a repetition without a limit at its end only what it needs, and one round
    is_open: bool = False  #: whether there is such a repetition
    is_optional: bool = False  #: whether it may be empty
    digits: int = 0  #: as many ASCII digits are in it, at least
    given: int = 0  #: as many characters that can be no others
    run: runs.Run = runs.NONE


class _Part(NamedTuple):
    start: int  #: in the expression
    extent: Extent
    opening: str = ""  #: of a group that is not repeated: what it begins with, `(?i:`
    inside: "list[list[_Part]] | None" = None  #: its alternatives


_NOTHING = Extent(0, is_optional=True)
DEEPEST = 100  #: groups inside one another that `reach` and `needle` take


def is_too_deep(regex: str) -> bool:
    """Tell whether *regex* has more groups inside one another than this module takes."""
    depth = 0
    for token in TOKEN.finditer(regex) if regex.count("(") > DEEPEST else ():
        depth += (token.lastgroup == "open") - (token.lastgroup == "close")
        if depth > DEEPEST:
            return True
    return False


@lru_cache(1024)
def reach(regex: str) -> Extent:
    """
    Return after how many bytes at most it is decided that *regex* (RE2) matches where it begins to.

    A repetition without a limit at the very end decides how long the match is, not whether there is one. Anywhere
    else it makes the size infinite.
    """
    return _either(_branches(TOKEN.finditer(regex), len(regex), folds=_folds(regex)))


def needle(regex: str, size: int) -> str:
    """
    Return an expression for a part of each match of *regex* (RE2) that *size* bytes decide.

    Of the parts between repetitions without a limit, it is the one with the most characters that are given.
    """
    branches = _branches(TOKEN.finditer(regex), len(regex), folds=_folds(regex))
    if _either(branches).size <= size:
        return regex
    flags = "".join(f"{part.opening})" for branch in branches for part in branch if _FLAGS.fullmatch(part.opening))
    return flags + "|".join(max(_stretches(regex, branch, size), key=itemgetter(0))[1] for branch in branches)


def _stretches(regex: str, branch: list[_Part], size: float) -> Iterator[tuple[int, str]]:
    """Yield each run of parts of *branch* that *size* bytes decide, after how many given characters it has."""
    first, used, given = branch[0].start, 0.0, 0
    for part, following in pairwise(branch):
        if used + part.extent.size > size:
            run = regex[first : part.start]
            if part.inside:
                begun = [next(_stretches(regex, inside, size - used)) for inside in part.inside]
                given += min(each for each, _ in begun)
                run += f"{part.opening}{'|'.join(each for _, each in begun)})"
            yield given, run
        elif part.extent.is_open:
            yield given + part.extent.given, regex[first : following.start]
        else:
            used += part.extent.size
            given += part.extent.given
            continue
        first, used, given = following.start, 0.0, 0
    yield given, regex[first : branch[-1].start]


def _folds(regex: str) -> bool:
    return _FOLDS.search(regex) is not None


def _branches(tokens: Iterator[re.Match[str]], end: int, *, folds: bool) -> list[list[_Part]]:
    """Return the alternatives up to the next closing parenthesis, each with nothing as its last part."""
    branches: list[list[_Part]] = [[]]
    for token in tokens:
        branch, kind, start = branches[-1], token.lastgroup, token.start()
        if kind == "close":
            end = start
            break
        if kind == "either":
            branch.append(_Part(start, _NOTHING))
            branches.append([])
        elif kind == "open":
            inside = _branches(tokens, end, folds=folds)
            branch.append(_Part(start, _either(inside), token[0], inside))
        elif kind == "repeat" and branch:
            repeated = branch.pop()
            branch.append(_Part(repeated.start, _repeated(repeated.extent, token[0])))
        else:
            branch.append(_Part(start, _of_character(kind, token[0], folds=folds)))
    branches[-1].append(_Part(end, _NOTHING))
    return branches


@lru_cache(4096)
def _of_character(kind: str | None, text: str, *, folds: bool) -> Extent:
    return Extent(
        _size(kind, text, folds=folds),
        digits=int(_DIGIT.fullmatch(text) is not None),
        given=int(_GIVEN.fullmatch(text) is not None),
        run=runs.NONE if kind == "nothing" else runs.of_character(text),
    )


def _either(branches: list[list[_Part]]) -> Extent:
    extents = [_joined([part.extent for part in branch]) for branch in branches]
    return Extent(
        max(each.size for each in extents),
        any(each.is_open for each in extents),
        any(each.is_optional for each in extents),
        min(each.digits for each in extents),
        min(each.given for each in extents),
        runs.either([each.run for each in extents]),
    )


def _joined(extents: list[Extent]) -> Extent:
    size, is_open = 0.0, False
    for each in extents:
        size = inf if is_open and not each.is_optional else size + each.size
        is_open = size < inf and (is_open or each.is_open)
    return Extent(
        size,
        is_open,
        all(each.is_optional for each in extents),
        sum(each.digits for each in extents),
        sum(each.given for each in extents),
        runs.joined([each.run for each in extents]),
    )


def _repeated(extent: Extent, repeat: str) -> Extent:
    least, most = _bounds(repeat)
    times = least + 1 if most is None else most
    size = inf if extent.is_open and times > 1 else times * extent.size
    is_open = size < inf and (extent.is_open or most is None)
    is_optional = least == 0 or extent.is_optional
    run = runs.repeated(extent.run, least)
    return Extent(size, is_open, is_optional, least * extent.digits, least * extent.given, run)


def _bounds(repeat: str) -> tuple[int, int | None]:
    greedy = repeat[:-1] if len(repeat) > 1 and repeat.endswith("?") else repeat
    if greedy in _SHORT_BOUNDS:
        return _SHORT_BOUNDS[greedy]
    least, comma, most = greedy.strip("{}").partition(",")
    return int(least), int(most) if most else None if comma else int(least)


def _size(kind: str | None, text: str, *, folds: bool) -> int:
    if kind == "nothing":
        return 0
    if kind == "literal":
        return _LONGEST * len(text)
    if kind == "escape":
        one_byte = text[1] in _ONE_BYTE_ESCAPES or not text[1].isalnum()
    elif kind == "set":
        one_byte = text.isascii() and not text.startswith("[^") and _WIDE_IN_A_SET.search(text) is None
    else:
        one_byte = text.isascii() and text != "."
    if not one_byte:
        return _LONGEST
    return _LONGEST_FOLDED if folds and _FOLDED.search(text) is not None else 1
