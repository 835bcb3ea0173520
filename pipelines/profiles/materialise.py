"""Copies the newest profiles from the marts to the online store, and tells the scorer."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from kit.clock import Clock, SystemClock
from kit.settings import Settings
from pipelines.profiles.publish import publish
from pipelines.profiles.store import PROJECT, open_store

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Materialised:
    """What a run did."""

    published: int


def materialise(
    settings: Settings, *, progress: Progress | None = None, clock: Clock | None = None, project: str = PROJECT
) -> Materialised:
    """Register the feature view, write every profile online, and publish them to the scorer. Safe to run again."""
    clock = clock or SystemClock()
    from feature_store.repo.customer_profiles import DEFINITIONS, customer_profile

    store = open_store(settings, project=project)
    store.apply(list(DEFINITIONS))
    # The newest event may carry a clock ahead of ours; the end is not included.
    end = datetime.fromtimestamp(clock.now_ms() / 1000, UTC) + timedelta(hours=1)
    store.materialize(BEGINNING, end, feature_views=[customer_profile.name])
    published = publish(settings, clock=clock, project=project)
    if progress:
        progress(f"{published:,} customer profiles are online and told to the scorer")
    return Materialised(published=published)
