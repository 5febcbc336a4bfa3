"""
E-mail addresses.

Source: RFC 5322, section 3.4.1 (addr-spec, dot-atom forms), RFC 6531 (letters of all scripts), RFC 5321, section 4.5.3
(lengths). Of the marks that RFC 5322 allows, those that rather belong to the text around an address are left out.
"""

from gateway.screening.patterns import Candidate, Family, Pattern, words

_MAX_LOCAL, _MAX_ADDRESS = 64, 254  # octets: RFC 5321, 4.5.3.1.1, and RFC 3696, erratum 1690
_FILE_ENDINGS = frozenset(
    words(
        "png, jpg, jpeg, gif, svg, webp, ico, bmp, css, scss, js, mjs, ts, tsx, jsx, json, map, html, htm, php, py, "
        "rb, go, rs, java, txt, md, pdf, zip, gz, tgz, tar, xml, yaml, yml, toml, lock, log, conf, cfg, local"
    )
)
_SYSTEM_NAMES = frozenset({"git", "hg", "svn"})  # `git@github.com:owner/name` is an address of a repository
_LABEL = r"[\pL\pN](?:[\pL\pM\pN-]*[\pL\pM\pN])?"
_ADDRESS = (
    r"[\pL\pN_](?:[\pL\pM\pN_%+'\x{2019}&~#$*!-]|\.[\pL\pM\pN_%+'&~#$*!-])*"
    rf"@(?:{_LABEL}\.)+(?:\pL[\pL\pM]+|xn--[0-9A-Za-z-]+)"
)


def _is_address(candidate: Candidate) -> Candidate | None:
    local, _, domain = candidate.text.rpartition("@")
    ending = domain.rpartition(".")[2].lower()
    if ending in _FILE_ENDINGS or local.lower() in _SYSTEM_NAMES:
        return None
    if len(local.encode()) > _MAX_LOCAL or candidate.end - candidate.start > _MAX_ADDRESS:
        return candidate.scored(0.3)
    if _inside_a_url(candidate):
        return None  # `https://name:word@host.org`: the word is no mailbox, and it is another detector's
    return candidate


def _inside_a_url(candidate: Candidate) -> bool:
    if candidate.before() not in {":", "/"}:
        return False
    _, scheme, behind = candidate.before(_MAX_LOCAL * 2).rpartition("://")
    return bool(scheme) and not any(character in "/?#" or character.isspace() for character in behind)


DETECTOR = Family(
    name="email",
    patterns=(
        Pattern(
            name="address",
            entity_type="EMAIL_ADDRESS",
            gate=r"[^\s@]@[\pL\pN]",
            regex=_ADDRESS,
            score=0.95,
            check=_is_address,
        ),
    ),
    examples={
        "EMAIL_ADDRESS": (
            "write to «ana.lima+news@mail.example.org».",
            "«jörg@müller.example.de», «用户@例子.广告»",
            "see <mailto:«o'neil_7@example.co.uk»>, email=«x@example.com»&b=1",
        )
    },
    counter_examples=(
        "icon@2x.png and sprite@3x.webp",
        "pip install package@1.2.3",
        "@someone wrote: meet me @ noon",
        "git@github.com:acme/site.git",
        "user@localhost",
    ),
)
