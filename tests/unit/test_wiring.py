import pytest

from gateway.errors import InvalidSetting
from gateway.settings import Settings
from gateway.wiring import build_runner


@pytest.mark.parametrize(("operator", "setting"), [("hash", "SECRET_KEY"), ("token", "TOKEN_KEY")])
def test_an_operator_without_its_key_stops_the_start(database_url, tmp_path, operator, setting):
    policy = {"operators": {"EMAIL_ADDRESS": operator}}
    settings = Settings.model_validate({"home": tmp_path, "database_url": database_url, "policy": policy})

    with pytest.raises(InvalidSetting, match=f"GATEWAY_{setting} is not set"):
        build_runner(settings, pool="cpu")


def test_no_key_is_needed_where_no_operator_asks_for_one(database_url, tmp_path):
    settings = Settings.model_validate({"home": tmp_path, "database_url": database_url})

    assert build_runner(settings, pool="cpu")
