"""A transfer against its account's limits: counted exactly, whoever else pays from the account at the same moment.

A claimed transfer is counted before anybody decides about it, under the lock of its account's limits, and goes on counting
unless it ends without money moving; so nothing has to be given back. The claim has to be committed by then: it keeps the
transfer in sight until the posting does.
"""

from uuid import UUID

from psycopg_pool import AsyncConnectionPool

from contracts.transactions import Transaction
from kit.errors import DomainError
from kit.postgres import tenant_transaction
from serving.edge.presented import rfc3339
from serving.limits import repository
from serving.limits.arithmetic import Measure, first_exceeded, measures
from serving.payments.claims import Claims


class LimitExceeded(DomainError):
    """More than the customer, or the bank, lets leave the account."""

    code = "limit-exceeded"
    title = "The transfer is over a limit of the account"
    remedy = (
        "Send less, or wait until `facts.free_at`; GET /v1/accounts/{id}/limits shows every limit, and a raise takes effect "
        "24 hours after it is asked for. The same key may be used again."
    )


class TransferLimits:
    """Counts the transfers of accounts that have limits."""

    def __init__(self, core: AsyncConnectionPool, *, claims: Claims) -> None:
        self._core = core
        self._claims = claims

    async def count(self, transaction: Transaction, *, key: str) -> None:
        """Count a claimed transfer, once. Raises LimitExceeded: then it is not counted, and its key is given back."""
        try:
            await self._count(transaction, key=key)
        except LimitExceeded:
            await self._claims.release(tenant_id=transaction.tenant_id, key=key, transfer_id=UUID(transaction.transaction_id))
            raise

    async def _count(self, transaction: Transaction, *, key: str) -> None:
        transfer_id, account_id = UUID(transaction.transaction_id), UUID(transaction.account_id)
        async with self._core.connection() as connection, tenant_transaction(connection, transaction.tenant_id):
            hours = await repository.find_hours(connection, account_id, for_update=True)
            if hours is None or await repository.was_counted(connection, transfer_id):
                return
            limits = await repository.find_limits(connection, account_id)
            kept = measures(limits, hours, channel=transaction.channel, at_ms=transaction.event_time)
            used = await repository.used_minor(connection, account_id, kept)
            broken = first_exceeded(kept, used, amount_minor=transaction.amount_minor)
            if broken is not None:
                raise _exceeded(*broken, amount_minor=transaction.amount_minor)
            await repository.insert_use(
                connection,
                transfer_id=transfer_id,
                tenant_id=transaction.tenant_id,
                account_id=account_id,
                key=key,
                channel=transaction.channel,
                at_ms=transaction.event_time,
                amount_minor=transaction.amount_minor,
            )


def _exceeded(measure: Measure, used_minor: int, *, amount_minor: int) -> LimitExceeded:
    free_at = rfc3339(measure.period.end_ms) if measure.period is not None else None
    left_minor = max(0, measure.most_minor - used_minor)
    return LimitExceeded(
        f"the limit of the {measure.scope} for {measure.channel} is {measure.most_minor} minor units: {left_minor} are left",
        channel=measure.channel,
        scope=measure.scope.value,
        limit_minor=measure.most_minor,
        used_minor=used_minor,
        amount_minor=amount_minor,
        free_at=free_at,
    )
