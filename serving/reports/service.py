"""Reports: made by decisions (or for a year without any), exported as a document, sent by a person, receipted."""

import asyncio
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from cases.casework import repository as cases
from cases.casework.states import Act
from cases.due.clocks import ZONE, local_day, nil_due, urgency
from cases.papers import repository as papers_repository
from cases.papers.sealing import Papers, sha256_of, subject_of
from cases.reports import repository
from cases.reports.document import nil, suspicion
from cases.reports.facts import facts
from cases.reports.states import NotExported, ReportAct, ReportKind, ReportState, YearNotNil, after
from contracts import sealed as kinds
from kit.clock import FixedClock
from kit.errors import Conflict, NotFound
from kit.ids import uuid7
from kit.postgres import tenant_transaction
from kit.subject_keys import SealedRecords
from serving.casework.acting import allowed, required, written
from serving.casework.service import MAX_NOTES, MAX_PIECES
from serving.customers.person import People
from serving.edge.clocks import TenantClocks
from serving.edge.presented import moment
from serving.edge.principals import Principal
from serving.reports.schemas import NilDeclaration, Receipt

NIL_ROUTE = "POST /v1/reports"
EXPORT_ROUTE = "POST /v1/reports/{report_id}/export"
RECEIPT_ROUTE = "POST /v1/reports/{report_id}/receipt"
_HIDDEN = ("tenant_id", "customer_id")
Row = dict[str, Any]


class ReceiptTaken(Conflict):
    """Another report has that receipt."""

    code = "receipt-taken"
    title = "Another report has this receipt"
    remedy = "Type in the receipt that came for this very report."


class ReportAltered(Conflict):
    """What is stored is not what was exported, or whom it was about has been erased."""

    code = "report-altered"
    title = "The stored document is not what was exported"
    remedy = "Export it again while it was not sent; if it was, compare it with what was sent and tell whoever runs the bank."


