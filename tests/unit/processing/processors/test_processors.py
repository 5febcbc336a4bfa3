import pytest

from gateway.errors import InvalidSetting
from gateway.kinds import READY_MADE
from gateway.processing.processors import load_processors


def test_every_ready_made_kind_has_its_processor():
    assert load_processors({}).keys() == READY_MADE.keys()


def test_a_processor_of_ones_own_is_found_by_its_name_and_may_stand_in_for_a_shipped_one():
    loaded = load_processors({"invoice": "json:dumps", "sum": "json:loads"})

    assert (loaded["invoice"].__name__, loaded["sum"].__name__) == ("dumps", "loads")


@pytest.mark.parametrize("name", ["no_such_module:run", "json:no_such", "json", "json:__doc__"])
def test_a_processor_that_cannot_be_had_is_told_by_its_kind(name: str):
    with pytest.raises(InvalidSetting, match=r"^processing\.processors\.invoice: "):
        load_processors({"invoice": name})
