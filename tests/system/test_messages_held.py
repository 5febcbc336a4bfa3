"""POST /producer/messages, 422: the message was held for what was found in it."""

import secrets

import pytest
from harness.api import a_token, an_address, is_uuid7, problem_of

PERSONAL = {
    "EMAIL_ADDRESS": "kim.doe@mail.acme-widgets.com",
    "CREDIT_CARD": "4539 1488 0343 6467",
    "IBAN_CODE": "DE89 3704 0044 0532 0130 00",
    "US_SSN": "536-90-4399",
    "PHONE_NUMBER": "+49 30 901820",
    "IP_ADDRESS": "81.2.69.142",
}
BEFORE = "Grüße 😀𐍈 e\u0301: "  # letters of one, two and four bytes, and one of two code points


def held(answer, code):
    """Check that the message was held, and return the problem."""
    body = problem_of(answer, 422, code)
    assert is_uuid7(body["alert_id"])
    assert body["findings"]
    return body


def places(body):
    return [(each["entity_type"], each["path"]) for each in body["findings"]]


@pytest.mark.parametrize("entity_type", PERSONAL)
def test_personal_data_is_held_and_its_place_told_in_code_points(client, entity_type):
    value = PERSONAL[entity_type]
    text = f"{BEFORE}my {entity_type.replace('_', ' ').lower()} is {value}, thank you 😀"

    body = held(client.message(text), "personal_data")

    found = next(each for each in body["findings"] if each["entity_type"] == entity_type)
    assert text[found["start"] : found["end"]] == value
    assert found["path"] == "/text"
    assert 0.5 <= found["score"] <= 1
    assert set(found) == {"entity_type", "path", "start", "end", "score"}


@pytest.mark.parametrize("entity_type", PERSONAL)
def test_the_answer_does_not_repeat_the_value(client, entity_type):
    value = PERSONAL[entity_type]

    answer = client.message(f"My {entity_type.replace('_', ' ').lower()} is {value}.")

    held(answer, "personal_data")
    assert value not in answer.text
    assert value not in str(answer.headers)


def test_a_token_is_held_as_a_secret(client):
    token = a_token()

    answer = client.message(f"Use {token} to log in")

    body = held(answer, "secret")
    assert places(body) == [("SECRET", "/text")]
    assert (body["findings"][0]["start"], body["findings"][0]["end"]) == (4, 4 + len(token))
    assert token not in answer.text


def test_a_password_is_held_as_a_secret(client):
    value = f"Blume{secrets.token_hex(3)}!"

    answer = client.message(f"{BEFORE}password: {value}")

    body = held(answer, "secret")
    assert places(body) == [("PASSWORD", "/text")]
    assert value not in answer.text


def test_a_secret_among_personal_data_makes_the_code_secret(client):
    text = f"Write to {an_address()} with {a_token()}"

    body = held(client.message(text), "secret")

    assert {each["entity_type"] for each in body["findings"]} == {"EMAIL_ADDRESS", "SECRET"}


def test_every_finding_of_a_message_is_told(client):
    first, second = an_address(), an_address()
    text = f"{first}, and {second}"

    body = held(client.message(text), "personal_data")

    assert [text[each["start"] : each["end"]] for each in body["findings"]] == [first, second]


def test_a_plain_text_body_is_held_alike(client):
    address = an_address()
    text = f"{BEFORE}{address}"

    answer = client.post(
        "/producer/messages", data=text.encode(), headers={"Content-Type": "text/plain; charset=utf-8"}
    )

    (found,) = held(answer, "personal_data")["findings"]
    assert text[found["start"] : found["end"]] == address


@pytest.mark.parametrize("delivery", ["auto", "sync", "queued"])
def test_no_delivery_goes_around_the_gate(client, delivery):
    held(client.message(f"To {an_address()}", delivery=delivery), "personal_data")


def test_a_long_text_is_held_for_what_is_at_its_end(client):
    address = an_address()
    text = "The garden is green. " * 3000 + address

    (found,) = held(client.message(text), "personal_data")["findings"]

    assert text[found["start"] : found["end"]] == address


def test_a_value_in_metadata_is_held_with_its_place(client):
    address = an_address()
    value = f"{BEFORE}{address}"

    body = held(client.message("Hello", metadata={"contact": value}), "personal_data")

    assert places(body) == [("EMAIL_ADDRESS", "/metadata/contact")]
    assert value[body["findings"][0]["start"] : body["findings"][0]["end"]] == address


def test_a_value_deep_in_metadata_is_held_with_its_place(client):
    metadata = {"thread": {"people": ["nobody", {"mail": an_address()}]}}

    body = held(client.message("Hello", metadata=metadata), "personal_data")

    assert places(body) == [("EMAIL_ADDRESS", "/metadata/thread/people/1/mail")]


def test_a_card_number_written_as_a_number_in_metadata_is_held(client):
    body = held(client.message("Hello", metadata={"card": 4539148803436467}), "personal_data")

    assert places(body) == [("CREDIT_CARD", "/metadata/card")]


def test_a_secret_in_metadata_is_held_as_a_secret(client):
    body = held(client.message("Hello", metadata={"auth": [a_token()]}), "secret")

    assert ("SECRET", "/metadata/auth/0") in places(body)


def test_a_password_is_known_by_its_key_in_metadata(client):
    body = held(client.message("Hello", metadata={"login": {"password": "correct horse battery"}}), "secret")

    assert ("PASSWORD", "/metadata/login/password") in places(body)


def test_a_key_of_metadata_that_is_an_address_is_held_and_not_repeated(client):
    address = an_address()

    answer = client.message("Hello", metadata={address: "yes"})

    (found,) = held(answer, "personal_data")["findings"]
    assert (found["path"], found["key"]) == ("/metadata", True)
    assert (found["start"], found["end"]) == (0, len(address))
    assert address not in answer.text


def test_a_key_deep_in_metadata_is_held_with_the_place_of_its_object(client):
    answer = client.message("Hello", metadata={"people": [{an_address(): 1}]})

    (found,) = held(answer, "personal_data")["findings"]
    assert (found["path"], found["key"]) == ("/metadata/people/0", True)


def test_a_place_below_a_key_that_is_an_address_does_not_print_the_key(client):
    address = an_address()

    answer = client.message("Hello", metadata={address: {"other": an_address()}})

    body = held(answer, "personal_data")
    assert ("EMAIL_ADDRESS", "/metadata/*/other") in places(body)
    assert address not in answer.text


def test_a_place_below_a_key_that_is_no_plain_name_does_not_print_the_key(client):
    answer = client.message("Hello", metadata={"no plain/name": an_address()})

    assert places(held(answer, "personal_data")) == [("EMAIL_ADDRESS", "/metadata/*")]
    assert "plain" not in answer.text.replace("application", "")


def test_a_held_message_can_be_sent_again_without_what_was_found(client):
    address = an_address()
    held(client.message(f"Write to {address}"), "personal_data")

    answer = client.message("Write to <somebody>")

    assert answer.status_code == 200


def test_a_held_message_is_not_kept(client):
    body = held(client.message(f"To {an_address()}", delivery="queued"), "personal_data")

    problem_of(client.get(f"/producer/tasks/{body['id']}"), 404, "task_not_found")
