"""Carries out the trials of scenarios' values that compliance asks for: with the simulations of policies, one at a time."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import timedelta

import msgspec
import psycopg

from cases import scenario_versions
from governance.jobs import Held
from governance.scenarios import repository
from governance.scenarios.version import held
from kit.clock import SystemClock
from ledger.days import last_ended
from pipelines.aml.declared import declared
from pipelines.aml.repository import told_of
from pipelines.aml.scenarios.finding import Finding
from pipelines.aml.trials.run import STEPS, Question, opened_from, tried
from pipelines.jobs import ALIVE_EVERY_S, JobWorker, Progress
from risk.scenarios.parameters import Version, in_force

PROCESS = "scenario-trials"
MOST_OPENED = 500_000


class ScenarioTrials(JobWorker):
    """Trials of one tenant each."""

    process = PROCESS
    queue = repository.queue

    def carry_out(self, connection: psycopg.Connection, held_row: Held, progress: Progress) -> bytes:
        """Look at a tenant's history with the values that hold and with those that are proposed."""
        task = repository.task(connection, held_row)
        last_day = last_ended(SystemClock().now_ms())
        first_day = last_day - timedelta(days=task.days - 1)
        versions = held(scenario_versions.held_of(connection, task.tenant_id))
        only, but = self._accounts(connection, task, versions)
        question = Question(
            scenario=task.scenario,
            tenant_id=task.tenant_id,
            before=in_force(versions, scenario=task.scenario, day=task.valid_from, segment=task.segment),
            after=task.values,
            first_day=first_day,
            last_day=last_day,
            opened=repository.opened_since(
                connection, tenant_id=task.tenant_id, since_ms=opened_from(first_day), limit=MOST_OPENED
            ),
            only=only,
            but=but,
            declared=declared(told_of(connection, task.tenant_id, first_day=first_day, last_day=last_day)),
        )
        steps = 0

        def told(done: int, of: int) -> None:
            nonlocal steps
            steps = done
            progress(done, of)

        def meanwhile(work: Callable[[], list[Finding]]) -> list[Finding]:
            with ThreadPoolExecutor(1) as apart:
                running = apart.submit(work)
                while not wait((running,), timeout=ALIVE_EVERY_S).done:
                    progress(steps, STEPS)
                return running.result()

        return msgspec.json.encode(tried(self.settings.lake, question, progress=told, meanwhile=meanwhile))

    @staticmethod
    def _accounts(
        connection: psycopg.Connection, task: repository.Task, versions: Sequence[Version]
    ) -> tuple[frozenset[str] | None, frozenset[str]]:
        """Return the accounts that a version is for (None: all), and those that have a version of their own instead."""

        def of(kinds: Sequence[str]) -> frozenset[str]:
            return repository.accounts_of_kinds(connection, tenant_id=task.tenant_id, kinds=kinds, limit=MOST_OPENED)

        if task.segment is not None:
            return of([task.segment]), frozenset()
        own = {
            each.segment
            for each in versions
            if each.scenario == task.scenario and each.valid_from <= task.valid_from and each.segment is not None
        }
        return None, of(sorted(own)) if own else frozenset()
