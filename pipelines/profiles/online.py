"""Daily profiles into the online store: of each entity the newest row on file."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from feature_store.offline.files import files_in
from feature_store.profiles import PROFILED, as_moment, end_ms, view_name
from kit.settings import Settings
from pipelines.profiles.store import PROJECT, open_store

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


def registered(settings: Settings, *, project: str = PROJECT) -> Any:
    """Return the store, which knows the present entities, views and services."""
    from feature_store.repo.views import definitions

    store = open_store(settings, project=project)
    store.apply(definitions(settings.profiles))
    return store


def put_online(store: Any, profiles: Path, *, since: date | None = None) -> None:
    """Write the newest row of each entity that has one of the days from `since` on, or else of those since the last time.

    The last day is always written anew, so that a store that lost its values has those of everybody whom a window holds. Days
    that are made late never take the place of later ones. The end is included: Feast's own stores differ in that.
    """
    for name in map(view_name, PROFILED):
        days = [date.fromisoformat(path.stem) for path in files_in(profiles / name)]
        if not days:
            continue
        end = as_moment(end_ms(max(days)))
        begins = [end - timedelta(1), store.get_feature_view(name).most_recent_end_time or BEGINNING]
        if since is not None:
            begins.append(as_moment(end_ms(since)))
        store.materialize(min(begins), end, feature_views=[name])
