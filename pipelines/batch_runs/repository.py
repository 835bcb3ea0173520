"""The SQL of batch runs, and of the days that are held back as far as operators are told of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from psycopg import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a run, at its end. Processor time and memory are those of its process and its children."""

    run_id: str
    step_key: str
    job: str
    assets: Sequence[str]
    partitions: Sequence[str]
    outcome: str
    started_at: datetime
    ended_at: datetime
    cpu_ms: int
    peak_memory_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """A run that failed; `partition` is empty where it has none."""

    run_id: str
    job: str
    partition: str
    step_key: str | None
    error: str
    failed_at: datetime


def keep_step(connection: Connection, step: Step) -> None:
    """Write what a step took; tried again within its run, it takes the place of the try before and counts it."""
    connection.execute(
        "insert into platform.asset_run as kept (run_id, step_key, job, assets, partitions, outcome, started_at, ended_at, "
        "cpu_ms, peak_memory_bytes, attempts) values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, 1) "
        "on conflict (run_id, step_key) do update "
        "set outcome = excluded.outcome, ended_at = excluded.ended_at, cpu_ms = kept.cpu_ms + excluded.cpu_ms, "
        "peak_memory_bytes = greatest(kept.peak_memory_bytes, excluded.peak_memory_bytes), attempts = kept.attempts + 1",
        (
            step.run_id, step.step_key, step.job, list(step.assets), list(step.partitions), step.outcome, step.started_at,
            step.ended_at, step.cpu_ms, step.peak_memory_bytes,
        ),
    )  # fmt: skip


def keep_failure(connection: Connection, failed: Failed) -> bool:
    """Write that a run failed; False where that is known."""
    written = connection.execute(
        "insert into platform.run_failure (run_id, job, partition, step_key, error, failed_at) values (%s, %s, %s, %s, %s, %s) "
        "on conflict do nothing",
        (failed.run_id, failed.job, failed.partition, failed.step_key, failed.error, failed.failed_at),
    )
    return written.rowcount == 1


def mend(connection: Connection, *, job: str, partition: str, at: datetime) -> int:
    """Say that a later run of the same job and partition came to its end; return how many failures that makes good."""
    return connection.execute(
        "update platform.run_failure set mended_at = %(at)s where job = %(job)s and partition = %(partition)s "
        "and mended_at is null and failed_at <= %(at)s",
        {"job": job, "partition": partition, "at": at},
    ).rowcount


def open_failures(connection: Connection) -> list[Failed]:
    """Return the runs that failed and were not made good, the newest first."""
    rows = connection.execute(
        "select run_id, job, partition, step_key, error, failed_at from platform.run_failure where mended_at is null "
        "order by failed_at desc"
    )
    return [
        Failed(run_id=row[0], job=row[1], partition=row[2], step_key=row[3], error=row[4], failed_at=row[5]) for row in rows
    ]


def held_days(connection: Connection) -> dict[str, int]:
    """Return set -> how many of its days are held back."""
    rows = connection.execute(
        "select set_name, count(*) from quality.quarantine where released_at is null group by set_name order by set_name"
    )
    return dict(rows)


def seconds_of_last_success(connection: Connection) -> dict[str, float]:
    """Return job -> how long its newest run that came to its end took, from its first step to its last."""
    rows = connection.execute(
        "select distinct on (job) job, extract(epoch from max(ended_at) - min(started_at))::float8 from platform.asset_run "
        "group by job, run_id having bool_and(outcome = 'success') order by job, max(ended_at) desc"
    )
    return dict(rows)
