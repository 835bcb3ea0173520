"""Marts that go on where they were hold what a whole build makes of the same rows, however the rows came and wherever it was cut."""

import os
import random
import subprocess
import sys
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from kit.postgres import connect
from kit.settings import PostgresServer, Settings
from pipelines.marts.dbt import PROJECT, environment, run
from tests.dbt.rows import Decided, Raw
from tests.streams.conftest import wait_until

pytestmark = pytest.mark.servers

NOON = datetime(2026, 3, 10, 15, 0, tzinfo=UTC)
MARTS = (
    "fct_transactions", "fct_decisions", "fct_alerts", "fct_ledger_entries", "daily_volume_and_fraud", "challenger_daily",
    "dim_customers", "customer_profiles", "freshness",
)  # fmt: skip
SELECT = ("--select", *(f"+{mart}" for mart in MARTS))
CHUNKS, DECISIONS = 3, 160
RUN_S = 300
# When it was built is not what a mart holds.
CONTENT = "select to_jsonb(t) - %s::text[] from marts.{} t order by 1"
MOMENTS = {"freshness": ["as_of"], "fct_transactions": ["built_at", "outcome_built_at"]}


@pytest.fixture(scope="module")
def settings(warehouse: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    own = Settings(var=tmp_path_factory.mktemp("var"), warehouse=warehouse)
    seeded = run(own, ["seed"], timeout_s=RUN_S)
    assert seeded.returncode == 0, seeded.stdout[-3000:]
    return own


def turn(settings: Settings, *arguments: str) -> None:
    done = run(settings, ["run", *(arguments or SELECT)], timeout_s=RUN_S)
    assert done.returncode == 0, done.stdout[-3000:]


def content(warehouse: PostgresServer) -> dict[str, list[object]]:
    with connect(warehouse.dsn("audit"), application="test") as connection:
        return {
            mart: [row[0] for row in connection.execute(CONTENT.format(mart), (MOMENTS.get(mart, ["built_at"]),))]
            for mart in MARTS
        }


@pytest.fixture
def made(settings: Settings, warehouse: PostgresServer) -> None:
    """Marts of all that has come: a build goes on from them."""
    with connect(warehouse.dsn("audit"), application="test") as connection:
        there = connection.execute("select to_regclass('marts.fct_transactions') is not null").fetchone()
    if there != (True,):
        turn(settings)


def moves(raw: Raw, chance: random.Random) -> list[Callable[[], object]]:
    """What happens to some decisions of three weeks, in any order that the logs allow: a label may come before its decision."""
    found: list[tuple[float, Callable[[], object]]] = []
    accounts = [uuid.uuid4() for _ in range(5)]
    for _ in range(DECISIONS):
        transaction_id, tenant_id = uuid.uuid4(), chance.choice(["demo", "other"])
        decided_at = chance.random()
        happened = NOON - timedelta(minutes=chance.randrange(21 * 24 * 60))
        row = Decided(
            tenant_id=tenant_id, event_time=happened, channel=chance.choice(["pix", "card", "ted"]), outcome=None,
            amount_minor=chance.randrange(1, 10**6), verdict=chance.choice(["allow", "allow", "review", "deny"]),
            customer_id=f"c{chance.randrange(9)}", transaction_id=transaction_id, account_id=str(chance.choice(accounts)),
            challenger_verdict=chance.choice([None, "allow", "deny"]),
        )  # fmt: skip
        found.append((decided_at, lambda row=row: raw.add(row)))
        if chance.random() < 0.8:
            ended = chance.choice(["posted", "denied", "failed"])
            found.append((
                decided_at + chance.random(),
                lambda t=transaction_id, e=ended, o=tenant_id: raw.outcome(t, e, tenant_id=o),
            ))  # fmt: skip
        for _ in range(chance.choice([0, 0, 1, 2])):
            known_at, fraud = happened + timedelta(days=chance.randrange(40)), chance.random() < 0.5
            found.append((
                chance.random() * 2,
                lambda t=transaction_id, f=fraud, k=known_at, o=tenant_id: raw.label(t, fraud=f, known_at=k, tenant_id=o),
            ))  # fmt: skip
        if chance.random() < 0.1:
            found.append((
                decided_at + chance.random(),
                lambda t=transaction_id, o=tenant_id: raw.override(t, "step_up", tenant_id=o),
            ))  # fmt: skip
        if chance.random() < 0.5:
            debit, credit = chance.sample(accounts, 2)
            found.append((
                chance.random() * 2,
                lambda d=debit, c=credit, a=row.amount_minor, h=happened, s=chance.choice(["posted", "denied"]): raw.transfer(
                    debit=d, credit=c, amount_minor=a, status=s, occurred_at=h
                ),
            ))  # fmt: skip
    found += [
        (chance.random() / 2, lambda a=account, n=number: raw.opening(account_id=a, opened_at=NOON - timedelta(days=90 + n)))
        for number, account in enumerate(accounts[:3])
    ]
    for _ in range(10):
        alert_id, opened_at = uuid.uuid4(), chance.random()
        for number, status in enumerate(["open", "in_review", "confirmed"][: chance.randrange(1, 4)]):
            found.append((
                opened_at + number / 2,
                lambda a=alert_id, s=status, n=number: raw.alert(alert_id=a, status=s, change="grew", decisions=n + 1),
            ))  # fmt: skip
    return [move for _, move in sorted(found, key=lambda each: each[0])]


@pytest.mark.parametrize("seed", [1])
def test_in_chunks_and_in_any_order_the_marts_are_those_of_a_whole_build(
    settings: Settings, warehouse: PostgresServer, seed: int
) -> None:
    coming = moves(Raw(warehouse), random.Random(seed))
    size = -(-len(coming) // CHUNKS)
    for number in range(CHUNKS):
        for move in coming[number * size : (number + 1) * size]:
            move()
        if number == 1:
            turn(settings, "--select", "int_build_cut")  # a build that was killed once it had its cut
        turn(settings)
    gone_on = content(warehouse)
    turn(settings, "--full-refresh", *SELECT)
    whole = content(warehouse)
    for mart in MARTS:
        assert gone_on[mart] == whole[mart], mart
    assert len(whole["fct_transactions"]) == DECISIONS
    assert any(row["fraud"] for row in whole["fct_transactions"])
    assert any(row["decision_source"] == "stand_in" for row in whole["fct_transactions"])


def test_nothing_new_writes_nothing(settings: Settings, warehouse: PostgresServer, made: None) -> None:
    written = "select max(built_at), count(*) from marts.fct_transactions"
    with connect(warehouse.dsn("audit"), application="test") as connection:
        before = connection.execute(written).fetchone()
        turn(settings)
        assert connection.execute(written).fetchone() == before


def test_killed_while_a_mart_is_written_the_next_build_has_all_of_it(
    settings: Settings, warehouse: PostgresServer, made: None
) -> None:
    raw = Raw(warehouse, first_offset=1_000_000)
    [new] = raw.add(Decided(event_time=NOON, amount_minor=4_711, labels=((True, 1),), verdict="deny"))
    waits = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
    with (
        connect(warehouse.dsn("postgres"), application="test") as observer,
        psycopg.connect(warehouse.dsn("postgres")) as holder,
    ):
        holder.execute("lock table marts.fct_transactions in share mode")  # readers may, writers wait
        dbt = subprocess.Popen(
            [str(Path(sys.executable).parent / "dbt"), "run", *SELECT], cwd=PROJECT, env=os.environ | environment(settings)
        )

        def waiting() -> bool:
            assert dbt.poll() is None, "it ended before it was killed"
            return observer.execute(waits).fetchone() != (0,)

        try:
            wait_until(waiting, what="the mart is written", within_s=120)
        finally:
            dbt.kill()
            dbt.wait()
    turn(settings)
    gone_on = content(warehouse)
    assert [row for row in gone_on["fct_transactions"] if row["transaction_id"] == str(new)][0]["fraud_caught"] is True
    turn(settings, "--full-refresh", *SELECT)
    assert content(warehouse) == gone_on
