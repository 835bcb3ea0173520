"""Statements: what is asked of the ledger for one, and how it becomes a document without being held whole."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

import ledger.accounts as ledger_accounts
from kit.errors import NotFound
from kit.postgres import tenant_transaction
from serving.customers.person import People
from serving.edge.clocks import TenantClocks
from serving.edge.errors import InvalidRequest
from serving.edge.principals import Principal
from serving.statements import repository
from serving.statements.errors import PrinterBusy, StatementTooLong
from serving.statements.formats import Format
from serving.statements.pdf.document import pdf
from serving.statements.period import Period
from serving.statements.repository import Row
from serving.statements.statement import Line, Statement

CHUNK_LINES = 1_000
MAX_PDF_LINES = 5_000
# Pages are drawn in threads beside the requests; more at once would only take the processor from them.
MAX_PDFS_AT_ONCE = 2
MAX_PDFS_WAITING = 16
PDF_RETRY_S = 2
# What is written in one go holds up every other request of this worker, payments among them: some two milliseconds.
WRITTEN_AT_ONCE = 64


class StatementsService:
    """What the statement route does."""

    def __init__(self, core: AsyncConnectionPool, *, clocks: TenantClocks, people: People) -> None:
        self._core = core
        self._people = people
        self._clocks = clocks
        self._drawing = asyncio.Semaphore(MAX_PDFS_AT_ONCE)
        self._waiting_to_draw = 0

    async def statement(
        self, principal: Principal, account_id: UUID, period: Period, *, closing_version: int | None = None
    ) -> Statement:
        """Return the statement without its lines.

        `closing_version` is the closing version of the page before, so that all pages are of one statement. Raises NotFound,
        and InvalidRequest for a version outside the period.
        """
        issued_at_ms = await self._clocks.now_ms(principal.tenant_id)
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            account = await repository.find_account(
                connection, tenant_id=principal.tenant_id, account_id=account_id, customer_id=principal.own_only
            )
            if account is None:
                raise NotFound(f"there is no account {account_id}")
            opening = await ledger_accounts.balance_at(connection, account_id, at_ms=period.start_ms - 1)
            closing = await self._closing(connection, account_id, period, closing_version)
            if closing.version < opening.version:
                raise InvalidRequest("cursor: belongs to another statement", field="cursor")
            [holder] = self._people.names(principal.tenant_id, [_sealed(account, "customer_id", "sealed")])
            totals = await repository.totals(
                connection,
                tenant_id=principal.tenant_id,
                account_id=account_id,
                after=opening.version,
                until=closing.version,
            )
        return Statement(
            tenant_id=principal.tenant_id,
            account_id=account_id,
            customer_id=str(account["customer_id"]),
            holder=holder,
            product=str(account["product"]),
            currency=str(account["currency"]),
            period=period,
            opening_minor=opening.balance_minor,
            closing_minor=closing.balance_minor,
            opening_version=opening.version,
            closing_version=closing.version,
            credits_minor=int(str(totals["credits_minor"])),
            debits_minor=int(str(totals["debits_minor"])),
            credits=int(str(totals["credits"])),
            issued_at_ms=issued_at_ms,
        )

    async def lines(self, statement: Statement, *, after: int | None, limit: int) -> list[Line]:
        """Return up to `limit` of its lines after a version (None: from the first), oldest first."""
        async with self._core.connection() as connection, tenant_transaction(connection, statement.tenant_id):
            rows = await repository.lines(
                connection,
                tenant_id=statement.tenant_id,
                account_id=statement.account_id,
                after=max(statement.opening_version, after or 0),
                until=statement.closing_version,
                limit=limit,
            )
        others = [_sealed(row, "counterparty_id", "counterparty_sealed") for row in rows]
        names = self._people.names(statement.tenant_id, others)
        return [_line(row, counterparty_name=name) for row, name in zip(rows, names, strict=True)]

    async def written(self, statement: Statement, form: Format) -> AsyncIterator[bytes]:
        """Yield the document, a chunk of lines at a time; each chunk is a transaction of its own, of rows that never change."""
        writer = form.writer(statement)
        yield writer.begin()
        after: int | None = None
        while lines := await self.lines(statement, after=after, limit=CHUNK_LINES):
            for first in range(0, len(lines), WRITTEN_AT_ONCE):
                yield writer.lines(lines[first : first + WRITTEN_AT_ONCE])
                await asyncio.sleep(0)  # a client that reads fast never makes us wait, and others would
            after = lines[-1].version
        yield writer.end()

    async def printed(self, statement: Statement) -> bytes:
        """Return the statement as PDF. Raises StatementTooLong, PrinterBusy."""
        if statement.entries > MAX_PDF_LINES:
            raise StatementTooLong(
                f"{statement.entries} lines; a PDF has room for {MAX_PDF_LINES}", entries=statement.entries, most=MAX_PDF_LINES
            )
        if self._waiting_to_draw >= MAX_PDFS_WAITING:
            raise PrinterBusy("others wait for theirs", retry_after_s=PDF_RETRY_S)
        self._waiting_to_draw += 1
        try:
            async with self._drawing:
                lines = await self.lines(statement, after=None, limit=MAX_PDF_LINES)
                return await asyncio.to_thread(pdf, statement, lines)
        finally:
            self._waiting_to_draw -= 1

    @staticmethod
    async def _closing(
        connection: AsyncConnection, account_id: UUID, period: Period, version: int | None
    ) -> ledger_accounts.Balance:
        """The balance at the period's end; or after an earlier version, with which another page of it closed."""
        newest = await ledger_accounts.balance_at(connection, account_id, at_ms=period.past_ms - 1)
        if version is None or version == newest.version:
            return newest
        found = await ledger_accounts.entries(connection, account_id, before_version=version + 1, limit=1)
        if version > newest.version or not found:
            raise InvalidRequest("cursor: belongs to another statement", field="cursor")
        return ledger_accounts.Balance(found[0].balance_after_minor, found[0].version)


def _sealed(row: Row, customer_id: str, sealed: str) -> tuple[str | None, bytes | None]:
    who, content = row[customer_id], row[sealed]
    return None if who is None else str(who), content if isinstance(content, bytes) else None


def _line(row: Row, *, counterparty_name: str | None) -> Line:
    facts: dict[str, Any] = {name: value for name, value in row.items() if name in Line.__slots__}
    return Line(**facts, counterparty_name=counterparty_name)
