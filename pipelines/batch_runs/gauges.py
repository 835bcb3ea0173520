"""What is open of the batch side as metrics, read from the warehouse: they are there after any restart."""

from prometheus_client import Gauge
from psycopg import Connection

from pipelines.batch_runs import repository

FAILURES = Gauge("baas_batch_failures", "Batch runs that failed and were not made good by a later one", ["job"])
SECONDS = Gauge("baas_batch_run_seconds", "How long the newest run of a job that came to its end took", ["job"])
HELD_DAYS = Gauge("baas_quality_held_days", "Days of a set that are held back", ["set"])


def show(warehouse: Connection) -> None:
    """Set the gauges to what the warehouse holds."""
    for gauge in (FAILURES, SECONDS, HELD_DAYS):
        gauge.clear()
    for failed in repository.open_failures(warehouse):
        FAILURES.labels(failed.job).inc()
    for job, seconds in repository.seconds_of_last_success(warehouse).items():
        SECONDS.labels(job).set(seconds)
    for name, days in repository.held_days(warehouse).items():
        HELD_DAYS.labels(name).set(days)
