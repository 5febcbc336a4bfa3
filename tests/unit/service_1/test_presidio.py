from typing import Any

import pytest
from harness.door import Door
from harness.journal import Lines
from harness.samples import CARD, CLEAN, EMAIL, WITH_EMAIL, broken_screener

from gateway.access.roles import Role
from gateway.telemetry import metrics

KEY = "0123456789abcdef"
ZIP = {"name": "zips", "supported_entity": "ZIP", "patterns": [{"name": "z", "regex": r"\b\d{5}\b", "score": 0.01}]}


@pytest.fixture
def admin(act_as):
    return act_as("root", Role.ADMIN)


def analyzed(shop, text: Any = WITH_EMAIL, **fields: Any) -> Any:
    answer = shop.post("/analyze", {"text": text, "language": "en", **fields})
    assert answer.status_code == 200, answer.text
    return answer.json


def refused(answer, status: int = 422, code: str = "invalid_request") -> dict[str, Any]:
    """Check that it is a problem that Presidio's clients can read, too."""
    assert (answer.status_code, answer.json["code"]) == (status, code)
    assert answer.content_type == "application/problem+json"
    assert answer.json["error"] == answer.json["detail"]
    assert EMAIL not in answer.text
    return answer.json


def test_a_finding_looks_as_presidios(shop):
    start = WITH_EMAIL.index(EMAIL)

    assert analyzed(shop) == [
        {
            "entity_type": "EMAIL_ADDRESS",
            "start": start,
            "end": start + len(EMAIL),
            "score": 0.95,
            "analysis_explanation": None,
            "recognition_metadata": {"recognizer_name": "email"},
        }
    ]


def test_a_list_of_texts_gets_a_list_of_lists(shop):
    told = analyzed(shop, [WITH_EMAIL, CLEAN, "", CARD])

    assert [[each["entity_type"] for each in of_text] for of_text in told] == [
        ["EMAIL_ADDRESS"],
        [],
        [],
        ["CREDIT_CARD"],
    ]


def test_an_explanation_is_told_where_it_is_asked_for(shop):
    (told,) = analyzed(shop, return_decision_process=True)

    explanation = told["analysis_explanation"]
    assert (explanation["recognizer"], explanation["original_score"], explanation["score"]) == ("email", 0.95, 0.95)
    assert EMAIL not in str(told)


def test_everything_that_presidio_takes_is_taken_together(shop):
    told = analyzed(
        shop,
        f"{EMAIL} 10023 10024 {CARD}",
        language="de-CH",
        correlation_id="123",
        score_threshold=0.01,
        entities=["ZIP", "EMAIL_ADDRESS"],
        return_decision_process=0,
        trace="somedata",
        context=["post"],
        allow_list=["^10024$"],
        allow_list_match="regex",
        regex_flags=26,
        ad_hoc_recognizers=[{**ZIP, "supported_language": "de", "context": ["code"], "deny_list": None}],
    )

    assert [each["entity_type"] for each in told] == ["EMAIL_ADDRESS", "ZIP"]


@pytest.mark.parametrize("name", ["ZipCode", "ZIP-CODE", "zip"])
def test_a_recognizer_s_entity_type_is_told_as_it_came(shop, name):
    (told,) = analyzed(shop, "It is 10023", ad_hoc_recognizers=[{**ZIP, "supported_entity": name}])

    assert (told["entity_type"], told["recognition_metadata"]["recognizer_name"]) == (name, ZIP["name"])


