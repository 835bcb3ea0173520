"""Money that waited in suspense for its payer: it is credited by itself once every hit is cleared or gone, or none was met.

So is what was held only because nobody has said who its payer is, once the bank has chosen to credit such. Each is ended in one
transaction that moves the money, says so in the audit log and resolves the item, under the lock of the tenant's verdicts. The
transfer has the id that people's resolution of the item would have, so that whoever races or is killed, it is credited once.

A payer counts as looked at under the lists as they are in that transaction. If one has changed since, the money is the
intake's again, which looks anew.
"""

from uuid import UUID

from psycopg import AsyncConnection

from cases.payers import (
    ENDS_BY_ITSELF,
    PAYER_NOT_NAMED,
    PAYER_NOT_SCREENED,
    RESOLUTION,
    RESOLVED_BY,
    REVIEW_WANTED,
    UnnamedPayers,
)
from kit.ids import derived_id
from kit.postgres import tenant_transaction
from risk.screening.keys import book_key
from serving.each_alone import EachAlone, Found
from serving.edge.clocks import Present
from serving.identity.repository import insert_audit
from serving.screening import party_repository
from serving.screening import repository as lists_repository
from serving.suspense import repository
from serving.suspense.errors import SuspenseNotPosted
from serving.suspense.moves import Rail, move
from serving.suspense.repository import Row
from serving.unnamed_payers.repository import choice

CLEARED = "the payer of money in suspense was cleared"
UNNAMED = "money in suspense whose payer nobody names is credited, as the bank has chosen"
REASON = "suspense-credit"


class ClearedPayers(EachAlone):
    """Credits money of cleared payers."""

    step = "suspense"

    async def find(self, connection: AsyncConnection, *, limit: int) -> list[Found]:
        """Return what may be credited."""
        return await repository.cleared(connection, limit=limit)

    async def end(self, tenant_id: str, item_id: UUID) -> bool:
        """Credit one item; False where somebody has been first or has proposed something, or it may not be credited any more.

        What cannot be credited (its account was closed) stays in suspense under that problem, for people.
        """
        present = await self._clocks.present(tenant_id)
        async with self._core.connection() as connection, tenant_transaction(connection, tenant_id):
            await party_repository.lock_verdicts(connection, tenant_id)
            item = await repository.find_item(
                connection, tenant_id=tenant_id, item_id=item_id, now_ms=present.now_ms, lock=True
            )
            if item is None or item["status"] != "open":
                return False
            action = await self._why(connection, tenant_id, item)
            account_id = item["account_id"]
            if action is None or not isinstance(account_id, UUID):
                return False
            problem = await self._credit(connection, tenant_id, item, account_id, present)
            await insert_audit(
                connection, tenant_id=tenant_id, actor=RESOLVED_BY, action=action, resource=f"suspense/{item_id}",
                correlation_id=f"cleared-{item_id}", status=200, detail={"credited": problem is None, "problem": problem},
            )  # fmt: skip
        return problem is None

    async def _why(self, connection: AsyncConnection, tenant_id: str, item: Row) -> str | None:
        """Return why an item may be credited; None where it may not, and says what keeps it if that is something else now."""
        if item["problem"] == PAYER_NOT_NAMED:
            return await self._why_unnamed(connection, tenant_id, item)
        party_id = item["party_id"]
        if item["problem"] not in ENDS_BY_ITSELF or not item["goes_on"] or not isinstance(party_id, UUID):
            return None
        if await party_repository.is_listed(connection, tenant_id, party_id):
            return None
        if await _is_looked_at(connection, tenant_id, party_id):
            return CLEARED
        await repository.look_again(connection, item_id=UUID(str(item["item_id"])), problem=PAYER_NOT_SCREENED)
        return None

    @staticmethod
    async def _why_unnamed(connection: AsyncConnection, tenant_id: str, item: Row) -> str | None:
        """The same where nobody has named the payer: a bank that credits such would have credited it, or held it for people."""
        if item["payer_named"] or await choice(connection, tenant_id=tenant_id) is UnnamedPayers.HOLD:
            return None
        if item["goes_on"]:
            return UNNAMED
        await repository.rename_problem(connection, item_id=UUID(str(item["item_id"])), problem=REVIEW_WANTED)
        return None

    @staticmethod
    async def _credit(connection: AsyncConnection, tenant_id: str, item: Row, account_id: UUID, present: Present) -> str | None:
        """Move the money and resolve the item; return why the ledger would not, with nothing moved."""
        item_id = UUID(str(item["item_id"]))
        rail, transfer_id = Rail(tenant_id, str(item["rail"]), str(item["currency"])), derived_id(item_id, RESOLUTION)
        try:
            async with connection.transaction():
                await move(
                    connection, transfer_id=transfer_id, rail=rail, amount_minor=int(str(item["amount_minor"])),
                    debit=rail.suspense.account_id, credit=account_id, reason=REASON, value_at_ms=present.now_ms,
                    present=present,
                )  # fmt: skip
        except SuspenseNotPosted as refused:
            problem = str(refused.facts["reason"])
            await repository.rename_problem(connection, item_id=item_id, problem=problem)
            return problem
        await repository.resolve_cleared(connection, item_id=item_id, transfer_id=transfer_id, now_ms=present.now_ms)
        return None


async def _is_looked_at(connection: AsyncConnection, tenant_id: str, party_id: UUID) -> bool:
    """Whether a payer was held against the lists as they are now. Where there is none, nobody is."""
    versions = [
        each for own in (False, True) for each in await lists_repository.versions(connection, tenant_id=tenant_id, own=own)
    ]
    return not versions or await party_repository.looked_at(connection, tenant_id, party_id) == book_key(versions)
