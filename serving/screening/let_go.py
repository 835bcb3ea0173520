"""Payments that waited for a hit that has gone by itself: they move, as they would have when two people had cleared it.

Whoever screens says in one transaction that a hit goes and which payments it held (`pipelines.screening`). Here each is ended
in one transaction that posts it, says so in the audit log and forgets it, so that whoever races or is killed, it is ended once.
"""

from uuid import UUID

from psycopg import AsyncConnection

from kit.postgres import tenant_transaction
from serving.each_alone import EachAlone, Found
from serving.identity.repository import insert_audit
from serving.payments.holds import end_hold
from serving.payments.repository import is_held
from serving.screening import party_repository

ACTOR, ACTION = "screening", "a watch-list let go of what held a payment"


class LetGo(EachAlone):
    """Lets held payments go."""

    step = "screening"

    async def find(self, connection: AsyncConnection, *, limit: int) -> list[Found]:
        """Return payments that no hit holds any more."""
        return await party_repository.let_go(connection, limit=limit)

    async def end(self, tenant_id: str, transfer_id: UUID) -> bool:
        """Let one payment move; False where somebody has ended it, or another hit holds it."""
        present = await self._clocks.present(tenant_id)
        correlation_id = f"let-go-{transfer_id}"
        async with self._core.connection() as connection, tenant_transaction(connection, tenant_id):
            await party_repository.lock_verdicts(connection, tenant_id)
            held = await is_held(connection, tenant_id=tenant_id, transfer_id=transfer_id)
            if held and await party_repository.waits(connection, tenant_id=tenant_id, transfer_id=transfer_id):
                return False
            gone = await party_repository.forget_let_go(connection, tenant_id=tenant_id, transfer_id=transfer_id)
            if not held or not gone:
                return False
            result = await end_hold(
                connection, tenant_id, transfer_id, posted=True, present=present, headers={"correlation_id": correlation_id}
            )
            # What cannot be posted (its account was stopped) stays held, for a person.
            await insert_audit(
                connection, tenant_id=tenant_id, actor=ACTOR, action=ACTION, resource=str(transfer_id),
                correlation_id=correlation_id, status=200, detail={"outcome": result.outcome.value, "hits": gone},
            )  # fmt: skip
        return True
