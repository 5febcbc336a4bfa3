"""The words around a match: `phone` beside ten digits makes them a phone number."""

import re
from functools import cached_property

from gateway.screening.expressions import Expression, Search

BEFORE = 48  #: bytes ahead of a match in which a context word is near
BEHIND = 24  #: bytes behind it

_UNDERSCORE = ord("_")
_LONGEST = 4  #: bytes of a character in UTF-8
_WORD_BORDERS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[\W_]+")
_WRITTEN_WITHOUT_SPACES = re.compile("[\u2e80-\ua4cf\uac00-\ud7ff\uf900-\ufaff]")  # Chinese, Japanese, Korean


class Words:
    """
    Context words or phrases, whole and in any case.

    A letter or a digit beside a word makes it another word; an underscore does not. A script that is written without
    spaces has no such borders, so its words match anywhere.
    """

    def __init__(self, words: tuple[str, ...]) -> None:
        longest_first = sorted(words, key=len, reverse=True)
        self.regex = f"(?i:{'|'.join(_bordered(word) for word in longest_first)})"  #: RE2; no text without it has any

    @cached_property
    def _search(self) -> Search:
        return Expression(self.regex, "context words").search  # few of them are ever needed

    def near(self, data: bytes, start: int, end: int) -> bool:
        """Tell whether one stands near what lies from *start* to *end*."""
        begin = start - BEFORE if start > BEFORE else 0
        before = start + 1 if data[start] == _UNDERSCORE else start  # in `card_4111` it ends the word
        return self.within(data, begin, before) or self.within(data, end, min(len(data), end + BEHIND))

    def within(self, data: bytes, start: int, end: int) -> bool:
        """Tell whether one stands between *start* and *end*."""
        first, behind = self._search(data, start, end)[0]
        while first >= 0:
            if _is_whole(data, first, behind):
                return True
            first, behind = self._search(data, first + 1, end)[0]
        return False


def key_ending(words: tuple[str, ...]) -> str:
    """Return the expression (RE2) for what `key_words` returns if that ends with one of *words*, in any case."""
    return rf"(?i:{'|'.join(_at_the_end(word) for word in words)})\z"


def key_words(key: str) -> str:
    """Return the words of a key's name with spaces between them: `dbPassword` and `db_password` are `db Password`."""
    return _WORD_BORDERS.sub(" ", key).strip()


def _escaped(word: str) -> str:
    return r"[\s_-]+".join(re.escape(part) for part in word.split())


def _bordered(word: str) -> str:
    r"""
    Return the expression for *word*, with borders where ASCII has them.

    `\b` takes a letter beyond ASCII for a border: `_is_whole` looks again. The classes of all letters and digits would
    say it in RE2, at a hundred times the size.
    """
    left, right = (r"(?:\b|_)" if edge.isascii() and edge.isalnum() else "" for edge in (word[0], word[-1]))
    return f"{left}{_escaped(word)}{right}"


def _at_the_end(word: str) -> str:
    return _escaped(word) if _WRITTEN_WITHOUT_SPACES.search(word) else rf"(?:\A|\s){_escaped(word)}"


def _is_whole(data: bytes, first: int, behind: int) -> bool:
    """Tell whether no letter and no digit touches the word that lies from *first* to *behind*."""
    if data[first - 1 if first else 0 : behind + 1].isascii():
        return True
    word = data[first:behind].decode("utf-8", "ignore")
    if _WRITTEN_WITHOUT_SPACES.search(word):
        return True
    before = data[max(0, first - _LONGEST) : first].decode("utf-8", "ignore")
    after = data[behind : behind + _LONGEST].decode("utf-8", "ignore")
    return not (_are_one(before[-1:], word[0]) or _are_one(word[-1], after[:1]))


def _are_one(left: str, right: str) -> bool:
    return left.isalnum() and right.isalnum()
