"""A night's work: look at each tenant's days that nobody has looked at, and record what is found, day by day."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

import psycopg

from cases import repository as alerts
from cases import scenario_versions
from cases.finding_service import record_found
from cases.findings import Found
from governance.scenarios.version import held
from kit.clock import Clock
from kit.postgres import tenant_transaction
from kit.settings import Settings
from ledger.days import end_ms, start_ms
from pipelines.aml.declared import declared
from pipelines.aml.nightly import repository
from pipelines.aml.nightly.days import APPLICATION, days_after, newest_nights
from pipelines.aml.nightly.history import accounts_of, parts, payments_by_day
from pipelines.aml.nightly.looking import looked, opens_from_day, waiting
from pipelines.aml.repository import told
from pipelines.aml.trials.history import MOST_PAYMENTS

# The live path waits while these are recorded.
MOST_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Night:
    """What was looked at of one tenant: days, payments on them, findings, and how many of these nobody had."""

    tenant_id: str
    days: int
    payments: int
    findings: int
    fresh: int
    cases: int
    cut: bool

    @property
    def summary(self) -> str:
        """One line for whoever looks at the run."""
        left_out = "; the smallest payments between accounts were left out" if self.cut else ""
        found = f"{self.fresh} new of {self.findings} findings, {self.cases} cases{left_out}"
        return f"{self.days} days, {self.payments} payments: {found}"


def judge_nights(settings: Settings, *, last_day: date, clock: Clock, most: int = MOST_PAYMENTS) -> list[Night]:
    """Look at every tenant's days up to the end of `last_day` that were not looked at; at that day in any case.

    What was found before, live or at night, changes nothing. What is found of days before a bank's first night opens no case.
    Raises LakeGap, psycopg.OperationalError.
    """
    return [
        asyncio.run(_judge(settings, tenant, days_after(night, last_day), clock=clock, most=most))
        for tenant, night in newest_nights(settings).items()
    ]


async def _judge(settings: Settings, tenant_id: str, days: Sequence[date], *, clock: Clock, most: int) -> Night:
    since_ms, until_ms = start_ms(days[0]), end_ms(days[-1])
    async with await psycopg.AsyncConnection.connect(
        settings.core.dsn("alerts"), autocommit=True, application_name=APPLICATION
    ) as connection:
        async with tenant_transaction(connection, tenant_id):
            versions = held(await scenario_versions.held(connection, tenant_id))
            accounts = accounts_of(await repository.accounts(connection, tenant_id))
            begun_at = await repository.begun_at(connection, tenant_id)
            known = declared(await told(connection, tenant_id, first_day=days[0], last_day=days[-1]))
        opens_from = opens_from_day(begun_at, now_ms=clock.now_ms())
        found: list[tuple[date, Found]] = []
        moved: Counter[object] = Counter()
        cut = False
        for part in parts(
            settings.lake, accounts, tenant_id=tenant_id, since_ms=since_ms, until_ms=until_ms, declared=known, most=most
        ):  # fmt: skip
            found += [
                (day, each if day >= opens_from else waiting(each)) for day, each in looked(part, versions=versions, days=days)
            ]
            moved.update(payments_by_day(part))
            cut = cut or part.cut
        nights = [
            await _record_day(
                connection, tenant_id, day, [each for on, each in found if on == day], payments=moved[day], cut=cut, clock=clock
            )
            for day in days
        ]
    return Night(
        tenant_id, len(days), sum(moved[day] for day in days), len(found), sum(each[0] for each in nights),
        sum(each[1] for each in nights), cut,
    )  # fmt: skip


async def _record_day(
    connection: psycopg.AsyncConnection, tenant_id: str, day: date, own: Sequence[Found], *, payments: int, cut: bool,
    clock: Clock,
) -> tuple[int, int]:  # fmt: skip
    """Record a day's findings, and in the last transaction that it was looked at; return how many are new, and cases."""
    fresh = cases = 0
    for begin in range(0, max(len(own), 1), MOST_AT_ONCE):
        async with tenant_transaction(connection, tenant_id):
            await alerts.lock(connection, tenant_id)
            now_ms = clock.now_ms()
            recorded = await record_found(connection, tenant_id, own[begin : begin + MOST_AT_ONCE], now_ms=now_ms)
            fresh, cases = fresh + recorded.found, cases + recorded.cases
            if begin + MOST_AT_ONCE >= len(own):
                await repository.keep_night(
                    connection, tenant_id, day, judged_at=datetime.fromtimestamp(now_ms / 1000, UTC), payments=payments,
                    findings=len(own), fresh=fresh, cut=cut,
                )  # fmt: skip
    return fresh, cases
