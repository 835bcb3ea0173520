"""Reversals: a new transfer that points at the first. Partial ones never add up to more than it."""

from uuid import UUID

from psycopg import AsyncConnection

from contracts.ledger_events import Purpose
from kit.errors import Conflict, DomainError, NotFound
from ledger.postings import Kind, PostingRequest
from ledger.repository import post_batch_async
from ledger.value_dates import value_ms
from serving.edge.clocks import Present
from serving.edge.presented import money
from serving.edge.principals import Principal
from serving.identity.audit import record
from serving.payments.once import Done, Once
from serving.reversals import repository
from serving.reversals.repository import Row
from serving.reversals.schemas import NewReversal, Reversal

ROUTE = "POST /v1/transfers/{transfer_id}/reversals"
# One leg of an exchange cannot go back alone, and what was taken back is sent again by a new transfer.
WHOLE = frozenset({Purpose.EXCHANGE, Purpose.REVERSAL})


class NotReversible(Conflict):
    """The transfer moved nothing, or is of a kind that is not taken back this way."""

    code = "not-reversible"
    title = "The transfer cannot be reversed"
    remedy = "Only a posted transfer is reversed; an exchange is undone by another one, a reversal by a new transfer."


class ExceedsOriginal(Conflict):
    """More would be taken back than is left."""

    code = "exceeds-original"
    title = "More would be reversed than is left of the transfer"
    remedy = "Read `facts.left_minor` and ask for that much or less."


class ReversalFailed(DomainError):
    """The ledger could not take it back; nothing moved."""

    code = "reversal-failed"
    title = "The ledger could not carry out the reversal"
    remedy = "Read `facts.reason`: the credited account may have spent the money, or be closed or blocked."


class ReversalsService:
    """What the reversals route does."""

    def __init__(self, *, once: Once) -> None:
        self._once = once

    async def reverse(
        self,
        principal: Principal,
        transfer_id: UUID,
        wanted: NewReversal,
        *,
        idempotency_key: str | None,
        correlation_id: str,
    ) -> Done:
        """Take a transfer back once a key.

        Raises NotFound, NotReversible, ExceedsOriginal, ReversalFailed, ValueDateOutOfRange.
        """

        async def work(connection: AsyncConnection, reversal_id: UUID, present: Present) -> Reversal:
            return await _reverse(connection, principal, transfer_id, wanted, reversal_id, correlation_id, present=present)

        return await self._once.do(
            principal,
            work,
            action=ROUTE,
            content=f"{transfer_id}\n{wanted.model_dump_json()}".encode(),
            idempotency_key=idempotency_key,
            correlation_id=correlation_id,
        )


async def _reverse(
    connection: AsyncConnection,
    principal: Principal,
    transfer_id: UUID,
    wanted: NewReversal,
    reversal_id: UUID,
    correlation_id: str,
    *,
    present: Present,
) -> Reversal:
    tenant_id, now_ms = principal.tenant_id, present.now_ms
    original = await repository.find_original(connection, tenant_id=tenant_id, transfer_id=transfer_id)
    if original is None:
        raise NotFound(f"there is no transfer {transfer_id}")
    posting = _posting(original, wanted, reversal_id=reversal_id, tenant_id=tenant_id, now_ms=now_ms)
    [result] = await post_batch_async(connection, [posting], now_ms=now_ms, topic=present.topic)
    if result.code == "exceeds-original":
        raise ExceedsOriginal("another reversal came first", left_minor=None)
    if not result.moved:
        raise ReversalFailed(f"the ledger answered {result.code}", reason=result.code)
    await record(
        connection,
        principal,
        ROUTE,
        resource=str(transfer_id),
        correlation_id=correlation_id,
        status=201,
        detail={"reversal_id": str(reversal_id), **wanted.model_dump(mode="json", exclude_none=True)},
    )
    made = await repository.find_reversal(connection, tenant_id=tenant_id, transfer_id=reversal_id)
    if made is None:
        raise AssertionError("a reversal that was just posted is not there")
    return _presented(made)


def _posting(original: Row, wanted: NewReversal, *, reversal_id: UUID, tenant_id: str, now_ms: int) -> PostingRequest:
    """Return the transfer the other way. Raises NotReversible, ExceedsOriginal, ValueDateOutOfRange."""
    if original["status"] != "posted" or original["purpose"] in WHOLE:
        raise NotReversible(f"transfer {original['id']} is {original['status']}, purpose {original['purpose']}")
    left_minor = int(str(original["posted_minor"])) - int(str(original["reversed_minor"]))
    amount_minor = left_minor if wanted.amount_minor is None else wanted.amount_minor
    if not 0 < amount_minor <= left_minor:
        raise ExceedsOriginal(f"{left_minor} minor units are left of transfer {original['id']}", left_minor=left_minor)
    return PostingRequest(
        kind=Kind.POST,
        transfer_id=reversal_id,
        tenant_id=tenant_id,
        occurred_at_ms=value_ms(wanted.value_date, now_ms=now_ms, not_before_ms=int(str(original["occurred_at_ms"]))),
        amount_minor=amount_minor,
        currency=str(original["currency"]),
        debit_account_id=UUID(str(original["credit_account_id"])),
        credit_account_id=UUID(str(original["debit_account_id"])),
        purpose=Purpose.REVERSAL,
        reverses_id=UUID(str(original["id"])),
        reason=wanted.reason,
    )


def _presented(row: Row) -> Reversal:
    currency = row["currency"]
    return Reversal.model_validate(
        row
        | {
            "amount": money(row["posted_minor"], currency),
            "left": money(row["left_minor"], currency),
        }
    )
