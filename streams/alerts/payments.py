"""What the third agent does with a batch: ask the books about the past of accounts that paid, and judge what they say.

A payment is looked at as the last of a finding. Nothing is kept between batches but what spares a question, so that a batch
that is recorded again says the same.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec
import psycopg
from prometheus_client import Counter
from psycopg_pool import AsyncConnectionPool

from cases import repository as alerts
from cases.finding_service import RecordedFindings, record_found
from cases.findings import Found
from contracts.aml import Candidate
from contracts.ledger_events import LedgerEvent
from contracts.topics import BANKING_TRANSACTIONS
from contracts.transactions import UNREADABLE
from kit.clock import Clock
from kit.postgres import tenant_transaction
from risk.scenarios.asking import (
    ASKED,
    DEVICE,
    LARGEST_WITHIN_MS,
    MIRRORING,
    NEW_ACCOUNT,
    OUTLIER,
    WAKES,
    Leg,
    candidate,
    legs,
    may_meet,
    since_ms,
)  # fmt: skip
from risk.scenarios.catalogue import DAY_MS
from risk.scenarios.judging import judge
from risk.scenarios.statements import parameter
from streams.alerts import repository
from streams.alerts.candidates import SELECTED_WITHIN_MS, counted, found_of, waiting
from streams.alerts.held import Held, Values, in_force_here, values_of
from streams.alerts.recorder import MALFORMED, FaustMessage, refusable
from streams.alerts.repository import Asked
from streams.refusals import Refusals

MOST_REMEMBERED = 200_000
_LEAST_SILENT_MS = parameter(WAKES, "silent_days").least * DAY_MS
_decoder = msgspec.json.Decoder(LedgerEvent)
_asked = Counter("baas_aml_asked_total", "Questions about the past of accounts that paid, by scenario", ["scenario"])


@dataclass(frozen=True, slots=True)
class _Question:
    leg: Leg
    values: dict[str, int]


@dataclass(slots=True)
class Awake:
    """Of accounts, a moment at which something moved: whoever moved lately does not wake, and need not be asked. Bounded."""

    most: int = MOST_REMEMBERED
    _moved: OrderedDict[str, int] = field(default_factory=OrderedDict)

    def may_wake(self, account_id: str, *, at_ms: int) -> bool:
        """Whether an account could have been silent for as long as any value may say, by what is remembered."""
        moved_ms = self._moved.get(account_id)
        return moved_ms is None or at_ms - moved_ms >= _LEAST_SILENT_MS

    def moved(self, account_id: str, *, at_ms: int) -> None:
        """Remember the moment, which lies before every window that will be asked about."""
        self._moved[account_id] = max(at_ms, self._moved.get(account_id, at_ms))
        self._moved.move_to_end(account_id)
        if len(self._moved) > self.most:
            self._moved.popitem(last=False)


class PaymentRecorder:
    """Turns posted payments into findings and alerts; `done` counts the messages that need nothing more."""

    def __init__(self, pool: AsyncConnectionPool, refusals: Refusals, clock: Clock, *, held: Held = in_force_here) -> None:
        self._pool = pool
        self._refusals = refusals
        self._clock = clock
        self._held = held
        self._awake = Awake()
        self.done = 0

    async def record(self, messages: Sequence[FaustMessage]) -> None:
        """Return when every message is judged or in the dlq, for good. Raises when the database or the broker is away."""
        after_ms = self._clock.now_ms() - SELECTED_WITHIN_MS
        by_tenant: dict[str, list[tuple[FaustMessage, list[Leg]]]] = {}
        for message in messages:
            try:
                event = _decoder.decode(message.value or b"")
            except UNREADABLE as problem:
                self._refuse(message, problem)
                continue
            moved = legs(event) if event.occurred_at >= after_ms else []
            if moved:
                by_tenant.setdefault(event.tenant_id, []).append((message, moved))
        for tenant_id, entries in by_tenant.items():
            await self._write(tenant_id, entries)
        self._refusals.settle()
        self.done += len(messages)

    async def _write(self, tenant_id: str, entries: list[tuple[FaustMessage, list[Leg]]]) -> None:
        """Judge and write a tenant's batch; one that PostgreSQL refuses, one by one, so that only its cause is refused."""
        try:
            await self._record(tenant_id, [leg for _, moved in entries for leg in moved])
        except (psycopg.DataError, psycopg.IntegrityError) as problem:
            if len(entries) == 1:
                self._refuse(entries[0][0], problem)
                return
            for each in entries:
                await self._write(tenant_id, [each])

    def _refuse(self, message: FaustMessage, problem: Exception) -> None:
        self._refusals.refuse(refusable(message), topic=BANKING_TRANSACTIONS, reason=MALFORMED, detail=str(problem))

    async def _record(self, tenant_id: str, moved: Sequence[Leg]) -> None:
        async with self._pool.connection() as connection, tenant_transaction(connection, tenant_id):
            versions = await self._held(connection, tenant_id)
            values = await values_of(connection, tenant_id, (each.account_id for each in moved), versions=versions)
            found = [
                each
                for scenario in ASKED
                for each in await self._found(connection, tenant_id, scenario, self._questions(scenario, moved, values))
            ]
            if not found:
                return
            await alerts.lock(connection, tenant_id)
            now_ms = self._clock.now_ms()
            ordered = waiting(sorted(found, key=lambda each: each.payments[-1].at), now_ms=now_ms)
            recorded: RecordedFindings = await record_found(connection, tenant_id, ordered, now_ms=now_ms)
        counted(recorded)

    def _questions(self, scenario: str, moved: Sequence[Leg], values: Values) -> list[_Question]:
        found = []
        for leg in moved:
            held = values.of(scenario, leg.account_id, at_ms=leg.payment.at)
            if may_meet(leg, scenario, held):
                found.append(_Question(leg, held))
        return found

    async def _found(
        self, connection: psycopg.AsyncConnection, tenant_id: str, scenario: str, questions: Sequence[_Question]
    ) -> list[Found]:
        if not questions:
            return []
        match scenario:
            case "outlier-amount":
                candidates = await _larger(connection, questions)
            case "new-payee-account":
                candidates = await _to_new_accounts(connection, tenant_id, questions)
            case "unregistered-device":
                candidates = await _from_devices(connection, tenant_id, questions)
            case "dormant-wakes":
                candidates = await self._waking(connection, questions)
            case _:
                candidates = await _mirrored(connection, questions)
        _asked.labels(scenario).inc(len(candidates))
        found = []
        for each, values in candidates:
            judged = judge(each, values)
            if judged is not None:
                found.append(found_of(each, judged, values))
        return found

    async def _waking(
        self, connection: psycopg.AsyncConnection, questions: Sequence[_Question]
    ) -> list[tuple[Candidate, dict[str, int]]]:
        """Accounts in whose window something moved after a long silence."""
        some = [each for each in questions if self._awake.may_wake(each.leg.account_id, at_ms=each.leg.payment.at)]
        begins = [since_ms(each.leg, WAKES, each.values) for each in some]
        before = [Asked(each.leg.account_id, 0, begin) for each, begin in zip(some, begins, strict=True)]
        waking = []
        for each, moved_ms in zip(some, await repository.last_before(connection, before), strict=True) if some else ():
            if moved_ms is None:  # it began within the window, and so is not silent for as long as that for some time yet
                self._awake.moved(each.leg.account_id, at_ms=since_ms(each.leg, WAKES, each.values))
                continue
            self._awake.moved(each.leg.account_id, at_ms=moved_ms)
            if each.leg.payment.at - moved_ms >= _LEAST_SILENT_MS:
                waking.append((each, moved_ms))
        if not waking:
            return []
        within = [Asked(each.leg.account_id, since_ms(each.leg, WAKES, each.values), each.leg.payment.at) for each, _ in waking]
        found = []
        for (each, moved_ms), earlier in zip(waking, await repository.payments_since(connection, within), strict=True):
            woke_ms = min((one.at for one in earlier), default=each.leg.payment.at)
            measures = {"silent_ms": min(woke_ms, each.leg.payment.at) - moved_ms}
            found.append((candidate(each.leg, WAKES, measures=measures, earlier=earlier), each.values))
        return found


