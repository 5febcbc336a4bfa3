"""GET /producer/tasks: the newest first, in pages, by status and kind."""

from datetime import UTC, datetime, timedelta

import pytest
from harness.api import problem_of

ITEM = {
    *("id", "kind", "content", "status", "created_at", "updated_at", "pool", "attempts", "progress", "result"),
    *("error", "started_at", "finished_at"),
}


@pytest.fixture(scope="module")
def five(client):
    """The ids of five pending tasks of one kind, the newest first; canceled at the end."""
    due = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    ids = [client.task(f"Later {n}.", kind="report", not_before=due)["id"] for n in range(5)]
    yield ids[::-1]
    for task_id in ids:
        client.cancel(task_id)


def pages(api, query, most=50):
    """Return the pages that the cursors lead through."""
    page = api.look(f"/producer/tasks?{query}")
    walked = [page["items"]]
    while page["next_cursor"] and len(walked) < most:
        page = api.get("/producer/tasks?" + query, params={"cursor": page["next_cursor"]}).json()
        walked.append(page["items"])
    return walked


@pytest.mark.parametrize("name", ["tasks", "task"])
def test_a_list_tells_the_newest_first(client, five, name):
    page = client.look(f"/producer/{name}?kind=report&status=pending&limit=5")

    assert set(page) == {"items", "next_cursor"}
    assert [task["id"] for task in page["items"]] == five
    assert all(set(task) >= ITEM for task in page["items"])


@pytest.mark.parametrize("limit", [1, 2, 3, 5])
def test_pages_follow_each_other_without_gap_or_repeat(client, five, limit):
    walked = pages(client, f"kind=report&status=pending&limit={limit}")

    ids = [task["id"] for page in walked for task in page]
    assert [task_id for task_id in ids if task_id in five] == five
    assert len(ids) == len(set(ids))
    assert all(len(page) == limit for page in walked[:-1])


def test_a_page_stays_the_same_while_new_tasks_come(client, five):
    first = client.look("/producer/tasks?kind=report&status=pending&limit=2")
    due = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    newer = client.task("Newer.", kind="report", not_before=due)["id"]

    second = client.get(
        "/producer/tasks?kind=report&status=pending&limit=2", params={"cursor": first["next_cursor"]}
    ).json()

    client.cancel(newer)
    assert [task["id"] for page in (first, second) for task in page["items"]] == five[:4]


@pytest.mark.usefixtures("five")
@pytest.mark.parametrize("status", ["pending", "processing", "completed", "failed", "canceled"])
def test_a_list_has_only_the_status_that_was_asked_for(client, status):
    client.ended(client.task("Hello")["id"])

    items = client.look(f"/producer/tasks?status={status}")["items"]

    assert {task["status"] for task in items} <= {status}
    assert items or status not in {"pending", "completed"}


@pytest.mark.usefixtures("five")
def test_a_list_has_only_the_kind_that_was_asked_for(client):
    items = client.look("/producer/tasks?kind=report")["items"]

    assert {task["kind"] for task in items} == {"report"}


def test_a_list_of_a_kind_that_is_not_there_is_empty(client):
    assert client.look("/producer/tasks?kind=zebra7731") == {"items": [], "next_cursor": None}


def test_a_client_lists_only_its_own_tasks(client, other_client, five):
    own = other_client.task("Mine.", kind="report")["id"]

    ids = [task["id"] for task in other_client.look("/producer/tasks?limit=200")["items"]]

    assert own in ids
    assert not set(five) & set(ids)
    assert own not in [task["id"] for task in client.look("/producer/tasks?limit=200")["items"]]


def test_an_operator_lists_the_tasks_of_all(client, other_client, operator):
    ids = {client.task("Mine.")["id"], other_client.task("Mine, too.")["id"]}

    listed = {task["id"] for task in operator.look("/producer/tasks?limit=200")["items"]}

    assert ids <= listed


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "/limit"),
        ("limit=-1", "/limit"),
        ("limit=201", "/limit"),
        ("limit=zebra7731", "/limit"),
        ("limit=1.5", "/limit"),
        ("limit=", "/limit"),
        ("status=zebra7731", "/status"),
        ("status=", "/status"),
        ("kind=", "/kind"),
        ("kind=zebra7731%00", "/kind"),
        ("cursor=zebra7731", "/cursor"),
        ("cursor=", "/cursor"),
        ("cursor=AAAA", "/cursor"),
        ("cursor=%F0%9F%98%80", "/cursor"),
        ("zebra7731=1", "/*"),
    ],
)
def test_a_wrong_question_is_named_and_not_repeated(client, query, field):
    answer = client.get(f"/producer/tasks?{query}")

    assert problem_of(answer, 422, "invalid_request")["field"] == field
    assert "zebra" not in answer.text
