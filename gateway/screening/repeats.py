"""
Names on the way to a finding that repeat what was found: paths are shown and kept, so these names are not.

Case, separators and unseen characters do not count: a note may say `Anna Bergström` of what stands under
`anna_bergström`.
"""

from collections.abc import Collection, Iterator
from typing import Final

from gateway.screening.context import key_words
from gateway.screening.normalise.characters import normalised, without_unseen
from gateway.screening.rules import Clock

_WORD: Final = 4  #: characters from which a word tells something
_RUN: Final = 6  #: characters from which a part of a word does
_LONGEST: Final = 64  #: characters of a name that is shown

_FIELDS: Final = """
account address article author body city client comment company contact content country customer data date description
detail details document email event field file group history home host http https info input item items label language
link links list mail member message messages metadata model name names note notes number order output owner page
parent password payload person phone post profile query reason record reply request response result sender service
site source state status street subject summary table tags target team text time title token topic type user username
users value values website
"""
_USUAL: Final = frozenset(_FIELDS.split())  #: that a value holds one of these words, too, tells nobody which it is
_NOTHING: Final = ("", "http", "https")  #: values, or rests of them, that tell nothing


def repeated(names: Collection[str], values: Collection[str], clock: Clock) -> frozenset[str]:
    """
    Return those of *names* that tell something of *values*, in time that grows with both in a straight line.

    A name does that holds a value, that has a word of a value (of four characters or more), or that is itself a part of
    one (of six or more). Names made of the usual words for fields only do the first.
    Args:
        names: of 64 characters or fewer.
    """
    texts = {name: _together(name) for name in names}
    unusual = {name: text for name, text in texts.items() if not _USUAL.issuperset(_split(name))}
    words = {word for name in unusual for word in _words(name)}
    runs = {run for text in unusual.values() for run in _runs(text)}
    found: set[str] = set()
    found_words: set[str] = set()
    found_runs: set[str] = set()
    for value in values:
        clock()
        text = _together(value)
        found.add(text)
        found_words.update(word for word in _words(value) if word in words)
        found_runs.update(run for run in _runs(text) if run in runs)
    found.difference_update(_NOTHING)
    within = _Within(found)
    repeating = set()
    for name, text in texts.items():
        clock()
        if within.holds_one(text) or (
            name in unusual and (not found_words.isdisjoint(_words(name)) or _is_made_of(text, found_runs))
        ):
            repeating.add(name)
    return frozenset(repeating)


class _Within:
    """Tells whether one of many values stands in a short text."""

    def __init__(self, values: Collection[str]) -> None:
        self._values = values
        self._heads = {value[:_WORD] for value in values}
        lengths = {len(value) for value in values if len(value) <= _LONGEST}
        self._short = sorted(length for length in lengths if length < _WORD)
        self._long = sorted(length for length in lengths if length >= _WORD)

    def holds_one(self, text: str) -> bool:
        return any(
            text[at : at + length] in self._values for at in range(len(text)) for length in self._lengths(text, at)
        )

    def _lengths(self, text: str, at: int) -> list[int]:
        """Return how long a value can be that begins there."""
        return self._short + self._long if text[at : at + _WORD] in self._heads else self._short


def _seen(text: str) -> str:
    return without_unseen(normalised("NFKC", text))


def _together(text: str) -> str:
    """Return the letters and digits of *text*, in one case."""
    return "".join(filter(str.isalnum, _seen(text).casefold()))


def _words(text: str) -> Iterator[str]:
    """Yield the words of *text* that tell something, in one case."""
    return (word for word in _split(_seen(text)) if len(word) >= _WORD and word not in _USUAL)


def _split(text: str) -> list[str]:
    return key_words(text).casefold().split()


def _runs(text: str) -> Iterator[str]:
    for at in range(len(text) - _RUN + 1):
        yield text[at : at + _RUN]


def _is_made_of(text: str, runs: Collection[str]) -> bool:
    return len(text) >= _RUN and all(run in runs for run in _runs(text))
