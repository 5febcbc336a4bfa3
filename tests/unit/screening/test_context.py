import pytest
import re2

from gateway.screening.context import key_words, words_regex


def matches(words: tuple[str, ...], text: str, **options) -> bool:
    return re2.search(words_regex(words, **options), text) is not None


@pytest.mark.parametrize("text", ["my phone", "PHONE: 1", "phone_no", "(phone)", "señor phone"])
def test_a_whole_word_counts_in_any_case(text):
    assert matches(("phone",), text)


@pytest.mark.parametrize("text", ["microphone", "phones", "phone1", "téléphoneé", "éphone", "phoneé"])
def test_a_word_inside_another_word_does_not_count(text):
    assert not matches(("phone",), text)


@pytest.mark.parametrize("text", ["api key", "api_key", "API-KEY", "api  key"])
def test_the_words_of_a_phrase_may_be_joined_in_many_ways(text):
    assert matches(("api key",), text)


def test_a_word_of_a_script_without_spaces_counts_anywhere():
    assert matches(("電話",), "私の電話番号は")


def test_a_word_is_no_expression():
    assert not matches(("a.c",), "abc")


def test_a_word_at_the_end_is_not_one_in_the_middle():
    assert matches(("password",), "db password", at_the_end=True)
    assert not matches(("password",), "password hint", at_the_end=True)


@pytest.mark.parametrize(
    ("key", "words"),
    [("dbPassword", "db Password"), ("db_password", "db password"), ("user-ssn", "user ssn"), ("_x_", "x"), ("", "")],
)
def test_the_name_of_a_key_is_taken_apart(key, words):
    assert key_words(key) == words
