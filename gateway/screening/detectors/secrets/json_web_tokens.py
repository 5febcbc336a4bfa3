"""
Signed and encrypted tokens.

Source: RFC 7519 (JSON Web Token), RFC 7515 and RFC 7516 (their compact forms): a JSON object begins with `eyJ` in
base64url. PASETO's specification.
"""

from gateway.screening.detectors.secrets._forms import invented, issued
from gateway.screening.patterns import Family, Pattern

DETECTOR = Family(
    name="json_web_tokens",
    source="RFC 7519, RFC 7515, RFC 7516; the PASETO specification",
    patterns=(
        Pattern(
            name="json web token",
            entity_type="SECRET",
            gate=r"\.eyJ[A-Za-z0-9_-]{4}",
            regex=r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*){0,3}",
            score=0.97,
        ),
        Pattern(
            name="encrypted json web token",
            entity_type="SECRET",
            gate=r"\beyJ[A-Za-z0-9_-]{4}",
            regex=r"\beyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{16,}",
            score=0.96,
        ),
        issued("paseto", "local token", r"v[1-4]\.local\.", r"[A-Za-z0-9_-]{40,}(?:\.[A-Za-z0-9_-]+)?"),
    ),
    examples={
        "SECRET": (
            "token «eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0." + f"{invented(43)}»",
            "«eyJhbGciOiJub25lIn0.eyJzdWIiOiIxMjM0NTY3ODkwIn0.»",
            f"«eyJhbGciOiJkaXIiLCJlbmMiOiJBMTI4Q0JDLUhTMjU2In0..{invented(22)}.{invented(64)}.{invented(22)}»",
            f"«v2.local.{invented(80)}»",
        )
    },
    counter_examples=("eyJhbGc...", "eyJBB.eyJCC.eyJDDDD", "v2.local.example"),
)
