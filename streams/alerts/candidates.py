"""What the second agent does with a batch: judge candidates by the parameters in force, and hand what is found to `cases`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import msgspec
import psycopg
from prometheus_client import Counter
from psycopg_pool import AsyncConnectionPool

from cases import finding_repository, repository
from cases.finding_service import RecordedFindings, record_found
from cases.findings import Found
from contracts.aml import Candidate
from contracts.topics import AML_CANDIDATES
from contracts.transactions import UNREADABLE
from kit.clock import Clock
from kit.postgres import tenant_transaction
from risk.scenarios.asking import ASKED
from risk.scenarios.catalogue import DAY_MS, SCENARIOS
from risk.scenarios.judging import JUDGED, SINGLE, Judged, judge, reached
from risk.scenarios.triage import triage
from streams.alerts.held import Held, Values, in_force_here, values_of
from streams.alerts.notices import with_notices
from streams.alerts.recorder import MALFORMED, FaustMessage, refusable
from streams.refusals import Refusals

UNKNOWN_SCENARIO = "unknown-scenario"
# What lies further back is too late to be selected (45 days, Circular BCB 3.978/2020): it only tells what is usual.
SELECTED_WITHIN_MS = 45 * DAY_MS
# What is found of payments before that waits for somebody: a bank that begins is told of weeks at once, each as a case.
OPENS_WITHIN_MS = 7 * DAY_MS
_decoder = msgspec.json.Decoder(Candidate)
_candidates = Counter(
    "baas_aml_candidates_total", "Candidates by scenario and whether they were findings", ["scenario", "became"]
)
_findings = Counter("baas_aml_findings_total", "Findings by what became of them", ["became"])
_cases = Counter("baas_aml_cases_total", "Cases that the policy of triage opened")

_Peaks = dict[tuple[str, str], list[tuple[int, int]]]
# The scenarios that Flink finds candidates of.
STREAMED = JUDGED - frozenset(ASKED)


@dataclass(frozen=True, slots=True)
class JudgedBatch:
    """What a tenant's candidates are: findings, and what their accounts reached that is more than ever before."""

    found: Sequence[Found]
    reached: Sequence[tuple[str, str, int, int]]


class CandidateRecorder:
    """Turns candidates into findings and alerts; `done` counts the messages that need nothing more."""

    def __init__(self, pool: AsyncConnectionPool, refusals: Refusals, clock: Clock, *, held: Held = in_force_here) -> None:
        self._pool = pool
        self._refusals = refusals
        self._clock = clock
        self._held = held
        self.done = 0

    async def record(self, messages: Sequence[FaustMessage]) -> None:
        """Return when every message is judged or in the dlq, for good. Raises when the database or the broker is away."""
        by_tenant: dict[str, list[tuple[FaustMessage, Candidate]]] = {}
        for message in messages:
            try:
                candidate = _decoder.decode(message.value or b"")
            except UNREADABLE as problem:
                self._refuse(message, MALFORMED, str(problem))
                continue
            if candidate.scenario not in STREAMED:
                self._refuse(message, UNKNOWN_SCENARIO, candidate.scenario)
                continue
            by_tenant.setdefault(candidate.tenant_id, []).append((message, candidate))
        for tenant_id, entries in by_tenant.items():
            await self._write(tenant_id, entries)
        self._refusals.settle()
        self.done += len(messages)

    async def _write(self, tenant_id: str, entries: list[tuple[FaustMessage, Candidate]]) -> None:
        """Judge and write a tenant's batch; one that PostgreSQL refuses, one by one, so that only its cause is refused."""
        try:
            async with self._pool.connection() as connection:
                recorded = await self._record(connection, tenant_id, [candidate for _, candidate in entries])
        except (psycopg.DataError, psycopg.IntegrityError) as problem:
            if len(entries) == 1:
                self._refuse(entries[0][0], MALFORMED, str(problem))
                return
            for each in entries:
                await self._write(tenant_id, [each])
            return
        counted(recorded)

    async def _record(
        self, connection: psycopg.AsyncConnection, tenant_id: str, candidates: Sequence[Candidate]
    ) -> RecordedFindings:
        now_ms = self._clock.now_ms()
        async with tenant_transaction(connection, tenant_id):
            await repository.lock(connection, tenant_id)
            versions = await self._held(connection, tenant_id)
            values = await values_of(connection, tenant_id, (each.account_id for each in candidates), versions=versions)
            keys = sorted({(each.account_id, each.scenario) for each in candidates})
            peaks: _Peaks = {}
            for account, scenario, at_ms, measure in await finding_repository.reached(connection, tenant_id, keys):
                peaks.setdefault((account, scenario), []).append((at_ms, measure))
            told = await with_notices(connection, tenant_id, candidates, values)
            judged = judge_batch(told, values, peaks, since_ms=now_ms - SELECTED_WITHIN_MS)
            await finding_repository.write_reached(connection, tenant_id, judged.reached)
            return await record_found(connection, tenant_id, waiting(judged.found, now_ms=now_ms), now_ms=now_ms)

    def _refuse(self, message: FaustMessage, reason: str, detail: str) -> None:
        self._refusals.refuse(refusable(message), topic=AML_CANDIDATES, reason=reason, detail=detail)


def counted(recorded: RecordedFindings) -> None:
    """Count what became of findings."""
    _findings.labels("found").inc(recorded.found)
    _findings.labels("grew").inc(recorded.grew)
    _findings.labels("known").inc(recorded.known)
    _cases.inc(recorded.cases)


def found_of(candidate: Candidate, judged: Judged, values: Mapping[str, int]) -> Found:
    """Return what is recorded of a candidate that is a finding."""
    return Found(
        scenario=candidate.scenario,
        account_id=candidate.account_id,
        customer_id=candidate.customer_id,
        currency=candidate.currency,
        payments=judged.payments,
        measures=judged.measures,
        parameters=values,
        job=candidate.job,
        is_single=candidate.scenario in SINGLE,
        triage=triage(SCENARIOS[candidate.scenario], values),
    )


def waiting(found: Sequence[Found], *, now_ms: int) -> list[Found]:
    """Return findings with none that opens a case by itself long after its last payment."""
    since_ms = now_ms - OPENS_WITHIN_MS
    return [
        each if each.payments[-1].at >= since_ms else replace(each, triage=replace(each.triage, opens=False)) for each in found
    ]


def judge_batch(candidates: Sequence[Candidate], held: Values, peaks: _Peaks, *, since_ms: int) -> JudgedBatch:
    """Judge candidates in their order. `peaks`, (moment, measure) by account and scenario, learns from each.

    What ended before `since_ms` is no finding any more, and only tells what is usual.
    """
    found, new = [], []
    for candidate in candidates:
        values = held.of(candidate.scenario, candidate.account_id, at_ms=candidate.last_at)
        now, usual = reached(candidate, values), 0
        if now is not None:
            known = peaks.setdefault((candidate.account_id, candidate.scenario), [])
            usual = max((measure for at_ms, measure in known if at_ms <= now.usual_until), default=0)
            if now.measure > max((measure for at_ms, measure in known if at_ms <= candidate.last_at), default=0):
                known.append((candidate.last_at, now.measure))
                new.append((candidate.account_id, candidate.scenario, candidate.last_at, now.measure))
        judged = judge(candidate, values, usual=usual) if candidate.last_at >= since_ms else None
        _candidates.labels(candidate.scenario, "finding" if judged else "nothing").inc()
        if judged is not None:
            found.append(found_of(candidate, judged, values))
    return JudgedBatch(found, new)
