"""What a transfer costs its payer: by the product of the account and the channel, posted together with the transfer.

A tenant whose products have no such fee pays nothing for the question: the answer is remembered, and asked again after
`REMEMBERED_MS`. So long may a change of terms take.
"""

from collections import OrderedDict
from dataclasses import dataclass, replace
from uuid import UUID

from psycopg_pool import AsyncConnectionPool

from contracts.ledger_events import Purpose
from kit.ids import derived_id
from kit.postgres import tenant_transaction
from kit.trial import on_trial
from ledger.accounts import open_accounts_async, system_account
from ledger.postings import MOVING, FailureCode, PostingRequest
from serving.edge.clocks import TenantClocks
from serving.payments import repository

REMEMBERED_MS = 30_000
MAX_REMEMBERED = 100_000
INCOME = "income:fees"
REASON = "transfer-fee"
Fees = dict[tuple[str, str], dict[str, int]]


@dataclass(frozen=True, slots=True)
class _Known:
    """What was found, and when."""

    at_ms: int
    fees: Fees


def fee_id(transfer_id: UUID) -> UUID:
    """Return the id of a transfer's fee: the same for everybody who posts or ends the two."""
    return derived_id(transfer_id, REASON)


class TransferFees:
    """One worker's memory of fees: by tenant, and of the tenants that have any, by account.

    What a trial saw is not remembered: what it has opened or changed will not be there.
    """

    def __init__(self, core: AsyncConnectionPool, *, clocks: TenantClocks) -> None:
        self._core = core
        self._clocks = clocks
        self._tenants: dict[str, _Known] = {}
        self._products: OrderedDict[tuple[str, UUID], tuple[int, str]] = OrderedDict()

    async def posting(self, transfer: PostingRequest, *, channel: str) -> PostingRequest | None:
        """Return the posting of a transfer's fee, to be linked with it; None when it has none, or when nothing is to move."""
        if transfer.kind not in MOVING or transfer.debit_account_id is None or transfer.currency is None:
            return None
        amount_minor = await self._minor(
            transfer.tenant_id, transfer.debit_account_id, currency=transfer.currency, channel=channel
        )
        if amount_minor == 0:
            return None
        income = system_account(tenant_id=transfer.tenant_id, currency=transfer.currency, code=INCOME)
        return replace(
            transfer,
            transfer_id=fee_id(transfer.transfer_id),
            amount_minor=amount_minor,
            credit_account_id=income.account_id,
            purpose=Purpose.FEE,
            reason=REASON,
            door=None,
            answer=None,
            transaction=None,
            idempotency_key=None,
            response_status=None,
            response=None,
        )

    async def why_failed(self, *, tenant_id: str, transfer_id: UUID, code: str | None) -> str | None:
        """Return the code of a transfer's failure: of one that failed only because its fee did, the fee's own."""
        if code != FailureCode.LINKED_FAILED:
            return code
        async with self._core.connection() as connection, tenant_transaction(connection, tenant_id):
            fee = await repository.failure_of(connection, tenant_id=tenant_id, transfer_id=fee_id(transfer_id))
        return fee or code

    async def _minor(self, tenant_id: str, account_id: UUID, *, currency: str, channel: str) -> int:
        now_ms = await self._clocks.now_ms(tenant_id)
        fees = await self._of_tenant(tenant_id, now_ms=now_ms)
        if not fees:
            return 0
        product = await self._product(tenant_id, account_id, now_ms=now_ms)
        return fees.get((product, currency), {}).get(channel, 0)

    async def _of_tenant(self, tenant_id: str, *, now_ms: int) -> Fees:
        known = self._tenants.get(tenant_id)
        if known is not None and now_ms - known.at_ms < REMEMBERED_MS:
            return known.fees
        async with self._core.connection() as connection, tenant_transaction(connection, tenant_id):
            fees = await repository.transfer_fees(connection, tenant_id=tenant_id)
            accounts = [
                system_account(tenant_id=tenant_id, currency=currency, code=INCOME)
                for currency in sorted({currency for _, currency in fees})
            ]
            if accounts:
                await open_accounts_async(connection, accounts, now_ms=now_ms)
        if not on_trial():
            self._tenants[tenant_id] = _Known(now_ms, fees)
        return fees

    async def _product(self, tenant_id: str, account_id: UUID, *, now_ms: int) -> str:
        known = self._products.get((tenant_id, account_id))
        if known is not None and now_ms - known[0] < REMEMBERED_MS:
            return known[1]
        async with self._core.connection() as connection, tenant_transaction(connection, tenant_id):
            product = await repository.product_of(connection, tenant_id=tenant_id, account_id=account_id)
        if not on_trial():
            self._products[tenant_id, account_id] = (now_ms, product or "")
            if len(self._products) > MAX_REMEMBERED:
                self._products.popitem(last=False)
        return product or ""
