import pytest

from gateway.screening.context import Words, key_ending, key_words
from gateway.screening.expressions import Expression


def matches(words: tuple[str, ...], text: str) -> bool:
    data = text.encode()
    return Words(words).within(data, 0, len(data))


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


def test_a_word_counts_before_the_underscore_that_a_match_begins_with():
    words = Words(("phone",))

    assert words.near(b"phone_415", 5, 9)
    assert not words.near(b"phone415", 5, 8)


def test_a_word_is_no_expression():
    assert not matches(("a.c",), "abc")


@pytest.mark.parametrize(("name", "ends"), [("db password", True), ("password hint", False), ("xpassword", False)])
def test_a_key_s_name_ends_with_one_of_its_words(name, ends):
    assert Expression(key_ending(("password",)), "names").found_in(name.encode()) is ends


def test_a_longer_word_counts_where_a_shorter_one_only_begins_it():
    assert matches(("id", "idée"), "une idée")


def test_a_word_is_near_up_to_a_distance_on_either_side():
    text = b"phone" + b" " * 43 + b"123" + b" " * 19 + b"phone"

    assert Words(("phone",)).near(text, 48, 51)
    assert not Words(("phone",)).near(text, 49, 50)


@pytest.mark.parametrize(
    ("key", "words"),
    [("dbPassword", "db Password"), ("db_password", "db password"), ("user-ssn", "user ssn"), ("_x_", "x"), ("", "")],
)
def test_the_name_of_a_key_is_taken_apart(key, words):
    assert key_words(key) == words
