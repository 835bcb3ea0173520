"""Random histories of mixed batches: the ledger and a serial in-memory one agree on every answer and every counter."""

import json
import random
import uuid
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from contracts.ledger_events import Purpose
from kit.clock import SystemClock
from kit.postgres import connect
from kit.settings import Chain, PostgresServer
from ledger.accounts import NewAccount, open_accounts
from ledger.chain.anchor import read_anchor
from ledger.chain.keys import PrivateKeys
from ledger.chain.sealer import Sealer
from ledger.postings import Kind, PostingRequest
from ledger.repository import post_batch
from ledger.trial_balance import differences
from ledger.verification import verify
from tests.ledger.books import compare_books, events_after, newest_event
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
HOLDS, TRANSFERS = 8, 40  # transfers 0 to 7 are mostly holds, 8 to 39 mostly posts
ENDS = [Kind.POST_PENDING, Kind.POST_PENDING, Kind.POST_PENDING, Kind.VOID_PENDING, Kind.EXPIRE]


@pytest.fixture(scope="module")
def connection(core: PostgresServer) -> Iterator[psycopg.Connection]:
    with connect(core.dsn("api"), application="test") as opened:
        yield opened


@pytest.fixture(scope="module")
def auditor(core: PostgresServer) -> Iterator[psycopg.Connection]:
    with connect(core.dsn("audit"), application="test") as opened:
        yield opened


def transfer_fields(world: uuid.UUID, number: int, accounts: list[NewAccount]) -> dict:
    """A transfer's own fields follow from its number: drawn once a world, with the awkward accounts seldom."""
    chance = random.Random(f"{world} {number}")
    pool = [*range(ACCOUNTS)] * 3 + [*range(len(SHAPES))]
    debit = chance.choice(pool)
    credit = chance.choice([index for index in pool if index != debit or chance.random() < 0.1])
    hold = number < HOLDS
    return {
        "kind": Kind.HOLD if hold else Kind.POST,
        "transfer_id": uuid.uuid5(world, f"transfer {number}"),
        "tenant_id": "one",
        "occurred_at_ms": NOW_MS,
        "amount_minor": chance.randint(1, 60),
        "currency": "BRL",
        "debit_account_id": accounts[debit].account_id,
        "credit_account_id": accounts[credit].account_id,
        "expires_at_ms": chance.choice([None, NOW_MS, NOW_MS + 1]) if hold else None,
        "reason": chance.choice([None, None, "because"]),
    }


def request_of(row: tuple, world: uuid.UUID, accounts: list[NewAccount]) -> PostingRequest:
    what, number, group, choice, value = row
    if what == "end":
        return PostingRequest(
            kind=choice,
            transfer_id=uuid.uuid5(world, f"transfer {number}"),
            tenant_id="one",
            occurred_at_ms=NOW_MS,
            amount_minor=value if choice is Kind.POST_PENDING else None,
            group=None if choice is Kind.EXPIRE else group,
        )
    if what == "reversal":
        original = transfer_fields(world, choice, accounts)
        return PostingRequest(
            kind=Kind.POST,
            transfer_id=uuid.uuid5(world, f"reversal {number}"),
            tenant_id="one",
            occurred_at_ms=NOW_MS,
            amount_minor=value,
            currency="BRL",
            debit_account_id=original["credit_account_id"],
            credit_account_id=original["debit_account_id"],
            purpose=Purpose.REVERSAL,
            reverses_id=original["transfer_id"],
            group=group,
        )
    fields = transfer_fields(world, number, accounts) | {"group": group}
    if choice == "debit":
        fields["debit_account_id"] = accounts[value].account_id
    elif choice == "credit":
        fields["credit_account_id"] = accounts[value].account_id
    elif choice == "amount":
        fields["amount_minor"] += 1 + value
    elif choice == "tenant":
        fields["tenant_id"] = "two"
    elif choice == "kind":
        other = Kind.POST if fields["kind"] is Kind.HOLD else Kind.HOLD
        fields |= {"kind": other, "expires_at_ms": None}
    elif choice == "deny":
        fields |= {"kind": [Kind.DENY, Kind.OBSERVE, Kind.ABANDON][value % 3], "expires_at_ms": None, "group": None}
    return PostingRequest(**fields)


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
    for number in (1, 2, 3, 4):
        funds = PostingRequest(
            kind=Kind.POST,
            transfer_id=uuid.uuid4(),
            tenant_id="one",
            occurred_at_ms=NOW_MS,
            amount_minor=80,
            currency="BRL",
            debit_account_id=accounts[3 if number != 3 else 0].account_id,
            credit_account_id=accounts[number if number != 3 else 5].account_id,
            purpose=Purpose.OPENING,
        )
        assert reference.post_batch([funds], now_ms=NOW_MS)[0][0] == "posted"
        assert post_batch(connection, [funds], now_ms=NOW_MS)[0].moved
    return world, accounts, reference


