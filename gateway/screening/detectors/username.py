"""
Names under which people sign in or are known, behind a word that says so.

A bare `@name` is a mention, and everybody's; one beside the name of a network is a person's.
Source: usage, and the networks' rules for handles.
"""

from gateway.screening.patterns import Candidate, Family, KeyedValue, Pattern, words

_NOT_PERSONAL = frozenset(
    words(
        "root, admin, administrator, user, username, guest, nobody, anonymous, default, test, system, postgres, mysql, "
        "redis, nginx, www-data, ubuntu, debian, ec2-user, git, jenkins, docker, runner, service, oracle, sa, null, "
        "none, undefined, true, false, string, required, optional, name, password, unknown, localhost, app, web"
    )
)
_SHORTEST, _LONGEST = 3, 64  #: characters, as the value of a key
_NETWORKS = (
    r"(?i:twitter|instagram|insta|tiktok|telegram|snapchat|discord|mastodon|bluesky|reddit|github|gitlab|linkedin|"
    r"youtube|twitch|threads|skype|signal|facebook)"
)
_HANDLE = r"@[A-Za-z0-9_](?:[A-Za-z0-9_.-]{1,38}[A-Za-z0-9_])?"
_LABELS = (
    r"(?i:user[ _-]?name|user[ _-]?id|login(?:[ _-]?(?:name|id))?|nick(?:[ _-]?name)?|screen[ _-]?name|handle|"
    r"benutzername|nom d'utilisateur|identifiant|nombre de usuario|usuario|utente|nome utente|gebruikersnaam|"
    r"(?:(?:db|ssh|smtp|ftp)[ _-]?)?user)"
)


def _is_username(candidate: Candidate) -> Candidate | None:
    name = candidate.text.rstrip(".-")
    if name.lower() in _NOT_PERSONAL or name.isdigit() or candidate.after()[:1] in {"(", "/", "\\"}:
        return None
    mixed = any(map(str.isdigit, name)) or ("_" in name and "." not in name)
    if not mixed:
        return None  # any word may stand there: `user: the one who signs in`, `user = request.user`
    return candidate if candidate.text == name else candidate.shortened(name)


def _is_keyed_username(candidate: Candidate) -> Candidate | None:
    name = candidate.text.strip()
    usual = _SHORTEST <= len(name) <= _LONGEST and name.isprintable() and " " not in name
    return candidate if usual and name.lower() not in _NOT_PERSONAL else None


DETECTOR = Family(
    name="username",
    source="usage; the networks' rules for handles",
    patterns=(
        Pattern(
            name="labelled",
            entity_type="USERNAME",
            gate=rf"\b{_LABELS}[\"']?\s?(?:[:=]|is\b)",
            regex=rf"(?:\A|[^\w-]){_LABELS}[\"']?\s?(?:[:=]|is\b)\s{{0,2}}[\"']?(?P<value>[A-Za-z][A-Za-z0-9_.-]{{2,38}})\b",
            score=0.6,
            check=_is_username,
        ),
        Pattern(
            name="handle in a network",
            entity_type="USERNAME",
            gate=rf"\b{_NETWORKS}(?: ?(?:handle|account|user|name|id))?(?: is|:)? ?@[A-Za-z0-9_]",
            regex=rf"\b{_NETWORKS}(?: ?(?:handle|account|user|name|id))?(?: is|:)? ?(?P<value>{_HANDLE})",
            score=0.7,
        ),
        Pattern(
            name="handle on a network",
            entity_type="USERNAME",
            gate=rf" (?:on|auf|sur|en|su) {_NETWORKS}\b",
            regex=rf"(?:^|[\s(])(?P<value>{_HANDLE}) (?:on|auf|sur|en|su) {_NETWORKS}\b",
            score=0.7,
        ),
    ),
    keyed=(
        KeyedValue(
            name="a user name's key",
            entity_type="USERNAME",
            keys=words("username, user name, login name, screen name, nickname, login, handle, benutzername, usuario"),
            score=0.7,
            check=_is_keyed_username,
        ),
    ),
    examples={
        "USERNAME": (
            "username: «anna_berg77»",
            "her login is «m.rossi84», as before",
            'db_user = "«svc_report_7»"',
            "twitter: «@ingrid_writes»",
            "follow «@ingrid_writes» on Mastodon",
        )
    },
    counter_examples=(
        "@alice and @bob said hi",
        "username: required",
        "the user is not known",
        "user=root login=admin",
        "user = request.user(",
        "the handle is a number",
    ),
)