def test_an_expression_with_too_many_groups_inside_one_another_is_told_by_its_place(shop):
    deep = {**ZIP, "patterns": [{"regex": "(" * 995 + "a" + ")" * 995, "score": 0.5}]}

    told = refused(shop.post("/analyze", {"text": "x", "language": "en", "ad_hoc_recognizers": [deep]}))
    assert told["field"] == "/ad_hoc_recognizers/0/patterns/0/regex"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "/text"),
        ({"language": "en"}, "/text"),
        ({"text": "", "language": "en"}, "/text/*"),
        ({"text": [1], "language": "en"}, "/text/*"),
        ({"text": EMAIL}, "/language"),
        ({"text": EMAIL, "language": "zz"}, "/language"),
        ({"text": EMAIL, "language": EMAIL}, "/language"),
        ({"text": EMAIL, "language": "en", "entities": [EMAIL]}, "/entities/0"),
        ({"text": EMAIL, "language": "en", "score_threshold": 2}, "/score_threshold"),
        ({"text": EMAIL, "language": "en", "allow_list_match": EMAIL}, "/allow_list_match"),
        ({"text": EMAIL, "language": "en", "allow_list": ["(?!a)"], "allow_list_match": "regex"}, "/allow_list/0"),
        ({"text": EMAIL, "language": "en", "ad_hoc_recognizers": [{}]}, "/ad_hoc_recognizers/0/supported_entity"),
        ({"text": EMAIL, "language": "en", "ad_hoc_recognizers": [{"supported_entity": "X"}]}, "/ad_hoc_recognizers/0"),
        (
            {"text": "x", "language": "en", "ad_hoc_recognizers": [{**ZIP, "patterns": [{"bebex": EMAIL}]}]},
            "/ad_hoc_recognizers/0/patterns/0/regex",
        ),
        (
            {"text": "x", "language": "en", "ad_hoc_recognizers": [{**ZIP, "patterns": [{"regex": f"(?={EMAIL})"}]}]},
            "/ad_hoc_recognizers/0/patterns/0/regex",
        ),
    ],
    ids=str,
)
def test_a_body_that_does_not_fit_is_told_by_its_place(shop, body: dict[str, Any], field: str):
    assert refused(shop.post("/analyze", body))["field"].startswith(field.rstrip("*"))


def test_a_request_may_bring_so_many_patterns_and_no_more(shop):
    patterns = [{"name": str(n), "regex": f"x{n}", "score": 0.5} for n in range(17)]
    recognizers = [{**ZIP, "patterns": patterns}, {**ZIP, "patterns": patterns}]

    refused(shop.post("/analyze", {"text": "x", "language": "en", "ad_hoc_recognizers": recognizers}))


def test_what_is_no_json_is_refused_as_everywhere(shop):
    refused(shop.post("/analyze", data=b"{", content_type="application/json"), 400, "malformed_body")
    refused(shop.post("/analyze", data=b"x", content_type="text/plain"), 415, "unsupported_media_type")


def test_what_cannot_be_screened_is_told(door_with):
    door = door_with(screener=broken_screener())

    answer = door.client.post("/analyze", json={"text": EMAIL, "language": "en"}, headers=door.key("shop"))

    refused(answer, 503, "screening_unavailable")


def test_a_name_that_a_client_chose_is_no_metric(shop):
    analyzed(shop, "10023", ad_hoc_recognizers=[{**ZIP, "supported_entity": "CHOSEN_BY_A_CLIENT"}])

    assert b"CHOSEN_BY_A_CLIENT" not in metrics.exposition()


def test_a_text_is_anonymized_as_the_analyzer_says(shop):
    results = analyzed(shop)

    answer = shop.post("/anonymize", {"text": WITH_EMAIL, "analyzer_results": results})

    start = WITH_EMAIL.index(EMAIL)
    assert answer.json == {
        "text": WITH_EMAIL.replace(EMAIL, "<EMAIL_ADDRESS>"),
        "items": [
            {
                "start": start,
                "end": start + len("<EMAIL_ADDRESS>"),
                "entity_type": "EMAIL_ADDRESS",
                "text": "<EMAIL_ADDRESS>",
                "operator": "replace",
            }
        ],
    }


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"text": ""}, "/text"),
        ({"analyzer_results": None}, "/analyzer_results"),
        ({"analyzer_results": [{"start": 0, "end": 1, "entity_type": "A"}]}, "/analyzer_results/0/score"),
        ({"analyzer_results": [{"start": 0, "end": 999, "entity_type": "A", "score": 1}]}, "/analyzer_results/0"),
        ({"analyzer_results": [{"start": EMAIL, "end": 1, "entity_type": "A", "score": 1}]}, "/analyzer_results/0"),
        ({"anonymizers": {EMAIL: {"type": EMAIL}}}, "/anonymizers/*/type"),
        ({"anonymizers": {"A": {"type": "custom"}}}, "/anonymizers/*/type"),
        ({"anonymizers": {"A": {"type": "mask", "masking_char": EMAIL}}}, "/anonymizers/*/masking_char"),
        ({"anonymizers": {"A": {"type": "mask"}}}, "/anonymizers/*"),
        ({"anonymizers": {"A": {"type": "encrypt"}}}, "/anonymizers/*"),
        ({"anonymizers": {"A": {"type": "encrypt", "key": EMAIL}}}, "/anonymizers/*/key"),
        ({"anonymizers": {"A": {"type": "hash", "salt": "short"}}}, "/anonymizers/*/salt"),
        ({"anonymizers": {"A": {"type": "hash", "hash_type": "md5"}}}, "/anonymizers/*/hash_type"),
    ],
    ids=str,
)
def test_what_cannot_be_anonymized_is_told_by_its_place(shop, fields: dict[str, Any], field: str):
    answer = shop.post("/anonymize", {"text": WITH_EMAIL, "analyzer_results": [], **fields})

    assert refused(answer)["field"].startswith(field)