class ReportsService:
    """What the routes of reports do."""

    def __init__(
        self, core: AsyncConnectionPool, *, papers: Papers, records: SealedRecords, people: People, clocks: TenantClocks
    ) -> None:
        self._core = core
        self._papers = papers
        self._records = records
        self._people = people
        self._clocks = clocks

    async def page(
        self, principal: Principal, *, state: ReportState | None, place: tuple[date, str] | None, limit: int
    ) -> list[Row]:
        """Return reports, what is due first at first."""
        today = local_day(await self._now(principal))
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            found = await repository.page(
                connection, tenant_id=principal.tenant_id, state=state, due_on=place and place[0], id=place and place[1],
                limit=limit,
            )  # fmt: skip
        return [_shown(row, today=today) for row in found]

    async def get(self, principal: Principal, report_id: UUID) -> Row:
        """Return one report. Raises NotFound."""
        today = local_day(await self._now(principal))
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            return _shown(await self._required(connection, principal, report_id), today=today)

    async def declare(self, principal: Principal, wanted: NilDeclaration, *, correlation_id: str) -> Row:
        """Make the declaration of a year that had nothing to report. Raises YearNotNil."""
        principal.require_person("declares something to the authorities")
        now = await self._now(principal)
        start, end = _midnight(wanted.year), _midnight(wanted.year + 1)
        if now < end:
            raise YearNotNil(f"{wanted.year} has not ended")
        report_id = str(uuid7(FixedClock(round(now.timestamp() * 1000))))
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            if await repository.had_suspicions(connection, tenant_id=principal.tenant_id, start=start, end=end):
                raise YearNotNil(f"something of {wanted.year} was reported, or is about to be")
            made = await repository.insert(
                connection, tenant_id=principal.tenant_id, report_id=report_id, kind=ReportKind.NIL, case_id=None,
                year=wanted.year, due_on=nil_due(wanted.year), by=principal.subject, now=now,
            )  # fmt: skip
            if not made:
                raise YearNotNil(f"the declaration of {wanted.year} has been made")
            await written(
                connection, principal, about=f"report/{report_id}", act="make", route=NIL_ROUTE, detail={"year": wanted.year},
                now=now, correlation_id=correlation_id,
            )  # fmt: skip
            return _shown(await self._required(connection, principal, UUID(report_id)), today=local_day(now))

    async def export(self, principal: Principal, report_id: UUID, *, correlation_id: str) -> Row:
        """Make the document from what is known, validate it and keep it sealed. Raises NotFound, ReportMoveNotAllowed."""
        principal.require_person("exports a report about somebody")
        now = await self._now(principal)
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            report = await self._required(connection, principal, report_id, lock=True)
            after(ReportAct.EXPORT, ReportState(report["state"]))
            document = await self._made(connection, principal, report)
            digest = sha256_of(document)
            sealed = await asyncio.to_thread(
                self._records.seal, subject_of(_under(report)), {"document": document.decode()}, kind=kinds.CASE_REPORT
            )
            await repository.exported(
                connection, tenant_id=principal.tenant_id, report_id=str(report_id), sha256=digest, sealed=sealed,
                by=principal.subject, now=now,
            )  # fmt: skip
            await written(
                connection, principal, about=f"report/{report_id}", act=ReportAct.EXPORT, route=EXPORT_ROUTE,
                detail={"sha256": digest.hex()}, now=now, correlation_id=correlation_id,
            )  # fmt: skip
            return _shown(await self._required(connection, principal, report_id), today=local_day(now))

    async def document(self, principal: Principal, report_id: UUID) -> bytes:
        """Return the document that was exported. Raises NotFound, NotExported, ReportAltered."""
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            report = await self._required(connection, principal, report_id)
            sealed = await repository.document(connection, tenant_id=principal.tenant_id, report_id=str(report_id))
        if report["state"] == ReportState.DRAFT:
            raise NotExported(f"report {report_id} is a draft")
        [fields] = self._papers.open(_under(report), [sealed], kind=kinds.CASE_REPORT)
        if fields is None:
            raise ReportAltered("whom it was about has been erased")
        document = str(fields["document"]).encode()
        if sha256_of(document).hex() != report["sha256"]:
            raise ReportAltered("its SHA-256 is another")
        return document

    async def receipt(self, principal: Principal, report_id: UUID, wanted: Receipt, *, correlation_id: str) -> Row:
        """Say that a person has sent the document and which receipt came; the case is reported then.

        Raises NotFound, ReportMoveNotAllowed, ReceiptTaken.
        """
        principal.require_person("sends a report")
        now = await self._now(principal)
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            report = await self._required(connection, principal, report_id, lock=True)
            after(ReportAct.RECEIPT, ReportState(report["state"]))
            named = {"tenant_id": principal.tenant_id, "report_id": str(report_id), "receipt": wanted.receipt}
            if await repository.receipt_taken(connection, **named):
                raise ReceiptTaken(f"receipt {wanted.receipt} came for another report")
            await repository.sent(connection, **named, by=principal.subject, now=now)
            said = {"receipt": wanted.receipt, "sha256": report["sha256"]}
            await written(
                connection, principal, about=f"report/{report_id}", act=ReportAct.RECEIPT, route=RECEIPT_ROUTE, detail=said,
                now=now, correlation_id=correlation_id,
            )  # fmt: skip
            if report["case_id"] is not None:
                case = await required(connection, principal, UUID(report["case_id"]), lock=True)
                state = allowed(case, Act.SENT, principal, receipt=True)
                await cases.change(
                    connection, tenant_id=principal.tenant_id, case_id=report["case_id"], state=state, due_on=None, ended_at=now
                )
                await written(
                    connection, principal, about=f"case/{report['case_id']}", act=Act.SENT, route=RECEIPT_ROUTE,
                    detail={"report_id": str(report_id)}, now=now, correlation_id=correlation_id,
                )  # fmt: skip
            return _shown(await self._required(connection, principal, report_id), today=local_day(now))

    async def _made(self, connection: AsyncConnection, principal: Principal, report: Row) -> bytes:
        common = {"report_id": report["report_id"], "institution": principal.tenant_id}
        if report["kind"] == ReportKind.NIL:
            return nil(**common, year=report["year"])
        named = {"tenant_id": principal.tenant_id, "case_id": report["case_id"]}
        case = await required(connection, principal, UUID(report["case_id"]))
        members = await cases.members(connection, **named)
        evidence = await papers_repository.evidence(connection, **named, limit=MAX_PIECES)
        known = facts(case, members, person=await self._person(connection, case), evidence=evidence)
        rationale = await self._rationale(connection, case)
        return await asyncio.to_thread(
            suspicion, **common, case=case, known=known, rationale=rationale, members=members, evidence=evidence
        )

    async def _person(self, connection: AsyncConnection, case: Row) -> Row | None:
        if case["customer_id"] is None:
            return None
        sealed = await repository.sealed_person(connection, tenant_id=case["tenant_id"], customer_id=case["customer_id"])
        row = {"customer_id": case["customer_id"], "sealed": sealed}
        return None if sealed is None else self._people.opened(case["tenant_id"], [row])[0]

    async def _rationale(self, connection: AsyncConnection, case: Row) -> tuple[str, str] | None:
        """The newest reason that somebody gave for reporting: the one that was agreed to."""
        notes = await papers_repository.notes(connection, tenant_id=case["tenant_id"], case_id=case["case_id"], limit=MAX_NOTES)
        reasons = [note for note in notes if note["kind"] == "rationale"]
        if not reasons:
            return None
        [words] = self._papers.open(case, [reasons[-1]["sealed"]], kind=kinds.CASE_NOTE)
        return None if words is None else (reasons[-1]["note_id"], str(words["text"]))

    async def _now(self, principal: Principal) -> datetime:
        return moment(await self._clocks.now_ms(principal.tenant_id))

    @staticmethod
    async def _required(connection: AsyncConnection, principal: Principal, report_id: UUID, *, lock: bool = False) -> Row:
        found = await repository.find(connection, tenant_id=principal.tenant_id, report_id=str(report_id), lock=lock)
        if found is None:
            raise NotFound(f"there is no report {report_id}")
        return found


def _under(report: Row) -> Row:
    """Whose key a report's document lies under: as a case's papers do; a nil declaration is about nobody."""
    return report | {"case_id": report["case_id"] or report["report_id"]}


def _shown(row: Row, *, today: date) -> Row:
    pressing = None if row["state"] == ReportState.SENT else urgency(row["due_on"], today=today)
    return {name: value for name, value in row.items() if name not in _HIDDEN} | {"urgency": pressing}


def _midnight(year: int) -> datetime:
    """The year's first moment in Brasília."""
    return datetime(year, 1, 1, tzinfo=ZONE).astimezone(UTC)
