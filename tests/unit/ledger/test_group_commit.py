"""Group commit: what concurrent writers owe each other, and what they do not."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial

import pytest
from sqlalchemy import create_engine, event, text
from sqlalchemy.exc import OperationalError

from gateway.errors import GatewayError, LedgerOutcomeUnknown, LedgerUnavailable, TaskAlreadyFinished
from gateway.ledger.group_commit import GroupCommit
from gateway.message.ids import new_id


class Notes:
    """A table of words that are there once, a committer for it, and a way to hold the committer up."""

    def __init__(self, folder):
        self.engine = create_engine(f"sqlite:///{folder}/notes.db", hide_parameters=True)
        event.listen(self.engine, "connect", lambda c, _: setattr(c, "isolation_level", None))
        event.listen(self.engine, "begin", lambda c: c.exec_driver_sql("BEGIN IMMEDIATE"))
        with self.engine.begin() as connection:
            connection.execute(text("CREATE TABLE notes (word TEXT PRIMARY KEY)"))
        self.begun = self.commits = 0
        self.how = []
        self.fail_commit = False
        self.free = threading.Event()
        self.free.set()
        self.committer = GroupCommit(self.begin, wait_s=5)

    @contextmanager
    def begin(self, **how):
        self.begun += 1
        self.how.append(how)
        self.free.wait(5)
        with self.engine.begin() as connection:
            yield connection
            if self.fail_commit:
                raise OperationalError("COMMIT", {}, Exception("disk is full"))
        self.commits += 1

    def add(self, word):
        return lambda connection: connection.execute(text("INSERT INTO notes VALUES (:word)"), {"word": word}).rowcount

    @staticmethod
    def add_all(connection, words):
        connection.execute(text("INSERT INTO notes VALUES (:word)"), [{"word": word} for word in words])
        return words

    def words(self):
        with self.engine.connect() as connection:
            return sorted(connection.execute(text("SELECT word FROM notes")).scalars())

    def together(self, *operations):
        """Hand all of them over before any is run; return each one's result or error, in order."""
        return self.together_each(*((self.committer.write, (operation,)) for operation in operations))

    def together_each(self, *calls):
        def outcome(call):
            write, arguments = call
            try:
                return write(*arguments)
            except Exception as error:  # noqa: BLE001 - the tests look at it
                return error

        blocker = self.hold_up(lambda _: None)
        with ThreadPoolExecutor(len(calls)) as pool:
            waiting = []
            for call in calls:
                waiting.append(pool.submit(outcome, call))
                self.until(lambda: self.committer._queue.qsize() == len(waiting))
            self.free.set()
            outcomes = [future.result() for future in waiting]
        blocker.join()
        return outcomes

    def hold_up(self, operation):
        """Let the committer begin with *operation*, and wait there until `free` is set."""
        self.free.clear()
        already = self.begun
        blocker = threading.Thread(target=self.try_to_write, args=(operation,))
        blocker.start()
        self.until(lambda: self.begun > already)
        return blocker

    def try_to_write(self, operation):
        with suppress(LedgerUnavailable):
            self.committer.write(operation)

    def until(self, true):
        for _ in range(5_000):
            if true():
                return
            time.sleep(0.001)
        pytest.fail("the committer did not get there")


@pytest.fixture
def notes(tmp_path):
    made = Notes(tmp_path)
    yield made
    made.free.set()
    made.committer.close()
    made.engine.dispose()


def refused(error):
    def operation(_connection):
        raise error

    return operation


def test_a_write_is_committed_when_its_caller_goes_on(notes):
    assert notes.committer.write(notes.add("a")) == 1

    assert notes.words() == ["a"]


def test_operations_that_wait_at_the_same_time_share_a_commit(notes):
    outcomes = notes.together(*(notes.add(word) for word in "abcdefgh"))

    assert outcomes == [1] * 8
    assert notes.words() == list("abcdefgh")
    assert notes.commits == 2


def test_a_batch_takes_no_more_than_its_bound(notes):
    notes.committer._max_batch = 3

    notes.together(*(notes.add(word) for word in "abcdefg"))

    assert notes.commits == 1 + 3


def test_a_bulk_operation_is_called_once_for_all_who_wait_and_answers_each(notes):
    calls = []

    def add_all(_connection, words):
        calls.append(list(words))
        return [word.upper() for word in words]

    outcomes = notes.together_each(*((notes.committer.write_each, (add_all, word)) for word in "abc"))

    assert (calls, outcomes) == ([["a", "b", "c"]], ["A", "B", "C"])


