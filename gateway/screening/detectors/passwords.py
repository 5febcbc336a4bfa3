"""
Passwords and keys by the words in front of them: `password: …`, `api_key=…`, "my password is …".

Source: none but usage; the words of a dozen languages, and the punctuation of programs and configuration files. What
follows has to look like a secret: no filler, no variable, and in a sentence no ordinary word.
"""

import re

from gateway.screening.detectors._plausible import is_placeholder, is_reference
from gateway.screening.patterns import Candidate, Check, Family, KeyedValue, Pattern, words

_WORDS = (  #: for a password
    "password|passwd|passphrase|passcode|pass|pwd|pswd|pw|passwort|kennwort|mot de passe|contraseña|clave|senha|"
    "wachtwoord|lösenord|hasło|пароль|密码|密碼|パスワード|비밀번호"
)
_SPOKEN_WORDS = _WORDS.replace("pass|pwd|pswd|pw|", "").replace("clave|", "")  #: those that mean nothing else
_KEY_WORDS = (  #: for a key or a token
    "(?:api|access|auth|secret|private|encryption|signing|account|service|cloud|softlayer|sl)[ _-]?keys?|"
    "secret[ _-]?access[ _-]?key|client[ _-]?secret|secret|token|"
    "(?:stripe|twilio|snyk|sonar|slack|loki|hubspot|mailchimp|sumo)[ _-]?(?:key|login)"
)
_CAMEL_WORDS = r"Pass(?:word|wd|phrase)?|Pwd"  #: the same behind a small letter, as in `dbPassword`
_CAMEL_KEY_WORDS = r"Api_?Key|Access_?Key|Secret_?Key|Secret|Token"
_SIGN = r"[\"']?\s{0,3}(?::=|=>|[:=\x{ff1a}])[=>]?\s{0,3}"
_MARKS = "\"'`\u201c\u201d\u2018\u2019"  # straight, and curled as word processors set them
_OPENING = f"[{_MARKS}]"
_UNQUOTED = rf"[^\s{_MARKS}]"
_VERB = r"(?:is|was|are|will be|set to|changed to|ist|lautet|es|est|é|è|to)"
_QUOTES = frozenset(_MARKS)
_TRAILING = ".,;:?)]}>"  #: what ends a sentence or a bracket; `!` ends more passwords than sentences
_LONG_TOKEN = 16
_SHORTEST_PASSWORD, _SHORTEST_SECRET = 4, 8
_ORDINARY_WORD = re.compile(r"[A-Z]?[^\W\d_]+(?:[-'\u2019][^\W\d_]+)*|[A-Z]+|\d{1,3}")
_ENDS_THE_LINE = re.compile(r"[.!]?\s*(?:\n|$)")


def _trimmed(candidate: Candidate) -> Candidate | None:
    text = candidate.text.rstrip(_TRAILING)
    if is_placeholder(text) or is_placeholder(candidate.text):
        return None
    if candidate.before() not in _QUOTES and is_reference(text):
        return None
    return candidate if candidate.text == text or not text else candidate.shortened(text)


def _is_password(candidate: Candidate) -> Candidate | None:
    """Take what is assigned: a plain word only where nothing follows it, or with quotes around it."""
    found = _trimmed(candidate)
    if found is None or len(found.text) < _SHORTEST_PASSWORD:
        return None
    if found.before() in _QUOTES | {"="} or not _ORDINARY_WORD.fullmatch(found.text):
        return found
    return found.scored(0.6) if _ENDS_THE_LINE.match(found.after(8)) else None


def _is_spoken_password(candidate: Candidate) -> Candidate | None:
    """Take what a sentence calls a password: never an ordinary word, unless it is quoted."""
    found = _trimmed(candidate)
    if found is None or len(found.text) < _SHORTEST_PASSWORD:
        return None
    quoted = found.before() in _QUOTES
    return None if _ORDINARY_WORD.fullmatch(found.text) and not quoted else found


def _is_password_beside(candidate: Candidate) -> Candidate | None:
    """Take what stands right behind the word: with quotes, or mixed as no word is."""
    text = candidate.text
    if text[0] in _QUOTES:
        return None if is_placeholder(text[1:-1]) else candidate
    found = _trimmed(candidate)
    if found is None or len(found.text) < _SHORTEST_SECRET or _ORDINARY_WORD.fullmatch(found.text):
        return None
    return found if any(map(str.isdigit, found.text)) and any(map(str.isalpha, found.text)) else None


def _is_password_value(candidate: Candidate) -> Candidate | None:
    """Take the whole of a value whose key is a password's name."""
    text = candidate.text.strip()
    return None if len(text) < _SHORTEST_PASSWORD or is_placeholder(text) else candidate


