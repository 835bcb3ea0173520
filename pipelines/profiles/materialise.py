"""Puts what the mart says of customers into the online store, and tells the scorer."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import polars as pl

from feature_store.offline.files import KNOWN_AT, MOMENT, TENANT, file_of, replace_file
from feature_store.profiles import HABITS, as_moment, day_of
from kit.clock import Clock, SystemClock
from kit.postgres import connect
from kit.settings import Settings
from pipelines.profiles.online import BEGINNING, registered
from pipelines.profiles.publish import READING_ROLE, publish
from pipelines.profiles.repository import habits
from pipelines.profiles.store import PROJECT

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Materialised:
    """What a run did."""

    published: int


def materialise(
    settings: Settings, *, progress: Progress | None = None, clock: Clock | None = None, project: str = PROJECT
) -> Materialised:
    """Keep the mart of customers as it is today, write it online, and publish it to the scorer. Safe to run again."""
    clock = clock or SystemClock()
    _keep_habits(settings, settings.profiles / HABITS, now_ms=clock.now_ms())
    # The newest event may carry a clock ahead of ours.
    end = as_moment(clock.now_ms()) + timedelta(hours=1)
    registered(settings, project=project).materialize(BEGINNING, end, feature_views=[HABITS])
    published = publish(settings, clock=clock, project=project)
    if progress:
        progress(f"{published:,} customer profiles are online and told to the scorer")
    return Materialised(published=published)


def _keep_habits(settings: Settings, folder: Path, *, now_ms: int) -> None:
    """Write the mart as a file a tenant, of today: what it says is known from now on, however old it is."""
    with connect(settings.warehouse.dsn(READING_ROLE), application="profiles") as connection:
        rows = habits(connection)
    rows = rows.with_columns(pl.lit(as_moment(now_ms)).cast(MOMENT).alias(KNOWN_AT))
    for (tenant_id,), part in rows.partition_by(TENANT, as_dict=True).items():
        replace_file(file_of(folder, tenant_id=str(tenant_id), day=day_of(now_ms)), part)
