"""Idempotency claims: a key is claimed, committed, before anything happens; the posting completes it in its own transaction.

    answers = await claim_batch(connection, [Claim(...)], now_ms=..., lease_ms=10_000)

A lease that ran out can be taken over by a repetition, which gets the first transfer id and so finds the first decision; one
that nobody takes over is swept: `sweep_abandoned` posts an `abandoned` row, which is the outcome of whatever was decided.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import msgspec
from psycopg import AsyncConnection, Connection

from kit.log import get_logger
from ledger.events import decode_tail
from ledger.postings import Kind, PostingRequest, PostingResult
from ledger.sandboxes import Presents

SWEEP_GRACE_MS = 60_000
MAX_SWEPT_ROWS = 500
LEASE_EXPIRED = "lease-expired"

_CLAIM = """
select answer, transfer_id, outcome, code, response_status, response_body
from idempotency.claim_batch(
    %b::text[], %b::text[], %b::bytea[], %b::uuid[], %b::bytea[], %b::bigint, %b::integer
)
"""

log = get_logger()


class ClaimState(StrEnum):
    """The answer to one claim."""

    CLAIMED = "claimed"
    RUNNING = "running"
    DONE = "done"
    MISMATCH = "mismatch"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A wish to work under a key. `intent`, for the sweeper, is the event tail of an ABANDON row (`ledger.events`)."""

    tenant_id: str
    key: str
    request_hash: bytes
    transfer_id: uuid.UUID
    intent: bytes | None = None


@dataclass(frozen=True, slots=True)
class ClaimAnswer:
    """`transfer_id` is the one to work with: an earlier one where the lease was taken over. The rest is stored when done."""

    state: ClaimState
    transfer_id: uuid.UUID | None
    outcome: str | None
    code: str | None
    response_status: int | None
    response_body: bytes | None


async def claim_batch(connection: AsyncConnection, claims: Sequence[Claim], *, now_ms: int, lease_ms: int) -> list[ClaimAnswer]:
    """Claim each key, in one round trip; answers in order. Durable on return unless the connection is in a transaction.

    Sent again after a lost connection it is safe: a claim that had committed under the same transfer id answers `claimed`.
    """
    cursor = connection.cursor(binary=True)
    await cursor.execute(
        _CLAIM,
        (
            [claim.tenant_id for claim in claims],
            [claim.key for claim in claims],
            [claim.request_hash for claim in claims],
            [claim.transfer_id for claim in claims],
            [claim.intent for claim in claims],
            now_ms,
            lease_ms,
        ),
        prepare=True,
    )
    rows = await cursor.fetchall()
    return [
        ClaimAnswer(_state(state, claim.transfer_id == transfer_id), transfer_id, *stored)
        for claim, (state, transfer_id, *stored) in zip(claims, rows, strict=True)
    ]


def sweep_abandoned(connection: Connection, *, now_ms: int, grace_ms: int = SWEEP_GRACE_MS) -> list[PostingResult]:
    """End the claims whose leases ran out `grace_ms` ago: one `abandoned` row and event each, exactly once whoever races.

    A posting that comes later answers `duplicate` with status `abandoned`. A claim without an intent is given back.
    """
    expired = connection.execute(
        "select tenant_id, key, transfer_id, intent from idempotency.expired(%s, %s, %s)", (now_ms, grace_ms, MAX_SWEPT_ROWS)
    ).fetchall()
    rows = []
    presents = Presents(connection, now_ms=now_ms)
    for tenant_id, key, transfer_id, intent in expired:
        present_ms = presents.now_ms(tenant_id)
        row = _abandon(intent, tenant_id=tenant_id, key=key, transfer_id=transfer_id, now_ms=present_ms) if intent else None
        if row is None:
            connection.execute("select idempotency.release(%s, %s, %s)", (tenant_id, key, transfer_id))
        else:
            rows.append(row)
    return presents.post(rows)


def forget(connection: Connection, *, before_ms: int) -> int:
    """Delete finished claims made before `before_ms`, a bounded number a call; returns how many."""
    [count] = connection.execute("select idempotency.forget(%s, %s)", (before_ms, 10_000)).fetchone() or (0,)
    return int(count)


def _state(state: str, own: bool) -> ClaimState:
    return ClaimState.CLAIMED if own and state == ClaimState.RUNNING else ClaimState(state)


def _abandon(intent: bytes, *, tenant_id: str, key: str, transfer_id: uuid.UUID, now_ms: int) -> PostingRequest | None:
    try:
        event = decode_tail(intent, status="abandoned")
    except msgspec.DecodeError as problem:
        log.error("intent_unreadable", transfer_id=str(transfer_id), problem=str(problem))
        return None
    return PostingRequest(
        kind=Kind.ABANDON,
        transfer_id=transfer_id,
        tenant_id=tenant_id,
        occurred_at_ms=min(event.occurred_at, now_ms),
        amount_minor=event.amount_minor,
        currency=event.currency,
        debit_account_id=None if event.debit_account_id is None else uuid.UUID(event.debit_account_id),
        credit_account_id=None if event.credit_account_id is None else uuid.UUID(event.credit_account_id),
        purpose=event.purpose,
        door=event.door,
        reason=LEASE_EXPIRED,
        event=intent,
        idempotency_key=key,
    )
