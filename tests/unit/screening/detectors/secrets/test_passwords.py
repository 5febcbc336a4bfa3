import pytest

from gateway.screening.detectors.secrets.passwords import DETECTOR
from gateway.screening.screener import Screener

SCREENER = Screener([DETECTOR])


def found(text: str) -> list[str]:
    return [text[each.start : each.end] for each in SCREENER.screen(text) if each.score >= 0.5]


@pytest.mark.parametrize(
    ("text", "password"),
    [
        ("password: hunter2", "hunter2"),
        ("Password=hunter2, user=x", "hunter2"),
        ("the admin's password is hunter2.", "hunter2"),
        ("password:swordfish", "swordfish"),
        ("password: swordfish\nnext line", "swordfish"),
        ('"password": "two words"', "two words"),
        ("contraseña: Verano2024!", "Verano2024!"),
        ("密码\uff1aXiaoming88", "Xiaoming88"),
        ("export DB_PASSWORD=$aQgXaT1H#", "$aQgXaT1H#"),
        ("pwd := 'a(b)c1'", "a(b)c1"),
        ("password: >Tr4fficJam7", ">Tr4fficJam7"),
    ],
)
def test_a_password_is_found_where_somebody_tells_it(text, password):
    assert found(text) == [password]


@pytest.mark.parametrize(
    "text",
    [
        "forgot my password",
        "please reset my password today",
        "password is incorrect",
        "Your password has been changed. Passwords are stored hashed.",
        "the password: it was written on the wall",
        "password: ********",
        "password=changeme",
        "password: <your password>",
        "password=$PASSWORD",
        "password: {{ vault_password }}",
        "password = getpass()",
        "password=args.password",
        "def login(password: str, token: str = None)",
        "bypass: everything2",
    ],
)
def test_talk_about_passwords_is_no_password(text):
    assert found(text) == []


@pytest.mark.parametrize(
    "text", ["secret santa: tomorrow", "token: abc", "the secret: love", "key=value", "token=my_variable"]
)
def test_an_ordinary_word_is_no_secret(text):
    assert found(text) == []
