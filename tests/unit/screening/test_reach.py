from math import inf

import pytest
import re2
from hypothesis import given
from hypothesis import strategies as st

from gateway.screening.reach import is_too_deep, needle, reach


@pytest.mark.parametrize(
    ("regex", "size"),
    [
        ("", 0),
        ("abc", 3),
        ("é", 4),
        (r"\b\d{3}-\d{2}-\d{4}\b", 11),
        (r"\b[A-Z]{2}\d{6}[A-D]\b", 9),
        (r"a{2,5}", 5),
        (r"a{3}?b??", 4),
        (r"(?:ab|c)d", 3),
        (r"(?P<value>a(?:b|cd){2})", 5),
        (r"[^a]", 4),
        (r"[\pL\d]", 4),
        (r"[]a]\]", 2),
        (r"[[:alpha:]_]{3}", 3),
        (r"\x41\x{1F600}\.", 9),
        (r"a{,3}", 5),
        (r"(?i)[a-z]\d", 4),
        (r"(?i)[a-f]ab", 3),
        (r"(?i:k)", 3),
        (r"\p{Greek}\PN.", 12),
    ],
)
def test_a_match_of_a_bounded_expression_is_decided_after_its_longest_form(regex, size):
    assert reach(regex).size == size
    assert not reach(regex).is_open


@pytest.mark.parametrize(
    ("regex", "size"), [(r"ab{20,}", 22), (r"a+", 2), (r"x(?:ab)*", 3), (r"a\d{3,}b?", 6), (r"(?:a|b+)", 2)]
)
def test_a_repetition_without_a_limit_at_the_end_counts_with_what_it_needs(regex, size):
    assert reach(regex).size == size
    assert reach(regex).is_open


@pytest.mark.parametrize("regex", [r"a+b", r"[^\n]*x", r"a{20,}\b", r"(?:a+){2}", r"(?:ab*){1,3}", r"(?:a+b|c)", "a*$"])
def test_a_repetition_without_a_limit_elsewhere_is_never_decided(regex):
    assert reach(regex).size == inf


@pytest.mark.parametrize(
    ("regex", "digits"),
    [
        (r"\b\d{3}-\d{2}-?\d{4}\b", 9),
        (r"[1-9][02468]\d*7", 3),
        (r"\d{4}|\d{2,3}", 2),
        (r"(?:\d\d){2,}[A-Z\d]", 4),
        (r"\d+[^x]+\d", 2),
        (r"[\pN-]|[0-9a]|[^0-9]", 0),
        (r"(?P<value>\d{3})?\x31", 0),
    ],
)
def test_the_fewest_digits_of_a_match_are_counted(regex, digits):
    assert reach(regex).digits == digits


@pytest.mark.parametrize(
    ("regex", "part"),
    [
        (r"\d{3}-\d{4}", r"\d{3}-\d{4}"),
        (r"key=[A-Z]+-\d+", r"key=[A-Z]+"),
        (r"\b[a-z]+\.office\.com/\w+/x", r"\.office\.com/\w+"),
        (r"abc|de+f", r"abc|de+"),
        (r"(?i)a\w{300}", r"(?i)(?i)a"),
        (r"[\s\S]*xy", r"xy"),
        (r"(?:a+b)c", r"(?:a+)"),
        (r"\w+(?i:bcd+e|fgh)i", r"(?i:bcd+|fgh)"),
        (r"x(?:abc+d){2}e", "x"),
        (r"\w\.(?:com|org/\S+z)", r"\w\.(?:com|org/\S+)"),
    ],
)
def test_a_needle_is_the_part_between_what_has_no_limit_that_says_the_most(regex, part):
    assert needle(regex, 100) == part


atoms = st.sampled_from(["a", "b", r"\d", "[ab]", "[^a]", ".", r"\b", "é", r"\pL"])
regexes = st.recursive(
    atoms,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map("".join),
        st.tuples(inner, inner).map("(?:{0[0]}|{0[1]})".format),
        st.tuples(inner, st.sampled_from(["*", "+", "?", "{2}", "{1,3}", "{2,}"])).map("(?:{0[0]}){0[1]}".format),
    ),
    max_leaves=6,
)


@given(regexes, st.text("ab1é ", max_size=40))
def test_no_match_that_is_bounded_is_longer(regex, text):
    extent = reach(regex)

    for match in re2.finditer(regex, text):
        size = len(match[0].encode())
        assert extent.is_open or size <= extent.size


@given(regexes, st.text("ab1é ", max_size=40))
def test_no_match_has_fewer_digits(regex, text):
    for match in re2.finditer(regex, text):
        assert match[0].count("1") >= reach(regex).digits


@given(regexes, st.text("ab1é ", max_size=40))
def test_what_matches_holds_the_needle(regex, text):
    for match in re2.finditer(regex, text):
        data = text.encode()
        start, end = (len(text[:at].encode()) for at in match.span())
        assert re2.compile(needle(regex, 10)).search(data, start, end) is not None


@pytest.mark.parametrize(
    ("regex", "is_it"),
    [
        ("(" * 100 + "a" + ")" * 100, False),
        ("(" * 101 + "a" + ")" * 101, True),
        ("(a)" * 200, False),
        (r"[(]\(" * 99, False),
    ],
)
def test_an_expression_with_too_many_groups_inside_one_another_is_told(regex, is_it):
    assert is_too_deep(regex) is is_it