def test_a_refusal_reaches_its_own_caller_and_the_others_are_written(notes):
    first, second, third = notes.together(notes.add("a"), refused(TaskAlreadyFinished()), notes.add("b"))

    assert (first, third) == (1, 1)
    assert isinstance(second, TaskAlreadyFinished)
    assert notes.words() == ["a", "b"]


@pytest.mark.parametrize("bug", [ValueError("a bug"), KeyError("a bug")])
def test_a_bug_in_one_operation_spoils_only_itself_even_after_it_wrote(notes, bug):
    def writes_then_breaks(connection):
        notes.add("half")(connection)
        raise bug

    first, second, third = notes.together(notes.add("a"), writes_then_breaks, notes.add("b"))

    assert (first, third) == (1, 1)
    assert second is bug
    assert notes.words() == ["a", "b"]


def test_a_refused_row_spoils_only_itself_and_its_values_are_not_told(notes):
    outcomes = notes.together(notes.add("a"), notes.add("hidden"), notes.add("hidden"), notes.add("b"))

    assert [o for o in outcomes if o == 1] == [1, 1, 1]
    error = outcomes[2]
    assert type(error) is GatewayError
    assert "hidden" not in f"{error!r} {error} {error.__notes__} {error.__cause__!r}"
    assert error.__notes__ == ["IntegrityError SQLITE_CONSTRAINT_PRIMARYKEY"]
    assert notes.words() == ["a", "b", "hidden"]


def test_a_refused_row_of_a_bulk_operation_spoils_only_itself(notes):
    calls = ((notes.committer.write_each, (notes.add_all, word)) for word in ["a", "b", "b", "c"])

    outcomes = notes.together_each(*calls)

    assert [o for o in outcomes if isinstance(o, str)] == ["a", "b", "c"]
    assert notes.words() == ["a", "b", "c"]


def test_a_refusal_by_a_bulk_operation_reaches_the_caller_whose_item_it_is_about(notes):
    def add_all(connection, words):
        if "b" in words:
            raise TaskAlreadyFinished
        connection.execute(text("INSERT INTO notes VALUES (:word)"), [{"word": word} for word in words])
        return words

    first, second, third = notes.together_each(*((notes.committer.write_each, (add_all, word)) for word in "abc"))

    assert (first, type(second), third) == ("a", TaskAlreadyFinished, "c")


def test_a_failed_commit_reaches_everyone_and_nothing_is_written(notes):
    notes.committer.write(notes.add("before"))
    notes.fail_commit = True

    def ends_well_or_not(n):
        return refused(TaskAlreadyFinished()) if n == 1 else notes.add(str(n))

    with ThreadPoolExecutor(4) as pool:
        waiting = [pool.submit(notes.committer.write, ends_well_or_not(n)) for n in range(4)]

    errors = [future.exception() for future in waiting]
    assert {type(error) for error in errors} == {LedgerUnavailable}
    assert len({id(error) for error in errors}) == 4
    assert errors[0].__notes__ == ["OperationalError"]
    assert notes.words() == ["before"]


def test_after_a_failed_commit_the_next_write_goes_through(notes):
    notes.fail_commit = True
    with pytest.raises(LedgerUnavailable):
        notes.committer.write(notes.add("a"))

    notes.fail_commit = False

    assert notes.committer.write(notes.add("a")) == 1


def test_a_database_that_breaks_under_one_operation_fails_the_batch(notes):
    broken = OperationalError("INSERT", {}, Exception("disk I/O error"))

    outcomes = notes.together(notes.add("a"), refused(broken), notes.add("b"))

    assert {type(outcome) for outcome in outcomes} == {LedgerUnavailable}
    assert notes.words() == []


def test_transactions_that_stood_in_each_others_way_are_tried_again(notes):
    class Deadlock(Exception):
        sqlstate = "40P01"

    tries = []

    def deadlocks_twice(connection):
        tries.append(1)
        if len(tries) < 3:
            raise OperationalError("UPDATE", {}, Deadlock())
        return notes.add("a")(connection)

    assert notes.committer.write(deadlocks_twice) == 1
    assert notes.words() == ["a"]


def test_transactions_that_keep_standing_in_each_others_way_are_given_up(notes):
    class Deadlock(Exception):
        sqlstate = "40P01"

    with pytest.raises(LedgerUnavailable) as given_up:
        notes.committer.write(refused(OperationalError("UPDATE", {}, Deadlock())))

    assert given_up.value.__notes__ == ["OperationalError 40P01"]


