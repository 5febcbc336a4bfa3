"""
Keys and tokens that carry their provider's mark.

Source: each provider's documentation of its token formats, and GitHub's list of secret scanning patterns. A mark in
front and a fixed alphabet make most of these certain; marks alone that also begin ordinary words need their length.
"""

from gateway.screening.patterns import Candidate, Family, Pattern

_FEWEST_CHARACTERS = 5  #: different ones that a random token has


def _is_no_filler(candidate: Candidate) -> Candidate | None:
    """Drop `sk_live_xxxxxxxxxxxx` and its like."""
    tail = candidate.text[-16:]
    return candidate if len(set(tail)) >= _FEWEST_CHARACTERS else None


_FORMS = (
    ("aws access key id", r"\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}\b", 0.95),
    ("github token", r"\bgh[pousr]_[A-Za-z0-9]{36,251}\b", 0.99),
    ("github fine-grained token", r"\bgithub_pat_[A-Za-z0-9_]{22,244}\b", 0.99),
    ("gitlab token", r"\bgl(?:pat|dt|ft|rt|soat|cbt|ptt|imt|agent|oas|ffct)-[A-Za-z0-9_-]{20,}", 0.97),
    ("gitlab runner registration token", r"\bGR1348941[A-Za-z0-9_-]{20,}", 0.97),
    ("slack token", r"\bxox[abeoprs](?:\.xox[bp])?-\d[A-Za-z0-9-]{9,250}", 0.97),
    ("slack app token", r"\bxapp-\d-[A-Z0-9]+-\d+-[A-Za-z0-9]{10,}", 0.97),
    ("slack webhook", r"https://hooks\.slack\.com/(?:services|workflows)/[A-Za-z0-9+/]{40,60}", 0.95),
    ("stripe key", r"\b[rs]k_(?:live|test|prod)_[A-Za-z0-9]{10,99}\b", 0.97),
    ("stripe webhook secret", r"\bwhsec_[A-Za-z0-9+/]{24,}=*", 0.95),
    ("google api key", r"\bAIza[A-Za-z0-9_-]{35}", 0.95),
    ("google oauth client secret", r"\bGOCSPX-[A-Za-z0-9_-]{28}", 0.97),
    ("google oauth token", r"\bya29\.[A-Za-z0-9_-]{20,}", 0.95),
    (
        "openai or anthropic key",
        r"\bsk-(?:(?:proj|svcacct|admin|ant-[a-z]+\d\d)-)?[A-Za-z0-9][A-Za-z0-9_-]{18,}[A-Za-z0-9]",
        0.95,
    ),
    ("npm token", r"\bnpm_[A-Za-z0-9]{36}\b", 0.97),
    ("pypi token", r"\bpypi-AgE[A-Za-z0-9_-]{50,}", 0.99),
    ("sendgrid key", r"\bSG\.[A-Za-z0-9_-]{16,32}\.[A-Za-z0-9_-]{32,64}", 0.97),
    ("twilio key", r"\b(?:SK|AC)[0-9a-f]{32}\b", 0.9),
    ("hugging face token", r"\b(?:hf|api_org)_[A-Za-z]{34}\b", 0.95),
    ("mailchimp key", r"\b[0-9a-f]{32}-us\d{1,2}\b", 0.95),
    ("discord bot token", r"\b[MNO][A-Za-z0-9_-]{23,25}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,38}", 0.95),
    ("telegram bot token", r"\b\d{8,10}:AA[A-Za-z0-9_-]{33}\b", 0.95),
    ("digitalocean token", r"\bdo[opr]_v1_[0-9a-f]{64}\b", 0.99),
    ("hashicorp vault token", r"\bhv[sb]\.[A-Za-z0-9_-]{24,}", 0.97),
    ("terraform cloud token", r"\b[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_-]{60,70}", 0.99),
    ("databricks token", r"\bdapi[0-9a-f]{32}(?:-\d)?\b", 0.97),
    ("shopify token", r"\bshp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}\b", 0.97),
    ("grafana token", r"\bgl(?:c_eyJ|sa_)[A-Za-z0-9+/_=-]{30,}", 0.97),
    ("1password service account", r"\bops_eyJ[A-Za-z0-9+/_-]{100,}=*", 0.97),
    ("notion token", r"\bntn_[A-Za-z0-9]{43,50}\b", 0.97),
    ("sentry token", r"\bsntry[su]_[A-Za-z0-9+/=_-]{40,}", 0.97),
    ("entra client secret", r"[A-Za-z0-9_~.]{3}\dQ~[A-Za-z0-9_~.-]{31,34}", 0.9),
    ("openshift token", r"\bsha256~[A-Za-z0-9_-]{43}", 0.95),
    ("fly token", r"\b(?:fo1_[A-Za-z0-9_-]{43}|fm[12][ar]?_[A-Za-z0-9+/=]{80,})", 0.95),
    ("facebook token", r"\bEAA(?:CEdEose0cBA|[A-Za-z])[A-Za-z0-9]{50,}\b", 0.9),
    ("azure storage key", r"\bAccountKey=(?P<value>[A-Za-z0-9+/]{86}==)", 0.97),
    ("artifactory token", r"\bAKC[pP][A-Za-z0-9]{60,80}\b", 0.95),
    ("facebook app secret", r"\b\d{15,16}\|[A-Za-z0-9_-]{27}\b", 0.9),
    ("infracost key", r"\bico-[A-Za-z0-9]{32}\b", 0.95),
    ("1password secret key", r"\bA3-[A-Z0-9]{6}-[A-Z0-9]{6}(?:-[A-Z0-9]{5}){4}\b", 0.95),
    (
        "sidekiq licence",
        r"\bBUNDLE_(?:ENTERPRISE|GEMS)__CONTRIBSYS__COM\s?[:=]\s?[\"']?(?P<value>[0-9a-f]{8}:[0-9a-f]{8})\b",
        0.95,
    ),
    ("square token", r"\bsq0(?:csp|atp)-[A-Za-z0-9_-]{22,43}", 0.97),
)

DETECTOR = Family(
    name="api_keys",
    patterns=tuple(
        Pattern(name=name, entity_type="SECRET", regex=regex, score=score, check=_is_no_filler)
        for name, regex, score in _FORMS
    ),
    examples={
        "SECRET": (
            "aws_access_key_id «AKIAIOSFODNN7EXAMPLE» in logs",
            "push with «ghp_1aB2cD3eF4gH5iJ6kL7mN8oP9qR0sT1uV2wX»",
            "«glpat-Zx9yW8vU7tS6rQ5pO4nM»",
            "«xoxb-123456789012-Abcdef1234567890»",
            "«sk_test_4eC39HqLyjWDarjtT1zdp7dc»",
            "«sk-ant-api03-Ab1Cd2Ef3Gh4Ij5Kl6Mn7Op8»",
            "«sk-proj-Ab1Cd2Ef3Gh4Ij5Kl6Mn7Op8»",
            "«AIzaSyA1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q»",
            "«npm_Ab1Cd2Ef3Gh4Ij5Kl6Mn7Op8Qr9St0Uv1Wx2»",
        )
    },
    counter_examples=(
        "sk_live_xxxxxxxxxxxxxxxxxxxx",
        "ghp_short",
        "a risk-averse investor",
        "AKIA is a prefix",
        "task-management-and-scheduling",
    ),
)
