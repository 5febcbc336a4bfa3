"""
Passwords by the words in front of them: `password: …`, "my password is …", "login bob / …".

Source: none but usage; the words of many languages, and the punctuation of programs and configuration files. What
follows has to look like a password: no filler, no variable, and in a sentence no ordinary word.
"""

import re

from gateway.screening.detectors.secrets._assignments import ASSIGNED, GIVEN, MARKS, OPENING, QUOTES, trimmed
from gateway.screening.detectors.secrets._plausible import is_placeholder
from gateway.screening.patterns import Candidate, Family, KeyedValue, Pattern, words

_WORDS = (  #: for a password; these mean nothing else
    "password|passwd|passphrase|passcode|pswd|"
    "passwort|kennwort|mot de passe|contraseña|senha|palavra-passe|wachtwoord|lösenord|passord|kodeord|adgangskode|"
    "salasana|hasło|heslo|jelszó|parola|şifre|пароль|κωδικός|mật khẩu|kata sandi|密码|密碼|口令|パスワード|비밀번호|"
    "비번|wlan-schlüssel|requirepass|(?:la|mi|tu|su) clave|كلمة المرور|סיסמה|पासवर्ड"
)
#: a name that ends with such a word: `dbPassword`, `DB_PASS`, `db-pwd`; the short ones inside no other word
_NAME = (
    rf"(?:(?i:{_WORDS})|(?:\A|[^A-Za-z])(?i:pass|passw|pwd|pw|mdp|clave|wi-?fi key|network key)|[a-z0-9](?:Pass|Pwd))"
)
_VERB = r"(?:is|was|are|will be|set to|changed to|reset to|ist|lautet|war|es|est|era|é|è|er|är|on|jest|je|это)"
_UNSPACED = r"(?:密码|密碼|口令|パスワード|비밀번호|비번)(?:是|为|為|は|는|은)"
_SPOKEN = rf"(?i:{_WORDS})[^\n:=]{{0,40}}?\s(?i:{_VERB}):?"
_UNQUOTED = rf"[^\s{MARKS}<>]"
_MIXED = rf"(?P<value>{_UNQUOTED}{{0,60}}?[0-9!@#$%^&*+=_~]{_UNQUOTED}{{0,60}})"  #: as no word is
_SHORT = r"(?:\A|[^\w$./=-])(?i:pw|pwd|mdp)"  #: for a password, but a command, and a variable, too
_SHORT_VERB = r"(?: (?i:is|was|ist|war|lautet|est|c['\x{2019}]est|to))?"
_RESET = rf"(?i:(?:chang|set|reset|updat)[a-z]{{0,4}} (?:\w{{1,10}} ){{0,3}}(?:{_WORDS}|pw) to)"
_PHRASE = r"(?i:\b(?:pass|seed |recovery |backup |secret |mnemonic )phrase|\bseed words|\bmnemonic)"
_LOGIN = r"log-?in|sign-?in|credentials?|creds|account|user(?:name)?|zugangsdaten|identifiants|credenciales|credenziali"
_SIGNS = b":="
_SHORTEST, _SHORTEST_BESIDE = 4, 6
_ORDINARY_WORD = re.compile(r"[A-Z]?[^\W\d_]+(?:[-'\u2019/][^\W\d_]+)*|[A-Z]+|\d{1,3}")
_SEED_WORDS = (12, 15, 18, 21, 24)
_WORDS_OF_SENTENCES = frozenset(
    words(
        "the, you, your, and, for, that, with, this, not, must, use, used, enter, from, are, was, were, has, have, "
        "can, will, should, please, when, which, here, only, its, protect, required, der, die, das, les, these, word, "
        "words, random, write, add"
    )
)
_ENDS_THE_LINE = re.compile(r"[.!]?\s*(?:\n|$)")
_MEASURE = re.compile(r"v?\d+(?:[.,]\d+)*(?:%|\Z)")
_SHORTEST_SET = 8
_NO_PASSWORD = re.compile(r"[/<(\[{]|\d{4}-\d\d-\d\d|\d{1,2}:\d\d|\w+://")  # a path, a date, a time, an address
_RARE_SYMBOLS = frozenset("!@#$%^&*+=?~")
_SYMBOLS = _RARE_SYMBOLS | {"_"}


