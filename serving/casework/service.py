"""Cases for those who work them: queues, notes, evidence, clocks."""

import asyncio
import binascii
from base64 import b64decode
from datetime import datetime
from uuid import UUID

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from cases.casework import repository
from cases.casework.selecting import MAX_ALERTS, CaseFull
from cases.casework.states import Act, NothingToGoOn
from cases.due import repository as due_repository
from cases.due.clocks import DueClock, local_day
from cases.papers import repository as papers_repository
from cases.papers.sealing import Papers, Piece, content_of, sha256_of
from contracts import sealed as kinds
from kit.clock import FixedClock
from kit.errors import Conflict, NotFound
from kit.ids import uuid7
from kit.postgres import tenant_transaction
from serving.casework import presented
from serving.casework.acting import Row, allowed, required, written
from serving.casework.opening import Opening
from serving.casework.schemas import MAX_EVIDENCE_BYTES, Assignment, NewCase, NewEvidence, NewNote
from serving.casework.trails import read_trail
from serving.edge.access import CASE_WORKERS
from serving.edge.clocks import TenantClocks
from serving.edge.errors import InvalidRequest
from serving.edge.presented import moment
from serving.edge.principals import Principal
from serving.edge.versions import require as require_version

ASSIGN_ROUTE = "POST /v1/cases/{case_id}/assignment"
NOTE_ROUTE = "POST /v1/cases/{case_id}/notes"
ATTACH_ROUTE = "POST /v1/cases/{case_id}/evidence"
MAX_NOTES, MAX_PIECES = 500, 100
MAX_DUE = 200


class EvidenceAltered(Conflict):
    """What is stored is not what was attached."""

    code = "evidence-altered"
    title = "The stored evidence is not what was attached"
    remedy = "Tell whoever runs the bank: somebody changed it in the database. `baas cases verify` says more."


