import inspect

import pytest
from harness.journal import Lines
from harness.samples import EMAIL

from gateway import errors
from gateway.errors import GatewayError
from gateway.web.problems import status_of

ERRORS: list[type[GatewayError]] = [
    kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, GatewayError)
]
ANSWERS = [
    (errors.MalformedBody("x"), 400, "malformed_body"),
    (errors.BodyTooLarge("x"), 413, "body_too_large"),
    (errors.UnsupportedMediaType("x"), 415, "unsupported_media_type"),
    (errors.InvalidRequest("x"), 422, "invalid_request"),
    (errors.UnknownKind("x"), 422, "unknown_kind"),
    (errors.Unauthenticated(), 401, "unauthenticated"),
    (errors.Forbidden(), 403, "forbidden"),
    (errors.NotFound(), 404, "not_found"),
    (errors.TaskNotFound(), 404, "task_not_found"),
    (errors.AlertNotFound(), 404, "alert_not_found"),
    (errors.TaskDeleted(), 410, "task_deleted"),
    (errors.TaskAlreadyFinished(), 400, "task_already_finished"),
    (errors.TaskNotRetryable(), 400, "task_not_retryable"),
    (errors.ScreeningUnavailable(), 503, "screening_unavailable"),
    (errors.LedgerUnavailable(), 503, "ledger_unavailable"),
    (errors.ServiceUnavailable(), 503, "service_unavailable"),
    (errors.OutcomeUnknown(), 504, "outcome_unknown"),
    (errors.ProcessingFailed(), 502, "processing_failed"),
    (GatewayError(), 500, "internal_error"),
]


@pytest.mark.parametrize(("error", "status", "code"), ANSWERS, ids=lambda value: getattr(value, "code", None))
def test_every_error_has_its_status_and_code(site, error: GatewayError, status: int, code: str):
    site.fails_with(error)

    answer = site.client.get("/fails")

    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"
    assert answer.json["code"] == code
    assert answer.json["status"] == status
    assert {"type", "title", "detail"} <= answer.json.keys()


@pytest.mark.parametrize("error", [error for error, *_ in ANSWERS], ids=lambda error: error.code)
def test_who_may_try_again_is_told_when(site, error: GatewayError):
    site.fails_with(error)

    answer = site.client.get("/fails")

    assert ("Retry-After" in answer.headers) is error.retryable
    assert error.retryable is (answer.status_code == 503)


def test_codes_are_unique():
    codes = [kind.code for kind in ERRORS if "code" in vars(kind)]

    assert len(set(codes)) == len(codes)


@pytest.mark.parametrize("kind", ERRORS, ids=lambda kind: kind.__name__)
def test_every_error_says_in_one_line_what_went_wrong(kind: type[GatewayError]):
    error = kind("the reason") if issubclass(kind, errors.InvalidRequest) else kind()

    assert str(error)
    assert "\n" not in str(error)
    assert status_of(error) >= 400


def test_a_request_without_a_key_learns_how_to_show_one(site):
    site.fails_with(errors.Unauthenticated())

    answer = site.client.get("/fails")

    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_the_field_that_is_wrong_is_named(site):
    site.fails_with(errors.InvalidRequest("nested deeper than 16 levels", field="/metadata"))

    answer = site.client.get("/fails")

    assert (answer.json["field"], answer.json["detail"]) == ("/metadata", "nested deeper than 16 levels")


def test_an_error_that_nobody_expected_is_answered_and_journaled_without_its_text(site, lines: Lines):
    site.fails_with(RuntimeError(EMAIL))

    answer = site.client.get("/fails")

    assert (answer.status_code, answer.json["code"]) == (500, "internal_error")
    assert "error=RuntimeError" in lines.of("request.error")[0]
    assert EMAIL not in answer.text + lines.text


@pytest.mark.parametrize(("error", "status", "code"), ANSWERS, ids=lambda value: getattr(value, "code", None))
def test_only_an_error_inside_the_gateway_is_journaled_here(
    site, lines: Lines, error: GatewayError, status: int, code: str
):
    site.fails_with(error)

    site.client.get("/fails")

    assert len(lines.of("request.error")) == (code == "internal_error") == (status == 500)


def test_an_address_that_is_not_there_is_not_repeated(site):
    answer = site.client.get(f"/{EMAIL}?q={EMAIL}")

    assert (answer.status_code, answer.content_type) == (404, "application/problem+json")
    assert answer.json["code"] == "not_found"
    assert EMAIL not in answer.text


def test_a_method_that_is_not_taken_tells_which_are(site):
    site.fails_with(errors.NotFound())

    answer = site.client.delete("/fails")

    assert (answer.status_code, answer.json["code"]) == (405, "method_not_allowed")
    assert "GET" in answer.headers["Allow"]
    assert answer.content_type == "application/problem+json"


def test_problems_carry_the_request_id(site):
    answer = site.client.get("/nowhere", headers={"X-Request-ID": "a" * 32})

    assert answer.headers["X-Request-ID"] == "a" * 32