def _is_password(candidate: Candidate) -> Candidate | None:
    """Take what is assigned: a plain word only where nothing follows it, or with quotes around it."""
    if candidate.data[candidate.end - 1] in _SIGNS and candidate.text[:-1].isalpha():
        return None  # the next name
    found = trimmed(candidate)
    if found is None or len(found.text) < _SHORTEST:
        return None
    mark, closed, behind = found.text.partition(">")
    if closed and mark.startswith("<") and not _is_mixed(behind):
        return None  # markup: `Password:<br>Enter it`
    if found.before() in QUOTES | {"=", ">"} or not _ORDINARY_WORD.fullmatch(found.text):
        return found
    return found.scored(0.6) if _ENDS_THE_LINE.match(found.after(8)) else None


def _is_spoken_password(candidate: Candidate) -> Candidate | None:
    """Take what a sentence calls a password: never an ordinary word, unless it is quoted."""
    found = trimmed(candidate)
    if found is None or len(found.text) < _SHORTEST:
        return None
    quoted = found.before() in QUOTES
    return found if quoted or not (_ORDINARY_WORD.fullmatch(found.text) or _NO_PASSWORD.match(found.text)) else None


def _is_password_beside(candidate: Candidate) -> Candidate | None:
    """Take what stands right behind the word: with quotes, or mixed as no word is."""
    if candidate.before() in QUOTES and candidate.after() in QUOTES:
        return None if is_placeholder(candidate.text) else candidate
    found = trimmed(candidate)
    return found if found is not None and _is_mixed(found.text) else None


def _is_password_behind_a_login(candidate: Candidate) -> Candidate | None:
    """Take what is mixed well: `login page / Section2` is a heading."""
    found = _is_password_beside(candidate)
    if found is None:
        return None
    strong = sum(map(str.isdigit, found.text)) > 1 or not _SYMBOLS.isdisjoint(found.text)
    return found if strong else None


def _is_password_argument(candidate: Candidate) -> Candidate | None:
    """Take no name of an encoding, a column or a method: `Buffer.from(password, "base64")`."""
    text = candidate.text
    varied = any(map(str.isupper, text)) and any(map(str.isdigit, text))
    return candidate if _is_mixed(text) and (varied or not _RARE_SYMBOLS.isdisjoint(text)) else None


def _is_password_in_brackets(candidate: Candidate) -> Candidate | None:
    """Take what has signs of every sort: `(SHA256)`, `(OAuth2.0)` and `(8+chars)` tell of a password."""
    text = candidate.text
    return candidate if _is_mixed(text) and _is_strong(text) else None


def _is_strong(text: str) -> bool:
    """Tell whether a capital, a small letter, a digit and, but at its end, a symbol make *text*."""
    symbol = not _RARE_SYMBOLS.difference("+*").isdisjoint(text.rstrip("!?*$"))
    return symbol and any(map(str.isupper, text)) and any(map(str.islower, text)) and any(map(str.isdigit, text))


def _is_password_set(candidate: Candidate) -> Candidate | None:
    """Take what has letters, digits and a symbol, or is mixed well: `to continue!`, `to SHA256` are no passwords."""
    found = _is_spoken_password(candidate)
    if found is None:
        return None
    text = found.text.removesuffix("!")
    if not (any(map(str.isdigit, text)) and any(map(str.isalpha, text))):
        return None
    cases = any(map(str.isupper, text)) and any(map(str.islower, text))
    well = cases and len(text) >= _SHORTEST_SET and text.isalnum()
    return found if well or not _RARE_SYMBOLS.difference("+").isdisjoint(text) else None


def _is_password_beside_a_short_word(candidate: Candidate) -> Candidate | None:
    """Take what has a symbol among its letters and digits: `PW 50kW/h`, `pw v1.2.3`, `PW 1100G-JM` are none."""
    found = _is_password_beside(candidate)
    if found is None:
        return None
    text = found.text
    sure = any(map(str.isdigit, text)) and not _RARE_SYMBOLS.difference("+*=").isdisjoint(text)
    return found if sure and not _MEASURE.match(text) else None


