import pytest
from harness.samples import EMAIL
from pydantic import BaseModel, RootModel, ValidationError

import service_1.presidio_schemas
import service_1.schemas
import service_2.schemas
from gateway.presidio.ad_hoc import Recognizer
from gateway.presidio.analyzer import Wish
from gateway.presidio.operators import Anonymizer, Deanonymizer

REQUESTS = [  # all but the answers, so that a new one is among them by itself
    each
    for module in (service_1.schemas, service_1.presidio_schemas, service_2.schemas)
    for name, each in vars(module).items()
    if isinstance(each, type) and issubclass(each, BaseModel) and each.__module__ == module.__name__
    if not name.endswith("Out") and not issubclass(each, RootModel)
]
MODELS = [*REQUESTS, Anonymizer, Deanonymizer]


def test_the_bodies_of_all_three_apis_are_looked_at():
    assert {"MessageIn", "TaskQuery", "AnalyzeIn", "ProcessIn"} <= {model.__name__ for model in REQUESTS}


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_nothing_of_a_request_shows_in_repr(model):
    request = model.model_construct(**dict.fromkeys(model.model_fields, EMAIL))

    assert EMAIL not in repr(request) + str(request) + f"{[request]}"


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_nothing_of_a_request_shows_in_what_is_wrong_with_it(model):
    with pytest.raises(ValidationError) as raised:
        model.model_validate(EMAIL)

    assert EMAIL not in str(raised.value)


def test_nothing_of_a_request_shows_in_what_is_made_of_it():
    recognizer = Recognizer(name=EMAIL, entity_type=EMAIL)

    assert EMAIL not in f"{recognizer} {Wish(entity_types=frozenset({EMAIL}), ad_hoc=(recognizer,))}"
