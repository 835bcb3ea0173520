"""One snapshot of the core to one transaction of the warehouse: whoever reads there sees the old or the new."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from kit.postgres import connect
from kit.settings import Settings
from ledger.days import TIMEZONE
from pipelines.reference import repository

APPLICATION = "reference"
STATEMENT_TIMEOUT_MS = 300_000

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Extracted:
    """What an extract did. `changes` counts rows that are new, other than they were, or gone."""

    at: datetime
    changes: int
    seconds: float


def extract(settings: Settings, *, progress: Progress | None = None) -> Extracted:
    """Make the warehouse's reference tables what the core knows now. Rows that have not changed are not written.

    Memory does not grow with the bank: rows are streamed from one server to the other. Doing it again changes nothing.
    Raises psycopg.OperationalError where one of the servers is away.
    """
    began = time.monotonic()
    with (
        connect(
            settings.core.dsn("audit"), application=APPLICATION, autocommit=False, statement_timeout_ms=STATEMENT_TIMEOUT_MS
        ) as core,
        connect(
            settings.warehouse.dsn("transform"),
            application=APPLICATION,
            autocommit=False,
            statement_timeout_ms=STATEMENT_TIMEOUT_MS,
        ) as warehouse,
    ):
        repository.take_turn(warehouse)
        at = repository.read_only_snapshot(core)
        for table in repository.TABLES:
            repository.stage(core, warehouse, table)
        rates = repository.rates(core, since=repository.newest_quotes(warehouse), zone=TIMEZONE)
        core.rollback()  # its snapshot must not outlive the reading: vacuum waits for it
        changes = sum(repository.take_over(warehouse, table, at=at) for table in repository.TABLES)
        changes += repository.keep_rates(warehouse, rates, at=at)
        repository.keep_extract(warehouse, at=at, changes=changes)
    done = Extracted(at=at, changes=changes, seconds=time.monotonic() - began)
    if progress:
        progress(f"{done.changes} rows of the core's reference data changed, copied in {done.seconds:.1f} s")
    return done
