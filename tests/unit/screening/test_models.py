import pytest
import spacy

from gateway.errors import InvalidSetting, ScreeningUnavailable
from gateway.screening.models import Span, load_model
from gateway.screening.patterns import PatternSpec
from gateway.screening.screener import Screener, build_screener

NAME = "Oluwaseun Adeyemi"


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory):
    """A small spaCy pipeline on disk that knows two names, a city and a company."""
    made = spacy.blank("en")
    ruler = made.add_pipe("entity_ruler")
    ruler.add_patterns(
        [
            {"label": "PERSON", "pattern": NAME},
            {"label": "GPE", "pattern": "Ljubljana"},
            {"label": "GPE", "pattern": "LOCATION"},
            {"label": "ORG", "pattern": "Hollis Boats"},
        ]
    )
    folder = tmp_path_factory.mktemp("pipeline") / "small"
    made.to_disk(folder)
    return folder


@pytest.mark.parametrize("kind", ["spacy", "presidio"])
def test_a_model_finds_the_names_that_no_sign_tells_of(kind, pipeline):
    model = load_model(f"{kind}:{pipeline}")
    text = "öfter sprach Oluwaseun Adeyemi in Ljubljana mit Hollis Boats"

    found = {(text[span.start : span.end], span.entity_type) for span in model.find(text)}

    assert found == {("Oluwaseun Adeyemi", "PERSON"), ("Ljubljana", "LOCATION")}
    assert {"PERSON", "LOCATION"} <= model.entity_types


class Canned:
    """A model that always says the same."""

    entity_types = frozenset({"PERSON"})

    def __init__(self, *spans: Span | Exception) -> None:
        self._spans = spans

    def find(self, _text):
        for span in self._spans:
            if isinstance(span, Exception):
                raise span
            yield span


def found(screener, value):
    return [(each.entity_type, each.path, each.start, each.end) for each in screener.screen(value)]


@pytest.mark.parametrize("kind", ["spacy", "presidio"])
def test_a_screener_with_a_model_finds_what_both_do_in_every_string_that_is_no_key(kind, pipeline):
    screener = build_screener(model=f"{kind}:{pipeline}")

    findings = found(
        screener, {"text": f"\ud800 {NAME}: mira@oldenkamp-boats.com", "metadata": {NAME: ["in Ljubljana"]}}
    )

    assert findings == [
        ("PERSON", "/text", 2, 19),
        ("EMAIL_ADDRESS", "/text", 21, 45),
        ("LOCATION", "/metadata/*/0", 3, 12),
    ]
    assert {"PERSON", "LOCATION", "NRP", "EMAIL_ADDRESS"} <= set(screener.supported)


@pytest.mark.parametrize(
    ("score", "stays"),
    [
        (0.9, [("STAFF", 4, 15), ("PERSON", 15, 23)]),
        (0.5, [("STAFF", 4, 15), ("PERSON", 15, 23)]),
        (0.4, [("STAFF", 4, 6), ("PERSON", 6, 23)]),
    ],
)
def test_a_pattern_that_is_acted_upon_wins_and_the_loser_keeps_what_lies_beside(pipeline, score, stays):
    staff = PatternSpec(entity_type="STAFF", regex=r"\d \w+", score=score)
    screener = build_screener((), (staff,), model=f"spacy:{pipeline}")

    assert [(kind, start, end) for kind, _, start, end in found(screener, f"now 7 {NAME}")] == stays


def test_a_span_inside_a_weaker_finding_leaves_both_its_ends(pipeline):
    wide = PatternSpec(entity_type="LINE", regex="from.*now", score=0.4)
    screener = build_screener((), (wide,), model=f"spacy:{pipeline}")

    assert found(screener, f"from {NAME} now") == [("LINE", "", 0, 5), ("PERSON", "", 5, 22), ("LINE", "", 22, 26)]


def test_what_stands_in_for_a_place_is_none(pipeline):
    screener = build_screener((), model=f"spacy:{pipeline}")

    assert found(screener, "in < LOCATION >") != []
    assert found(screener, "in <LOCATION>") == []


def test_a_model_that_fails_holds_the_message(caplog):
    screener = Screener([], model=Canned(ValueError(NAME)))

    with pytest.raises(ScreeningUnavailable):
        screener.screen("any")

    assert "screening.failed" in caplog.text
    assert NAME not in caplog.text


def test_spans_outside_the_text_are_dropped_with_an_error(caplog):
    spans = [Span(*place, "PERSON", 0.9) for place in ((-1, 2), (0, 9), (3, 3), (2, 1), (0, 2))]

    assert found(Screener([], model=Canned(*spans)), "four") == [("PERSON", "", 0, 2)]
    assert caplog.text.count("screening.model_offsets") == 4


@pytest.mark.parametrize("setting", ["spacy", "spacy:", "nosuch:en", "", "spacy:no_such_pipeline", "presidio:/nowhere"])
def test_a_model_that_is_not_here_stops_the_start_with_one_line(setting):
    with pytest.raises(InvalidSetting, match=r"screening\.model") as caught:
        load_model(setting)

    assert "\n" not in str(caught.value)


def test_a_folder_that_is_no_pipeline_stops_the_start_with_one_line(tmp_path):
    with pytest.raises(InvalidSetting, match=r"screening\.model.*cannot be loaded"):
        load_model(f"spacy:{tmp_path}")
