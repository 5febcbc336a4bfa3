import dataclasses

import pytest
from harness.samples import EMAIL, WITH_EMAIL, message


def test_a_message_does_not_show_its_content_in_repr():
    shown = repr(message(WITH_EMAIL, metadata={"from": EMAIL}))

    assert EMAIL not in shown
    assert "parcel" not in shown


def test_a_message_cannot_be_edited():
    with pytest.raises(dataclasses.FrozenInstanceError):
        message().text = "another"  # type: ignore[misc]


def test_text_and_metadata_are_what_is_screened():
    assert message("a", metadata={"b": "c"}).content == {"text": "a", "metadata": {"b": "c"}}
    assert message("a").content == {"text": "a"}
