"""What every ledger promises about what a task holds: it reads back as it was written."""

import pytest

AWKWARD = [
    "a NUL \0, a bell \a, a tab \t",
    "lines \n \r\n \u2028 \x85",
    r"""quotes ' " `` $$ and \ or \\ or \u0041 or \x41 or \N""",
    "beyond the first plane 😀 \U0010ffff, joined e\u0301, \u200b, \ufeff",
    "%s :id ? {0} ${x} NULL null",
    "",
]


@pytest.mark.parametrize("text", AWKWARD)
def test_what_a_task_holds_reads_back_to_the_letter(ledger, words, text):
    payload = {"content": text, text: [text, {text: text}]}
    column = text.replace("\0", "")  # PostgreSQL's texts have none; in a payload it is an escape

    task = words.accepted(
        payload=payload, request_id=column, kind=column, caller=column, callback_url=f"https://shop.example/{column}"
    )

    assert ledger.get(task.id) == task
    assert (task.payload, task.request_id, task.caller) == (payload, column, column)
    assert words.moves(task) == [(None, "pending", column, None)]


def test_numbers_and_what_is_not_there_read_back_as_they_were(ledger, words):
    payload = {
        "floats": [0.1, -0.0, 1e308, 5e-324, 1e16, 12345678901234567.0, 1 / 3],
        "integers": [0, -(2**63), 2**64 - 1],
        "others": [None, True, False, [], {}],
    }

    task = words.accepted(payload=payload, not_before=None, callback_url=None)

    assert ledger.get(task.id) == task
    assert repr(ledger.get(task.id).payload) == repr(payload)  # 1 is not 1.0, and 0.0 not -0.0
    assert (task.not_before, task.callback_url, task.silent_at) == (None, None, None)


def test_what_tasks_hold_is_not_mixed_up_where_they_are_written_together(ledger, words):
    new = [
        words.new(payload={"content": text}, callback_url=f"https://shop.example/{n}") for n, text in enumerate(AWKWARD)
    ]

    together = ledger.accept_all(new)

    assert [ledger.get(task.id) for task in together] == together
    assert [task.payload["content"] for task in together] == AWKWARD
