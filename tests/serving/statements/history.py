"""An account with a history of its own, posted at chosen moments, and the ledger's own word on it."""

import random
import uuid
from dataclasses import dataclass

import psycopg

from contracts.ledger_events import Purpose
from kit.clock import SystemClock
from ledger.accounts import open_accounts, system_account
from ledger.postings import Kind, PostingRequest
from ledger.repository import post_batch
from tests.serving.conftest import Server
from tests.serving.test_transfers import account

DAY_MS = 86_400_000
# Midnight of 1 September 2026 in São Paulo.
START_MS = 1_788_231_600_000
CLOCK = SystemClock()


@dataclass(frozen=True)
class Entry:
    """A row of ledger.entry."""

    version: int
    transfer_id: str
    delta_minor: int
    balance_after_minor: int
    booked_ms: int
    value_ms: int


def posting(debit: str, credit: str, amount_minor: int, *, booked_ms: int, **more) -> PostingRequest:
    return PostingRequest(
        kind=Kind.POST,
        transfer_id=uuid.uuid4(),
        tenant_id="demo",
        occurred_at_ms=more.pop("occurred_ms", booked_ms),
        booked_at_ms=booked_ms,
        amount_minor=amount_minor,
        currency="BRL",
        debit_account_id=uuid.UUID(debit),
        credit_account_id=uuid.UUID(credit),
        **more,
    )


def post(api: Server, requests: list[PostingRequest]) -> None:
    with psycopg.connect(api.settings.core.dsn("api"), autocommit=True) as connection:
        for start in range(0, len(requests), 1_000):
            for result in post_batch(connection, requests[start : start + 1_000], now_ms=CLOCK.now_ms()):
                assert result.moved, result


def bank_account(api: Server, code: str) -> str:
    made = system_account(tenant_id="demo", currency="BRL", code=code)
    with psycopg.connect(api.settings.core.dsn("api"), autocommit=True) as connection:
        open_accounts(connection, [made], now_ms=CLOCK.now_ms())
    return str(made.account_id)


def random_history(api: Server, *, movements: int, days: int, seed: int) -> str:
    """Open an account and move money in and out of it over some days, at odd moments, some of it backdated."""
    chance = random.Random(seed)
    own, pix, fees = account(api, funds_minor=0), bank_account(api, "settlement:pix"), bank_account(api, "bank:fees")
    friend = account(api, funds_minor=0)
    moments = sorted(START_MS + chance.randrange(days * DAY_MS) for _ in range(movements))
    requests = [posting(pix, own, 10_000_000, booked_ms=START_MS)]
    for booked_ms in moments:
        amount_minor = chance.randrange(1, 90_000)
        match chance.randrange(4):
            case 0:
                sides, purpose = (pix, own), Purpose.TRANSFER
            case 1:
                sides, purpose = (own, fees), Purpose.FEE
            case _:
                sides, purpose = (own, friend), Purpose.TRANSFER
        valued_ms = booked_ms - (chance.randrange(5) == 0) * 3 * DAY_MS
        requests.append(posting(*sides, amount_minor, booked_ms=booked_ms, occurred_ms=valued_ms, purpose=purpose))
    post(api, requests)
    return own


def ledger_entries(api: Server, account_id: str, *, start_ms: int, past_ms: int) -> list[Entry]:
    """What the ledger booked in [start_ms, past_ms), read as its owner reads it."""
    with psycopg.connect(api.settings.core.dsn("postgres")) as connection:
        rows = connection.execute(
            "select version, transfer_id::text, delta_minor, balance_after_minor, "
            "(extract(epoch from booked_at) * 1000)::bigint, (extract(epoch from value_at) * 1000)::bigint "
            "from ledger.entry where account_id = %s order by version",
            (account_id,),
        ).fetchall()
    return [entry for entry in (Entry(*row) for row in rows) if start_ms <= entry.booked_ms < past_ms]
