"""The words around a match: `phone` beside ten digits makes them a phone number."""

import re

BEFORE = 48  #: bytes ahead of a match in which a context word is near
BEHIND = 24  #: bytes behind it

_WORD_BORDERS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[\W_]+")
_WRITTEN_WITHOUT_SPACES = re.compile("[\u2e80-\ua4cf\uac00-\ud7ff\uf900-\ufaff]")  # Chinese, Japanese, Korean


def words_regex(words: tuple[str, ...], *, at_the_end: bool = False) -> str:
    """
    Return an expression (RE2) for any of *words*, whole and in any case.

    A letter or a digit beside a word makes it another word; an underscore does not. A script that is written
    without spaces has no such borders, so its words match anywhere.
    Args:
        at_the_end: only where the text ends with the word.
    """
    spaced = "|".join(_escaped(word) for word in words if not _WRITTEN_WITHOUT_SPACES.search(word))
    unspaced = "|".join(_escaped(word) for word in words if _WRITTEN_WITHOUT_SPACES.search(word))
    behind = r"\z" if at_the_end else r"(?:[^\pL\pN]|\z)"
    whole = rf"(?:\A|[^\pL\pN])(?:{spaced}){behind}" if spaced else ""
    return f"(?i:{'|'.join(filter(None, (whole, unspaced)))})"


def key_words(key: str) -> str:
    """Return the words of a key's name with spaces between them: `dbPassword` and `db_password` are `db Password`."""
    return _WORD_BORDERS.sub(" ", key).strip()


def _escaped(word: str) -> str:
    return r"[\s_-]+".join(re.escape(part) for part in word.split())
