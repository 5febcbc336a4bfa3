"""What service_2 does with a text: clean it and count it."""

import re
import unicodedata
from typing import Any, Final

from gateway.processing.job import Job

_SPACES: Final = re.compile(r"[^\S\n]+")
_MOST_MARKS: Final = 30  #: combining characters in a row
_GRAPHEME_JOINER: Final = "\u034f"
_BLANK_LINES: Final = re.compile(r" ?\n[ \n]*\n ?")
_SENTENCE_END: Final = re.compile(r"[.!?…。！？](?=\s|$)")  # noqa: RUF001 - Chinese and Japanese full stops


def process_text(job: Job) -> dict[str, Any]:
    """
    Return the job's text, cleaned, with its counts.

    Shape: `{"id", "text", "characters", "words", "sentences", "lines"}`; the counts are of the cleaned text.
    """
    text = clean(job.content)
    sentences = len(_SENTENCE_END.findall(text))
    ends_open = bool(text) and not _SENTENCE_END.search(text[-1:])
    return {
        "id": job.id,
        "text": text,
        "characters": len(text),
        "words": len(text.split()),
        "sentences": sentences + ends_open,
        "lines": text.count("\n") + 1 if text else 0,
    }


def clean(text: str) -> str:
    """Compose to Unicode NFC, take control characters out, fold white space; line breaks stay, one blank at most."""
    if text.isascii() and text.isprintable() and "  " not in text:
        return text.strip()  # as most texts are, or nearly: nothing to do
    unified = text.replace("\r\n", "\n").replace("\r", "\n")
    if not unified.isprintable():
        unified = "".join(c for c in unified if c in "\n\t" or unicodedata.category(c) != "Cc")
    # composed last: a control character may have stood between a letter and its accent
    composed = unified if unified.isascii() else unicodedata.normalize("NFC", _stream_safe(unified))
    folded = _SPACES.sub(" ", composed)
    return _BLANK_LINES.sub("\n\n", folded).strip()


def _stream_safe(text: str) -> str:
    """
    Break endless runs of combining characters, whose normalisation would cost the square of their length.

    Source: Unicode Standard Annex #15, section 13, Stream-Safe Text Format.
    """
    safe, run = [], 0
    for character in text:
        run = run + 1 if unicodedata.combining(character) else 0
        if run > _MOST_MARKS:
            safe.append(_GRAPHEME_JOINER)
            run = 1
        safe.append(character)
    return "".join(safe)
