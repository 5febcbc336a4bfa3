"""
Secrets by their form: private keys, signed tokens, credentials in addresses and in headers.

Source: RFC 7468 (textual encodings of keys), RFC 7519 and RFC 7515 (JWT), RFC 3986, section 3.2.1 (user information),
RFC 7617 and RFC 6750 (Basic and Bearer).
"""

from gateway.screening.detectors._plausible import is_placeholder
from gateway.screening.patterns import Candidate, Family, Pattern

_QUOTED = r"\"[^\"\n]+\"|'[^'\n]+'"
_SHORTEST_TOKEN = 12
_SHORTEST_KEY = 80  #: bytes, both lines around it included


def _is_userinfo(candidate: Candidate) -> Candidate | None:
    _, colon, password = candidate.text.strip("\"'").partition(":")
    return candidate if colon and not is_placeholder(password.strip("\"'>")) else None


def _has_a_body(candidate: Candidate) -> Candidate | None:
    return candidate if candidate.end - candidate.start > _SHORTEST_KEY else None


def _is_token(candidate: Candidate) -> Candidate | None:
    text = candidate.text
    if len(text) < _SHORTEST_TOKEN or is_placeholder(text) or not any(map(str.isdigit, text)):
        return None
    return candidate


DETECTOR = Family(
    name="credentials",
    patterns=(
        Pattern(
            name="private key",
            entity_type="SECRET",
            gate=r"PRIVATE KEY(?: BLOCK)?-----",
            regex=(
                r"-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----"
                r"(?:[^-]*-----END (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----|[A-Za-z0-9+/=\s\\]*)"
            ),
            score=0.99,
            check=_has_a_body,
        ),
        Pattern(
            name="json web token",
            entity_type="SECRET",
            gate=r"\beyJ[A-Za-z0-9_-]{5}",
            regex=r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*){0,3}",
            score=0.97,
        ),
        Pattern(
            name="credentials in an address",
            entity_type="SECRET",
            gate=r"://[^\s/@]*:[^\s/@]+@",
            regex=r"\b[A-Za-z][A-Za-z0-9+.-]*://(?P<value>[^\s/@:]*:[^\s/@\"'<>]+)@[^\s/@]",
            score=0.9,
            check=_is_userinfo,
        ),
        Pattern(
            name="authorization header",
            entity_type="SECRET",
            gate=r"(?i)\b(?:bearer|basic|api-token|authorization)\b",
            regex=r"(?i)\b(?:bearer|basic|api-token|authorization:)\s+(?P<value>[A-Za-z0-9+/=._~-]{12,})",
            score=0.8,
            check=_is_token,
        ),
        Pattern(
            name="curl user",
            entity_type="SECRET",
            gate=r"\bcurl\b",
            regex=rf"\s(?:-u|--user)[ =](?P<value>{_QUOTED}|[^\s\"':]+:(?:{_QUOTED}|[^\s\"']+))",
            score=0.8,
            check=_is_userinfo,
        ),
    ),
    examples={
        "SECRET": (
            "«-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSj\n-----END PRIVATE KEY-----» done",
            "token «eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N»",
            "postgres://«svc:n0tAplaceh0lder»@db.internal/app",
            "Authorization: Bearer «9f8e7d6c5b4a39281706»",
        )
    },
    counter_examples=(
        "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEF\n-----END PUBLIC KEY-----",
        "https://user:${PASSWORD}@host.org and https://user:<password>@host.org",
        "Authorization: Bearer <token>",
        "basic understanding of authorization",
    ),
)
