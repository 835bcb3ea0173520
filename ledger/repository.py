"""The one way into the ledger's tables: `ledger.post_batch`, from blocking and from asynchronous code."""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import psycopg
from psycopg import AsyncConnection, Connection
from psycopg.pq import TransactionStatus

from contracts.topics import BANKING_TRANSACTIONS
from ledger.events import event_tail
from ledger.postings import Outcome, PostingRequest, PostingResult, Status, validate

MAX_ATTEMPTS = 6
RETRYABLE = (psycopg.errors.SerializationFailure, psycopg.errors.DeadlockDetected)

_POST = """
select outcome, code, field, status from ledger.post_batch(
    %b::bigint, %b::text, %b::uuid[], %b::text[], %b::text[], %b::uuid[], %b::uuid[], %b::bigint[], %b::text[], %b::text[],
    %b::bigint[], %b::bigint[], %b::integer[], %b::bigint[], %b::uuid[], %b::text[], %b::text[], %b::bytea[], %b::bytea[],
    %b::text[]::jsonb[], %b::text[], %b::smallint[], %b::bytea[]
)
"""

_encode = msgspec.json.Encoder().encode
_OUTCOMES = {outcome.value: outcome for outcome in Outcome}
_STATUSES: dict[str | None, Status | None] = {None: None, **{status.value: status for status in Status}}


def post_batch(
    connection: Connection, requests: Sequence[PostingRequest], *, now_ms: int, topic: str = BANKING_TRANSACTIONS
) -> list[PostingResult]:
    """Carry out `requests` as if one after another, in one round trip; returns one result a request, in order.

    Without a transaction on the connection the batch is durable when this returns. Inside one, it becomes so with it, and a
    lost race is retried behind a savepoint. Serialization failures and deadlocks are retried up to MAX_ATTEMPTS times.
    Events go to `topic`, which is another one only for tenants whose money is not real. Raises InvalidPosting before anything
    is sent; psycopg.OperationalError when the connection is lost, in which case the outcome is unknown and sending the same
    batch again is safe.
    """
    parameters = _parameters(requests, now_ms, topic)
    nested = connection.info.transaction_status != TransactionStatus.IDLE or not connection.autocommit
    for attempt in range(1, MAX_ATTEMPTS + 1):
        try:
            if nested:
                with connection.transaction():
                    rows = connection.execute(_POST, parameters, prepare=True).fetchall()
            else:
                rows = connection.execute(_POST, parameters, prepare=True).fetchall()
            return _results(requests, rows)
        except RETRYABLE:
            if attempt == MAX_ATTEMPTS:
                raise
    raise AssertionError("unreachable")


async def post_batch_async(
    connection: AsyncConnection, requests: Sequence[PostingRequest], *, now_ms: int, topic: str = BANKING_TRANSACTIONS
) -> list[PostingResult]:
    """Do what `post_batch` does, on an asynchronous connection."""
    parameters = _parameters(requests, now_ms, topic)
    nested = connection.info.transaction_status != TransactionStatus.IDLE or not connection.autocommit
    for attempt in range(1, MAX_ATTEMPTS + 1):
        try:
            if nested:
                async with connection.transaction():
                    rows = await (await connection.execute(_POST, parameters, prepare=True)).fetchall()
            else:
                rows = await (await connection.execute(_POST, parameters, prepare=True)).fetchall()
            return _results(requests, rows)
        except RETRYABLE:
            if attempt == MAX_ATTEMPTS:
                raise
    raise AssertionError("unreachable")


def _parameters(requests: Sequence[PostingRequest], now_ms: int, topic: str) -> tuple[Any, ...]:
    validate(requests, now_ms=now_ms)
    return (
        now_ms,
        topic,
        [r.transfer_id for r in requests],
        [r.kind.value for r in requests],
        [r.tenant_id for r in requests],
        _column(requests, lambda r: r.debit_account_id),
        _column(requests, lambda r: r.credit_account_id),
        _column(requests, lambda r: r.amount_minor),
        _column(requests, lambda r: r.currency),
        [r.purpose.value for r in requests],
        [r.occurred_at_ms for r in requests],
        [now_ms if r.booked_at_ms is None else r.booked_at_ms for r in requests],
        _column(requests, lambda r: r.group),
        _column(requests, lambda r: r.expires_at_ms),
        _column(requests, lambda r: r.reverses_id),
        _column(requests, lambda r: r.door),
        _column(requests, lambda r: r.reason),
        _column(requests, lambda r: r.answer),
        _column(requests, event_tail),
        _column(requests, lambda r: _encode(dict(r.headers)).decode() if r.headers else None),
        _column(requests, lambda r: r.idempotency_key),
        _column(requests, lambda r: r.response_status),
        _column(requests, lambda r: r.response),
    )


def _column(requests: Sequence[PostingRequest], value: Callable[[PostingRequest], Any]) -> list[Any] | None:
    """Return one column, or None when it is empty: the database reads a missing array as nulls."""
    column = [value(request) for request in requests]
    return column if any(item is not None for item in column) else None


def _results(requests: Sequence[PostingRequest], rows: Sequence[tuple[Any, ...]]) -> list[PostingResult]:
    if len(rows) != len(requests):
        raise AssertionError(f"{len(requests)} rows were asked and {len(rows)} answered")
    return [
        PostingResult(request.transfer_id, _OUTCOMES[outcome], code, field, _STATUSES[status])
        for request, (outcome, code, field, status) in zip(requests, rows, strict=True)
    ]
