"""A backup of the core is taken while it works, verified, and restored into an empty server that proves itself and goes on."""

import dataclasses
import json
import os
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from confluent_kafka import TopicPartition
from polars.testing import assert_frame_equal

from baas.backup import Restored, restore_backup
from baas.backup.repository import read_books
from baas.backup.restoring import running
from baas.machine import Machine
from contracts.ledger_events import Purpose
from contracts.topics import ALERTS, BANKING_TRANSACTIONS
from kit import outbox
from kit.clock import SystemClock
from kit.kafka import consumer, take
from kit.localset.orphans import find_orphans
from kit.outbox import POSITION_HEADER, Position
from kit.postgres import connect
from kit.settings import REPOSITORY_ROOT, PostgresServer, Settings
from ledger.accounts import NewAccount, open_accounts, system_account
from ledger.postings import Kind, Outcome, PostingRequest
from ledger.repository import post_batch
from ledger.trial_balance import differences, trial_balance
from pipelines.reconcile.stores import read_core
from tests.platform.conftest import LocalSet, eventually
from tests.servers import environment_of

pytestmark = pytest.mark.servers
SETTLEMENT = system_account(tenant_id="demo", currency="BRL", code="settlement:pix")
FORGED = "insert into ledger.entry values (%s, 1, 'demo', %s, 5, 5, now(), now())"


def book(core: PostgresServer, *, amount_minor: int) -> None:
    """Open an account, pay into it, pay out of it and hold some of the rest, as the product does."""
    now_ms = SystemClock().now_ms()
    owned = NewAccount(
        account_id=uuid.uuid4(), tenant_id="demo", currency="BRL", owner_id="c1", debits_must_not_exceed_credits=True
    )

    def request(debit: uuid.UUID, credit: uuid.UUID, share: int, **others: object) -> PostingRequest:
        fields: dict = {
            "kind": Kind.POST, "transfer_id": uuid.uuid4(), "tenant_id": "demo", "occurred_at_ms": now_ms, "currency": "BRL",
            "amount_minor": amount_minor // share, "debit_account_id": debit, "credit_account_id": credit,
        }  # fmt: skip
        return PostingRequest(**(fields | others))

    account, settlement = owned.account_id, SETTLEMENT.account_id
    with connect(core.dsn("api"), application="test") as connection:
        open_accounts(connection, [SETTLEMENT, owned], now_ms=now_ms)
        posted = post_batch(
            connection,
            [
                request(settlement, account, 1, purpose=Purpose.OPENING),
                request(account, settlement, 2),
                request(account, settlement, 4, kind=Kind.HOLD, expires_at_ms=now_ms + 3_600_000),
            ],
            now_ms=now_ms,
        )
    assert [result.outcome for result in posted] == [Outcome.POSTED, Outcome.POSTED, Outcome.HELD]


def back_up(local_set: LocalSet, folder: Path) -> Path:
    before = set(folder.iterdir())
    said = local_set.run("backup", "--to", str(folder)).stdout
    assert said.startswith("verified: ")
    (made,) = set(folder.iterdir()) - before
    return made


def restore(local_set: LocalSet, backup: Path, *, to: Path) -> Restored:
    return restore_backup(Machine(Settings(var=local_set.var, core=local_set.servers.core)), backup_folder=backup, to=to)


@pytest.fixture(scope="module")
def backup(local_set, tmp_path_factory) -> Path:
    book(local_set.servers.core, amount_minor=12_34)
    return back_up(local_set, tmp_path_factory.mktemp("backups"))


def test_a_restored_server_holds_the_same_books_and_they_balance(local_set, backup):
    with connect(local_set.servers.core.dsn("postgres"), application="test") as connection:
        before = read_books(connection)
    assert before.entries >= 4
    restored = local_set.var / "restored"
    said = local_set.run("restore", str(backup), "--to", str(restored)).stdout
    assert f"{before.accounts:,} accounts, {before.transfers:,} transfers, {before.entries:,} entries" in said
    assert "They balance." in said
    assert "baas reconcile" in said
    assert not (restored / "postmaster.pid").exists()
    assert len(find_orphans(str(local_set.var))) == 4


