"""The simulated bank goes into the ledger and onto the topics, each transaction once, whatever happens in between."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import polars as pl
import psycopg
import pytest
from msgspec.json import decode

from contracts.ledger_events import LedgerEvent
from contracts.sealed import PERSON
from contracts.topics import INBOUND_TRANSACTIONS, LABELS
from contracts.transactions import parse_transaction
from kit.kafka import consumer, take, topic_name
from kit.settings import Kafka, PostgresServer, Settings
from kit.subject_keys import SealedRecords, Subject, local_keys
from pipelines.history import live_from, load_history, play_inbound
from risk.segments import REGION_OF
from simulator.bank import Plan
from simulator.calendar import day_start_ms
from simulator.files import write

pytestmark = pytest.mark.servers

PLAN = Plan(customers=300, days=6, seed=11, until_ms=day_start_ms(date(2026, 3, 7)))
LIVE_DAYS = 2


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("bank")
    write(path, PLAN)
    return path


@pytest.fixture(scope="module")
def settings(core: PostgresServer, kafka: Kafka, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(core=core, kafka=kafka, var=tmp_path_factory.mktemp("var"))


class Killed(RuntimeError):
    pass


def killed_after(days: int) -> Callable[[str], None]:
    seen = []

    def progress(line: str) -> None:
        if "transactions" in line:
            seen.append(line)
        if len(seen) == days:
            raise Killed(line)

    return progress


def silent(_line: str) -> None:
    pass


def values_on(kafka: Kafka, topic: str) -> list[bytes]:
    reader = consumer(kafka, group=f"test-{topic}", client="test", **{"enable.partition.eof": False})
    reader.subscribe([topic_name(kafka, topic)])
    found: list[bytes] = []
    try:
        while messages := take(reader, at_most=10_000, wait_s=10.0 if not found else 3.0):
            found += [message.value() for message in messages]
    finally:
        reader.close()
    return found


def test_a_load_that_was_killed_goes_on_and_posts_nothing_twice(settings: Settings, folder: Path) -> None:
    split = live_from(folder, days=LIVE_DAYS)
    with pytest.raises(Killed):
        load_history(settings, folder, until_day=split, progress=killed_after(2))
    loaded = load_history(settings, folder, until_day=split, progress=silent)
    again = load_history(settings, folder, until_day=split, progress=silent)

    events = pl.concat([pl.read_parquet(path) for path in sorted((folder / "events").iterdir())[: PLAN.days - LIVE_DAYS]])
    assert loaded.already_there > 0
    assert loaded.posted + loaded.failed + loaded.already_there == len(events)
    assert (again.posted, again.failed, again.already_there) == (0, 0, len(events))
    with psycopg.connect(settings.core.dsn("postgres")) as connection:
        [stored] = connection.execute("select count(*) from ledger.transfer where door = 'simulated'").fetchone()
        [failed] = connection.execute("select count(*) from ledger.transfer where status = 'failed'").fetchone()
        [total] = connection.execute("select sum(credits_posted_minor - debits_posted_minor) from ledger.account").fetchone()
        payloads = connection.execute("select payload from outbox.event order by id").fetchall()
    assert stored == len(events)
    assert failed / stored < 0.01
    assert total == 0
    ours = [event for (payload,) in payloads if (event := decode(payload, type=LedgerEvent)).purpose == "transfer"]
    assert [event.transfer_id for event in ours] == events["transaction_id"].to_list()
    assert all(event.answer.source == "simulated" and event.transaction.tenant_id == "demo" for event in ours)


def test_people_are_registered_with_names_of_nobody(settings: Settings, folder: Path) -> None:
    load_history(settings, folder, until_day=live_from(folder, days=LIVE_DAYS), progress=silent)
    with psycopg.connect(settings.core.dsn("postgres")) as connection:
        sealed = connection.execute("select tenant_id, customer_id, sealed from bank.person").fetchall()
        [accounts] = connection.execute(
            "select count(*) from bank.account b join ledger.account l on l.id = b.account_id and l.owner_id = b.customer_id"
        ).fetchone()
        known = connection.execute(
            "select p.birth_year, p.state, c.kind from bank.person p join bank.customer c using (tenant_id, customer_id)"
        ).fetchall()
    records = [(Subject(tenant_id, customer_id), content) for tenant_id, customer_id, content in sealed]
    people = SealedRecords(local_keys(settings)).open_all(records, kind=PERSON)
    assert len([person for person in people if person["full_name"]]) == PLAN.customers
    assert all(state in REGION_OF for _, state, _ in known)
    assert all((year is None) == (kind == "business") for year, _, kind in known)
    assert accounts == len(pl.read_parquet(folder / "accounts.parquet"))


def test_inbound_play_that_was_killed_goes_on_and_sends_nothing_twice(settings: Settings, folder: Path) -> None:
    split = live_from(folder, days=LIVE_DAYS)
    with pytest.raises(Killed):
        play_inbound(settings, folder, from_day=split, progress=killed_after(1))
    played = play_inbound(settings, folder, from_day=split, progress=silent)
    again = play_inbound(settings, folder, from_day=split, progress=silent)

    values = values_on(settings.kafka, INBOUND_TRANSACTIONS)
    expected = [pl.read_parquet(path) for path in sorted((folder / "events").iterdir())[-LIVE_DAYS:]]
    assert [parse_transaction(value).transaction_id for value in values] == pl.concat(expected)["transaction_id"].to_list()
    assert played.already_there > 0
    assert (again.events, again.labels, again.already_there) == (0, 0, len(values))
    labels = [json.loads(value) for value in values_on(settings.kafka, LABELS)]
    assert len({label["label_id"] for label in labels}) == len(labels) == played.labels
    assert all(label["known_at"] < PLAN.until_ms for label in labels)
