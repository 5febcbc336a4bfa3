"""
Presidio's REST API: what its documentation shows, sent as its clients send it.

Source: Presidio's API reference (analyzer and anonymizer) and its tutorial on ad hoc recognizers.
"""

import pytest
from harness.api import an_address, problem_of

NAMED = "hello world, my name is Jane Doe. My number is: 034453334"
ZIP = {
    "name": "Zip code Recognizer",
    "supported_language": "en",
    "patterns": [{"name": "zip code (weak)", "regex": r"(\b\d{5}(?:\-\d{4})?\b)", "score": 0.01}],
    "supported_entity": "ZIP",
}
KEY = "WmZq4t7w!z%C&F)J"


def analyze(api, **body):
    answer = api.post("/producer/analyze", json=body)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == "application/json"
    return answer.json()


def anonymize(api, **body):
    answer = api.post("/producer/anonymize", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def refused(answer, status=422, code="invalid_request"):
    """Check that it is an error in our form that Presidio's clients can read."""
    body = problem_of(answer, status, code)
    assert isinstance(body["error"], str)
    return body


def values(text, found):
    return {(each["entity_type"], text[each["start"] : each["end"]]) for each in found}


def test_the_minimal_request(client):
    text = f"Grüße 😀, write to {an_address()}"

    found = analyze(client, text=text, language="en")

    assert values(text, found) == {("EMAIL_ADDRESS", text.rpartition(" ")[2])}
    assert set(found[0]) == {
        "entity_type",
        "start",
        "end",
        "score",
        "analysis_explanation",
        "recognition_metadata",
    }
    assert found[0]["analysis_explanation"] is None
    assert 0.5 <= found[0]["score"] <= 1


def test_the_enhanced_request(client):
    text = "John Smith drivers license is AC432223 and the zip code is 12345"

    found = analyze(
        client,
        text=text,
        language="en",
        return_decision_process=False,
        correlation_id="123e4567-e89b-12d3-a456-426614174000",
        score_threshold=0.3,
        entities=["US_DRIVER_LICENSE", "ZIP"],
        trace=False,
        ad_hoc_recognizers=[{**ZIP, "context": ["zip", "code"]}],
    )

    assert ("ZIP", "12345") in values(text, found)
    assert {each["entity_type"] for each in found} <= {"US_DRIVER_LICENSE", "ZIP"}


def test_a_list_of_texts(client):
    address = an_address()

    first, second = analyze(client, text=[f"To {address}", "The garden is green."], language="en")

    assert values(f"To {address}", first) == {("EMAIL_ADDRESS", address)}
    assert second == []


def test_a_pattern_of_ones_own_and_its_context(client):
    text = "John Smith drivers license is AC432223. Zip code: 10023"

    without = analyze(client, text=text, language="en", entities=["ZIP"], ad_hoc_recognizers=[ZIP])
    within = analyze(
        client, text=text, language="en", entities=["ZIP"], ad_hoc_recognizers=[{**ZIP, "context": ["zip", "code"]}]
    )

    assert [(each["start"], each["end"], each["score"]) for each in without] == [(50, 55, 0.01)]
    assert within[0]["score"] > 0.3
    assert within[0]["recognition_metadata"] == {"recognizer_name": "Zip code Recognizer"}


def test_a_deny_list(client):
    text = "Mr. John Smith's drivers license is AC432223"
    titles = {"name": "Mr. Recognizer", "supported_language": "en", "deny_list": ["Mr", "Mr.", "Mister"]}

    found = analyze(client, text=text, language="en", ad_hoc_recognizers=[{**titles, "supported_entity": "MR_TITLE"}])

    assert ("MR_TITLE", "Mr") in values(text, found)


def test_a_decision_is_explained(client):
    (found,) = analyze(client, text=an_address(), language="en", return_decision_process=True)

    explanation = found["analysis_explanation"]
    assert explanation["recognizer"]
    assert explanation["score"] == found["score"]
    assert {"pattern_name", "pattern", "original_score", "textual_explanation", "score_context_improvement"} <= set(
        explanation
    )


def test_a_threshold(client):
    address = an_address()

    assert analyze(client, text=address, language="en", score_threshold=1) == []
    assert analyze(client, text=address, language="en", score_threshold=0.7) != []


@pytest.mark.parametrize(
    ("fields", "left"),
    [
        ({"allow_list": ["81.2.69.142"]}, set()),
        ({"allow_list": ["81.2.69"]}, {"IP_ADDRESS"}),
        ({"allow_list": [r"^81\."], "allow_list_match": "regex"}, set()),
        ({"allow_list": ["^x"], "allow_list_match": "regex", "regex_flags": 0}, {"IP_ADDRESS"}),
    ],
)
def test_an_allow_list(client, fields, left):
    found = analyze(client, text="from 81.2.69.142", language="en", entities=["IP_ADDRESS"], **fields)

    assert {each["entity_type"] for each in found} == left


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"language": "en"},
        {"text": "John Smith drivers license is AC432223"},
        {"text": "John Smith drivers license is AC432223", "language": "zz"},
        {"text": "x", "language": "en", "ad_hoc_recognizers": [{**ZIP, "patterns": [{"type": "a", "bebex": "b"}]}]},
        {"text": "x", "language": "en", "ad_hoc_recognizers": [{**ZIP, "patterns": [{"name": "", "regex": "(?=a)"}]}]},
    ],
    ids=["nothing", "no text", "no language", "no such language", "no regex", "no expression of RE2"],
)
def test_what_the_analyzer_does_not_understand(client, body):
    refused(client.post("/producer/analyze", json=body))


