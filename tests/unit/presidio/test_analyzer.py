import pytest
from harness.samples import CARD, EMAIL, broken_screener, screener

from gateway.errors import InvalidRequest, ScreeningUnavailable
from gateway.presidio.ad_hoc import Recognizer
from gateway.presidio.allowed import allow_list
from gateway.presidio.analyzer import Analyzer, Wish
from gateway.screening.patterns import Family, KeyedValue, Pattern, accept
from gateway.screening.screener import Screener, build_screener

ZIP = Recognizer(name="zips", entity_type="ZIP", patterns=((r"\b\d{5}(?:-\d{4})?\b", 0.01),))
TITLE = Recognizer(name="titles", entity_type="TITLE", deny_list=("Mr", "Mr.", "Dr", "Frau Ö"))


@pytest.fixture(scope="module")
def analyzer() -> Analyzer:
    return Analyzer(screener(), recognizers={"email": ["EMAIL_ADDRESS"]}, budget_ms=1000)


def found(analyzer: Analyzer, text: str, **wish) -> list[tuple[str, str]]:
    return [(each.entity_type, text[each.start : each.end]) for each in analyzer.analyze(text, Wish(**wish))]


def test_it_finds_what_the_gate_would_act_on(analyzer):
    text = f"Grüße 😀: {EMAIL}, {CARD}"

    findings = [each for each in screener().screen(text) if each.score >= 0.5]

    told = analyzer.analyze(text, Wish())
    assert [tuple(each[:4]) for each in told] == [(f.entity_type, f.start, f.end, f.score) for f in findings]
    assert [each.recognizer for each in told] == ["email", "portcullis"]


def test_a_threshold_lets_weaker_ones_through_and_stronger_ones_only():
    weak = Family(name="weak", patterns=(Pattern(name="w", entity_type="WEAK", regex="weak", score=0.2),))
    sure = Family(name="sure", patterns=(Pattern(name="s", entity_type="SURE", regex="sure", score=0.9),))
    analyzer = Analyzer(Screener([weak, sure]), recognizers={}, budget_ms=1000)

    kinds = {limit: [kind for kind, _ in found(analyzer, "weak, sure", min_score=limit)] for limit in (None, 0, 0.2, 1)}

    assert kinds == {None: ["SURE"], 0: ["WEAK", "SURE"], 0.2: ["WEAK", "SURE"], 1: []}


def test_only_the_kinds_that_are_asked_for_are_told(analyzer):
    assert found(analyzer, f"{EMAIL} {CARD}", entity_types=frozenset({"CREDIT_CARD"})) == [("CREDIT_CARD", CARD)]


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("password: ana@fastmail.com#Secret7", "PASSWORD", "ana@fastmail.com#Secret7"),
        ("Visit www.example.org/a?ip=203.0.113.7&x=1", "URL", "www.example.org/a?ip=203.0.113.7&x=1"),
    ],
)
def test_a_kind_that_nobody_asked_for_hides_none_that_is(text, kind, value):
    everything = Analyzer(build_screener(), recognizers={}, budget_ms=1000)

    assert found(everything, text, entity_types=frozenset({kind})) == [(kind, value)]
    assert len(found(everything, text)) > 1


def test_words_of_context_count_as_if_they_stood_beside_every_match():
    weak = Pattern(name="w", entity_type="BADGE", regex=r"\b\d{6}\b", score=0.3, context=("badge", "staff number"))
    analyzer = Analyzer(Screener([Family(name="badges", patterns=(weak,))]), recognizers={}, budget_ms=1000)

    assert found(analyzer, "it is 123456") == []
    assert found(analyzer, "it is 123456", context=("Badge",)) == [("BADGE", "123456")]
    assert found(analyzer, "it is 123456", context=("the staff number",)) == [("BADGE", "123456")]
    assert found(analyzer, "it is 123456", context=("badger",)) == []


