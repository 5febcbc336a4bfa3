"""A body that is compressed, or said to be, is not taken: nothing of what it holds would have been screened."""

import gzip

import pytest

PATHS = ("/messages", "/messages/batch", "/screen", "/tasks", "/api/sum", "/analyze", "/anonymize")


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("coding", ["gzip", "GZip", "br, gzip", "identity, gzip", "x"])
@pytest.mark.parametrize("body", [b'{"text": "x"}', gzip.compress(b'{"text": "x"}')], ids=["plain", "packed"])
def test_a_body_with_a_content_encoding_is_refused(shop, path, coding, body):
    kind = "application/x-ndjson" if path.endswith("batch") else "application/json"

    answer = shop.post(path, data=body, content_type=kind, headers={"Content-Encoding": coding})

    assert (answer.status_code, answer.json["code"]) == (415, "unsupported_media_type")
    assert answer.headers["Accept-Encoding"] == "identity"
    assert "Content-Encoding" in answer.json["detail"]


@pytest.mark.parametrize("coding", ["", "identity", " Identity "])
def test_a_body_that_is_as_it_was_written_is_taken(shop, coding):
    answer = shop.post("/screen", {"text": "Hello"}, headers={"Content-Encoding": coding})

    assert answer.status_code == 200


def test_another_media_type_needs_no_other_encoding(shop):
    answer = shop.post("/messages", data=b"<x/>", content_type="application/xml")

    assert "Accept-Encoding" not in answer.headers
