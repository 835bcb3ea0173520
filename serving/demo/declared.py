"""Keeps what simulated customers declared, registered and gave notice of, some thousand customers a transaction.

A customer (an account, for notices) of whom anything is kept is left as they are: what was begun is whole, and what people
changed since stays. So a run that was killed goes on when it is run again.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from uuid import UUID

from psycopg import AsyncConnection

from kit.postgres import pool, tenant_transaction
from kit.settings import Settings
from ledger.days import day_of
from serving.demo.repository import untold_accounts, untold_customers
from serving.devices import repository as devices
from serving.edge.presented import moment
from serving.incomes import repository as incomes
from serving.notices import repository as notices
from simulator.bank import Plan
from simulator.declared import Declared, Device, Income, Notice, declared
from simulator.files import read_manifest
from simulator.population import make_population
from simulator.tables import CURRENCY

BY = "system:demo"
"""Who kept it: no person did."""
BATCH_CUSTOMERS = 2_500

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Kept:
    """How many incomes, devices and notices a run kept; what was there before is not counted."""

    incomes: int = 0
    devices: int = 0
    notices: int = 0


def keep_declared(settings: Settings, folder: Path, *, progress: Progress, batch_customers: int = BATCH_CUSTOMERS) -> Kept:
    """Keep what the customers of the simulated bank in `folder` told it. Raises FileNotFoundError for an unfinished folder."""
    plan = Plan(**read_manifest(folder)["plan"])
    people = make_population(seed=plan.seed, customers=plan.customers, tenant_id=plan.tenant_id)
    kept = asyncio.run(_keep(settings, plan.tenant_id, declared(plan, people), progress, batch_customers))
    progress(f"declared: {kept.incomes:,} incomes, {kept.devices:,} devices, {kept.notices:,} notices of withdrawals")
    return kept


async def _keep(settings: Settings, tenant_id: str, told: Declared, progress: Progress, batch_customers: int) -> Kept:
    whose = sorted({each.customer_id for each in told.incomes} | {each.customer_id for each in told.devices})
    counts: Counter[str] = Counter()
    async with pool(settings.core.dsn("api"), application="demo", max_size=1) as core, core.connection() as connection:
        for first in range(0, len(whose), batch_customers):
            together = whose[first : first + batch_customers]
            async with tenant_transaction(connection, tenant_id):
                counts.update(await _of_customers(connection, tenant_id, told, together))
            progress(f"declared: {len(together):,} customers up to {together[-1]}")
        async with tenant_transaction(connection, tenant_id):
            counts["notices"] = await _of_accounts(connection, tenant_id, told.notices)
    return Kept(**counts)


async def _of_customers(connection: AsyncConnection, tenant_id: str, told: Declared, whose: list[str]) -> dict[str, int]:
    silent, unknown = await untold_customers(connection, tenant_id=tenant_id, customer_ids=whose)
    declarations = [each for each in told.incomes if each.customer_id in silent]
    registrations = [each for each in told.devices if each.customer_id in unknown]
    async with connection.pipeline():
        await _declare(connection, tenant_id, declarations)
        for each in registrations:
            await _register(connection, tenant_id, each)
    return {"incomes": len(declarations), "devices": len(registrations)}


async def _declare(connection: AsyncConnection, tenant_id: str, told: Iterable[Income]) -> None:
    versions: Counter[str] = Counter()
    for each in told:
        versions[each.customer_id] += 1
        await incomes.insert_income(
            connection, tenant_id=tenant_id, customer_id=each.customer_id, version=versions[each.customer_id],
            income_minor=each.monthly_minor, currency=CURRENCY, source=each.source, declared_on=each.declared_on,
            valid_from=day_of(each.kept_ms), kept_by=BY, kept_at=moment(each.kept_ms),
        )  # fmt: skip


async def _register(connection: AsyncConnection, tenant_id: str, device: Device) -> None:
    named = {"tenant_id": tenant_id, "customer_id": device.customer_id, "device_id": device.device_id}
    await devices.insert_device(connection, **named, number=1, at=moment(device.asked_ms), by=BY)
    if device.confirmed_ms is not None:
        await devices.confirm(connection, **named, at=moment(device.confirmed_ms), by=BY)
    if device.removed_ms is not None:
        await devices.remove(connection, **named, at=moment(device.removed_ms), by=BY)


async def _of_accounts(connection: AsyncConnection, tenant_id: str, told: list[Notice]) -> int:
    whose = list(dict.fromkeys(each.account_id for each in told))
    quiet = await untold_accounts(connection, tenant_id=tenant_id, account_ids=whose)
    given = [each for each in told if each.account_id in quiet]
    versions: Counter[tuple[UUID, date]] = Counter()
    async with connection.pipeline():
        for each in given:
            versions[each.account_id, each.day] += 1
            await notices.insert_notice(
                connection, tenant_id=tenant_id, account_id=each.account_id, day=each.day,
                version=versions[each.account_id, each.day], amount_minor=each.amount_minor, given_at=moment(each.given_ms),
                given_by=BY,
            )  # fmt: skip
    return len(given)
