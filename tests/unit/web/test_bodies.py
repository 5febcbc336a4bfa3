from typing import Literal

import pytest
from flask import Flask, request
from harness.samples import EMAIL
from pydantic import BaseModel, ConfigDict, Field

from gateway.errors import InvalidRequest, MalformedBody, UnsupportedMediaType
from gateway.web.bodies import json_body, validated


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid")
    size: int = 0


class Whole(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str = Field(max_length=20)
    kind: Literal["a", "b"] = "a"
    parts: list[Part] = []
    labels: dict[str, int] = {}


def refusal(value: object) -> InvalidRequest:
    with pytest.raises(InvalidRequest) as caught:
        validated(value, Whole)
    assert EMAIL not in repr(caught.value) + str(caught.value) + caught.value.field
    assert caught.value.__context__ is None
    return caught.value


def test_a_value_that_fits_becomes_a_model():
    assert validated({"name": "x"}, Whole) == Whole(name="x")


@pytest.mark.parametrize(
    ("value", "field"),
    [
        ({}, "/name"),
        ({"name": 1}, "/name"),
        ({"name": EMAIL}, "/name"),
        ({"name": "x", "kind": EMAIL}, "/kind"),
        ({"name": "x", EMAIL: 1}, "/*"),
        ({"name": "x", "plain_word": 1}, "/*"),
        ({"name": "x", "parts": [{}, {"size": EMAIL}]}, "/parts/1/size"),
        ({"name": "x", "parts": [{EMAIL: 1}]}, "/parts/0/*"),
        ({"name": "x", "labels": {EMAIL: "y"}}, "/labels/*"),
        (EMAIL, "/"),
        ([EMAIL], "/"),
        (None, "/"),
    ],
)
def test_a_value_that_does_not_fit_is_told_by_its_place_and_not_repeated(value: object, field: str):
    assert refusal(value).field == field


def body(data: bytes, content_type: str | None) -> Whole:
    with Flask("site").test_request_context("/", method="POST", data=data, content_type=content_type):
        return json_body(request, Whole)


def test_a_json_body_is_read():
    assert body(b'{"name": "x"}', "application/json; charset=utf-8").name == "x"


@pytest.mark.parametrize("content_type", [None, "text/plain", "application/x-www-form-urlencoded", "text/json"])
def test_a_body_of_another_type_is_not_taken(content_type: str | None):
    with pytest.raises(UnsupportedMediaType):
        body(b'{"name": "x"}', content_type)


def test_a_body_that_is_no_json_is_malformed():
    with pytest.raises(MalformedBody):
        body(b"name=x", "application/json")
