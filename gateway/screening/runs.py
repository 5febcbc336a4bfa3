"""How many characters in a row, with no space among them, every match of an expression holds at least."""

import re
from collections.abc import Sequence
from typing import NamedTuple

_SOLID = re.compile(  # what certainly is no space, nor a control character; all else may be one
    r"[!-\-/-Z\]_-~]|\\(?:[dw!-/:-@\[-`{-~]|p(?:[LN]|\{[LN]\w?\}))|\[(?:[!-Z_-~]|\\[dw!-/:-@\[-`{-~])+\]"
)


class Run(NamedTuple):
    """What an expression, or a part of one, says of runs without spaces. All are numbers of characters, at least."""

    size: int  #: of a match
    is_whole: bool  #: no match has a space in it
    head: int  #: of the run that a match begins with
    tail: int  #: of the run that it ends with
    best: int  #: of the longest run in it


NONE = Run(0, is_whole=True, head=0, tail=0, best=0)  #: of what takes no character


def of_character(text: str) -> Run:
    """Return the run of an expression (RE2) for one character."""
    if _SOLID.fullmatch(text):
        return Run(1, is_whole=True, head=1, tail=1, best=1)
    return Run(0, is_whole=False, head=0, tail=0, best=0)


def joined(runs: Sequence[Run]) -> Run:
    """Return the run of parts that follow one another."""
    size, head, tail, best, is_whole = 0, 0, 0, 0, True
    for each in runs:
        best = max(best, each.best, tail + each.head)
        head += each.head if is_whole else 0
        tail = tail + each.size if each.is_whole else each.tail
        is_whole = is_whole and each.is_whole
        size += each.size
    return Run(size, is_whole, head, tail, max(best, tail))


def either(runs: Sequence[Run]) -> Run:
    """Return the run of alternatives."""
    return Run(
        min(each.size for each in runs),
        all(each.is_whole for each in runs),
        min(each.head for each in runs),
        min(each.tail for each in runs),
        min(each.best for each in runs),
    )


def repeated(run: Run, times: int) -> Run:
    """Return the run of at least so many repetitions."""
    if times == 0:
        return NONE._replace(is_whole=run.is_whole)
    if run.is_whole:
        return Run(times * run.size, is_whole=True, head=times * run.head, tail=times * run.tail, best=times * run.best)
    return joined([run] * min(times, 2))
