"""Trials of a policy on history: asked for by the API, carried out by a worker (`governance.jobs`)."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from governance.policies import PolicyDocument


class SimulationStatus(StrEnum):
    """Where a simulation stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulation:
    """One trial. `result` is a `pipelines.backtest.report.BacktestReport`, once it is done."""

    simulation_id: str
    policy_version: int
    model: str
    from_day: date
    to_day: date
    status: SimulationStatus
    asked_by: str
    asked_at: datetime
    done_records: int
    all_records: int | None
    result: dict[str, Any] | None
    problem: str | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What a worker is to try."""

    tenant_id: str
    simulation_id: str
    policy_version: int
    model: str
    from_day: date
    to_day: date
    document: PolicyDocument