def test_a_caller_who_waited_too_long_is_told_and_its_operation_is_dropped(notes):
    notes.committer._wait_s = 0.05
    stuck = notes.hold_up(notes.add("stuck"))

    followed = []

    with pytest.raises(LedgerUnavailable) as late:
        notes.committer.write_each(notes.add_all, "late", follow=followed.append)
    stuck.join()
    notes.free.set()
    notes.committer.close()

    assert not isinstance(late.value, LedgerOutcomeUnknown)
    assert notes.words() == ["stuck"]  # it was under way: its outcome was not known, and now it is
    assert followed == []


def test_a_caller_who_waits_too_long_for_what_is_under_way_learns_that_nobody_knows(notes):
    notes.committer._wait_s = 0.05
    notes.free.clear()

    with pytest.raises(LedgerOutcomeUnknown):
        notes.committer.write(notes.add("a"))
    notes.free.set()
    notes.committer.close()

    assert notes.words() == ["a"]


def test_each_caller_of_one_transaction_is_followed_and_waits_for_his_own(notes, monkeypatch):
    monkeypatch.setattr("gateway.ledger.group_commit.FOLLOWED_WITHIN_S", 60)
    followed, order = {}, []

    def write(word):
        outcome = notes.committer.write_each(notes.add_all, word, follow=partial(followed.__setitem__, word))
        order.append(word)
        return outcome

    with ThreadPoolExecutor(1) as pool:
        together = pool.submit(notes.together_each, *((write, (word,)) for word in "abc"))
        for number, word in enumerate("bca"):
            notes.until(lambda: len(followed) == 3)
            followed[word]()
            notes.until(lambda n=number: len(order) == n + 1)

    assert (order, together.result()) == (list("bca"), list("abc"))
    assert (notes.commits, notes.words()) == (2, list("abc"))


def test_of_one_transaction_those_are_followed_whose_write_it_took(notes):
    followed = []

    def write(word):
        return notes.committer.write_each(notes.add_all, word, follow=lambda done: (followed.append(word), done()))

    outcomes = notes.together_each(*((write, (word,)) for word in ["a", "b", "b", "c"]))

    assert [type(outcome) for outcome in outcomes] == [str, str, GatewayError, str]
    assert followed == list("abc")


def test_nothing_follows_a_commit_that_failed(notes):
    followed = []
    notes.fail_commit = True

    with pytest.raises(LedgerUnavailable):
        notes.committer.write_each(notes.add_all, "a", follow=followed.append)

    assert followed == []


def test_a_transaction_is_one_statement_where_all_that_share_it_are(notes):
    def write(as_one):
        return lambda word: notes.committer.write_each(notes.add_all, word, as_one=as_one)

    one, several = write(True), write(False)
    for writers in ([one, one], [one, several], [several, several], [one]):
        notes.together_each(*((writer, (new_id(),)) for writer in writers))
    notes.together_each((one, ("taken",)), (one, ("taken",)))  # refused, then written with a savepoint around each

    assert [how["as_one"] for how in notes.how] == [
        *(False, True),  # the first is what the others wait behind
        *(False, False),
        *(False, False),
        *(False, True),
        *(False, True, False),
    ]


def test_an_operation_may_raise_a_timeout_of_its_own(notes):
    with pytest.raises(TimeoutError, match="mine"):
        notes.committer.write(refused(TimeoutError("mine")))


def test_a_committer_that_runs_out_of_memory_between_two_batches_serves_the_next(notes, monkeypatch):
    def no_memory(*_, **__):
        monkeypatch.undo()
        raise MemoryError

    monkeypatch.setattr(notes.committer._company, "patience_s", no_memory)
    with pytest.raises(LedgerUnavailable) as unwritten:
        notes.committer.write(notes.add("a"), wait_s=0.2)

    assert notes.committer.write(notes.add("b")) == 1
    assert type(unwritten.value) is LedgerUnavailable
    assert notes.words() == ["b"]


def test_closing_writes_what_waits_and_refuses_what_comes(notes):
    notes.hold_up(notes.add("a"))
    with ThreadPoolExecutor(6) as pool:
        waiting = [pool.submit(notes.committer.write, notes.add(word)) for word in "bcde"]
        notes.until(lambda: notes.committer._queue.qsize() == 4)
        closing = pool.submit(notes.committer.close)
        notes.until(lambda: notes.committer._closed)
        with pytest.raises(LedgerUnavailable, match="closed"):
            notes.committer.write(notes.add("late"))
        notes.free.set()
        closing.result()

    assert [future.result() for future in waiting] == [1] * 4
    assert notes.words() == list("abcde")
    assert not notes.committer._thread.is_alive()