def _is_phrase(candidate: Candidate) -> Candidate | None:
    """Take words that make no sentence, or as many as a wallet's seed has (BIP 39)."""
    parts = candidate.text.split()
    return candidate if len(parts) in _SEED_WORDS or _WORDS_OF_SENTENCES.isdisjoint(parts) else None


def _is_mixed(text: str) -> bool:
    """Tell whether *text* has letters, and digits or symbols that no word has."""
    if len(text) < _SHORTEST_BESIDE or _ORDINARY_WORD.fullmatch(text) or _NO_PASSWORD.match(text):
        return False
    return any(map(str.isalpha, text)) and any(each.isdigit() or each in _SYMBOLS for each in text)


def _is_password_value(candidate: Candidate) -> Candidate | None:
    """Take the whole of a value whose key is a password's name."""
    text = candidate.text.strip()
    return None if len(text) < _SHORTEST or is_placeholder(text) else candidate


DETECTOR = Family(
    name="passwords",
    source="Usage",
    patterns=(
        Pattern(
            name="assigned password, double quotes",
            entity_type="PASSWORD",
            gate=rf"{_NAME}{GIVEN}",
            regex=rf"{_NAME}{ASSIGNED}\\?[@bru]?\"(?P<value>[^\"\n\\]{{4,}})\\?\"",
            score=0.85,
            check=_is_password,
        ),
        Pattern(
            name="assigned password, single quotes",
            entity_type="PASSWORD",
            gate=rf"{_NAME}{GIVEN}",
            regex=rf"{_NAME}{ASSIGNED}[bru]?['`\x{{2018}}](?P<value>[^'`\x{{2019}}\n]{{4,}})['`\x{{2019}}]",
            score=0.85,
            check=_is_password,
        ),
        Pattern(
            name="assigned password",
            entity_type="PASSWORD",
            gate=rf"{_NAME}{GIVEN}",
            # `&` parts the fields of a form
            regex=rf"{_NAME}{GIVEN}(?P<value>(?:<[^\s<>/]{{1,40}}>)?[^\s\"'`,;&<]{{4,}})",
            score=0.85,
            check=_is_password,
        ),
        Pattern(
            name="spoken password",
            entity_type="PASSWORD",
            gate=rf"{_SPOKEN}\s",
            regex=rf"{_SPOKEN}\s{{1,3}}{_MIXED}",
            score=0.8,
            check=_is_spoken_password,
        ),
        Pattern(
            name="spoken password, quoted",
            entity_type="PASSWORD",
            gate=rf"{_SPOKEN}\s",
            regex=rf"{_SPOKEN}\s{{1,3}}{OPENING}(?P<value>{_UNQUOTED}{{4,60}})",
            score=0.8,
            check=_is_spoken_password,
        ),
        Pattern(
            name="password spoken without spaces",
            entity_type="PASSWORD",
            gate=_UNSPACED,
            regex=rf"{_UNSPACED}\s?{OPENING}?(?P<value>[!-~]{{4,}})",
            score=0.8,
            check=_is_spoken_password,
        ),
        Pattern(
            name="quoted password beside the word",
            entity_type="PASSWORD",
            gate=rf"(?i:{_WORDS})\s{{1,3}}{OPENING}",
            regex=rf"(?i:{_WORDS})\s{{1,3}}{OPENING}(?P<value>{_UNQUOTED}{{4,}}){OPENING}",
            score=0.7,
            check=_is_password_beside,
        ),
        Pattern(
            name="password beside the word",
            entity_type="PASSWORD",
            gate=rf"(?i:{_WORDS})\s{{1,3}}[!-~]{{0,30}}[0-9!@#$%^&*+=~]",
            regex=rf"(?i:{_WORDS})\s{{1,3}}(?P<value>[!#-&(-_a-~][!-~]{{0,60}}?[0-9!@#$%^&*+=~][!-~]{{0,60}})",
            score=0.7,
            check=_is_password_beside,
        ),
        Pattern(
            name="password beside a short word",
            entity_type="PASSWORD",
            gate=r"(?i)\b(?:pw|pwd|mdp)\b",
            regex=(
                rf"{_SHORT}{_SHORT_VERB} {{1,2}}"
                r"(?P<value>[0-9A-Za-z!#%&*+@^][!-~]{0,60}?[0-9!@#$%^&*+=~][!-~]{0,60})"
            ),
            score=0.65,
            check=_is_password_beside_a_short_word,
        ),
        Pattern(
            name="password to which it was set",
            entity_type="PASSWORD",
            gate=rf"(?i:{_WORDS}|pw) to:? ",
            regex=rf"{_RESET}:? {OPENING}?{_MIXED}",
            score=0.8,
            check=_is_password_set,
        ),
        Pattern(
            name="password in brackets",
            entity_type="PASSWORD",
            gate=rf"(?i:{_WORDS}) \([!-~]{{6}}",
            regex=rf"(?i:{_WORDS}) \((?P<value>[!-'*-~]{{6,60}})\)",
            score=0.65,
            check=_is_password_in_brackets,
        ),
        Pattern(
            name="words of a passphrase",
            entity_type="PASSWORD",
            gate=rf"{_PHRASE}[ \t]{{0,2}}[:=]",
            regex=(
                rf"{_PHRASE}[ \t]{{0,2}}[:=]\s{{1,3}}{OPENING}?(?P<value>[a-z]{{3,10}}(?: [a-z]{{3,10}}){{3,23}})"
                rf"(?:{OPENING}|[.;]?[ \t]{{0,8}}(?:\r?\n|\z))"
            ),
            score=0.75,
            check=_is_phrase,
        ),
        Pattern(
            name="password behind a login",
            entity_type="PASSWORD",
            gate=rf"(?i)\b(?:{_LOGIN})\b[^\n]{{1,80}}[ \t]/[ \t]?[!-~]{{6}}",
            regex=rf"(?i)\b(?:{_LOGIN})\b[^\n]{{1,80}}?[ \t]/[ \t]?(?P<value>[!-~]{{6,60}})",
            score=0.6,
            check=_is_password_behind_a_login,
        ),
        Pattern(
            name="user and password behind a login",
            entity_type="PASSWORD",
            gate=rf"(?i)\b(?:{_LOGIN})(?::| are| is|=) [\w.@+-]{{2,40}}:[!-~]{{6}}",
            regex=rf"(?i)\b(?:{_LOGIN})(?::| are| is|=) [\w.@+-]{{2,40}}:(?P<value>[!-~]{{6,60}})",
            score=0.6,
            check=_is_password_behind_a_login,
        ),
        Pattern(
            name="password for something",
            entity_type="PASSWORD",
            gate=rf"(?i:{_WORDS})(?: [^\s:=]{{1,20}}){{1,4}}: ",
            regex=rf"(?i:{_WORDS})(?: [^\s:=]{{1,20}}){{1,4}}: {{1,3}}{_MIXED}",
            score=0.7,
            check=_is_password_beside,
        ),
        Pattern(
            name="password as an argument",
            entity_type="PASSWORD",
            gate=rf"(?i:{_WORDS})[\"']?(?:\(|,\s?)[\"']",
            regex=rf"(?i:{_WORDS})[\"']?(?:\(|,\s?)[\"'](?P<value>[^\"'\s]{{4,60}})[\"']",
            score=0.7,
            check=_is_password_argument,
        ),
    ),
    keyed=(
        KeyedValue(
            name="password's key",
            entity_type="PASSWORD",
            keys=words(
                "password, passwd, passphrase, passcode, pass, pwd, pswd, passwort, kennwort, mot de passe, "
                "contraseña, senha, wachtwoord, lösenord, hasło, heslo, пароль, 密码, 密碼, パスワード, 비밀번호"
            ),
            score=0.9,
            check=_is_password_value,
        ),
    ),
    examples={
        "PASSWORD": (
            "password: «hunter2»",
            'DB_PASS = "«lY5K pRM,HsTV5»"',
            "dbPass: '«Tr4ffic-Jam»'",
            "<password>«Tr4ffic-Jam»</password>",
            '<add key="SmtpPassword" value="«Tr4ffic-Jam»"/>',
            "Server=db;User Id=app;Password=«Tr4fficJam»;Encrypt=true",
            "https://example.org/login?user=ann&password=«Tr4fficJam»&next=1",
            '{\\"password\\": \\"«Tr4ffic-Jam»\\"}',
            "password=«<PASSWORD>Tr4ffic-Jam!» and pwd=«{{x}}Tr4ffic-Jam!»",
            'password="«the-Real-Jam9!»", passwd="«Tr4ffic-here»", pwd="«Tr4ffic!Jam»..."',
            'password="«settings.J4m!q»", passwd="«data:J4m!q»", pwd="«$(j4m!Tr»", pass="«<j4m!Tr»"',
            "my password is «S3cret!pass», please reset it",
            "the new password for the wiki was '«correcthorse»'",
            "Kennwort: «Blume77»",
            "la contraseña es «Perro-Azul9»",
            "mon mot de passe est «Chat-Noir7»",
            "a minha senha é «Gato2024!»",
            "het wachtwoord is «Fiets-44»",
            "hasło: «Kot2024!»",
            "мой пароль: «Kotik2024»",
            "密码是«Xiaoming88»",
            "パスワードは«Neko2024»です",
            "user id 'ann' with password '«B@nZes94!»'",
            "her password «!PurpleSky77».",
            "login bob / «Winter2024!» thanks",
            "the credentials are ann:«Winter2024!» for now",
            "Passwort für das WLAN: «Winter2024»",
            'define("DB_PASSWORD", "«Tr4ffic-Jam»"); setPassword("«Tr4ffic-Jam»")',
            "mi clave es «Soleil44», mdp: «azerty44»",
            "wifi pw «gr33nfrog!»; das PW lautet «Hund#456»; pwd «Tiger#2020»; Wi-Fi key: «8472-ghty-99aa»",
            "i changed my password to «Monkey!77»",
            "the password («Xy7$kk21») was mailed",
            "passphrase: «correct horse battery staple»\nseed phrase: «zebra ivory cabin lunar mango tooth»",
            "비번은 «hello1234!»",
        )
    },
    counter_examples=(
        "I forgot my password",
        "your password is expired, the password was changed yesterday",
        "your password was changed successfully",
        "Passwords must be at least 12 characters, and a password of 8 is weak.",
        "Password: required",
        "password: must be eight characters",
        "password=xxxxxxxx, password: <password>, PASSWORD=${DB_PASSWORD}, pwd: changeme",
        "password: str, password = get_password(), password=self.password, passwd = pw->pw_passwd",
        "compass: north-1",
        "login and logout / sign-in, the login page / Section2",
        "https://user:<password>@host2.org, password: --force1, password = (user) => user.name1, password=name_of=",
        "the password expires on 2024-01-02, and was changed on 2024-01-02T10:00:00",
        'getpass("Password:"), setPassword("username")',
        "the account balance / 2024-01-02",
        'password="${USER_1}-${PASS_1}", pwd="<%= pass1 %>", (password=${PASS_1}), passwd: {{vault.pass1}}.',
        "password=$(cat /run/secrets/pass1), pwd=settings.pass1, PASSWORD:<br>Enter it, passwd: #{pass1}",
        "Wi-Fi key features: 802.11ax, psk=8-PSK",
        "pwd ./build1, $pwd a1b2c3d4, cd $PWD && pwd; PW ist abgelaufen seit 2024-01-01, pw is too short!",
        "set the password to something else, the password (SHA256), the password (at least 8 characters)",
        "Reset your password to continue!",
        "set the password to null! Set the password to sha256. Change the password to SHA256!",
        "Password (required*): Password (again!): password (Base64) password (8+chars) password (OAuth2.0)",
        "password (Ctrl+Shift+P) password (bcrypt+salt) password (Ctrl+Shift+F5) password (Argon2id$)",
        "PW 50kW/h, pw v1.2.3 is out, PW 1100G-JM",
        "PASS: test_01\nPASS: case_123\n--- PASS: test_22 (0.00s)\npass: step_12\npassword: column_12",
        "password=arg_12, f(password=pw_12), pwd=dir_2024, password = param_01\ndef f(password=default_10):",
        "Mnemonic: load store add sub\nseed phrase: twelve random english words\n",
        "mnemonic: mov eax\npassphrase: the words that you chose when you made the key, see above\n",
        'password="your-password-here", pwd="changeme123", passwd="%(pass1)s", pass={props.password1}',
    ),
)