def play(connection: psycopg.Connection, auditor: psycopg.Connection, history: list[list[tuple]]) -> Counter[str]:
    """Post the history in both ledgers and compare everything after each batch; returns how often each answer came."""
    place = newest_event(auditor)
    world, accounts, reference = make_world(connection)
    seen: Counter[str] = Counter()
    for batch in history:
        requests = gathered([request_of(row, world, accounts) for row in batch])
        expected = reference.post_batch(requests, now_ms=NOW_MS)
        results = post_batch(connection, requests, now_ms=NOW_MS)
        answers = [(r.outcome.value, r.code, r.field, None if r.status is None else r.status.value) for r in results]
        assert answers == expected
        compare_books(auditor, reference)
        seen.update(f"{row.purpose.value} {row.kind.value} {answer[0]}" for row, answer in zip(requests, answers, strict=True))
    assert events_after(auditor, place) == reference.events
    return seen


def test_long_histories_in_which_every_kind_of_answer_comes_go_as_serial_execution_would(
    connection: psycopg.Connection, auditor: psycopg.Connection
) -> None:
    chance = random.Random(1494)
    groups = [None, None, None, None, None, 1, 2]

    def a_row() -> tuple:
        what = chance.choice(["post", "post", "post", "end", "reversal"])
        group = chance.choice(groups)
        if what == "post":
            differs = chance.choice([*[None] * 20, "debit", "credit", "amount", "tenant", "kind", "deny"])
            return (what, chance.randrange(TRANSFERS), group, differs, chance.randrange(len(SHAPES)))
        if what == "end":
            return (what, chance.randrange(HOLDS + 2), group, chance.choice(ENDS), chance.choice([None, None, 1, 7, 500]))
        return (what, chance.randrange(40), group, chance.randrange(TRANSFERS), chance.choice([1, 5, 20, 45]))

    seen: Counter[str] = Counter()
    for _ in range(40):
        seen += play(connection, auditor, [[a_row() for _ in range(40)] for _ in range(5)])
    wanted = ["transfer post posted", "transfer hold held", "reversal post posted", "reversal post failed"]
    wanted += [f"transfer {end}" for end in ("post_pending posted", "void_pending voided", "expire expired")]
    wanted += [f"transfer post {answer}" for answer in ("failed", "duplicate", "conflict")]
    assert {answer: seen[answer] for answer in wanted if seen[answer] < 5} == {}


def test_the_books_agree_with_their_own_entries_after_all_that(auditor: psycopg.Connection) -> None:
    found = differences(auditor)
    assert found.none, json.dumps(str(found))


def test_a_verification_of_the_sealed_ledger_agrees_too(
    core: PostgresServer, auditor: psycopg.Connection, tmp_path: Path
) -> None:
    with connect(core.dsn("postgres"), application="test") as sealing:
        sealing.execute("set role sealer")
        sealer = Sealer(
            sealing, keys=PrivateKeys(tmp_path), anchor=tmp_path / "anchor.json", chain=Chain(work_ms=1), clock=SystemClock()
        )
        batches = 0
        while sealed := sealer.seal():
            batches += sealed
        assert sealer.gather()
    found = verify(auditor, anchor=read_anchor(tmp_path / "anchor.json"))
    assert found.finding is None, str(found.finding)
    assert found.chain.batches == batches > 100
