"""Several processes that count the same alerts at the same time, each in an order of its own."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from harness.eventually import eventually
from sqlalchemy import select, text

from gateway.database_engine import new_engine
from gateway.ledger import sql_alerts
from gateway.ledger.alert import AlertType, NewAlert, Severity
from gateway.ledger.schema import alerts
from gateway.ledger.sql import SqlLedger
from gateway.message.ids import new_id
from gateway.transactions import begin_writing

WAITING = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()")
NOW, FOLD = 1_800_000_000_000, 60_000


@pytest.fixture
def engine(postgres_url):
    made = new_engine(postgres_url)
    yield made
    made.dispose()


@pytest.fixture
def ledger(postgres_url):
    made = SqlLedger(postgres_url, clock=lambda: NOW)
    yield made
    made.close()


def an_alert(subject):
    return NewAlert(
        id=new_id(),
        type=AlertType.SECRET,
        severity=Severity.HIGH,
        description="A secret was found.",
        action="held",
        caller="shop",
        request_id=None,
        subject=subject,
    )


def repeat(connection, raised):
    sql_alerts.count_each(connection, [alert.id for alert in raised], now=NOW, fold_ms=FOLD)


def raise_again(connection, raised):
    sql_alerts.count_each(connection, raised, now=NOW, fold_ms=FOLD)


def repeat_one_and_raise_the_other_again(connection, raised):
    sql_alerts.count_each(connection, [raised[0].id, raised[1]], now=NOW, fold_ms=FOLD)


@pytest.mark.parametrize("count", [repeat, raise_again, repeat_one_and_raise_the_other_again])
def test_two_who_count_the_same_alerts_wait_for_each_other_one_way_round(engine, ledger, count):
    raised = [an_alert(subject) for subject in "ab"]
    for alert in raised:
        ledger.raise_alert(alert)

    def counted(those):
        with begin_writing(engine) as connection:
            count(connection, those)

    def waiting():
        with engine.connect() as connection:
            return connection.execute(WAITING).scalar_one()

    with ThreadPoolExecutor(2) as pool:
        with begin_writing(engine) as connection:  # a third one, so that both have begun before either can end
            connection.execute(select(alerts.c.id).where(alerts.c.id == raised[0].id).with_for_update())
            ways = [raised, raised[::-1]]
            both = []
            for way in ways:
                both.append(pool.submit(counted, way))
                eventually(lambda: waiting() == len(both))
        for one in both:
            one.result()  # where they crossed, PostgreSQL has ended one of them

    assert [ledger.alert(alert.id).count for alert in raised] == [3, 3]
