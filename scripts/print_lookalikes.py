"""
Print gateway/screening/normalise/lookalikes.py from Unicode's confusables.txt, which UTS #39 defines.

    python scripts/print_lookalikes.py confusables.txt > gateway/screening/normalise/lookalikes.py

The file: https://www.unicode.org/Public/security/<version>/confusables.txt
"""

import sys
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

SCRIPTS = ("ARMENIAN", "CHEROKEE", "COPTIC", "CYRILLIC", "GEORGIAN", "GREEK", "LATIN", "LISU")
ORDINARY = {"\u0131"}  # dotless i: no Turkish text is without it

HEAD = '''"""
Letters of other alphabets that look like a letter or a digit of ASCII: what `scripts/print_lookalikes.py` printed.

Source: Unicode confusables {version} (UTS #39): the single letters whose skeleton is one ASCII letter or digit, of
{scripts}. What it shows as `l` is `I` here if it is a capital.
Letters that compatibility normalisation folds are left out, and so is dotless i.
Copyright 1991-2020 Unicode, Inc. Distributed under the Unicode License v3: LICENSE-UNICODE.
SPDX-License-Identifier: Unicode-3.0
"""

LOOKALIKES = {{'''


def main(path: str) -> None:
    """Print the module for the confusables in the file at *path*."""
    lines = Path(path).read_text("utf-8-sig").splitlines()
    version = next(line.partition("Version:")[2].strip() for line in lines if "Version:" in line)
    alike: dict[str, list[str]] = defaultdict(list)
    for letter, shown in confusables(lines):
        if is_wanted(letter) and shown.isascii() and shown.isalnum():
            alike["I" if shown == "l" and letter.isupper() else shown].append(letter)
    scripts = ", ".join(name.capitalize() for name in SCRIPTS)
    lines = [HEAD.format(version=version, scripts=scripts)]
    for shown, letters in sorted(alike.items()):
        escaped = "".join(f"\\u{ord(letter):04x}" for letter in sorted(letters))
        lines.append(f'    "{shown}": "{escaped}",')
    sys.stdout.write("\n".join([*lines, "}", ""]))


def confusables(lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield the pairs of single characters: one, and what it looks like."""
    for line in lines:
        fields = [field.strip() for field in line.partition("#")[0].split(";")]
        if len(fields) > 1 and " " not in fields[0] + fields[1]:
            yield chr(int(fields[0], 16)), chr(int(fields[1], 16))


def is_wanted(letter: str) -> bool:
    """Tell whether *letter* is one of an alphabet that is written today and has to be looked up."""
    return (
        not letter.isascii()
        and ord(letter) <= 0xFFFF  # noqa: PLR2004 -- the basic plane
        and letter not in ORDINARY
        and unicodedata.category(letter).startswith("L")
        and unicodedata.name(letter).startswith(SCRIPTS)
        and not unicodedata.normalize("NFKC", letter).isascii()
    )


if __name__ == "__main__":
    main(sys.argv[1])
