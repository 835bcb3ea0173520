"""Bulk-posts the first days of a simulated bank with the decisions that were made then."""

import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
from psycopg import Connection

from contracts.ledger_events import Purpose
from contracts.sealed import PERSON, PERSON_FIELDS
from kit.clock import Clock, SystemClock
from kit.ids import INBOUND_NAMESPACE, derived_id
from kit.postgres import connect
from kit.settings import Settings
from kit.subject_keys import SealedRecords, Subject, local_keys
from ledger.accounts import NewAccount, open_accounts, system_account, system_account_id
from ledger.history import Loaded as BulkLoaded
from ledger.history import load
from ledger.postings import FailureCode, Kind, Outcome, PostingRequest
from pipelines.history.postings import OPENING_CODE, posting_frame, requests, settlement_codes
from pipelines.history.repository import loaded_of, register_accounts, register_customers
from pipelines.history.source import event_days, events_between
from simulator.calendar import day_start_ms
from simulator.files import read_manifest
from simulator.places import STATE_OF
from simulator.tables import CURRENCY

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
        records = SealedRecords(local_keys(settings))
        _open_bank(connection, records, folder, accounts, tenant_id=tenant_id, opened_ms=opened_ms, now_ms=clock.now_ms())
        progress(f"{len(accounts):,} accounts are open")
        _post_openings(connection, accounts, tenant_id=tenant_id, opened_ms=opened_ms, clock=clock)
        return _post_days(
            connection, folder, accounts, tenant_id=tenant_id, until_day=until_day, progress=progress, clock=clock
        )


def _open_bank(
    connection: Connection,
    records: SealedRecords,
    folder: Path,
    accounts: pl.DataFrame,
    *,
    tenant_id: str,
    opened_ms: int,
    now_ms: int,
) -> None:
    customers = pl.read_parquet(folder / "customers.parquet")
    kinds = ["business" if segment == "business" else "person" for segment in customers["segment"]]
    register_customers(
        connection,
        tenant_id=tenant_id,
        customer_ids=customers["customer_id"].to_list(),
        kinds=kinds,
        sealed=_sealed(records, customers, tenant_id=tenant_id),
        birth_years=birth_years(customers, opened_ms=opened_ms),
        states=customers["city"].replace_strict(STATE_OF, return_dtype=pl.String).to_list(),
        at_ms=opened_ms,
    )
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


def _sealed(records: SealedRecords, customers: pl.DataFrame, *, tenant_id: str) -> list[bytes]:
    """Who each customer is: so far a name."""
    told = [
        (Subject(tenant_id, customer_id), dict.fromkeys(PERSON_FIELDS) | {"full_name": name})
        for customer_id, name in customers.select("customer_id", "name").iter_rows()
    ]
    return records.seal_all(told, kind=PERSON)


def birth_years(customers: pl.DataFrame, *, opened_ms: int) -> list[int | None]:
    """Return the year in which each was born who is as old as simulated when the bank opens; a business has none."""
    year = datetime.fromtimestamp(opened_ms / 1_000, UTC).year
    person = pl.col("segment") != "business"
    return customers.select(pl.when(person).then(year - pl.col("age")).alias("birth_year"))["birth_year"].to_list()


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
    _check(load(connection, openings, clock=clock))


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
        loaded = load(connection, requests(frame, tenant_id=tenant_id, currency=CURRENCY), clock=clock)
        _check(loaded)
        counts.update(loaded.outcomes)
        done += len(events)
        progress(f"{day}: {done:,} of {total:,} transactions posted")
    return Loaded(
        accounts=len(accounts),
        posted=counts[Outcome.POSTED],
        failed=counts[Outcome.FAILED],
        already_there=already_there + counts[Outcome.DUPLICATE],
    )


def _check(loaded: BulkLoaded) -> None:
    """Some payments lack funds, as in life; nothing else may fail, and nothing may be there with other fields."""
    for result in loaded.problems:
        if result.outcome is Outcome.CONFLICT:
            raise HistoryMismatch(f"transfer {result.transfer_id} is there with another {result.field}")
        if result.code != FailureCode.INSUFFICIENT_FUNDS:
            raise HistoryMismatch(f"transfer {result.transfer_id}: {result.code}")