def _is_secret_value(candidate: Candidate) -> Candidate | None:
    """Take the whole of a value whose key is a token's name, if it is no word and no count: `"max_token": 4096`."""
    text = candidate.text.strip()
    if len(text) < _SHORTEST_SECRET or is_placeholder(text) or any(map(str.isspace, text)):
        return None
    return candidate if len(text) >= _LONG_TOKEN or any(map(str.isdigit, text)) else None


def _is_secret(candidate: Candidate) -> Candidate | None:
    found = _trimmed(candidate)
    if found is None or len(found.text) < _SHORTEST_SECRET:
        return None
    text = found.text
    digits = any(map(str.isdigit, text))
    letters = any(map(str.isalpha, text))
    random = (digits and letters) or (
        len(text) >= _LONG_TOKEN and not _ORDINARY_WORD.fullmatch(text) and "_" not in text
    )
    return found if random and " " not in text and "://" not in text else None


def _assigned(entity_type: str, names: str, camel: str, check: Check, score: float) -> tuple[Pattern, Pattern]:
    """Return the two forms of an assignment, with quotes and without, to a name that ends with one of *names*."""
    before = rf"(?:(?:\A|[^\pL\pN])(?i:{names})|[a-z0-9](?:{camel}))\d{{0,2}}{_SIGN}"
    name = f"assigned {entity_type.lower()}"
    quoted = rf"{before}[\"'](?P<value>[^\"'\n]{{4,}})[\"']"
    bare = rf"{before}(?P<value>[^\s\"'`,;&]{{4,}})"  # `&` parts the fields of a form
    return (
        Pattern(name=f"{name}, quoted", entity_type=entity_type, gate=before, regex=quoted, score=score, check=check),
        Pattern(name=name, entity_type=entity_type, gate=before, regex=bare, score=score, check=check),
    )


DETECTOR = Family(
    name="passwords",
    patterns=(
        *_assigned("PASSWORD", _WORDS, _CAMEL_WORDS, _is_password, 0.85),
        *_assigned("SECRET", _KEY_WORDS, _CAMEL_KEY_WORDS, _is_secret, 0.8),
        Pattern(
            name="spoken password",
            entity_type="PASSWORD",
            gate=rf"(?i)(?:{_SPOKEN_WORDS})[^\n]{{1,40}}\b{_VERB}\b",
            regex=(
                rf"(?i:{_SPOKEN_WORDS})[^\n:=]{{0,40}}?\s(?i:{_VERB}):?\s{{1,3}}{_OPENING}?(?P<value>{_UNQUOTED}{{4,}})"
            ),
            score=0.8,
            check=_is_spoken_password,
        ),
        Pattern(
            name="password beside the word",
            entity_type="PASSWORD",
            gate=rf"(?i)(?:{_SPOKEN_WORDS}|identified by)\s+\S",
            regex=(
                rf"(?i:{_SPOKEN_WORDS}|identified by)\s{{1,3}}"
                rf"(?P<value>{_OPENING}{_UNQUOTED}{{4,}}{_OPENING}|{_UNQUOTED}{{6,}})"
            ),
            score=0.7,
            check=_is_password_beside,
        ),
    ),
    keyed=(
        KeyedValue(
            name="password's key",
            entity_type="PASSWORD",
            keys=tuple(_WORDS.split("|")),
            score=0.9,
            check=_is_password_value,
        ),
        KeyedValue(
            name="secret's key",
            entity_type="SECRET",
            keys=words(
                "api key, apikey, secret, secret key, access key, access token, auth token, refresh token, "
                "client secret, private key, token, bearer, credentials"
            ),
            score=0.85,
            check=_is_secret_value,
        ),
    ),
    examples={
        "PASSWORD": (
            "password: «hunter2»",
            'DB_PASS = "«lY5K pRM,HsTV5»"',
            "my password is «S3cret!pass», please reset it",
            "the new password for the wiki was '«correcthorse»'",
            "Kennwort: «Blume77»",
            "IDENTIFIED BY «'UC7HtQXa'»;",
        ),
        "SECRET": (
            "api_key=«a8f5f167f44f4964e6c998dee827110c»&x=1",
            "clientSecret: '«Zf3D0LXCM3EIMbgJpUNnkRtOfOueHznB»'",
        ),
    },
    counter_examples=(
        "I forgot my password",
        "your password is expired, the password was changed yesterday",
        "Password: required",
        "password: must be eight characters",
        "password=xxxxxxxx, password: <password>, PASSWORD=${DB_PASSWORD}, pwd: changeme",
        'api_key = os.environ["API_KEY"]',
        "token = response.token",
        "a token: the smallest unit of a text",
        "compass: north-1",
    ),
)