def test_words_of_context_are_neither_findings_nor_names_of_secrets():
    keyed = KeyedValue(name="k", entity_type="PASSWORD", keys=("password",), score=0.9, check=accept)
    pattern = Pattern(name="n", entity_type="NAME", regex="Ada", score=0.9)
    analyzer = Analyzer(
        Screener([Family(name="f", patterns=(pattern,), keyed=(keyed,))]), recognizers={}, budget_ms=1000
    )

    assert found(analyzer, "hello", context=("Ada", "password")) == []


def test_a_recognizer_of_the_request_is_told_whatever_its_score(analyzer):
    told = analyzer.analyze("It is 10023", Wish(ad_hoc=(ZIP,)))

    assert [tuple(each) for each in told] == [("ZIP", 6, 11, 0.01, "zips")]


def test_a_threshold_holds_for_recognizers_of_the_request_too(analyzer):
    assert found(analyzer, "It is 10023", ad_hoc=(ZIP,), min_score=0.5) == []


def test_context_words_raise_the_score_of_a_recognizer_of_the_request(analyzer):
    shelves = Recognizer(name="shelves", entity_type="SHELF", patterns=ZIP.patterns, context=("shelf",))

    near, far = (analyzer.analyze(text, Wish(ad_hoc=(shelves,))) for text in ("On shelf 10023", "It is 10023"))

    assert near[0].score > 0.3 > far[0].score


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("the Mr of the house", ["Mr"]),
        ("MR or mr", ["MR", "mr"]),
        ("Mr,Dr", ["Mr", "Dr"]),
        ("Mrs, Dromedary, ÖDr, _Mr", []),
        ("guten Tag, Frau Ö!", ["Frau Ö"]),
    ],
)
def test_words_of_a_deny_list_are_found_whole_and_in_any_case(analyzer, text, expected):
    assert [value for _, value in found(analyzer, text, ad_hoc=(TITLE,))] == expected


def test_a_pattern_is_read_with_presidios_flags(analyzer):
    spans = Recognizer(name="s", entity_type="SPAN", patterns=((r"^begin.*end$", 0.9),))

    assert found(analyzer, "x\nBEGIN\nEND\ny", ad_hoc=(spans,)) == [("SPAN", "BEGIN\nEND")]


def test_what_a_recognizer_of_the_request_finds_is_told_beside_what_it_overlaps(analyzer):
    whole = Recognizer(name="w", entity_type="LINE", patterns=((".+", 0.1),))

    told = found(analyzer, f"to {EMAIL}", ad_hoc=(whole,))

    assert told == [("LINE", f"to {EMAIL}"), ("EMAIL_ADDRESS", EMAIL)]


def test_the_surer_of_two_of_one_kind_that_overlap_is_told(analyzer):
    whole = Recognizer(name="w", entity_type="EMAIL_ADDRESS", patterns=((".+", 0.99),))

    assert found(analyzer, f"to {EMAIL}", ad_hoc=(whole,)) == [("EMAIL_ADDRESS", f"to {EMAIL}")]


def test_two_of_one_kind_of_which_the_surer_lies_inside_are_told_as_one(analyzer):
    whole = Recognizer(name="w", entity_type="EMAIL_ADDRESS", patterns=((".+", 0.6),))

    (told,) = analyzer.analyze(f"to {EMAIL}", Wish(ad_hoc=(whole,)))

    assert (told.start, told.end, told.score, told.recognizer) == (0, len(f"to {EMAIL}"), 0.95, "email")


def test_kinds_of_which_none_is_known_are_refused_and_not_repeated(analyzer):
    with pytest.raises(InvalidRequest) as caught:
        analyzer.analyze(EMAIL, Wish(entity_types=frozenset({"EMAIL_ADRESS"})))

    assert caught.value.field == "/entities"
    assert "ADRESS" not in str(caught.value)


