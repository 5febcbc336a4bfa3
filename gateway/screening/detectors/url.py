"""
Addresses in the World Wide Web: with a scheme, with `www.`, and plain domains that nothing else is written like.

They score lowest of what the shipped policy acts on, so whatever is found inside of one, which says more about a
person than a link does, stays.
Source: RFC 3986 (URI syntax), RFC 1034, section 3.5 (labels), RFC 5890 (letters of all scripts in them); IANA, Root
Zone Database (top-level domains).
"""

import re
from string import ascii_letters, digits

from gateway.screening.patterns import Candidate, Family, Pattern, words

_SCORE = 0.5
_REST = r"[^\s<>\"`{}|\\^\x{ab}\x{bb}\x{2018}-\x{201f}\x{3000}-\x{303f}\x{ff00}-\x{ffef}]"
_LABEL = r"[\pL\pN][\pL\pM\pN-]*"
_COUNTRIES = (
    "ac|ae|ar|at|au|be|bg|br|ca|ch|cl|cn|co|cz|de|dk|ee|es|eu|fi|fr|gr|hk|hr|hu|id|ie|il|in|is|it|jp|kr|lt|lu|lv|mx|my|"
    "ng|nl|no|nz|ph|pk|pl|pt|ro|rs|ru|se|sg|si|sk|th|tn|tr|tw|ua|uk|us|vn|za"
)
# `info`, `name`, `id`, `app`, `py` and their like end attributes, programs and files more often than they end domains
_PLAIN_TLDS = f"com|org|net|edu|gov|mil|(?:co|com|org|net|ac|edu|gov|go|ne|or)\\.(?:{_COUNTRIES}|cy)"
_TLDS_BEFORE_A_PATH = f"{_PLAIN_TLDS}|{_COUNTRIES}|io|me|ly|gl|gg|tv|ai|dev|app|info|biz|xyz|online|site|shop|store"

_HOST = re.compile(rb"[a-z]+://(?:[^/?#\s]*@)?(\[[0-9a-f:.]+\]|[\w.\x80-\xff-]*)", re.IGNORECASE)
_NAME = re.compile(rb"(?:[\w\x80-\xff-]+\.)+(?:[a-z\x80-\xff][\w\x80-\xff-]+|[0-9]{1,3})\.?", re.IGNORECASE)
_MAILBOX = re.compile(rb"[\w.+\x80-\xff-](?:@|%40)[\w\x80-\xff-]{1,63}\.\w")
_LOCAL_PART = (ascii_letters + digits + "_.+-").encode() + bytes(range(128, 256))
_CLOSING = b".,;:!?'*_~"
_PAIRS = {ord("("): ord(")"), ord("["): ord("]")}
_OWN_MACHINE = (b"127.", b"0.0.0.0")
_IS_CODE = re.compile(rb"[\w(\[@\\]|[.-]\w| ?=")
_NO_DOMAINS = frozenset(words("self, this, cls, super, asp, vb, ado, ml, b, node, obj, model"))


def _is_url(candidate: Candidate) -> Candidate | None:
    data, start, end, _ = candidate
    text = data[start:end]
    host = _HOST.match(text)
    if host is None or host[1].startswith(_OWN_MACHINE) or not (host[1][:1] == b"[" or _NAME.fullmatch(host[1])):
        return None
    return _without_what_follows(candidate, text, host.end())


def _without_what_follows(candidate: Candidate, text: bytes, host_end: int) -> Candidate:
    """Cut off the marks of the sentence around it, and a mailbox in its path with all behind that."""
    mailbox = _MAILBOX.search(text, host_end)
    if mailbox is not None:
        size = len(text[: mailbox.start()].rstrip(_LOCAL_PART))
        return candidate._replace(end=candidate.start + size)
    unpaired = {closing: text.count(closing) - text.count(opening) for opening, closing in _PAIRS.items()}
    size = len(text)
    while (mark := text[size - 1]) in _CLOSING or unpaired.get(mark, 0) > 0:
        size -= 1
        if mark in unpaired:
            unpaired[mark] -= 1
    return candidate._replace(end=candidate.start + size)


def _is_domain(candidate: Candidate) -> Candidate | None:
    data, start, end, _ = candidate
    text = data[start:end]
    if _IS_CODE.match(data, end) or text.partition(b".")[0].lower().decode("utf-8", "replace") in _NO_DOMAINS:
        return None
    return _without_what_follows(candidate, text, 0)


DETECTOR = Family(
    name="url",
    patterns=(
        Pattern(
            name="with a scheme",
            entity_type="URL",
            gate=r"(?i)(?:https?|s?ftps?|wss?)://[^\s/]",
            regex=rf"(?i)\b(?:https?|s?ftps?|wss?)://{_REST}+",
            score=_SCORE,
            check=_is_url,
        ),
        Pattern(
            name="with www",
            entity_type="URL",
            gate=r"(?i)\bwww\.[\pL\pN]",
            regex=rf"(?i)(?:^|[^/\pL\pN@.-])(?P<value>www\.(?:{_LABEL}\.)+\pL[\pL\pN-]*\pL(?::\d{{1,5}})?(?:[/?#]{_REST}*)?)",
            score=_SCORE,
            check=_is_domain,
        ),
        Pattern(
            name="plain domain",
            entity_type="URL",
            gate=rf"[\pL\pN]\.(?:(?:{_PLAIN_TLDS})(?:[^\pL\pN@-]|\z)|(?:{_TLDS_BEFORE_A_PATH})(?::\d+)?/)",
            regex=(
                rf"(?:^|[^\pL\pN_@./:$%&~\\-])(?P<value>(?:{_LABEL}\.)+"
                rf"(?:(?:{_TLDS_BEFORE_A_PATH})(?::\d{{1,5}})?/{_REST}*|(?:{_PLAIN_TLDS})\b))"
            ),
            score=_SCORE,
            check=_is_domain,
        ),
    ),
    examples={
        "URL": (
            "see «https://www.example.org/a/b.html?c=d#e».",
            "(«http://example.org/wiki/Bridge_(card_game)»), «ftp://ftp.example.org/pub»",
            "«www.example.co.uk:8080/index.php», «www.example.museum»",
            "«https://example.org/u?id=7&mail=»ana@example.com, «https://example.org/@ana».",
            "my domains: «example.com» «example.co.il», «example.io/about»",
            "«https://müller.example/straße»",
        )
    },
    counter_examples=(
        "rpc.py, main.rs, README.md, page.html, archive.tar.gz",
        "foo.bar.baz() and self.net(x), this.org = 1",
        "com.example.app and org.apache.commons.lang3.StringUtils",
        "import os.path; np.linalg.norm",
        "http://localhost:8000/, http://127.0.0.1/, https://${HOST}/x, http://service_2/process",
        "ASP.net and Node.js",
        "the end.This is next",
        "e.g. this, i.e. that, 3.14, v1.2.3",
    ),
)
