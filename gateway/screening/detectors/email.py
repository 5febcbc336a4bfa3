"""
E-mail addresses.

Source: RFC 5322, section 3.4.1 (addr-spec), RFC 6531 (letters of all scripts), RFC 5321, section 4.5.3 (lengths). Of
the marks that RFC 5322 allows, those that rather belong to the text around an address are left out.
"""

import re

from gateway.screening.detectors._userinfo import HOST, USERINFO, begins_with_a_port
from gateway.screening.patterns import Candidate, Family, Pattern, words

_MAX_LOCAL, _MAX_ADDRESS = 64, 254  # octets: RFC 5321, 4.5.3.1.1, and RFC 3696, erratum 1690
_NO_DOMAINS = frozenset(  # of files (`icon@2x.png`), of systemd's units (`getty@tty1.service`), of local networks
    ending.encode()
    for ending in words(
        "png, jpg, jpeg, gif, svg, webp, avif, heic, tiff, ico, bmp, mp4, webm, css, scss, js, mjs, ts, tsx, jsx, "
        "json, map, html, htm, php, py, rb, go, rs, java, txt, md, csv, pdf, zip, gz, tgz, tar, jar, whl, deb, rpm, "
        "exe, dll, xml, yaml, yml, toml, lock, log, conf, cfg, service, socket, timer, mount, slice, scope, "
        "target, local"
    )
)
_SYSTEM_NAMES = frozenset({b"git", b"hg", b"svn"})  # `git@github.com:owner/name` is an address of a repository
_BEFORE_A_HOST = re.compile(f"{USERINFO}@{HOST}".encode())
_OF_THE_TEXT = re.compile(rb"[?#,;&|()\[\]*\\`]")  # between an address and a mailbox, rather than in a password
_VERSION = re.compile(rb"\d+\.\d")  # `package@1.2.3-rc.beta`
_LABEL = r"[\pL\pN][\pL\pM\pN-]*"
_DOMAIN = rf"(?:{_LABEL}\.)+(?:\pL[\pL\pM]+|xn--[0-9A-Za-z-]+)"
_QUOTED = r"[^\"\s@<>(){}\[\]:;,=]{1,62}"
_LOCAL = r"[\pL\pN_](?:[\pL\pM\pN_%+'\x{2019}&~#$*!-]|\.[\pL\pM\pN_%+'&~#$*!-])*"


def _is_address(candidate: Candidate) -> Candidate | None:
    data, start, end, _ = candidate
    at = data.rindex(b"@", start, end)
    if data[data.rindex(b".", at, end) + 1 : end].lower() in _NO_DOMAINS or _VERSION.match(data, at + 1):
        return None
    if data[start:at].lower() in _SYSTEM_NAMES or data[end : end + 1] == b"(":  # a call: `x@self.weights()`
        return None
    if at - start > _MAX_LOCAL or end - start > _MAX_ADDRESS:
        return candidate.scored(0.3)
    return None if _is_before_a_host(candidate) else candidate


def _is_before_a_host(candidate: Candidate) -> bool:
    """
    Tell whether its domain is the host of a URL, as in `https://name:word@host.org`.

    The word is no mailbox then, and it is another detector's. In `https://ana@example.com@host.org` the mailbox is one.
    """
    data, start, end, _ = candidate
    scheme = data.rfind(b"://", max(0, start - 2 * _MAX_LOCAL), start)
    if scheme < 0:
        return False
    user = data[scheme + len(b"://") : start]
    if not user:
        return data[end : end + 1] != b"@"
    at = data.rindex(b"@", start, end)
    if _OF_THE_TEXT.search(user) or not _BEFORE_A_HOST.fullmatch(data, scheme + len(b"://"), at + 2):
        return False
    return not begins_with_a_port(data[scheme + len(b"://") : at].decode("ascii").partition(":")[2])


DETECTOR = Family(
    name="email",
    patterns=(
        Pattern(
            name="address",
            entity_type="EMAIL_ADDRESS",
            gate=r"[^\s@]@[\pL\pN]",
            regex=rf"{_LOCAL}@{_DOMAIN}",
            mark=b"@",
            score=0.95,
            check=_is_address,
        ),
        Pattern(
            name="quoted local part, or a literal as domain",
            entity_type="EMAIL_ADDRESS",
            gate=r"\"@[\pL\pN]|[\pL\pN]@\[(?:\d|(?i:ipv6:))",
            regex=(
                rf"\"{_QUOTED}(?: {_QUOTED})?\"@{_DOMAIN}"
                rf"|{_LOCAL}@\[(?:\d{{1,3}}(?:\.\d{{1,3}}){{3}}|(?i:ipv6):[0-9A-Fa-f:.]{{3,45}})\]"
            ),
            score=0.8,
        ),
    ),
    examples={
        "EMAIL_ADDRESS": (
            "write to «ana.lima+news@mail.example.org».",
            "«jörg@müller.example.de», «用户@例子.广告»",
            "see <mailto:«o'neil_7@example.co.uk»>, email=«x@example.com»&b=1",
            "https://«ana@example.com»@api.example.org/x",
            "http://kafka1:9092\uff0c«ops@example.com»; kafka://b1:9092,b2:9092,«ops@example.com»",
            "«恵子.山本10@example.com», «christ\u043e\u0440her.lee8@example.com», «info@xn--80ak6aa92e.com»",
            '«"john smith"@example.org»; «root@[203.0.113.7]», «ana@163.com»',
        )
    },
    counter_examples=(
        "icon@2x.png and sprite@3x.webp",
        "pip install package@1.2.3",
        "@someone wrote: meet me @ noon",
        "git@github.com:acme/site.git",
        "user@localhost",
        "getty@tty1.service, user@1000.service",
        "y = x@self.weights(), W@x.T",
        "mysql://app:word@db.example.org/x",
        "left-pad@1.2.3-rc.beta",
    ),
)
