"""History: searching and adding up what the read model has, and keeping what holders call their movements."""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from uuid import UUID

from psycopg_pool import AsyncConnectionPool

from kit.errors import NotFound
from kit.folding import folded
from kit.postgres import tenant_transaction
from serving.accounts.repository import find_account
from serving.edge.errors import InvalidRequest
from serving.edge.presented import money
from serving.edge.principals import Principal
from serving.edge.warehouse import warehouse_reading
from serving.history import repository
from serving.history.repository import Row
from serving.history.schemas import Mark
from serving.identity.audit import record

MARK_ROUTE = "PATCH /v1/accounts/{account_id}/transactions/{transfer_id}"
MAX_WORDS = 10
MAX_MONTHS = 60
DEFAULT_MONTHS = 12
_WORD = re.compile(r"\w+")


class HistoryService:
    """What the history routes do."""

    def __init__(self, core: AsyncConnectionPool, warehouse: AsyncConnectionPool) -> None:
        self._core = core
        self._warehouse = warehouse

    async def page(
        self, principal: Principal, account_id: UUID, *, filters: Mapping[str, object | None], limit: int
    ) -> tuple[list[Row], object]:
        """Return up to `limit` movements that pass, newest first, and as of when they are. Raises NotFound."""
        await self._require_account(principal, account_id)
        async with warehouse_reading(self._warehouse, principal.tenant_id) as connection:
            rows = await repository.movements(
                connection, tenant_id=principal.tenant_id, account_id=account_id, filters=filters, limit=limit
            )
            return [_presented(row) for row in rows], await repository.as_of(connection)

    async def spending(
        self, principal: Principal, account_id: UUID, *, first: date | None, past: date | None, today: date
    ) -> tuple[list[Row], object]:
        """Return a row a category of each month that begins in [first, past). Raises NotFound, InvalidRequest."""
        past = past or today + timedelta(days=1)
        if first is None:
            first = (past - min(timedelta(days=31 * (DEFAULT_MONTHS - 1)), past - date.min)).replace(day=1)
        if not timedelta(0) < past - first <= timedelta(days=31 * MAX_MONTHS):
            raise InvalidRequest(f"from: must be before to, and at most {MAX_MONTHS} months before it", field="from")
        await self._require_account(principal, account_id)
        async with warehouse_reading(self._warehouse, principal.tenant_id) as connection:
            rows = await repository.spending(
                connection, tenant_id=principal.tenant_id, account_id=account_id, first=first, past=past
            )
            return [_added_up(row) for row in rows], await repository.as_of(connection)

    async def mark(self, principal: Principal, account_id: UUID, transfer_id: UUID, *, mark: Mark, correlation_id: str) -> Row:
        """Keep what the holder calls a movement; what `mark` leaves out stays. Raises NotFound."""
        named = {"tenant_id": principal.tenant_id, "account_id": account_id, "transfer_id": transfer_id}
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            account = await find_account(
                connection, tenant_id=principal.tenant_id, account_id=account_id, customer_id=principal.own_only
            )
            if account is None or not await repository.has_moved(
                connection, tenant_id=principal.tenant_id, account_id=account_id, transfer_id=transfer_id
            ):
                raise NotFound(f"account {account_id} has no movement by transfer {transfer_id}")
            before = await repository.find_mark(
                connection, tenant_id=principal.tenant_id, account_id=account_id, transfer_id=transfer_id
            )
            said = mark.model_dump(mode="json", exclude_unset=True)
            after = {"category": None, "note": None} | (before or {}) | said
            await repository.put_mark(
                connection, tenant_id=principal.tenant_id, account_id=account_id, transfer_id=transfer_id, mark=after
            )
            await record(
                connection,
                principal,
                MARK_ROUTE,
                resource=str(transfer_id),
                correlation_id=correlation_id,
                # What people write can be erased; the audit log cannot.
                detail={"account_id": str(account_id), "changed": sorted(said), "category": after["category"]},
            )
        return named | after

    async def _require_account(self, principal: Principal, account_id: UUID) -> None:
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            row = await find_account(
                connection, tenant_id=principal.tenant_id, account_id=account_id, customer_id=principal.own_only
            )
        if row is None:
            raise NotFound(f"there is no account {account_id}")


def words_of(text: str) -> str:
    """Return the query for every word of `text`, each as the beginning of a word. Raises InvalidRequest where there is none."""
    words = _WORD.findall(folded(text))[:MAX_WORDS]
    if not words:
        raise InvalidRequest("q: has no letter and no digit to look for", field="q")
    return " & ".join(f"{word}:*" for word in words)


def _presented(row: Row) -> Row:
    return row | {
        "amount": money(row["amount_minor"], row["currency"]),
        "balance_after": money(row["balance_after_minor"], row["currency"]),
        "counterparty": {
            "account_id": row["counterparty_account_id"],
            "kind": row["counterparty_kind"],
            "name": row["counterparty_name"],
        },
    }


def _added_up(row: Row) -> Row:
    return row | {
        "spent": money(row["spent_minor"], row["currency"]),
        "received": money(row["received_minor"], row["currency"]),
    }