@pytest.mark.parametrize(
    "regex", [r"(?<=a)b", r"a(?=b)", r"(a)\1", "(", "a{2000}", f"[{EMAIL}", "(" * 995 + "a" + ")" * 995]
)
def test_an_expression_that_is_not_re2_is_named_by_its_place_and_not_repeated(analyzer, regex):
    bad = Recognizer(name="bad", entity_type="X", patterns=((r"\d", 0.5), (regex, 0.5)))

    with pytest.raises(InvalidRequest) as caught:
        analyzer.analyze("abc", Wish(ad_hoc=(ZIP, bad)))

    assert caught.value.field == "/ad_hoc_recognizers/1/patterns/1/regex"
    assert regex not in str(caught.value)


def test_an_expression_may_have_many_groups_inside_one_another(analyzer):
    deep = Recognizer(name="deep", entity_type="X", patterns=(("(" * 90 + "ab" + ")" * 90 + "()" * 500, 0.5),))

    assert found(analyzer, "to ab", ad_hoc=(deep,)) == [("X", "ab")]


def test_an_entity_type_of_the_request_s_own_may_have_any_name_that_presidio_takes(analyzer):
    named = [Recognizer(name="n", entity_type=name, patterns=ZIP.patterns) for name in ("ZipCode", "STAFF-ID", "a")]

    for each in named:
        assert found(analyzer, "It is 10023", ad_hoc=(each,)) == [(each.entity_type, "10023")]
        assert found(analyzer, "It is 10023", ad_hoc=(TITLE, each), entity_types=frozenset({"TITLE"})) == []


def test_the_same_recognizers_are_compiled_once(analyzer):
    again = Recognizer(name="zips", entity_type="ZIP", patterns=ZIP.patterns)

    assert analyzer._ad_hoc.of((ZIP,)) is analyzer._ad_hoc.of((again,))


def test_values_of_an_exact_allow_list_are_not_told(analyzer):
    allowed = allow_list((EMAIL, "4111"), as_regex=False)

    assert found(analyzer, f"{EMAIL} {CARD}", allowed=allowed) == [("CREDIT_CARD", CARD)]


def test_values_that_hold_a_match_of_an_allow_list_are_not_told(analyzer):
    allowed = allow_list(("", r"@FASTMAIL\.", "^4242"), as_regex=True)

    assert found(analyzer, f"{EMAIL} {CARD}", allowed=allowed) == [("CREDIT_CARD", CARD)]


def test_flags_of_an_allow_list_are_those_that_were_given(analyzer):
    assert found(analyzer, EMAIL, allowed=allow_list((EMAIL.upper(),), as_regex=True, flags=0)) != []
    assert found(analyzer, EMAIL, allowed=allow_list((EMAIL.upper(),), as_regex=True, flags=2)) == []


def test_a_bad_expression_in_an_allow_list_is_named_by_its_place():
    with pytest.raises(InvalidRequest) as caught:
        allow_list(("a", "(?=b)"), as_regex=True)

    assert caught.value.field == "/allow_list/1"


@pytest.mark.parametrize("terms", [(), ("",)])
def test_an_empty_allow_list_allows_nothing(analyzer, terms):
    assert found(analyzer, EMAIL, allowed=allow_list(terms, as_regex=True)) == [("EMAIL_ADDRESS", EMAIL)]


def test_nothing_of_what_was_asked_shows_in_repr():
    wish = Wish(
        context=(EMAIL,),
        allowed=allow_list((EMAIL,), as_regex=False),
        ad_hoc=(Recognizer(name="x", entity_type="X", patterns=((EMAIL, 0.5),), deny_list=(EMAIL,), context=(EMAIL,)),),
    )

    assert EMAIL not in repr(wish)


def test_what_cannot_be_screened_is_told():
    with pytest.raises(ScreeningUnavailable):
        Analyzer(broken_screener(), recognizers={}, budget_ms=1000).analyze("x", Wish())
