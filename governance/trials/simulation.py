"""Trials of a policy on history: asked for by the API, carried out by a worker (`governance.jobs`)."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from governance.jobs import Job
from governance.policies import PolicyDocument


class SimulationStatus(StrEnum):
    """Where a simulation stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulation(Job):
    """One trial. `result` is a `pipelines.backtest.report.BacktestReport`, once it is done."""

    simulation_id: str
    policy_version: int
    model: str
    from_day: date
    to_day: date
    status: SimulationStatus


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
