"""
Passwords on command lines, in SQL and in files that programs read them from.

Source: the manuals of the programs: mysql, sshpass, net use, docker login, PostgreSQL's `.pgpass`, ftp's `.netrc`;
Kubernetes' Secret.
"""

import re
from base64 import b64decode
from binascii import Error

from gateway.screening.detectors.secrets._assignments import QUOTES
from gateway.screening.detectors.secrets._plausible import is_placeholder
from gateway.screening.patterns import Candidate, Family, Pattern

_VALUE = r"[\"']?(?P<value>[^\s\"'<>|;-][^\s\"'<>|;]{3,100})"
_WORD = re.compile(r"[A-Za-z][a-z]+[.,:;)]*|/\w+:\S*|(?:settings|config|self|this|request)(?:\.[A-Za-z_]\w*)+")
_KUBERNETES_SECRET = re.compile(r"kind:\s*[\"']?Secret\b")
_A_DOCUMENT = 2000  #: bytes around a value in which its document tells its kind


def _is_given(candidate: Candidate) -> Candidate | None:
    text = candidate.text
    if is_placeholder(text) or text[0] in "$%@`":
        return None
    return candidate if candidate.before() in QUOTES or not _WORD.fullmatch(text) else None


def _is_filled_in(candidate: Candidate) -> Candidate | None:
    return None if is_placeholder(candidate.text) else candidate


def _is_kubernetes_data(candidate: Candidate) -> Candidate | None:
    """Take base64 in a document of the kind Secret."""
    try:
        decoded = b64decode(candidate.text, validate=True)
    except Error:
        return None
    around = (candidate.before(_A_DOCUMENT), candidate.after(_A_DOCUMENT))
    return candidate if decoded and any(_KUBERNETES_SECRET.search(side) for side in around) else None


