import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.screening.tokens import BrokenToken, NoToken, TokenKeys

OLD, NEW = "o" * 43, "n" * 43
KEYS = TokenKeys.from_setting(OLD)
TOKEN = KEYS.token("EMAIL_ADDRESS", "ana@example.org")


def test_a_token_names_its_kind_and_is_written_in_letters_only():
    assert re.fullmatch(r"<EMAIL_ADDRESS:tok_[a-z]+>", TOKEN)


@given(st.text(alphabet=st.characters(), max_size=200))
def test_every_value_comes_back_as_it_was(value):
    revealed = KEYS.reveal(f"before {KEYS.token('SECRET', value)} behind")

    assert revealed.text == f"before {value} behind"
    assert revealed.entity_types == ("SECRET",)


def test_each_token_of_a_text_is_read():
    text = f"{TOKEN} and <PHONE_NUMBER>, {KEYS.token('US_SSN', '078-05-1120')}"

    revealed = KEYS.reveal(text)

    assert revealed.text == "ana@example.org and <PHONE_NUMBER>, 078-05-1120"
    assert revealed.entity_types == ("EMAIL_ADDRESS", "US_SSN")


def test_what_others_call_a_token_is_text():
    text = f"card:tok_1NvK {TOKEN}"

    assert KEYS.reveal(text).text == "card:tok_1NvK ana@example.org"


def test_values_of_nearly_the_same_length_have_tokens_of_the_same_length():
    assert len({len(KEYS.token("PASSWORD", "x" * length)) for length in range(1, 32)}) == 1


def test_a_token_under_an_older_key_is_read_and_new_ones_are_made_under_the_first():
    rotated = TokenKeys.from_setting(f"{NEW}, {OLD}")

    assert rotated.reveal(TOKEN).text == "ana@example.org"
    assert TokenKeys.from_setting(NEW).reveal(rotated.token("SECRET", "x")).text == "x"


@pytest.mark.parametrize(
    "text",
    [
        TOKEN.replace("EMAIL_ADDRESS", "US_SSN"),
        TOKEN[:30] + ("b" if TOKEN[30] != "b" else "c") + TOKEN[31:],
        TOKEN[:-3] + ">",
        TOKEN[:-1],
        TOKEN.upper(),
        f"{TOKEN} and <SECRET:tok_bcd>",
        TokenKeys.throw_away().token("SECRET", "x"),
        TokenKeys.from_setting(NEW).token("SECRET", "x"),
    ],
)
def test_a_token_that_was_changed_or_made_under_another_key_is_refused(text):
    with pytest.raises((BrokenToken, NoToken)) as caught:
        KEYS.reveal(text)

    assert caught.value.__context__ is None or caught.value.__suppress_context__


def test_a_text_without_a_token_is_told():
    with pytest.raises(NoToken):
        KEYS.reveal("nothing <EMAIL_ADDRESS> here")


def test_keys_do_not_show_in_what_holds_them():
    assert "ana@" not in repr(KEYS.reveal(TOKEN))
    assert OLD not in repr(KEYS)
