"""The ledger under kill -9 of the database and of those who post, at any moment: what was answered is true, and once."""

import random
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from msgspec import json as msgspec_json

from contracts.ledger_events import LedgerEvent, LedgerStatus
from kit.clock import SystemClock
from kit.postgres import connect
from ledger.accounts import open_accounts
from ledger.postings import ENDING, Kind, PostingRequest
from ledger.trial_balance import differences
from tests.ledger.books import compare_books
from tests.ledger.crowd import ACCOUNTS, Asked, Notebook
from tests.ledger.killable import Crowd, KillableServer
from tests.ledger.reference import Books, Reference

pytestmark = [pytest.mark.servers, pytest.mark.alone, pytest.mark.timeout(7_200)]

KILLING_S = 35.0
NAMES = ["ana", "bia", "caio"]
ENDS = {LedgerStatus.POSTED: Kind.POST_PENDING, LedgerStatus.DENIED: Kind.VOID_PENDING}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("killed")


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[KillableServer]:
    made = KillableServer(folder)
    made.start()
    made.make()
    yield made
    made.remove()


@pytest.fixture(scope="module")
def kills(folder: Path, server: KillableServer, pytestconfig: pytest.Config) -> Counter[str]:
    """The whole of it: a crowd posts while everything is killed at random; then it settles what is open."""
    with connect(server.address.dsn("api"), application="test") as connection:
        open_accounts(connection, ACCOUNTS, now_ms=SystemClock().now_ms())
    (folder / "dsn").write_text(server.address.dsn("api"))
    chance, done = random.Random(), Counter[str]()
    crowd = Crowd(folder, names=NAMES)
    try:
        until = time.monotonic() + KILLING_S * pytestconfig.getoption("--soak")
        while time.monotonic() < until:
            time.sleep(chance.uniform(0.2, 3.0))  # when the kill comes is the experiment
            what = chance.choice(["server", "backend", "writer", "writer"])
            if what == "server":
                server.kill()
            elif what == "backend":
                server.kill_one_backend(chance)
            else:
                crowd.kill_one(chance)
            done[what] += 1
        assert crowd.end() == {0: len(NAMES)}
    finally:
        crowd.remove()
    return done


@pytest.fixture(scope="module")
def notes(folder: Path, kills: Counter[str]) -> list[Notebook]:
    return [Notebook(folder / f"{name}.notes") for name in NAMES]


@pytest.fixture(scope="module")
def auditor(server: KillableServer, kills: Counter[str]) -> Iterator[psycopg.Connection]:
    with connect(server.address.dsn("audit"), application="test", statement_timeout_ms=120_000) as connection:
        yield connection


@pytest.fixture(scope="module")
def events(auditor: psycopg.Connection) -> list[LedgerEvent]:
    rows = auditor.execute("select payload from outbox.event order by id").fetchall()
    return [msgspec_json.decode(payload, type=LedgerEvent) for (payload,) in rows]


def test_everything_was_killed_and_much_was_posted(kills, notes, events):
    print(f"kills: {dict(kills)}; answers: {sum(len(each.answered) for each in notes)}; events: {len(events)}")
    assert kills["writer"]
    assert kills["server"] + kills["backend"]
    assert len(events) > 500
    for each in notes:
        assert set(each.asked) == set(each.answered), "something was asked and never answered"


def test_every_answer_is_true(notes, auditor):
    stored = {row[0]: row[1:] for row in auditor.execute("select id, status, reason, posted_minor from ledger.transfer")}
    for key, answers, asked in ((key, found, each.asked[key]) for each in notes for key, found in each.answered.items()):
        for answer in answers:
            for row, (outcome, code, _, told) in zip(asked.rows, answer["answer"], strict=True):
                status, reason, posted = stored.get(row.transfer_id, (None, None, None))
                if told in ("posted", "voided", "expired", "failed"):
                    assert status == told, (key, answer)
                elif told == "held":
                    assert status in ("held", "posted", "voided"), (key, answer)
                if row.kind not in ENDING and told == "failed" and outcome != "conflict":
                    assert (reason, posted) == (code, 0), (key, answer)
                if outcome == "posted" and row.amount_minor is not None:
                    assert posted == row.amount_minor, (key, answer)


def test_linked_rows_stood_or_fell_together(notes, auditor):
    stored = {row[0]: row[1] for row in auditor.execute("select id, status from ledger.transfer")}
    pairs = [asked.rows for each in notes for asked in each.asked.values() if len(asked.rows) > 1]
    assert pairs
    for pair in pairs:
        assert len({stored[row.transfer_id] for row in pair}) == 1, pair


def test_the_books_agree_with_their_own_entries(auditor):
    found = differences(auditor)
    assert found.none, found


def test_one_serial_execution_explains_every_outcome_balance_and_event(notes, auditor, events):
    """Events of transfers that share an account are written in the order in which their batches had its lock."""
    asked = {
        row.transfer_id: each for book in notes for each in book.asked.values() for row in each.rows if row.kind not in ENDING
    }
    ends = {(row.kind, row.transfer_id): row for book in notes for each in book.asked.values() for row in each.rows
            if row.kind in ENDING}  # fmt: skip
    reference = Reference()
    reference.accounts = {account.account_id: Books(account) for account in ACCOUNTS}
    for event in events:
        transfer_id = uuid.UUID(event.transfer_id)
        if transfer_id not in reference.transfers:
            reference.post_batch(linked(asked[transfer_id]), now_ms=0)
        elif reference.transfers[transfer_id].status == "held":
            reference.post_batch([ends[ENDS[event.status], transfer_id]], now_ms=0)
    assert [(uuid.UUID(event.transfer_id), event.status.value, event.amount_minor) for event in events] == reference.events
    compare_books(auditor, reference, booked=False)


def linked(asked: Asked) -> list[PostingRequest]:
    return [replace(row, group=1) for row in asked.rows] if len(asked.rows) > 1 else asked.rows