def test_an_admin_decrypts_and_the_journal_tells(shop, admin, lines: Lines):
    body = {
        "text": WITH_EMAIL,
        "analyzer_results": analyzed(shop),
        "anonymizers": {"DEFAULT": {"type": "encrypt", "key": KEY}},
    }
    hidden = shop.post("/anonymize", body).json

    answer = admin.post(
        "/deanonymize",
        {
            "text": hidden["text"],
            "anonymizer_results": hidden["items"],
            "deanonymizers": {"EMAIL_ADDRESS": {"type": "decrypt", "key": KEY}},
        },
    )

    assert answer.json["text"] == WITH_EMAIL
    (line,) = lines.of("text.deanonymized")
    assert "caller=root" in line
    assert "decrypted=1" in line
    assert EMAIL not in lines.text


@pytest.mark.parametrize("role", [Role.CLIENT, Role.OPERATOR])
def test_only_admins_decrypt_and_the_journal_tells_who_tried(act_as, lines: Lines, role: Role):
    answer = act_as("other", role).post("/deanonymize", {"text": EMAIL})

    refused(answer, 403, "forbidden")
    (line,) = lines.of("text.refused")
    assert line.endswith("caller=other code=forbidden")
    assert EMAIL not in lines.text


def test_the_journal_tells_of_a_text_that_nobody_known_wanted_decrypted(door: Door, lines: Lines):
    answer = door.client.post("/deanonymize", json={"text": EMAIL}, headers={"X-API-Key": EMAIL})

    refused(answer, 401, "unauthenticated")
    (line,) = lines.of("text.refused")
    assert line.endswith("caller=nobody code=unauthenticated")
    assert EMAIL not in lines.text


def test_a_wrong_key_is_told_without_the_text(admin, lines: Lines):
    body = {
        "text": EMAIL,
        "anonymizer_results": [{"start": 0, "end": len(EMAIL), "entity_type": "A"}],
        "deanonymizers": {"A": {"type": "decrypt", "key": KEY}},
    }

    assert refused(admin.post("/deanonymize", body))["field"] == "/anonymizer_results"
    (line,) = lines.of("text.refused")
    assert line.endswith("caller=root code=invalid_request")
    assert EMAIL not in lines.text
    assert KEY not in lines.text


def test_what_there_is_is_listed(shop):
    assert "EMAIL_ADDRESS" in shop.get("/supportedentities?language=en").json
    assert shop.get("/supportedentities?uknown=input").json == shop.get("/supportedentities").json
    assert shop.get("/recognizers?language=de").json == ["email"]
    assert shop.get("/anonymizers").json == ["encrypt", "hash", "keep", "mask", "redact", "replace"]
    assert shop.get("/deanonymizers").json == ["decrypt"]


@pytest.mark.parametrize("path", ["/supportedentities", "/recognizers"])
def test_nothing_is_listed_for_what_is_no_language(shop, path: str):
    assert refused(shop.get(f"{path}?language=zz"))["field"] == "/language"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("post", "/analyze"),
        ("post", "/anonymize"),
        ("post", "/deanonymize"),
        *(("get", path) for path in ("/supportedentities", "/recognizers", "/anonymizers", "/deanonymizers")),
    ],
)
def test_all_of_it_needs_a_key(door: Door, method: str, path: str):
    refused(getattr(door.client, method)(path), 401, "unauthenticated")


def test_nothing_of_a_text_is_written_to_the_journal(shop, lines: Lines):
    analyzed(shop, context=[EMAIL], allow_list=[EMAIL])
    shop.post("/anonymize", {"text": EMAIL, "analyzer_results": []})

    assert EMAIL not in lines.text
