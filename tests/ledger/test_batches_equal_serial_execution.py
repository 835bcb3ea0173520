"""Random histories of mixed batches: the ledger and a serial in-memory one agree on every answer and every counter."""

import json
import uuid
from collections.abc import Iterator

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import json as msgspec_json

from contracts.ledger_events import LedgerEvent, Purpose
from kit.postgres import connect
from kit.settings import PostgresServer
from ledger.accounts import NewAccount, open_accounts
from ledger.postings import Kind, PostingRequest
from ledger.repository import post_batch
from ledger.trial_balance import differences
from tests.ledger.reference import Books, Reference

pytestmark = pytest.mark.servers

NOW_MS = 1_750_000_000_000
ACCOUNTS = 6
# (floor by flag, ceiling by flag, min balance, currency, tenant)
SHAPES = [
    (False, False, None, "BRL", "one"),
    (True, False, None, "BRL", "one"),
    (True, False, None, "BRL", "one"),
    (False, True, None, "BRL", "one"),
    (False, False, -30, "BRL", "one"),
    (True, False, 10, "BRL", "one"),
    (False, False, None, "USD", "one"),
    (False, False, None, "BRL", "two"),
    (False, False, None, "BRL", "one"),
    (False, False, None, "BRL", "one"),
]
CLOSED, FROZEN = 8, 9
KINDS = [*[Kind.POST] * 8, *[Kind.HOLD] * 4, *[Kind.POST_PENDING] * 4, Kind.VOID_PENDING, Kind.EXPIRE, Kind.DENY, Kind.OBSERVE]

rows = st.tuples(
    st.sampled_from(KINDS),
    st.integers(0, 11),  # transfer
    st.integers(0, 21),  # debit account: mostly the first six
    st.integers(0, 21),  # credit account
    st.integers(1, 60),  # amount
    st.sampled_from([None, None, None, None, 1, 2]),  # linked group
    st.sampled_from([None, None, None, *range(12)]),  # reverses
    st.sampled_from(["one"] * 9 + ["two"]),
    st.booleans(),  # a hold that has run out
    st.booleans(),  # a whole or a partial post of a hold
)
histories = st.lists(st.lists(rows, min_size=1, max_size=25), min_size=1, max_size=6)


@pytest.fixture(scope="module")
def connection(core: PostgresServer) -> Iterator[psycopg.Connection]:
    with connect(core.dsn("api"), application="test") as opened:
        yield opened


@pytest.fixture(scope="module")
def auditor(core: PostgresServer) -> Iterator[psycopg.Connection]:
    with connect(core.dsn("audit"), application="test") as opened:
        yield opened


def account_index(number: int) -> int:
    return number % ACCOUNTS if number < 18 else ACCOUNTS + number - 18


def request_of(row: tuple, world: uuid.UUID, accounts: list[NewAccount], position: int) -> PostingRequest:
    kind, transfer, debit, credit, amount, group, reverses, tenant, due, partial = row
    transfer_id = uuid.uuid5(world, f"transfer {transfer}")
    if kind in (Kind.POST_PENDING, Kind.VOID_PENDING, Kind.EXPIRE):
        return PostingRequest(
            kind=kind,
            transfer_id=transfer_id,
            tenant_id=tenant,
            occurred_at_ms=NOW_MS,
            amount_minor=amount if kind is Kind.POST_PENDING and partial else None,
            group=None if kind is Kind.EXPIRE else group,
        )
    reversal = reverses is not None and kind is Kind.POST
    return PostingRequest(
        kind=kind,
        transfer_id=transfer_id,
        tenant_id=tenant,
        occurred_at_ms=NOW_MS + position,
        amount_minor=amount,
        currency="BRL",
        debit_account_id=accounts[account_index(debit)].account_id,
        credit_account_id=accounts[account_index(credit)].account_id,
        purpose=Purpose.REVERSAL if reversal else Purpose.TRANSFER,
        reverses_id=uuid.uuid5(world, f"transfer {reverses}") if reversal else None,
        group=group if kind in (Kind.POST, Kind.HOLD) else None,
        expires_at_ms=(NOW_MS - 1 if due else NOW_MS + 1) if kind is Kind.HOLD else None,
    )


