"""Charges for those who keep the books: which are due and why, and letting one go."""

from uuid import UUID

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from kit.errors import Conflict, NotFound
from kit.postgres import tenant_transaction
from serving.charges import repository
from serving.charges.repository import Row
from serving.edge.clocks import TenantClocks
from serving.edge.presented import money
from serving.edge.principals import Principal
from serving.identity.audit import record

WAIVE_ROUTE = "POST /v1/charges/{charge_id}/waiver"


class ChargeSettled(Conflict):
    """The charge was posted; what was taken is given back by a reversal."""

    code = "charge-settled"
    title = "The charge is posted"
    remedy = "Reverse its transfer, which the charge names."


class OwedToCustomer(Conflict):
    """Interest that the bank owes is not the bank's to let go."""

    code = "owed-to-customer"
    title = "The charge is what the bank owes"
    remedy = "Make the account able to take it: it is tried again each night."


class ChargesService:
    """What the charges routes do."""

    def __init__(self, core: AsyncConnectionPool, *, clocks: TenantClocks) -> None:
        self._core = core
        self._clocks = clocks

    async def page(
        self,
        principal: Principal,
        *,
        status: str | None,
        account_id: UUID | None,
        before: tuple[str, str] | None,
        limit: int,
    ) -> list[Row]:
        """Return up to `limit` charges, newest first."""
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            rows = await repository.list_charges(
                connection,
                tenant_id=principal.tenant_id,
                status=status,
                account_id=account_id,
                before=before,
                limit=limit,
            )
        return [_presented(row) for row in rows]

    async def waive(self, principal: Principal, charge_id: UUID, *, note: str, correlation_id: str) -> Row:
        """Let a charge go that is due; one that is waived stays so. Raises NotFound, ChargeSettled, OwedToCustomer."""
        now_ms = await self._clocks.now_ms(principal.tenant_id)
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            found = await self._required(connection, principal, charge_id, lock=True)
            if found["status"] == "waived":
                return _presented(found)
            if found["status"] == "posted":
                raise ChargeSettled(f"charge {charge_id} is posted", transfer_id=str(found["transfer_id"]))
            if found["kind"] == "credit-interest":
                raise OwedToCustomer(f"charge {charge_id} is interest that the bank owes")
            await repository.waive(connection, charge_id=charge_id, now_ms=now_ms)
            await record(
                connection,
                principal,
                WAIVE_ROUTE,
                resource=f"charges/{charge_id}",
                correlation_id=correlation_id,
                detail={"note": note},
            )
            return _presented(await self._required(connection, principal, charge_id))

    @staticmethod
    async def _required(connection: AsyncConnection, principal: Principal, charge_id: UUID, *, lock: bool = False) -> Row:
        row = await repository.find_charge(connection, tenant_id=principal.tenant_id, charge_id=charge_id, lock=lock)
        if row is None:
            raise NotFound(f"there is no charge {charge_id}")
        return row


def _presented(row: Row) -> Row:
    return row | {"amount": money(row["amount_minor"], row["currency"])}