def test_a_restored_core_reconciles_by_itself_with_what_was_there_when_it_was_backed_up(local_set, backup, tmp_path):
    core = local_set.servers.core
    then = read_core(Settings(core=core))
    with connect(core.dsn("audit"), application="test") as connection:
        totals = trial_balance(connection)
    book(core, amount_minor=99_00)
    restored = restore(local_set, backup, to=tmp_path / "alone")
    with running(restored.node, restored.server):
        restored_core = read_core(Settings(core=restored.server))
        for field in dataclasses.fields(then):
            assert_frame_equal(getattr(restored_core, field.name), getattr(then, field.name), check_row_order=False)
        with connect(restored.server.dsn("audit"), application="test") as connection:
            assert differences(connection).none
            assert trial_balance(connection) == totals
        book(restored.server, amount_minor=50_00)
        with connect(restored.server.dsn("audit"), application="test") as connection:
            assert differences(connection).none


def test_a_restored_server_whose_books_do_not_balance_is_said_so_and_fails_the_command(local_set, tmp_path):
    forged, transfer = uuid.uuid4(), uuid.uuid4()
    with connect(local_set.servers.core.dsn("postgres"), application="test") as connection:
        connection.execute(FORGED, (forged, transfer))
        connection.execute("update ledger.account set debits_pending_minor = debits_pending_minor + 1 where code is not null")
        try:
            broken = back_up(local_set, tmp_path)
        finally:
            connection.execute("delete from ledger.entry where account_id = %s", (forged,))
            connection.execute(
                "update ledger.account set debits_pending_minor = debits_pending_minor - 1 where code is not null"
            )
    restored = local_set.run("restore", str(broken), "--to", str(tmp_path / "broken"), check=False)
    assert restored.returncode == 1
    assert "DO NOT BALANCE" in restored.stdout
    assert f"accounts whose counters are not the sum of their entries: {forged}" in restored.stdout
    assert f"transfers whose entries are not what they moved: {transfer}" in restored.stdout
    assert f"accounts whose held amounts are not those of their holds: {SETTLEMENT.account_id}" in restored.stdout
    assert "currencies whose debits are not their credits: demo BRL" in restored.stdout


class Topics:
    """What relays put on the set's topics, from their beginning."""

    def __init__(self, local_set: LocalSet) -> None:
        self._source = consumer(local_set.servers.kafka, group=uuid.uuid4().hex, client="test")
        self._source.assign([TopicPartition(topic, 0, 0) for topic in (BANKING_TRANSACTIONS, ALERTS)])
        self.carried: list[tuple[Position, str]] = []

    def read(self) -> list[str]:
        for message in take(self._source, at_most=1_000, wait_s=0.5):
            position = Position.parse(dict(message.headers())[POSITION_HEADER])
            self.carried.append((position, message.value().decode()))
        return [payload for _, payload in self.carried]


def write(core: PostgresServer, *names: str, topic: str = BANKING_TRANSACTIONS) -> None:
    with psycopg.connect(core.dsn("api")) as connection:
        for name in names:
            outbox.publish(connection, topic=topic, key="demo", payload=json.dumps(name).encode())


def skip_log(core: PostgresServer, *, beyond: str = "") -> str:
    """Move the server's log on: to the next segment, or until it is beyond a place. Returns where it is then."""
    with psycopg.connect(core.dsn("postgres"), autocommit=True) as admin:
        while True:
            admin.execute("select pg_logical_emit_message(false, 'test', 'moved on')")
            admin.execute("select pg_switch_wal()")
            [here, enough] = admin.execute(
                "select pg_current_wal_lsn()::text, pg_current_wal_lsn() > coalesce(nullif(%s, ''), '0/0')::pg_lsn", (beyond,)
            ).fetchone() or ("", False)
            if enough:
                return str(here)