def gathered(batch: list[PostingRequest]) -> list[PostingRequest]:
    """Put the rows of each group beside its first one: that is how a caller sends them."""
    result: list[PostingRequest] = []
    for row in batch:
        if row.group is None:
            result.append(row)
        elif not any(other.group == row.group for other in result):
            result += [other for other in batch if other.group == row.group]
    return result


def make_world(connection: psycopg.Connection) -> tuple[uuid.UUID, list[NewAccount], Reference]:
    world = uuid.uuid4()
    accounts = [
        NewAccount(
            account_id=uuid.uuid5(world, f"account {number}"),
            tenant_id=tenant,
            currency=currency,
            owner_id="c1",
            debits_must_not_exceed_credits=floor,
            credits_must_not_exceed_debits=ceiling,
            min_balance_minor=minimum,
        )
        for number, (floor, ceiling, minimum, currency, tenant) in enumerate(SHAPES)
    ]
    open_accounts(connection, accounts, now_ms=NOW_MS)
    connection.execute("select ledger.change_account('one', %s, true, null, null, null)", (accounts[CLOSED].account_id,))
    connection.execute("select ledger.change_account('one', %s, null, true, true, null)", (accounts[FROZEN].account_id,))
    reference = Reference()
    reference.accounts = {account.account_id: Books(account) for account in accounts}
    reference.accounts[accounts[CLOSED].account_id].closed = True
    reference.accounts[accounts[FROZEN].account_id].frozen_debits = True
    reference.accounts[accounts[FROZEN].account_id].frozen_credits = True
    return world, accounts, reference


def compare_books(auditor: psycopg.Connection, reference: Reference) -> None:
    ids = list(reference.accounts)
    stored = {
        row[0]: row[1:]
        for row in auditor.execute(
            "select id, debits_posted_minor, credits_posted_minor, debits_pending_minor, credits_pending_minor, version "
            "from ledger.account where id = any(%s)",
            (ids,),
        )
    }
    for account_id, books in reference.accounts.items():
        expected = (books.debits, books.credits, books.debits_pending, books.credits_pending, len(books.entries))
        assert stored[account_id] == expected
    entries: dict[uuid.UUID, list] = {account_id: [] for account_id in ids}
    for account_id, *entry in auditor.execute(
        "select account_id, transfer_id, delta_minor, balance_after_minor from ledger.entry where account_id = any(%s) "
        "order by account_id, version",
        (ids,),
    ):
        entries[account_id].append(tuple(entry))
    assert entries == {account_id: books.entries for account_id, books in reference.accounts.items()}
    transfers = {
        row[0]: row[1:]
        for row in auditor.execute(
            "select id, status, reason, posted_minor, reversed_minor from ledger.transfer where id = any(%s)",
            (list(reference.transfers),),
        )
    }
    assert transfers == {key: (r.status, r.reason, r.posted, r.reversed) for key, r in reference.transfers.items()}


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(history=histories)
def test_a_batch_answers_what_serial_execution_would(
    connection: psycopg.Connection, auditor: psycopg.Connection, history: list[list[tuple]]
) -> None:
    world, accounts, reference = make_world(connection)
    [[first_event]] = auditor.execute("select coalesce(max(id), 0) from outbox.event").fetchall()
    for batch in history:
        requests = gathered([request_of(row, world, accounts, position) for position, row in enumerate(batch)])
        expected = reference.post_batch(requests, now_ms=NOW_MS)
        results = post_batch(connection, requests, now_ms=NOW_MS)
        answers = [(r.outcome.value, r.code, r.field, None if r.status is None else r.status.value) for r in results]
        assert answers == expected
        compare_books(auditor, reference)
    events = [
        (uuid.UUID(event.transfer_id), event.status.value)
        for (payload,) in auditor.execute("select payload from outbox.event where id > %s order by id", (first_event,))
        for event in [msgspec_json.decode(payload, type=LedgerEvent)]
    ]
    assert sorted(events) == sorted(reference.events)


def test_the_books_agree_with_their_own_entries_after_all_that(auditor: psycopg.Connection) -> None:
    found = differences(auditor)
    assert found.none, json.dumps(str(found))
