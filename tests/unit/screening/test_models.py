import pytest
import spacy

from gateway.errors import InvalidSetting
from gateway.screening.models import load_model


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory):
    """A small spaCy pipeline on disk that knows two names, a city and a company."""
    made = spacy.blank("en")
    ruler = made.add_pipe("entity_ruler")
    ruler.add_patterns(
        [
            {"label": "PERSON", "pattern": "Oluwaseun Adeyemi"},
            {"label": "GPE", "pattern": "Ljubljana"},
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


@pytest.mark.parametrize("setting", ["spacy", "spacy:", "nosuch:en", "", "spacy:no_such_pipeline", "presidio:/nowhere"])
def test_a_model_that_is_not_here_stops_the_start_with_one_line(setting):
    with pytest.raises(InvalidSetting, match=r"screening\.model") as caught:
        load_model(setting)

    assert "\n" not in str(caught.value)


def test_a_folder_that_is_no_pipeline_stops_the_start_with_one_line(tmp_path):
    with pytest.raises(InvalidSetting, match=r"screening\.model.*cannot be loaded"):
        load_model(f"spacy:{tmp_path}")
