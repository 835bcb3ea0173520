"""The first text model of a simulated bank, which has no texts of its own yet: learned from simulated statements."""

import tempfile
from collections.abc import Callable
from pathlib import Path

from kit.clock import Clock
from kit.postgres import connect
from kit.settings import Settings
from ledger.days import last_ended
from pipelines.insight.categories import repository
from pipelines.insight.categories.labelled import read_lines, read_marks
from pipelines.insight.categories.learning import APPLICATION, publish
from pipelines.insight.categories.training import train
from simulator.statements.files import write_statements
from simulator.statements.plan import StatementPlan

STATEMENTS = "simulated statements"
HOUSEHOLDS, DAYS = 60, 365
SEED_APART = 1_000
"""The statements are of other people than the bank's."""


def start(settings: Settings, *, clock: Clock, progress: Callable[[str], None]) -> None:
    """Publish a model learned from a year of simulated statements, unless there is one."""
    with connect(settings.warehouse.dsn("audit"), application=APPLICATION) as warehouse:
        if repository.newest(warehouse) is not None:
            return
    until = last_ended(clock.now_ms())
    plan = StatementPlan(households=HOUSEHOLDS, days=DAYS, seed=settings.demo.seed + SEED_APART, last_day=until)
    with tempfile.TemporaryDirectory(prefix="statements-") as folder:
        write_statements(Path(folder), plan)
        trained = train(read_lines(Path(folder)), read_marks(Path(folder)), until=until)
    # The simulated payees are not the bank's.
    model = trained.model_without_merchants()
    told = publish(settings, model, learned_from=STATEMENTS, until=until, clock=clock)
    progress(f"categories: {trained.examples:,} texts, {trained.held_accuracy_pct:.0f}% right at new payees; {told}")
