"""What stands where a password or a key belongs, and is none."""

import re

_PLACEHOLDERS = re.compile(
    r"(?i)(?:"
    r"[x*.•#_0-]+|<.*>?|[\[(]\D*|"  # xxxx, <token>, [redacted]
    r"\$[A-Za-z_]\w*|\$[{(].*|\{\{.*|%\w*%|%[sdr]|%\(.*|@\w+@|"  # $VAR, ${VAR}, {{ var }}, %VAR%, %s, @VAR@
    r"(?:your|insert|enter)[_ -].*|my[_ -]?(?:password|secret|token|key)|.*_here|"
    r"(?:ex|s)ample(?:[_-].*)?|(?:dummy|placeholder|redacted|masked)(?:[_-].*)?|(?:change|replace)[_-]?me.*|hidden|"
    r"null|none|nil|true|false|undefined|empty|todo|tbd|n/?a|string|str|text|optional|required|value|"
    r"(?:pass)?(?:word|wd|phrase)s?|secret|token|api[_-]?key|key|user|username|"
    r"os\.(?:environ|getenv).*|process\.env.*|env\..*|getenv.*|config\..*|settings\..*|self\..*|this\..*|request\..*"
    r")"
)
_REFERENCE = re.compile(r"[A-Za-z_]+(?:\.[A-Za-z_]+)*(?:[(\[].*)?|[\w.]+\(\).*")
_WORD = re.compile(r"[^\W_]+")


def is_placeholder(text: str) -> bool:
    """Tell whether *text* stands for a secret and is none: a filler, a variable, a word like `changeme`."""
    return len(set(text)) < 3 or _PLACEHOLDERS.fullmatch(text) is not None  # noqa: PLR2004 -- `aaaa`, `abab`


def is_reference(text: str) -> bool:
    """Tell whether *text* is rather code that fetches a secret: `request.token`, `load(key)`, `db_password`."""
    return _REFERENCE.fullmatch(text) is not None and _WORD.fullmatch(text) is None
