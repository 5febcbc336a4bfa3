"""Recommendations: for admins, and a trap for everybody else."""

import pytest
from harness.api import is_uuid7, problem_of

NOBODYS = "01a20193-6410-765f-8ac9-85f9986e8ce6"


def test_an_admin_gets_songs_like_another(admin):
    job_id = admin.job("recommendations", song="enter sandmann", limit=4)
    task = admin.ended(job_id)

    told = admin.look(f"/producer/api/recommendations/{job_id}")
    assert (task["pool"], task["kind"]) == ("io", "recommendations")
    assert (told["status"], told["error"]) == ("completed", None)
    assert (told["result"]["song"], told["result"]["matched"]) == ("enter sandmann", "Enter Sandman")
    assert len(told["result"]["recommendations"]) == 4
    assert all(set(each) == {"title", "artist", "score"} for each in told["result"]["recommendations"])


def test_a_song_that_nobody_knows_is_a_failure_for_good(admin):
    task = admin.ended(admin.job("recommendations", song="zebra7731 plugh"))

    assert (task["status"], task["attempts"], task["error"]) == ("failed", 1, "SongUnknown: song_unknown")


@pytest.mark.parametrize("who", ["client", "operator"])
@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/producer/api/recommendations", {"song": "Dreams", "limit": 3}),
        ("/producer/tasks", {"content": "Dreams", "kind": "recommendations"}),
    ],
)
def test_anybody_else_is_refused_and_reported(request, operator, who, path, body):
    answer = request.getfixturevalue(who).post(path, json=body)

    problem_of(answer, 403, "forbidden")
    alert = next(each for each in operator.look("/producer/alerts")["items"] if each["type"] == "FraudAttempt")
    assert is_uuid7(alert["id"])
    assert (alert["severity"], alert["found"]) == ("high", [])
    assert alert["caller"]


@pytest.mark.parametrize(
    ("body", "field"), [({}, "/song"), ({"song": ""}, "/song"), ({"song": "Dreams", "limit": 21}, "/limit")]
)
def test_a_wrong_field_is_named(admin, body, field):
    assert problem_of(admin.post("/producer/api/recommendations", json=body), 422, "invalid_request")["field"] == field


def test_recommendations_that_are_not_there_are_not_found(admin, client):
    summed = client.job("sum", n=1)

    for job_id in (NOBODYS, summed, "zebra7731"):
        answer = admin.get(f"/producer/api/recommendations/{job_id}")
        problem_of(answer, 404, "task_not_found")
        assert "zebra" not in answer.text
