"""Money into suspense, and out of it."""

from uuid import UUID

from psycopg import AsyncConnection

import ledger.accounts as ledger_accounts
from contracts.ledger_events import Purpose
from ledger.postings import Kind, PostingRequest
from ledger.repository import post_batch_async
from serving.edge.clocks import Present
from serving.suspense.errors import SuspenseNotPosted


class Rail:
    """A rail's two accounts of a tenant in a currency."""

    def __init__(self, tenant_id: str, rail: str, currency: str) -> None:
        self.tenant_id = tenant_id
        self.currency = currency
        self.settlement = ledger_accounts.settlement_account(tenant_id=tenant_id, currency=currency, channel=rail)
        self.suspense = ledger_accounts.suspense_account(tenant_id=tenant_id, currency=currency, channel=rail)


async def move(
    connection: AsyncConnection,
    *,
    transfer_id: UUID,
    rail: Rail,
    amount_minor: int,
    debit: UUID,
    credit: UUID,
    reason: str,
    value_at_ms: int,
    present: Present,
) -> None:
    """Move money between a rail's accounts, or from one to a customer's. Raises SuspenseNotPosted."""
    request = PostingRequest(
        kind=Kind.POST,
        transfer_id=transfer_id,
        tenant_id=rail.tenant_id,
        occurred_at_ms=value_at_ms,
        amount_minor=amount_minor,
        currency=rail.currency,
        debit_account_id=debit,
        credit_account_id=credit,
        purpose=Purpose.ADJUSTMENT,
        reason=reason,
    )
    [result] = await post_batch_async(connection, [request], now_ms=present.now_ms, topic=present.topic)
    if not result.moved:
        raise SuspenseNotPosted(f"the ledger answered {result.code}", reason=result.code)