@contextmanager
def relaying(local_set: LocalSet, core: PostgresServer) -> Iterator[None]:
    servers = local_set.servers
    found = environment_of(core=core, warehouse=servers.warehouse, kafka=servers.kafka, var=local_set.var)
    process = subprocess.Popen(
        [sys.executable, "-m", "streams.relay"], cwd=REPOSITORY_ROOT, env=os.environ | found | {"BAAS_HEALTH": "{}"}
    )
    try:
        yield
    finally:
        process.terminate()
        assert process.wait(30) == 0


def names_on(topics: Topics, *wanted: str) -> Callable[[], bool]:
    return lambda: {json.dumps(name) for name in wanted} <= set(topics.read())


def test_a_restored_core_goes_on_with_its_outbox_and_no_event_is_lost_or_there_twice(local_set, tmp_path):
    core = local_set.servers.core
    topics = Topics(local_set)
    write(core, "before")
    with relaying(local_set, core):
        eventually(names_on(topics, "before"), what="the first event is on its topic")
    write(core, "in the backup, not relayed yet")
    backup = back_up(local_set, tmp_path)

    write(core, *(f"given up {number}" for number in range(20)))
    skip_log(core)
    write(core, "given up, far on in the log", topic=ALERTS)
    given_up_until = skip_log(core)
    with relaying(local_set, core):
        eventually(
            names_on(topics, "given up 19", "given up, far on in the log"), what="the given-up events are on their topics"
        )

    restored = restore(local_set, backup, to=tmp_path / "restored")
    with running(restored.node, restored.server):
        write(restored.server, *(f"before the relay {number}" for number in range(5)))
        with relaying(local_set, restored.server):
            eventually(names_on(topics, "before the relay 4"), what="the restored outbox is carried")
        write(restored.server, "while no relay ran")
        skip_log(restored.server, beyond=given_up_until)
        with relaying(local_set, restored.server):
            eventually(names_on(topics, "while no relay ran"), what="an event at a place of the given-up log is carried")
        with psycopg.connect(restored.server.dsn("postgres")) as admin:
            kept = admin.execute("select id, convert_from(payload, 'UTF8') from outbox.event order by id").fetchall()
    topics.read()
    carried = [(position.outbox_id, payload) for position, payload in topics.carried if "given up" not in payload]
    assert sorted(carried) == kept
    ids = [position.outbox_id for position, _ in topics.carried]
    assert len(set(ids)) == len(ids)


def test_a_damaged_backup_is_refused(local_set, backup, tmp_path):
    victim = next(path for path in (backup / "base").rglob("*") if path.is_file() and path.stat().st_size > 8192)
    whole = victim.read_bytes()
    victim.write_bytes(whole[:4096] + b"\xff" * 16 + whole[4112:])
    try:
        refused = local_set.run("restore", str(backup), "--to", str(tmp_path / "never"), check=False)
    finally:
        victim.write_bytes(whole)
    assert refused.returncode == 1
    assert "damaged" in refused.stderr
    assert not (tmp_path / "never").exists()


def test_a_folder_that_exists_is_never_written_over(local_set, backup, tmp_path):
    (tmp_path / "mine").mkdir()
    refused = local_set.run("restore", str(backup), "--to", str(tmp_path / "mine"), check=False)
    assert refused.returncode == 1
    assert "nothing is overwritten" in refused.stderr


def test_a_folder_that_is_no_backup_is_refused(local_set, tmp_path):
    (tmp_path / "other").mkdir()
    refused = local_set.run("restore", str(tmp_path / "other"), "--to", str(tmp_path / "never"), check=False)
    assert refused.returncode == 1
    assert "is not a backup" in refused.stderr