class CaseworkService:
    """What the routes of cases do, but for the decision."""

    def __init__(self, core: AsyncConnectionPool, *, papers: Papers, clocks: TenantClocks) -> None:
        self._core = core
        self._papers = papers
        self._clocks = clocks
        self._opening = Opening(papers)

    async def page(self, principal: Principal, *, order: str, place: Row, limit: int, **wanted: str | None) -> list[Row]:
        """Return cases: the queue by what is due, by severity, or all, newest first."""
        today = local_day(await self._now(principal))
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            found = await repository.page(
                connection, tenant_id=principal.tenant_id, order=order, limit=limit, **wanted, **place
            )
        return [presented.case(row, today=today) for row in found]

    async def get(self, principal: Principal, case_id: UUID) -> Row:
        """Return a case with its alerts, notes and evidence. Raises NotFound."""
        now = await self._now(principal)
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            return await self.detail(connection, principal, case_id, now=now)

    async def open(self, principal: Principal, wanted: NewCase, *, correlation_id: str, traceparent: str) -> Row:
        """Put an alert into a case. Raises NotFound, AlertInCase, AlertEnded, SubjectQuiet, Forbidden for a machine."""
        principal.require_person("opens a case about somebody")
        now = await self._now(principal)
        headers = {"correlation_id": correlation_id, "traceparent": traceparent}
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            case_id, joined = await self._opening.open(connection, principal, wanted, now=now, headers=headers)
            return await self.detail(connection, principal, UUID(case_id), now=now) | {"joined": joined}

    async def assign(
        self, principal: Principal, case_id: UUID, wanted: Assignment, *, version: int, correlation_id: str
    ) -> Row:
        """Give a case to somebody, or take it. Raises NotFound, StaleVersion, CaseMoveNotAllowed."""
        principal.require_person("takes a case")
        now, assignee = await self._now(principal), wanted.assignee or principal.subject
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            case = await required(connection, principal, case_id, lock=True)
            require_version(case, version)
            state = allowed(case, Act.ASSIGN, principal)
            await _require_colleague(connection, principal, assignee)
            await repository.change(
                connection, tenant_id=principal.tenant_id, case_id=str(case_id), state=state, assignee=assignee
            )
            await written(
                connection, principal, about=f"case/{case_id}", act=Act.ASSIGN, route=ASSIGN_ROUTE,
                detail={"assignee": assignee}, now=now, correlation_id=correlation_id,
            )  # fmt: skip
            return await self.detail(connection, principal, case_id, now=now)

    async def note(self, principal: Principal, case_id: UUID, wanted: NewNote, *, correlation_id: str) -> Row:
        """Write something down. Raises NotFound, CaseMoveNotAllowed, CaseFull."""
        principal.require_person("writes in a case")
        now = await self._now(principal)
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            case = await required(connection, principal, case_id, lock=True)
            allowed(case, Act.NOTE, principal)
            told = await self.keep_note(connection, principal, case, wanted.text, kind="note", now=now)
            await repository.change(connection, tenant_id=principal.tenant_id, case_id=str(case_id))
            await written(
                connection, principal, about=f"case/{case_id}", act=Act.NOTE, route=NOTE_ROUTE, detail=told, now=now,
                correlation_id=correlation_id,
            )  # fmt: skip
            return await self.detail(connection, principal, case_id, now=now)

    async def keep_note(
        self, connection: AsyncConnection, principal: Principal, case: Row, text: str, *, kind: str, now: datetime
    ) -> dict[str, str | int | bool | None]:
        """Keep words of a locked case; return what the trail says of them. Raises CaseFull."""
        notes, _ = await papers_repository.counts(connection, tenant_id=principal.tenant_id, case_id=case["case_id"])
        if notes >= MAX_NOTES:
            raise CaseFull(f"it has {notes} notes", most=MAX_NOTES)
        paper = await self._papers.write(case, text, kind=kinds.CASE_NOTE)
        note_id = str(uuid7(FixedClock(round(now.timestamp() * 1000))))
        await papers_repository.insert_note(
            connection, tenant_id=principal.tenant_id, note_id=note_id, case_id=case["case_id"], kind=kind,
            by=principal.subject, now=now, salt=paper.salt, sealed=paper.sealed,
        )  # fmt: skip
        return {"note_id": note_id, "commitment": paper.commitment}

    async def attach(self, principal: Principal, case_id: UUID, wanted: NewEvidence, *, correlation_id: str) -> Row:
        """Attach evidence; the very bytes that are attached already are not attached again.

        Raises NotFound, InvalidRequest, CaseMoveNotAllowed, CaseFull.
        """
        principal.require_person("attaches evidence")
        piece, now = _piece(wanted), await self._now(principal)
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            case = await required(connection, principal, case_id, lock=True)
            allowed(case, Act.ATTACH, principal)
            named = {"tenant_id": principal.tenant_id, "case_id": str(case_id)}
            if await papers_repository.same_piece(connection, **named, sha256=piece.sha256) is not None:
                return await self.detail(connection, principal, case_id, now=now)
            if case["evidence_count"] >= MAX_PIECES:
                raise CaseFull(f"it has {MAX_PIECES} pieces of evidence", most=MAX_PIECES)
            paper = await self._papers.attach(case, piece, kind=kinds.CASE_EVIDENCE)
            evidence_id = str(uuid7(FixedClock(round(now.timestamp() * 1000))))
            await papers_repository.insert_evidence(
                connection, **named, evidence_id=evidence_id, sha256=piece.sha256,
                size_bytes=None if piece.content is None else len(piece.content), by=principal.subject, now=now,
                salt=paper.salt, sealed=paper.sealed,
            )  # fmt: skip
            await repository.change(connection, **named)
            await written(
                connection, principal, about=f"case/{case_id}", act=Act.ATTACH, route=ATTACH_ROUTE,
                detail={"evidence_id": evidence_id, "commitment": paper.commitment}, now=now, correlation_id=correlation_id,
            )  # fmt: skip
            return await self.detail(connection, principal, case_id, now=now)

    async def evidence(self, principal: Principal, case_id: UUID, evidence_id: UUID) -> tuple[bytes, str, str]:
        """Return the bytes of a piece, its media type and its SHA-256. Raises NotFound, NothingToGoOn, EvidenceAltered."""
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            case = await required(connection, principal, case_id)
            found = await papers_repository.piece(
                connection, tenant_id=principal.tenant_id, case_id=str(case_id), evidence_id=str(evidence_id)
            )
        if found is None:
            raise NotFound(f"there is no evidence {evidence_id} in case {case_id}")
        [fields] = await asyncio.to_thread(self._papers.open, case, [found["sealed"]], kind=kinds.CASE_EVIDENCE)
        content = None if fields is None else content_of(fields)
        if fields is None or content is None:
            raise NothingToGoOn("only where it lies is kept of it, or whom it was about has been erased")
        if sha256_of(content).hex() != found["sha256"]:
            raise EvidenceAltered(f"the SHA-256 of {evidence_id} is not the one that was taken")
        return content, str(fields["media_type"]), found["sha256"]

    async def trail(self, principal: Principal, case_id: UUID, *, after: int, limit: int) -> list[Row]:
        """Return what was done to a case, oldest first. Raises NotFound."""
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            await required(connection, principal, case_id)
            return await read_trail(
                connection, tenant_id=principal.tenant_id, about=f"case/{case_id}", after=after, limit=limit
            )

    async def due(self, principal: Principal, *, clock: DueClock | None) -> Row:
        """Return what is due: how many are late, nearly, and on time, and what ends first, of one clock or of all."""
        now = await self._now(principal)
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            return await due_repository.due(connection, tenant_id=principal.tenant_id, now=now, clock=clock, limit=MAX_DUE)

    async def queues(self, principal: Principal) -> Row:
        """Return how many wait in which state, and how many of them for whoever asks."""
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            return {"items": await due_repository.queues(connection, tenant_id=principal.tenant_id, who=principal.subject)}

    async def quiet(self, principal: Principal, *, at: str | None, after: str | None, limit: int) -> list[Row]:
        """Return who is quiet for which scheme until when, and why; newest first."""
        today = local_day(await self._now(principal))
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            found = await repository.quiet_page(
                connection, tenant_id=principal.tenant_id, today=today, at=at, id=after, limit=limit
            )
        return [
            presented.quiet(row, self._papers.open(row | {"tenant_id": principal.tenant_id}, [row["sealed"]],
                                                   kind=kinds.CASE_NOTE)[0])
            for row in found
        ]  # fmt: skip

    async def detail(self, connection: AsyncConnection, principal: Principal, case_id: UUID, *, now: datetime) -> Row:
        """Return a case as it is shown, with what it holds."""
        case = await required(connection, principal, case_id)
        named = {"tenant_id": principal.tenant_id, "case_id": str(case_id)}
        alerts = await repository.alerts(connection, **named, limit=MAX_ALERTS)
        notes = await papers_repository.notes(connection, **named, limit=MAX_NOTES)
        pieces = await papers_repository.evidence(connection, **named, limit=MAX_PIECES)
        words = self._papers.open(case, [row["sealed"] for row in notes], kind=kinds.CASE_NOTE)
        opened = self._papers.open(case, [row["sealed"] for row in pieces], kind=kinds.CASE_EVIDENCE)
        return presented.detail(
            case, alerts=alerts, notes=list(zip(notes, words, strict=True)), evidence=list(zip(pieces, opened, strict=True)),
            today=local_day(now),
        )  # fmt: skip

    async def _now(self, principal: Principal) -> datetime:
        return moment(await self._clocks.now_ms(principal.tenant_id))


