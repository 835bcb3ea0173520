"""Received money in the ledger: held where it is, let go, or sent back to who paid. Each is done once, by its id."""

from dataclasses import dataclass
from uuid import UUID

from psycopg import AsyncConnection

from cases.blocks.states import BlockEnded, NothingLeft
from contracts.ledger_events import Purpose
from kit.errors import Conflict, NotFound
from ledger.postings import Kind, PostingRequest, Status
from ledger.repository import post_batch_async
from serving.blocks import repository
from serving.edge.clocks import Present


class NotReceived(Conflict):
    """The transfer brought no money that could be held."""

    code = "not-received"
    title = "The transfer has not brought money to a customer's account"
    remedy = "Name a posted transfer that credited an account here and was not reversed."


class MoneyNotMoved(Conflict):
    """The ledger could not do it; nothing moved."""

    code = "money-not-moved"
    title = "The ledger could not move the money"
    remedy = "Read facts.reason: a frozen account gives nothing until its freeze is lifted, a closed one nothing at all."


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A payment that an account received; `left_minor` of it has not been sent back."""

    transfer_id: UUID
    payer_account_id: UUID
    account_id: UUID
    customer_id: str
    currency: str
    left_minor: int


async def received(connection: AsyncConnection, *, tenant_id: str, transfer_id: UUID) -> Received:
    """Return a received payment. Raises NotFound, NotReceived."""
    row = await repository.received(connection, tenant_id=tenant_id, transfer_id=transfer_id)
    if row is None:
        raise NotFound(f"no account here received a transfer {transfer_id}")
    if row["status"] != Status.POSTED or row["purpose"] != Purpose.TRANSFER or row["left_minor"] <= 0:
        raise NotReceived(f"transfer {transfer_id} is {row['status']}, purpose {row['purpose']}, {row['left_minor']} left")
    return Received(
        transfer_id=row["id"], payer_account_id=row["debit_account_id"], account_id=row["credit_account_id"],
        customer_id=row["customer_id"], currency=row["currency"], left_minor=row["left_minor"],
    )  # fmt: skip


async def hold(
    connection: AsyncConnection, payment: Received, *, tenant_id: str, hold_id: UUID, at_most_minor: int, expires_at_ms: int,
    present: Present, reason: str,
) -> int:  # fmt: skip
    """Hold what is left of a payment on the account, and return how much that is. Raises NothingLeft, MoneyNotMoved."""
    amount_minor = min(payment.left_minor, at_most_minor, await repository.available_minor(connection, payment.account_id))
    if amount_minor <= 0:
        raise NothingLeft(f"account {payment.account_id} has nothing left of it")
    wanted = PostingRequest(
        kind=Kind.HOLD, transfer_id=hold_id, tenant_id=tenant_id, occurred_at_ms=present.now_ms, amount_minor=amount_minor,
        currency=payment.currency, debit_account_id=payment.account_id, credit_account_id=payment.payer_account_id,
        purpose=Purpose.ADJUSTMENT, expires_at_ms=expires_at_ms, reason=reason,
    )  # fmt: skip
    [result] = await post_batch_async(connection, [wanted], now_ms=present.now_ms, topic=present.topic)
    if result.status is not Status.HELD:
        raise MoneyNotMoved(f"the ledger answered {result.code}", reason=result.code)
    return amount_minor


async def let_go(connection: AsyncConnection, *, tenant_id: str, hold_id: UUID, present: Present, reason: str) -> None:
    """End a hold: the account has its money. Raises BlockEnded where it had ended otherwise."""
    ending = _void(tenant_id=tenant_id, hold_id=hold_id, present=present, reason=reason)
    [result] = await post_batch_async(connection, [ending], now_ms=present.now_ms, topic=present.topic)
    if result.status is not Status.VOIDED:
        raise BlockEnded(f"the hold is {result.status}", state=str(result.status))


async def send_back(
    connection: AsyncConnection, payment: Received, *, tenant_id: str, hold_id: UUID | None, refund_id: UUID,
    amount_minor: int, present: Present, reason: str,
) -> None:  # fmt: skip
    """Return money to who paid: a reversal, never more in all than was paid, which takes a hold's place in one step.

    Raises BlockEnded where the hold had ended otherwise, MoneyNotMoved; nothing moved then.
    """
    back = PostingRequest(
        kind=Kind.POST, transfer_id=refund_id, tenant_id=tenant_id, occurred_at_ms=present.now_ms, amount_minor=amount_minor,
        currency=payment.currency, debit_account_id=payment.account_id, credit_account_id=payment.payer_account_id,
        purpose=Purpose.REVERSAL, reverses_id=payment.transfer_id, reason=reason, group=1,
    )  # fmt: skip
    rows = [back]
    if hold_id is not None:
        rows.insert(0, _void(tenant_id=tenant_id, hold_id=hold_id, present=present, reason=reason, group=1))
    results = await post_batch_async(connection, rows, now_ms=present.now_ms, topic=present.topic)
    if results[-1].moved:
        return
    if hold_id is not None and results[0].code not in (None, "linked-failed"):
        raise BlockEnded(f"the hold is {results[0].status}", state=str(results[0].status))
    raise MoneyNotMoved(f"the ledger answered {results[-1].code}", reason=results[-1].code)


def _void(*, tenant_id: str, hold_id: UUID, present: Present, reason: str, group: int | None = None) -> PostingRequest:
    return PostingRequest(
        kind=Kind.VOID_PENDING, transfer_id=hold_id, tenant_id=tenant_id, occurred_at_ms=present.now_ms, reason=reason,
        group=group,
    )  # fmt: skip