async def _larger(
    connection: psycopg.AsyncConnection, questions: Sequence[_Question]
) -> list[tuple[Candidate, dict[str, int]]]:
    asked = [
        Asked(
            each.leg.account_id,
            each.leg.payment.at - LARGEST_WITHIN_MS,
            each.leg.payment.at,
            but=each.leg.payment.transaction_id,
        )
        for each in questions
    ]
    return [
        (candidate(each.leg, OUTLIER, measures={"largest_minor": largest, "payments": payments}), each.values)
        for each, (largest, payments) in zip(questions, await repository.largest_before(connection, asked), strict=True)
    ]


async def _to_new_accounts(
    connection: psycopg.AsyncConnection, tenant_id: str, questions: Sequence[_Question]
) -> list[tuple[Candidate, dict[str, int]]]:
    opened = await repository.opened_at(
        connection, tenant_id, sorted({each.leg.other_account or "" for each in questions})
    )  # fmt: skip
    found = []
    for each in questions:
        opened_ms = opened.get(each.leg.other_account or "")
        if opened_ms is not None:
            age = {"window_ms": each.leg.payment.at - opened_ms}
            found.append((candidate(each.leg, NEW_ACCOUNT, measures=age), each.values))
    return found


async def _from_devices(
    connection: psycopg.AsyncConnection, tenant_id: str, questions: Sequence[_Question]
) -> list[tuple[Candidate, dict[str, int]]]:
    """Payments from devices that were not registered, once a bank registers any, but of who is erased."""
    asked = [(each.leg.customer_id or "", each.leg.device_id or "", each.leg.payment.at) for each in questions]
    return [
        (candidate(each.leg, DEVICE, measures={"registered": said.own}), each.values)
        for each, said in zip(questions, await repository.from_devices(connection, tenant_id, asked), strict=True)
        if said.any_is and not said.is_registered and not said.is_erased
    ]


async def _mirrored(
    connection: psycopg.AsyncConnection, questions: Sequence[_Question]
) -> list[tuple[Candidate, dict[str, int]]]:
    asked = [
        Asked(each.leg.account_id, since_ms(each.leg, MIRRORING, each.values), each.leg.payment.at, each.values["amount_minor"])
        for each in questions
    ]
    return [
        (candidate(each.leg, MIRRORING, measures={}, earlier=earlier), each.values)
        for each, earlier in zip(questions, await repository.payments_since(connection, asked), strict=True)
    ]