async def _require_colleague(connection: AsyncConnection, principal: Principal, assignee: str) -> None:
    """Raise NotFound unless somebody of the tenant who may work cases is called that."""
    user_id = assignee.removeprefix("user:")
    roles = [role.value for role in CASE_WORKERS]
    if not await repository.is_colleague(connection, tenant_id=principal.tenant_id, user_id=user_id, roles=roles):
        raise NotFound(f"nobody who works cases is called {assignee}")


def _piece(wanted: NewEvidence) -> Piece:
    """Return the piece that was sent. Raises InvalidRequest."""
    if wanted.content is None:
        if wanted.reference is None or wanted.sha256 is None:
            raise InvalidRequest("content: send the bytes, or a reference with the SHA-256 of what lies there", field="content")
        return Piece(
            name=wanted.name, media_type=wanted.media_type, sha256=bytes.fromhex(wanted.sha256), reference=wanted.reference
        )
    try:
        content = b64decode(wanted.content, validate=True)
    except (binascii.Error, ValueError) as problem:
        raise InvalidRequest("content: base64 of the bytes", field="content") from problem
    if not 1 <= len(content) <= MAX_EVIDENCE_BYTES:
        raise InvalidRequest(f"content: 1 to {MAX_EVIDENCE_BYTES} bytes; attach a reference to what is larger", field="content")
    digest = sha256_of(content)
    if wanted.sha256 not in (None, digest.hex()):
        raise InvalidRequest("sha256: these bytes have another", field="sha256")
    return Piece(name=wanted.name, media_type=wanted.media_type, sha256=digest, content=content, reference=wanted.reference)
