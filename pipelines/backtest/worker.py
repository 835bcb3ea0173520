"""`python -m pipelines.backtest.worker`: carries out the simulations that risk teams ask for, one at a time, until SIGTERM.

Each is a backtest of one tenant. What it finds is written once: a worker that lost its simulation (cancelled, or taken over
after a silence) hears so and drops it.
"""

import sys
import time

import msgspec
import psycopg

from contracts.controls import Control, ModelControl, PolicyControl
from governance.policies import control_of
from governance.trials import repository as simulations
from governance.trials.simulation import Task
from kit import log
from kit.behind import work_behind
from kit.clock import Clock, SystemClock
from kit.errors import DomainError
from kit.ids import uuid7
from kit.postgres import connect
from kit.process import Lifecycle
from kit.settings import Settings
from pipelines.backtest.proposal import chosen_model, in_force
from pipelines.backtest.run import Question, backtest, period_of
from pipelines.lake import log_controls

PROCESS = "simulations"
IDLE_S = 1.0
ALIVE_EVERY_S = 2.0
_MAX_PROBLEM = 2_000


class Lost(Exception):
    """The simulation is no longer this worker's, or the process is asked to end."""


class Worker:
    """Takes what waits, oldest first. Raises psycopg.OperationalError when the database is lost."""

    def __init__(self, ours: Settings, lifecycle: Lifecycle, *, clock: Clock | None = None) -> None:
        self._settings = ours
        self._lifecycle = lifecycle
        self._clock = clock or SystemClock()
        self.ended = 0
        self.failed = 0

    def run(self) -> None:
        """Work until asked to end; a simulation that is not at its end then is another worker's."""
        with connect(self._settings.core.dsn("backtester"), application=PROCESS) as connection:
            self._lifecycle.ready()
            while self._lifecycle.running:
                if not self.step(connection):
                    self._lifecycle.wait(IDLE_S)

    def step(self, connection: psycopg.Connection) -> bool:
        """Carry out one simulation; False when none waits."""
        task = simulations.take(connection)
        if task is None:
            return False
        started_s = time.monotonic()
        try:
            result, problem = self._carry_out(connection, task), None
        except Lost:
            log.get_logger().info("simulation dropped", simulation=task.simulation_id)
            return True
        except DomainError as refused:
            result, problem = None, f"{refused.title}: {refused.detail}. {refused.remedy}"[:_MAX_PROBLEM]
            self.failed += 1
        simulations.end(connection, task, result=result, problem=problem)
        self.ended += 1
        seconds = round(time.monotonic() - started_s, 1)
        log.get_logger().info("simulation ended", simulation=task.simulation_id, seconds=seconds, problem=problem)
        return True

    def _carry_out(self, connection: psycopg.Connection, task: Task) -> bytes:
        told_s = 0.0

        def alive(done: int, of: int) -> None:
            nonlocal told_s
            if not self._lifecycle.running:
                raise Lost
            if done < of and time.monotonic() - told_s < ALIVE_EVERY_S:
                return
            told_s = time.monotonic()
            if not simulations.say_alive(connection, task, done=done, of=of):
                raise Lost

        said = log_controls(self._settings.lake)
        question = question_of(task, said, self._settings, clock=self._clock)
        report = backtest(self._settings.lake, self._settings.models, question, progress=alive)
        return msgspec.json.encode(report)

    def facts(self) -> dict[str, object]:
        """What the health port says."""
        return {"ended": self.ended, "failed": self.failed}


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
