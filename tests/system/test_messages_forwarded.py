"""POST /producer/messages, 200: the message went on, and service_2's answer came back."""

import pytest
from harness.api import is_uuid7

LONG_AND_PLAIN = "The garden is green and the kettle is blue. " * 60  # over 2,000 characters


def test_a_clean_message_is_answered_at_once_with_what_service_2_made_of_it(client):
    answer = client.message("Hello there.  This   is one message. It has three sentences.")

    told = answer.json()
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/json"
    assert set(told) == {"id", "outcome", "redacted", "findings", "result"}
    assert is_uuid7(told["id"])
    assert (told["outcome"], told["redacted"], told["findings"]) == ("forwarded", False, [])
    assert told["result"] == {
        "id": told["id"],
        "text": "Hello there. This is one message. It has three sentences.",
        "characters": 57,
        "words": 10,
        "sentences": 3,
        "lines": 1,
    }


def test_a_plain_text_body_stands_for_a_message_with_this_text(client):
    answer = client.post("/producer/messages", data="Two lines,\nno more", headers={"Content-Type": "text/plain"})

    result = answer.json()["result"]
    assert answer.status_code == 200
    assert (result["text"], result["words"], result["lines"]) == ("Two lines,\nno more", 4, 2)


@pytest.mark.parametrize("content_type", ["text/plain; charset=utf-8", "text/plain; charset=UTF-8", "Text/Plain"])
def test_a_plain_text_body_is_utf_8(client, content_type):
    body = "Grüße aus Łódź 😀"

    answer = client.post("/producer/messages", data=body.encode(), headers={"Content-Type": content_type})

    assert answer.status_code == 200
    assert answer.json()["result"]["text"] == body


def test_a_json_body_may_name_its_charset(client):
    body, headers = '{"text": "Grüße"}', {"Content-Type": "application/json; charset=utf-8"}

    answer = client.post("/producer/messages", data=body.encode(), headers=headers)

    assert answer.status_code == 200
    assert answer.json()["result"]["text"] == "Grüße"


@pytest.mark.parametrize(
    "text",
    [
        "Grüße aus Łódź",
        "今日は良い天気です。",
        "שלום עולם",
        "👩‍👩‍👧 and 🇺🇦 and 😀",
        "\U0001f600\U00010348",
        "ا ب ت",  # noqa: RUF001 - Arabic is what is meant
        "1 < 2 & 3 > 2",
    ],
)
def test_text_of_any_script_comes_back_as_it_was(client, text):
    answer = client.message(text)

    assert answer.status_code == 200
    assert answer.json()["result"]["text"] == text
    assert answer.json()["result"]["characters"] == len(text)


def test_service_2_composes_letters_and_takes_control_characters_out(client):
    answer = client.message("cafe\u0301\u0000\u0007 \t  noir\r\nnext")

    assert answer.status_code == 200
    assert answer.json()["result"]["text"] == "café noir\nnext"


def test_metadata_may_be_any_json_object(client):
    metadata = {"thread": 17, "urgent": False, "tags": ["a", {"b": [None, 1.5]}], "note": "Grüße", "": {}}

    answer = client.message("Hello", metadata=metadata)

    assert answer.status_code == 200
    assert answer.json()["outcome"] == "forwarded"


def test_metadata_may_be_16_deep(client):
    metadata = {}
    for _ in range(15):
        metadata = {"deeper": metadata}

    assert client.message("Hello", metadata=metadata).status_code == 200


@pytest.mark.parametrize("kind", ["message", "chat", "support", "report"])
def test_a_message_may_be_of_every_declared_kind(client, kind):
    assert client.message("Hello", kind=kind).status_code == 200


def test_a_text_of_2000_characters_is_answered_at_once(client):
    answer = client.message("word " * 400)

    assert answer.status_code == 200


def test_a_long_text_is_answered_at_once_where_the_sender_says_so(client):
    answer = client.message(LONG_AND_PLAIN, delivery="sync")

    assert answer.status_code == 200
    assert answer.json()["result"]["text"] == LONG_AND_PLAIN.strip()


def test_the_longest_text_is_taken(client):
    answer = client.message("word " * 13_107 + "w", delivery="sync")  # 65,536 characters

    assert answer.status_code == 200


def test_each_message_has_an_id_of_its_own_and_later_ones_sort_later(client):
    ids = [client.message("Hello").json()["id"] for _ in range(3)]

    assert len(set(ids)) == 3
    assert ids == sorted(ids)


def test_what_is_no_personal_data_passes(client):
    text = "Order 4711 of 2026-11-22, version 1.2.3, file rpc.py, 3 pm, room 12, icon@2x.png"

    answer = client.message(text)

    assert answer.status_code == 200
    assert answer.json()["findings"] == []
