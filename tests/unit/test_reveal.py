import pytest

from gateway.access.keys import KeyStore, generate
from gateway.access.roles import Role
from gateway.errors import Forbidden, GatewayError, Unauthenticated
from gateway.journal import Journal
from gateway.reveal import reveal
from gateway.screening.tokens import BrokenToken, NoToken, TokenKeys

EMAIL = "ana@example.org"
TOKENS = TokenKeys.throw_away()
TEXT = f"from {TOKENS.token('EMAIL_ADDRESS', EMAIL)}, {TOKENS.token('US_SSN', '078-05-1120')}"
STRANGE = TokenKeys.throw_away().token("MIRA_OLDENKAMP", "x")


@pytest.fixture
def keys(database_url: str):
    keys = KeyStore(database_url)
    yield keys
    keys.close()


def revealed(keys: KeyStore, key: str, text: str = TEXT) -> str:
    return reveal(text, key=key, keys=keys, tokens=TOKENS, journal=Journal())


def test_an_admin_reads_the_values_in_their_places(keys):
    key = keys.create("mira", Role.ADMIN)

    assert revealed(keys, key) == f"from {EMAIL}, 078-05-1120"


def test_the_journal_tells_who_read_how_much_of_what_kind_and_no_value(keys, lines):
    key = keys.create("mira", Role.ADMIN)

    revealed(keys, key)

    (line,) = lines.of("token.revealed")
    assert line.endswith('token.revealed caller=mira tokens=2 entity_types="EMAIL_ADDRESS,US_SSN"')
    assert EMAIL not in lines.text
    assert "tok_" not in lines.text


@pytest.mark.parametrize("role", [Role.CLIENT, Role.OPERATOR])
def test_who_is_no_admin_reads_nothing_and_is_written_down(keys, lines, role):
    key = keys.create("shop", role)

    with pytest.raises(Forbidden):
        revealed(keys, key)

    (line,) = lines.of("token.refused")
    assert line.endswith("token.refused caller=shop tokens=2 code=forbidden")


def test_a_key_that_is_not_known_or_was_revoked_reads_nothing_and_is_written_down(keys, lines):
    gone = keys.create("mira", Role.ADMIN)
    keys.revoke("mira")

    for key in (gone, generate(), "nonsense", ""):
        with pytest.raises(Unauthenticated):
            revealed(keys, key)

    assert len(lines.of("token.refused")) == 4
    assert all("caller=nobody" in line for line in lines.of("token.refused"))


@pytest.mark.parametrize(("text", "error"), [(STRANGE, BrokenToken), ("nothing here", NoToken)])
def test_a_token_that_cannot_be_read_is_written_down_without_the_words_in_it(keys, lines, text, error):
    key = keys.create("mira", Role.ADMIN)

    with pytest.raises(error) as caught:
        revealed(keys, key, text)

    assert isinstance(caught.value, GatewayError)
    assert f"code={error.code}" in lines.of("token.refused")[0]
    assert "OLDENKAMP" not in lines.text
