"""Daily profiles of every entity, made by the fold that serves: one pass over the lake's log for any number of days.

A row a day as of its end, from the day on which an entity is first seen until the day at whose end no window holds anything of
it: that last row says so, and there is none until it is seen again. So the newest row up to a moment is what the fold would
say at the last day's end before it, for as long as the days are there without a gap. A row is a function of the log alone;
making a day again replaces it by the same.

Memory holds the state, the ids of the day before, and one tenant's day of one entity.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import polars as pl

from feature_store.offline.files import DAY_END, KNOWN_AT, MOMENT, TENANT, file_of, files_in, replace_file
from feature_store.profiles import PROFILE_FEATURES, PROFILED, end_ms, over_nothing, view_name
from feature_store.vocabulary import ID_FIELDS, Entity
from kit.settings import Settings
from pipelines.lake import log_batches
from pipelines.profiles.day_ends import DayEnd, DayEnds
from scoring.engine import Engine
from scoring.features import Bounds
from scoring.fold import Fold
from scoring.tenants import MAX_TENANTS

Progress = Callable[[int, int], None]
_MICROSECONDS = 1_000


@dataclass(slots=True)
class Written:
    """What a pass wrote, and how many records it folded."""

    records: int = 0
    rows: dict[str, int] = field(default_factory=dict)
    files: set[Path] = field(default_factory=set)


def write_days(settings: Settings, *, first: date, last: date, progress: Progress | None = None) -> Written:
    """Write the profiles of the days from `first` to `last` of every tenant, which have ended. Raises LakeGap, BrokenLog."""
    pass_ = _Pass(settings, first=first, last=last)
    for batch, total in log_batches(settings.lake):
        pass_.take(batch)
        if progress:
            progress(pass_.written.records, total)
    pass_.end()
    _remove_others(settings.profiles, pass_.written, first=first, last=last)
    return pass_.written


class _Pass:
    """One reading of the log. Days begin one before the first, for the ids that it leaves behind."""

    def __init__(self, settings: Settings, *, first: date, last: date) -> None:
        self.written = Written()
        self._profiles, self._first = settings.profiles, first
        bounds = Bounds(tenants=MAX_TENANTS, max_lateness_ms=settings.scorer.max_lateness_ms)
        self._engine = Engine(models=settings.models, bounds=bounds)
        self._fold = Fold(self._engine)
        self._ends = DayEnds(first=first - timedelta(1), last=last)
        self._seen: dict[tuple[str, Entity], pl.Series] = {}

    def take(self, batch: pl.DataFrame) -> None:
        """Fold a batch, stopping where a day ends."""
        payloads = batch["payload"].to_list()
        start = 0
        for end in self._ends.in_batch(batch):
            if end.row > start:
                self._fold.feed(payloads[start : end.row])
                start = end.row
            self._write(end)
        if payloads[start:]:
            self._fold.feed(payloads[start:])
        self.written.records += len(payloads)

    def end(self) -> None:
        """Write the days that ended after the last record."""
        for end in self._ends.left():
            self._write(end)

    def _write(self, end: DayEnd) -> None:
        for entity in PROFILED:
            rows = self._rows(entity, end)
            if end.day < self._first or not len(rows):
                continue
            name = view_name(entity)
            path = file_of(self._profiles / name, tenant_id=end.tenant_id, day=end.day)
            replace_file(path, rows)
            self.written.files.add(path)
            self.written.rows[name] = self.written.rows.get(name, 0) + len(rows)

    def _rows(self, entity: Entity, end: DayEnd) -> pl.DataFrame:
        features, identity = PROFILE_FEATURES[entity], ID_FIELDS[entity]
        names = [feature.name for feature in features]
        tenant = self._engine.tenants.known[end.tenant_id.encode()]
        parts = self._engine.features.state.profiles(entity, tenant=tenant, moment_ms=end_ms(end.day) - 1)
        found = [pl.DataFrame(values, schema=names).insert_column(0, pl.Series(identity, ids)) for ids, values in parts]
        nothing = pl.DataFrame(over_nothing(features)[None, :], schema=names)
        ids = pl.concat([part[identity] for part in found]) if found else pl.Series(identity, [], pl.String)
        before = self._seen.get((end.tenant_id, entity), pl.Series(identity, [], pl.String))
        self._seen[end.tenant_id, entity] = ids
        gone = before.filter(~before.is_in(ids.implode()))
        found.append(gone.to_frame().join(nothing, how="cross"))
        moments = (end_ms(end.day), end.known_at_ms)
        day_end, known_at = (pl.lit(moment * _MICROSECONDS).cast(MOMENT) for moment in moments)
        return (
            pl.concat(found)
            .sort(identity)
            .select(pl.lit(end.tenant_id).alias(TENANT), identity, day_end.alias(DAY_END), known_at.alias(KNOWN_AT), *names)
        )


def _remove_others(profiles: Path, written: Written, *, first: date, last: date) -> None:
    """Remove what an earlier pass wrote of these days that the log does not say any more."""
    for entity in PROFILED:
        for path in files_in(profiles / view_name(entity)):
            if first <= date.fromisoformat(path.stem) <= last and path not in written.files:
                path.unlink()
