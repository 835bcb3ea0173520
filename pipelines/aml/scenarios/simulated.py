"""A simulated bank with schemes planted among its payments, and what scenarios find of them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from ledger.days import day_of, start_ms
from pipelines.aml.declared import DEVICE, INCOME, NOTICE, Declared
from pipelines.aml.scenarios.measuring import Measured, measured
from pipelines.aml.scenarios.payments import History
from pipelines.aml.scenarios.run import DETECTORS, found
from risk.scenarios.catalogue import DAY_MS
from simulator.bank import Plan
from simulator.files import EVENTS, write
from simulator.laundering.declared import DECLARED
from simulator.laundering.planting import Planted, plant
from simulator.laundering.schemes import PLANTS

# What is told of: before it there is a history that says what is usual.
TOLD_DAYS, LEAST_DAYS = 56, 150
FIELDS = (
    "transaction_id", "event_time", "channel", "direction", "amount_minor", "customer_id", "account_id", "payee_id",
    "device_id", "merchant_id", "entry_mode", "latitude_e5", "longitude_e5",
)  # fmt: skip

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Simulated:
    """The history, the schemes in it, and the payments that are fraud of any kind."""

    history: History
    planted: Planted
    frauds: frozenset[str]
    last_day: date


def simulated(folder: Path, plan: Plan, *, each: int, progress: Progress) -> Simulated:
    """Write the plan's bank to a folder, plant `each` of every scenario and kind in its last weeks, and read all of it.

    Raises ValueError for a plan that is too short to tell what was usual.
    """
    if plan.days < LEAST_DAYS:
        raise ValueError(f"{plan.days} days; {LEAST_DAYS} are needed, so that there is something to be unlike")
    write(folder, plan, progress=progress)
    events = pl.read_parquet(folder / EVENTS / "*.parquet").select(FIELDS)
    since = start_ms(plan.last_day) - (TOLD_DAYS - 1) * DAY_MS
    planted = plant(
        seed=plan.seed, tenant_id=plan.tenant_id, first_ms=since, until_ms=plan.until_ms, each=each, plants=(PLANTS, DECLARED)
    )
    rows = pl.DataFrame([{name: row.get(name) for name in FIELDS} for row in planted.rows], schema=events.schema)
    own = pl.read_parquet(folder / "accounts.parquet").select("account_id", "customer_id")
    others = pl.DataFrame({name: [getattr(one, name) for one in planted.accounts] for name in own.columns}, schema=own.schema)
    history = _declared(folder, planted).history(
        pl.concat([events, rows]),
        pl.concat([own, others]).with_columns(opened_at=pl.lit(None, dtype=pl.Int64)),
        since=since,
    )
    frauds = frozenset(pl.read_parquet(folder / "truth.parquet")["transaction_id"].to_list())
    return Simulated(history, planted, frauds, day_of(plan.until_ms - 1))


def _declared(folder: Path, planted: Planted) -> Declared:
    """What the bank's people declared, and have registered from the first day on, with what is planted."""
    people = pl.read_parquet(folder / "customers.parquet").with_columns(since=pl.lit(0, dtype=pl.Int64))
    devices = pl.read_parquet(folder / "devices.parquet").with_columns(
        since=pl.lit(0, dtype=pl.Int64), until=pl.lit(None, dtype=pl.Int64)
    )
    return Declared(
        incomes=pl.concat(
            [people.select(*INCOME).cast(INCOME), pl.DataFrame(planted.incomes, schema=INCOME, orient="row")]  # type: ignore[arg-type]
        ),
        devices=pl.concat([devices.select(*DEVICE), pl.DataFrame(planted.devices, schema=DEVICE, orient="row")]),
        notices=pl.DataFrame(planted.notices, schema=NOTICE, orient="row"),
    )


def looked_at(bank: Simulated) -> Iterator[Measured]:
    """Yield how right each scenario is on it, with the parameters that hold where a bank has said nothing."""
    for scenario in DETECTORS:
        findings = found(bank.history, scenario=scenario, day=bank.last_day)
        yield measured(scenario, findings, bank.planted.schemes, frauds=bank.frauds)
