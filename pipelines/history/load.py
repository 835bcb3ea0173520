"""Bulk-posts the first days of a simulated bank with the decisions that were made then."""

import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl
from psycopg import Connection

from contracts.ledger_events import Purpose
from kit.clock import Clock, SystemClock
from kit.ids import INBOUND_NAMESPACE, derived_id
from kit.postgres import connect
from kit.settings import Settings
from ledger.accounts import NewAccount, open_accounts, system_account, system_account_id
from ledger.postings import Kind, Outcome, PostingRequest
from ledger.repository import post_batch
from pipelines.history.postings import OPENING_CODE, posting_frame, requests, settlement_codes
from pipelines.history.repository import loaded_of, register_accounts, register_customers
from pipelines.history.source import event_days, events_between
from simulator.calendar import day_start_ms
from simulator.files import read_manifest
from simulator.tables import CURRENCY

ROWS_PER_BATCH = 1_000
STATEMENT_TIMEOUT_MS = 120_000

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a run of `load_history` did: events whose money moved, that failed for lack of funds, and that were there before."""

    accounts: int
    posted: int
    failed: int
    already_there: int


class HistoryMismatch(RuntimeError):
    """The ledger answered something that a history of its own cannot meet: the database holds another bank."""


def load_history(
    settings: Settings, folder: Path, *, until_day: date, progress: Progress, clock: Clock | None = None
) -> Loaded:
    """Open accounts with their opening balances and post the days before `until_day`, in order of arrival.

    Killed and run again it goes on where it was: batches commit whole and in order, and the ledger knows each id.
    """
    clock = clock or SystemClock()
    manifest = read_manifest(folder)
    tenant_id = manifest["plan"]["tenant_id"]
    opened_ms = day_start_ms(date.fromisoformat(manifest["first_day"])) - 1_000
    accounts = pl.read_parquet(folder / "accounts.parquet")
    with connect(settings.core.dsn("api"), application="history", statement_timeout_ms=STATEMENT_TIMEOUT_MS) as connection:
        _open_bank(connection, folder, accounts, tenant_id=tenant_id, opened_ms=opened_ms, now_ms=clock.now_ms())
        progress(f"{len(accounts):,} accounts are open")
        _post_openings(connection, accounts, tenant_id=tenant_id, opened_ms=opened_ms, clock=clock)
        return _post_days(
            connection, folder, accounts, tenant_id=tenant_id, until_day=until_day, progress=progress, clock=clock
        )


def _open_bank(
    connection: Connection, folder: Path, accounts: pl.DataFrame, *, tenant_id: str, opened_ms: int, now_ms: int
) -> None:
    customers = pl.read_parquet(folder / "customers.parquet")
    kinds = ["business" if segment == "business" else "person" for segment in customers["segment"]]
    names = customers["name"].to_list()
    ids = customers["customer_id"].to_list()
    register_customers(connection, tenant_id=tenant_id, customer_ids=ids, kinds=kinds, names=names, at_ms=opened_ms)
    codes = (*settlement_codes(), OPENING_CODE)
    system = [system_account(tenant_id=tenant_id, currency=CURRENCY, code=code) for code in codes]
    ours = [
        NewAccount(
            account_id=uuid.UUID(account),
            tenant_id=tenant_id,
            currency=CURRENCY,
            owner_id=owner,
            debits_must_not_exceed_credits=True,
        )
        for account, owner in accounts.select("account_id", "customer_id").iter_rows()
    ]
    open_accounts(connection, [*system, *ours], now_ms=now_ms)
    register_accounts(
        connection,
        tenant_id=tenant_id,
        currency=CURRENCY,
        account_ids=accounts["account_id"].to_list(),
        customer_ids=accounts["customer_id"].to_list(),
        products=accounts["product"].to_list(),
        at_ms=opened_ms,
    )


def _post_openings(connection: Connection, accounts: pl.DataFrame, *, tenant_id: str, opened_ms: int, clock: Clock) -> None:
    source = system_account_id(tenant_id=tenant_id, currency=CURRENCY, code=OPENING_CODE)
    openings = [
        PostingRequest(
            kind=Kind.POST,
            transfer_id=derived_id(INBOUND_NAMESPACE, "opening", account),
            tenant_id=tenant_id,
            occurred_at_ms=opened_ms,
            booked_at_ms=opened_ms,
            amount_minor=amount,
            currency=CURRENCY,
            debit_account_id=source,
            credit_account_id=uuid.UUID(account),
            purpose=Purpose.OPENING,
        )
        for account, amount in accounts.select("account_id", "opening_minor").iter_rows()
    ]
    for first in range(0, len(openings), ROWS_PER_BATCH):
        results = post_batch(connection, openings[first : first + ROWS_PER_BATCH], now_ms=clock.now_ms())
        wrong = [result for result in results if result.outcome not in (Outcome.POSTED, Outcome.DUPLICATE)]
        if wrong:
            raise HistoryMismatch(f"opening {wrong[0].transfer_id}: {wrong[0].outcome} {wrong[0].code or wrong[0].field}")


def _post_days(
    connection: Connection,
    folder: Path,
    accounts: pl.DataFrame,
    *,
    tenant_id: str,
    until_day: date,
    progress: Progress,
    clock: Clock,
) -> Loaded:
    total = events_between(folder, until_day=until_day)
    counts: Counter[Outcome] = Counter()
    done = already_there = 0
    for day, _, events in event_days(folder, until_day=until_day):
        there = loaded_of(connection, tenant_id=tenant_id, transfer_ids=events["transaction_id"].to_list())
        frame = posting_frame(events.slice(there), tenant_id=tenant_id, currency=CURRENCY, own_accounts=accounts["account_id"])
        already_there += there
        for part in frame.iter_slices(ROWS_PER_BATCH):
            batch = list(requests(part, tenant_id=tenant_id, currency=CURRENCY))
            results = post_batch(connection, batch, now_ms=clock.now_ms())
            counts.update(result.outcome for result in results)
            conflict = next((result for result in results if result.outcome is Outcome.CONFLICT), None)
            if conflict is not None:
                raise HistoryMismatch(f"transfer {conflict.transfer_id} is there with another {conflict.field}")
        done += len(events)
        progress(f"{day}: {done:,} of {total:,} transactions posted")
    return Loaded(
        accounts=len(accounts),
        posted=counts[Outcome.POSTED],
        failed=counts[Outcome.FAILED],
        already_there=already_there + counts[Outcome.DUPLICATE],
    )
