"""The decision on a case: one person proposes it, another agrees or sends it back; agreed, its labels leave with it."""

from datetime import datetime
from uuid import UUID

import msgspec
import orjson
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

import cases.service as alerts
from cases.alerts import MOVES
from cases.casework import repository
from cases.casework.labels import labels
from cases.casework.proposal import Proposal, check
from cases.casework.selecting import MAX_ALERTS
from cases.casework.states import AGREEING, PROPOSING, Act, DecisionChanged, Outcome
from cases.due.clocks import local_day, report_due
from cases.reports import repository as reports
from contracts.alerts import AlertStatus
from contracts.labels import FraudKind
from contracts.topics import LABELS
from kit.clock import FixedClock
from kit.ids import uuid7
from kit.postgres import tenant_transaction
from serving.casework.acting import Row, allowed, required, written
from serving.casework.schemas import CaseJudgement, ProposedDecision
from serving.casework.service import CaseworkService
from serving.edge.clocks import TenantClocks
from serving.edge.errors import InvalidRequest
from serving.edge.presented import moment
from serving.edge.principals import Principal
from serving.edge.versions import require as require_version

PROPOSE_ROUTE = "POST /v1/cases/{case_id}/decision"
JUDGE_ROUTE = "POST /v1/cases/{case_id}/judgement"
MAKES_REPORT = "make"