def test_values_are_replaced_and_redacted(client):
    told = anonymize(
        client,
        text=NAMED,
        anonymizers={"PERSON": {"type": "redact"}, "PHONE_NUMBER": {"type": "replace", "new_value": "ANONYMIZED"}},
        analyzer_results=[
            {"start": 24, "end": 32, "score": 0.8, "entity_type": "PERSON"},
            {"start": 48, "end": 57, "score": 0.95, "entity_type": "PHONE_NUMBER"},
        ],
    )

    assert told == {
        "text": "hello world, my name is . My number is: ANONYMIZED",
        "items": [
            {"operator": "replace", "entity_type": "PHONE_NUMBER", "start": 40, "end": 50, "text": "ANONYMIZED"},
            {"operator": "redact", "entity_type": "PERSON", "start": 24, "end": 24, "text": ""},
        ],
    }


def test_values_are_replaced_by_default(client):
    results = [{"start": 24, "end": 32, "score": 0.8, "entity_type": "PERSON"}]
    default = {"DEFAULT": {"type": "replace", "new_value": "ANONYMIZED"}}

    told = anonymize(client, text=NAMED[:33], anonymizers=default, analyzer_results=results)
    plain = anonymize(client, text=NAMED[:33], analyzer_results=results)

    assert told["text"] == "hello world, my name is ANONYMIZED."
    assert plain["text"] == "hello world, my name is <PERSON>."


def test_a_value_is_masked_and_what_lies_in_another_left_out(client):
    told = anonymize(
        client,
        text=NAMED,
        anonymizers={
            "DEFAULT": {"type": "replace", "new_value": "ANONYMIZED"},
            "PHONE_NUMBER": {"type": "mask", "masking_char": "*", "chars_to_mask": 4, "from_end": True},
        },
        analyzer_results=[
            {"start": 24, "end": 32, "score": 0.8, "entity_type": "NAME"},
            {"start": 24, "end": 28, "score": 0.8, "entity_type": "FIRST_NAME"},
            {"start": 29, "end": 32, "score": 0.6, "entity_type": "LAST_NAME"},
            {"start": 48, "end": 57, "score": 0.95, "entity_type": "PHONE_NUMBER"},
        ],
    )

    assert told["text"] == "hello world, my name is ANONYMIZED. My number is: 03445****"


def test_without_results_a_text_stays_as_it_is(client):
    assert anonymize(client, text="nice to meet you!", analyzer_results=[]) == {
        "text": "nice to meet you!",
        "items": [],
    }


@pytest.mark.parametrize(
    "fields",
    [
        {"text": ""},
        {"analyzer_results": None},
        {"analyzer_results": [{"start": 0, "end": 99, "score": 0.8, "entity_type": "NAME"}]},
        {"anonymizers": {"DEFAULT": {"type": "nothing"}}},
        {"anonymizers": {"DEFAULT": {"type": "encrypt", "key": "short"}}},
    ],
    ids=str,
)
def test_what_the_anonymizer_does_not_understand(client, fields):
    body = {"text": NAMED, "analyzer_results": [], **fields}

    refused(client.post("/producer/anonymize", json={k: v for k, v in body.items() if v is not None}))


def test_what_is_no_json_is_refused(client):
    headers = {"Content-Type": "application/json"}

    refused(client.post("/producer/anonymize", data='{"text": "a",}', headers=headers), 400, "malformed_body")


def test_what_was_found_is_encrypted_and_an_admin_decrypts_it(client, admin):
    address = an_address()
    text = f"To {address} and {address}."

    hidden = anonymize(
        client,
        text=text,
        analyzer_results=analyze(client, text=text, language="en"),
        anonymizers={"EMAIL_ADDRESS": {"type": "encrypt", "key": KEY}},
    )
    body = {
        "text": hidden["text"],
        "anonymizer_results": hidden["items"],
        "deanonymizers": {"EMAIL_ADDRESS": {"type": "decrypt", "key": KEY}},
    }
    shown = admin.post("/producer/deanonymize", json=body)

    assert address not in hidden["text"]
    assert shown.json()["text"] == text
    assert {item["operator"] for item in shown.json()["items"]} == {"decrypt"}
    refused(client.post("/producer/deanonymize", json=body), 403, "forbidden")


def test_the_documented_ciphertext_is_decrypted(admin):
    text = "My name is S184CMt9Drj7QaKQ21JTrpYzghnboTF9pn/neN8JME0="
    body = {
        "text": text,
        "deanonymizers": {"PERSON": {"type": "decrypt", "key": KEY}},
        "anonymizer_results": [{"start": 11, "end": 55, "entity_type": "PERSON"}],
    }

    told = admin.post("/producer/deanonymize", json=body)

    assert told.status_code == 200, told.text
    assert told.json()["text"].startswith("My name is ")
    assert told.json()["items"][0]["start"] == 11


def test_what_there_is_is_listed(client):
    entities = client.look("/producer/supportedentities?language=en")

    assert {"CREDIT_CARD", "EMAIL_ADDRESS", "IBAN_CODE", "IP_ADDRESS", "PHONE_NUMBER", "US_SSN"} <= set(entities)
    assert client.look("/producer/supportedentities?uknown=input") == entities
    assert client.look("/producer/recognizers?language=en")
    assert {"hash", "mask", "redact", "replace", "encrypt"} <= set(client.look("/producer/anonymizers"))
    assert client.look("/producer/deanonymizers") == ["decrypt"]


def test_strangers_are_not_served(stranger):
    refused(stranger.post("/producer/analyze", json={"text": "x", "language": "en"}), 401, "unauthenticated")