DETECTOR = Family(
    name="password_commands",
    source="The manuals of the programs",
    patterns=(
        Pattern(
            name="password option",
            entity_type="PASSWORD",
            gate=r"-(?i:password|passwd|passphrase|passwort)\s",
            regex=rf"-(?i:password|passwd|passphrase|passwort)[ \t]{{1,3}}{_VALUE}",
            score=0.8,
            check=_is_given,
        ),
        Pattern(
            name="sshpass",
            entity_type="PASSWORD",
            gate=r"\bsshpass\b",
            regex=rf"\bsshpass\s{{1,3}}-p\s?{_VALUE}",
            score=0.9,
            check=_is_filled_in,
        ),
        Pattern(
            name="mysql",
            entity_type="PASSWORD",
            gate=r"\b(?:mysql|mariadb)(?:dump|admin|import|show)?\b[^\n|;]{0,100}\s-p\S",
            regex=rf"\b(?:mysql|mariadb)(?:dump|admin|import|show)?\b[^\n|;]{{0,100}}?\s-p{_VALUE}",
            score=0.8,
            check=_is_filled_in,
        ),
        Pattern(
            name="login command",
            entity_type="PASSWORD",
            gate=r"\b(?:docker|podman|helm|az|oc|redis-cli|mongo|mongosh|smbclient)\b[^\n|;]{0,100}\s-[pa]\s",
            regex=(
                r"\b(?:docker|podman|helm|az|oc)\b[^\n|;]{0,60}?\blogin\b[^\n|;]{0,60}?\s-p[ \t]"
                rf"{_VALUE}"
            ),
            score=0.8,
            check=_is_filled_in,
        ),
        Pattern(
            name="redis-cli",
            entity_type="PASSWORD",
            gate=r"\bredis-cli\b[^\n|;]{0,100}\s-a\s",
            regex=rf"\bredis-cli\b[^\n|;]{{0,100}}?\s-a[ \t]{_VALUE}",
            score=0.8,
            check=_is_filled_in,
        ),
        Pattern(
            name="htpasswd",
            entity_type="PASSWORD",
            gate=r"\bhtpasswd\b[^\n|;]{0,60}\s-[a-zA-Z]{0,6}b",
            regex=(
                r"\bhtpasswd\b(?:\s{1,3}-[a-zA-Z]{1,8}){0,3}\s{1,3}-(?:[a-zA-Z]{0,6}b[a-zA-Z]{0,6})"
                rf"(?:\s{{1,3}}[^\s-][^\s]{{0,100}}){{1,2}}\s{{1,3}}{_VALUE}"
            ),
            score=0.8,
            check=_is_filled_in,
        ),
        Pattern(
            name="net use",
            entity_type="PASSWORD",
            gate=r"(?i)\bnet use\b",
            regex=r"(?i)\bnet use\s[^\n]{0,60}?\\\\[^\s]{1,100}\s(?P<value>[^\s/*][^\s]{3,60})\s/user:",
            score=0.8,
            check=_is_filled_in,
        ),
        Pattern(
            name="net user",
            entity_type="PASSWORD",
            gate=r"(?i)\bnet user\s",
            regex=r"(?i)\bnet user\s[^\s/]{1,40}\s(?P<value>[^\s/*][^\s]{3,60})\s/add",
            score=0.8,
            check=_is_filled_in,
        ),
        Pattern(
            name="sql password",
            entity_type="PASSWORD",
            gate=r"(?i)(?:\bidentified\s|\spassword\s?\(?\s?['\"])",
            regex=(
                r"(?i)(?:\bidentified\s(?:with\s\S{1,40}\s)?(?:by|as)\s(?:password\s)?|"
                r"\b(?:user|role|login)\s[^\n;]{1,100}?\spassword\s?=?\s?|\bpassword\()"
                r"['\"](?P<value>[^'\"\n]{4,100})['\"]"
            ),
            score=0.85,
            check=_is_filled_in,
        ),
        Pattern(
            name="netrc",
            entity_type="PASSWORD",
            gate=r"\b(?:machine\s{1,4}\S{1,64}|default)\s{1,4}login\s{1,4}\S{1,64}\s{1,4}password\s",
            regex=r"\b(?:machine\s{1,4}\S{1,64}|default)\s{1,4}login\s{1,4}\S{1,64}\s{1,4}password\s{1,4}(?P<value>\S{4,100})",
            score=0.85,
            check=_is_filled_in,
        ),
        Pattern(
            name="pgpass",
            entity_type="PASSWORD",
            gate=r":(?:543\d|6432):[\w*-]{1,63}:[\w*-]{1,63}:",
            regex=r"[\w.*-]{1,100}:(?:543\d|6432):[\w*-]{1,63}:[\w*-]{1,63}:(?P<value>[^\s:]{4,100})",
            score=0.85,
            check=_is_filled_in,
        ),
        Pattern(
            name="kubernetes secret",
            entity_type="SECRET",
            # Its gate may lie far away: a name of 253 bytes is more than a window holds, so the whole text is searched.
            gate=r"\bkind:\s{0,3}[\"']?Secret\b",
            regex=r"(?:\n|\A)[ \t]{1,8}[\"']?[\w.-]{1,253}[\"']?:[ \t]{1,3}[\"']?(?P<value>[A-Za-z0-9+/]{8,}={0,2})",
            score=0.85,
            provider="kubernetes",
            check=_is_kubernetes_data,
        ),
    ),
    examples={
        "PASSWORD": (
            "connect --user ann --password «Tr4fficJam»",
            "sshpass -p '«Tr4ffic-Jam»' ssh ann@example.org",
            "mysql -u root -p«Tr4fficJam» shop",
            "docker login -u ann -p «Tr4fficJam» registry.example.org",
            "redis-cli -h cache -a «Tr4fficJam» ping",
            "net use z: \\\\server\\share «Tr4fficJam» /user:ann",
            "net user ann «Tr4fficJam» /add",
            "htpasswd -B -b .htpasswd ann «Tr4fficJam»",
            "CREATE USER app IDENTIFIED BY '«UC7HtQXa»';",
            "ALTER ROLE app WITH PASSWORD '«UC7HtQXa»';",
            "machine example.org login ann password «Tr4fficJam»",
            "db.example.org:5432:shop:app:«Tr4fficJam»",
        ),
        "SECRET": (
            "apiVersion: v1\nkind: Secret\ndata:\n  user: «YWRtaW5pc3RyYXRvcg==»\n  other: «VHI0ZmZpYy1KYW0=»\n",
            "data:\n  db: «VHI0ZmZpYy1KYW0=»\nkind: Secret\n",
        ),
    },
    counter_examples=(
        "connect --password --user ann, --password $DB_PASSWORD, --password-stdin",
        "the --password option",
        "mysql -u root -p shop",
        "docker run -p 8080:80 nginx",
        "net use z: \\\\server\\share * /user:ann",
        "IDENTIFIED BY '<password>'",
        "postgres:5432:up, a login with password authentication",
        "kind: ConfigMap\ndata:\n  mode: productionmode\n",
        "kind: Secret\nmetadata:\n  name: my-app\n",
    ),
)
