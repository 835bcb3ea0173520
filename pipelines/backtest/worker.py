"""`python -m pipelines.backtest.worker`: carries out what is tried on history, one at a time, until SIGTERM.

Simulations of policies for risk teams; trials of scenarios' values for compliance.
"""

import sys

import msgspec
import psycopg

from contracts.controls import Control, ModelControl, PolicyControl
from governance.jobs import Held
from governance.policies import control_of
from governance.trials import repository as simulations
from governance.trials.simulation import Task
from kit.behind import work_behind
from kit.clock import Clock, SystemClock
from kit.ids import uuid7
from kit.process import Lifecycle
from kit.settings import Settings
from pipelines.aml.trials.worker import ScenarioTrials
from pipelines.backtest.keep import keep
from pipelines.backtest.proposal import chosen_model, in_force
from pipelines.backtest.run import Question, backtest, period_of
from pipelines.jobs import JobWorker, Progress
from pipelines.lake import log_controls

PROCESS = "simulations"


class Worker(JobWorker):
    """Backtests of one tenant each."""

    process = PROCESS
    queue = simulations.queue

    def __init__(self, ours: Settings, lifecycle: Lifecycle) -> None:
        super().__init__(ours, lifecycle)
        self._scenarios = ScenarioTrials(ours, lifecycle)

    def between(self, connection: psycopg.Connection) -> None:
        """Carry out a trial of a scenario's values, where one waits."""
        self._scenarios.step(connection)

    def facts(self) -> dict[str, object]:
        """What the health port says."""
        return super().facts() | {"scenario_trials": self._scenarios.facts()}

    def carry_out(self, connection: psycopg.Connection, held: Held, progress: Progress) -> bytes:
        """Decide a tenant's history again, as the simulation asks."""
        task = simulations.task(connection, held)
        said = log_controls(self.settings.lake)
        question = question_of(task, said, self.settings, clock=SystemClock())
        report = backtest(self.settings.lake, self.settings.models, question, progress=progress)
        keep(self.settings, report)
        return msgspec.json.encode(report)


def question_of(task: Task, said: list[Control], ours: Settings, *, clock: Clock) -> Question:
    """Return the backtest that a simulation asks for: what is in force, and in its place the version's policy."""
    now_ms = clock.now_ms()
    controls: list[ModelControl | PolicyControl] = [
        control
        for control in in_force(said)
        if not (isinstance(control, PolicyControl) and control.tenant_id == task.tenant_id)
    ]
    model = chosen_model(task.model, controls=said, models=ours.models, clock=clock)
    policy = control_of(
        task.document, version=task.policy_version, tenant_id=task.tenant_id, control_id=str(uuid7(clock)), known_at_ms=now_ms
    )
    from_ms, until_ms = period_of(task.from_day, task.to_day)
    return Question(
        backtest_id=task.simulation_id,
        controls=[*controls, *([model] if model else []), policy],
        from_ms=from_ms,
        until_ms=until_ms,
        labels_known_by_ms=now_ms,
        tenant_id=task.tenant_id,
        costs=task.document.costs,
    )


if __name__ == "__main__":
    sys.exit(work_behind(PROCESS, Worker))
