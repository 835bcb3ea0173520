"""Trials of a policy on history: asked for by the API, carried out by a worker, one row each.

A worker holds a simulation for as long as it says that it lives; one that died leaves it to the next. After `MAX_ATTEMPTS` a
simulation that ended no worker well is failed, so that a poisonous one does not go round for ever.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from governance.policies import PolicyDocument

LEASE_S = 30
MAX_ATTEMPTS = 3


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
    """What a worker took, with the attempt that it is: a later attempt means that somebody else has it now."""

    tenant_id: str
    simulation_id: str
    policy_version: int
    model: str
    from_day: date
    to_day: date
    attempts: int
    document: PolicyDocument