class DecidingService:
    """What the routes of a case's decision do."""

    def __init__(self, core: AsyncConnectionPool, *, casework: CaseworkService, clocks: TenantClocks) -> None:
        self._core = core
        self._casework = casework
        self._clocks = clocks

    async def propose(
        self, principal: Principal, case_id: UUID, wanted: ProposedDecision, *, version: int, correlation_id: str
    ) -> Row:
        """Propose a decision. Raises NotFound, StaleVersion, DecisionContradicts, and as the table of moves says."""
        principal.require_person("decides about somebody")
        now = moment(await self._clocks.now_ms(principal.tenant_id))
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            await alerts.lock(connection, principal.tenant_id)
            case = await required(connection, principal, case_id, lock=True)
            require_version(case, version)
            act = PROPOSING[wanted.outcome]
            state = allowed(case, act, principal)
            proposal = Proposal(
                outcome=wanted.outcome, label=wanted.label, quiet_until=wanted.quiet_until, decisions=case["decisions"]
            )
            check(proposal, today=local_day(now))
            if (wanted.quiet_until is None) != (wanted.quiet_reason is None):
                raise InvalidRequest("quiet_reason: with quiet_until, and only then", field="quiet_reason")
            told = await self._casework.keep_note(connection, principal, case, wanted.rationale, kind="rationale", now=now)
            document = proposal.as_document()
            if wanted.quiet_reason is not None:
                why = await self._casework.keep_note(connection, principal, case, wanted.quiet_reason, kind="quiet", now=now)
                document["quiet_note_id"] = why["note_id"]
                told |= {"quiet_note_id": why["note_id"], "quiet_commitment": why["commitment"]}
            await repository.change(
                connection, tenant_id=principal.tenant_id, case_id=str(case_id), state=state, proposal=document,
                proposed_by=principal.subject, proposed_at=now,
            )  # fmt: skip
            await written(
                connection, principal, about=f"case/{case_id}", act=act, route=PROPOSE_ROUTE,
                detail=told | {"label": wanted.label and wanted.label.value, "decisions": case["decisions"],
                               "quiet_until": wanted.quiet_until and wanted.quiet_until.isoformat()},
                now=now, correlation_id=correlation_id,
            )  # fmt: skip
            return await self._casework.detail(connection, principal, case_id, now=now)

    async def judge(
        self, principal: Principal, case_id: UUID, judgement: CaseJudgement, *, correlation_id: str, traceparent: str
    ) -> Row:
        """Agree to what somebody else proposed, or send it back with a note.

        Agreed, in one transaction: the case's state, its alerts', the labels of its transactions, the report that is due.
        Raises NotFound, DecisionChanged, and as the table of moves says.
        """
        principal.require_person("judges what somebody proposed")
        present = await self._clocks.present(principal.tenant_id)
        now = moment(present.now_ms)
        headers = {"correlation_id": correlation_id, "traceparent": traceparent}
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            await alerts.lock(connection, principal.tenant_id)
            case = await required(connection, principal, case_id, lock=True)
            if not judgement.approve:
                await self._send_back(connection, principal, case, judgement, now=now, correlation_id=correlation_id)
                return await self._casework.detail(connection, principal, case_id, now=now)
            proposal = None if case["proposal"] is None else Proposal.of(case["proposal"])
            act = AGREEING[Outcome.CLOSE if proposal is None else proposal.outcome]
            state = allowed(case, act, principal)
            _require_read(case, judgement.proposed_at)
            if proposal is None:
                raise DecisionChanged("nothing is proposed")
            told = await self._carry_out(
                connection, principal, case, proposal, now=now, headers=headers, real=not present.sandbox
            )
            due = {"due_on": report_due(local_day(now))}
            ended = {"due_on": None, "ended_at": now}
            await repository.change(
                connection, tenant_id=principal.tenant_id, case_id=str(case_id), state=state, judged_by=principal.subject,
                judged_at=now, **(due if proposal.outcome is Outcome.REPORT else ended),
            )  # fmt: skip
            await written(
                connection, principal, about=f"case/{case_id}", act=act, route=JUDGE_ROUTE, detail=told, now=now,
                correlation_id=correlation_id,
            )  # fmt: skip
            if proposal.outcome is Outcome.REPORT:
                await self._make_report(connection, principal, case, now=now, correlation_id=correlation_id)
            return await self._casework.detail(connection, principal, case_id, now=now)

    async def _send_back(
        self, connection: AsyncConnection, principal: Principal, case: Row, judgement: CaseJudgement, *, now: datetime,
        correlation_id: str,
    ) -> None:  # fmt: skip
        state = allowed(case, Act.SEND_BACK, principal)
        _require_read(case, judgement.proposed_at)
        if judgement.note is None:
            raise InvalidRequest("note: say what is missing when you send a case back", field="note")
        told = await self._casework.keep_note(connection, principal, case, judgement.note, kind="sent-back", now=now)
        await repository.change(
            connection, tenant_id=principal.tenant_id, case_id=case["case_id"], state=state, proposal=None, proposed_by=None,
            proposed_at=None,
        )  # fmt: skip
        await written(
            connection, principal, about=f"case/{case['case_id']}", act=Act.SEND_BACK, route=JUDGE_ROUTE, detail=told, now=now,
            correlation_id=correlation_id,
        )  # fmt: skip

    async def _carry_out(
        self, connection: AsyncConnection, principal: Principal, case: Row, proposal: Proposal, *, now: datetime,
        headers: dict[str, str], real: bool,
    ) -> dict[str, str | int | bool | None]:  # fmt: skip
        """End the alerts, label the transactions, keep the subject quiet; return what the trail says of it."""
        tenant_id, case_id = principal.tenant_id, case["case_id"]
        fraud = proposal.outcome is Outcome.REPORT or proposal.label not in (None, FraudKind.LEGITIMATE)
        await self._end_alerts(
            connection, principal, case_id, to=AlertStatus.CONFIRMED if fraud else AlertStatus.DISMISSED, now=now,
            headers=headers,
        )  # fmt: skip
        made = []
        if proposal.label is not None:
            members = await repository.members(connection, tenant_id=tenant_id, case_id=case_id)
            made = labels(
                [row["transaction_id"] for row in members], tenant_id=tenant_id, case_id=case_id, kind=proposal.label,
                known_at_ms=round(now.timestamp() * 1000),
            )  # fmt: skip
            if real:  # nothing of a sandbox is learned from
                await repository.publish(
                    connection, tenant_id=tenant_id, topic=LABELS, payloads=[msgspec.json.encode(label) for label in made],
                    headers=orjson.dumps(headers).decode(),
                )  # fmt: skip
        if proposal.quiet_until is not None:
            await repository.quieten(
                connection, tenant_id=tenant_id, case_id=case_id, note_id=str(case["proposal"]["quiet_note_id"]),
                until_on=proposal.quiet_until, by=principal.subject, now=now,
            )  # fmt: skip
        return {
            "label": None if proposal.label is None else proposal.label.value,
            "labelled": len(made),
            "quiet_until": None if proposal.quiet_until is None else proposal.quiet_until.isoformat(),
        }

    @staticmethod
    async def _end_alerts(
        connection: AsyncConnection, principal: Principal, case_id: str, *, to: AlertStatus, now: datetime,
        headers: dict[str, str],
    ) -> None:  # fmt: skip
        clock = FixedClock(round(now.timestamp() * 1000))
        for alert in await repository.alerts(connection, tenant_id=principal.tenant_id, case_id=case_id, limit=MAX_ALERTS):
            at = AlertStatus(alert["status"])
            if at is to:
                continue
            # Whoever ended it otherwise meanwhile is overruled by two: it goes the way that its moves allow.
            for step in [to] if to in MOVES[at] else [AlertStatus.IN_REVIEW, to]:
                await alerts.move_alert(
                    connection, tenant_id=principal.tenant_id, alert_id=alert["alert_id"], to=step, by=principal.subject,
                    clock=clock, headers=headers,
                )  # fmt: skip

    @staticmethod
    async def _make_report(
        connection: AsyncConnection, principal: Principal, case: Row, *, now: datetime, correlation_id: str
    ) -> None:
        today = local_day(now)
        report_id = str(uuid7(FixedClock(round(now.timestamp() * 1000))))
        await reports.insert(
            connection, tenant_id=principal.tenant_id, report_id=report_id, kind="suspicion", case_id=case["case_id"],
            year=today.year, due_on=report_due(today), by=principal.subject, now=now,
        )  # fmt: skip
        await written(
            connection, principal, about=f"report/{report_id}", act=MAKES_REPORT, route=JUDGE_ROUTE,
            detail={"case_id": case["case_id"]}, now=now, correlation_id=correlation_id,
        )  # fmt: skip


def _require_read(case: Row, proposed_at: datetime) -> None:
    if case["proposed_at"] != proposed_at:
        raise DecisionChanged("what is proposed was proposed later", proposed_at=str(case["proposed_at"]))
