"""The training set: the decision log folded once more by the engine that serves, so that training sees what a decision saw.

Two clocks. A row's features know only what was applied before it (the log's order), labels of earlier rows included. Its own
label is the newest one known at the cutoff, and rows younger than `LABEL_DELAY_MS` are left out, because their frauds are
mostly not known yet.
"""

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from contracts import topics
from contracts.transactions import Channel
from feature_store.columns import TEXT_FIELDS, TenantNumbers
from feature_store.definitions import BY_NAME, CATALOGUE, FEATURE_COUNT, FEATURE_NAMES
from feature_store.frames import columns_from_frame
from feature_store.stream.state import Bounds, FeatureState
from feature_store.vocabulary import (
    LABEL_DELAY_MS,
    PAIRS,
    Aggregation,
    Entity,
    ExternalFeature,
    Feature,
    QuotientFeature,
    WindowFeature,
    parts_of,
)
from kit.errors import DomainError
from kit.settings import Settings
from pipelines.lake import decisions, labels, offset_ranges
from pipelines.training.labelled import LabelsAsScored, labels_as_scored
from pipelines.training.told import ProfilesAsScored, profiles_as_scored

FOLD_ROWS = 8_192
HIDDEN_SHARE = 0.04

Progress = Callable[[str], None]
_COLUMNS = [
    "n", "tenant_id", "transaction_id", "event_time_ms", "known_at_ms", "amount_minor", "channel", "direction", "mcc",
    "latitude_e5", "longitude_e5", "balance_minor",
]  # fmt: skip


class NothingToLearnFrom(DomainError):
    """The lake holds no decisions, or too few known frauds among those old enough."""

    code = "nothing-to-learn-from"
    title = "There is nothing to train on"
    remedy = "Load more history (`baas up`), and check with `baas status` that the lake sink runs."


@dataclass(frozen=True, slots=True)
class TrainingSet:
    """`rows` (n, F) float32 in catalogue order, `fraud` (n,) bool, and what segments are made of (n,) int64, in log order.

    `channel` are places in `Channel`. The rows lie in an unnamed file that goes with the last reference: millions of whole
    vectors need not fit in memory.
    """

    rows: NDArray[np.float32]
    fraud: NDArray[np.bool_]
    event_time_ms: NDArray[np.int64]
    channel: NDArray[np.int64]
    amount_minor: NDArray[np.int64]
    reference: dict[str, str | int]

    def __len__(self) -> int:
        return len(self.fraud)

    def between(self, start_ms: int, end_ms: int) -> NDArray[np.int64]:
        """Return the row numbers with event_time in [start_ms, end_ms)."""
        return np.flatnonzero((self.event_time_ms >= start_ms) & (self.event_time_ms < end_ms))


def build(settings: Settings, *, tenant_id: str, cutoff_ms: int, progress: Progress) -> TrainingSet:
    """Fold the tenant's decisions that were known at `cutoff_ms` and join the labels known then. Raises NothingToLearnFrom."""
    frame = decisions(settings.lake, columns=[*_COLUMNS, *TEXT_FIELDS], tenant_id=tenant_id)
    if len(frame):
        frame = _up_to_the_last_known(frame, cutoff_ms=cutoff_ms)
    if not len(frame):
        raise NothingToLearnFrom(f"no decision of {tenant_id} in {settings.lake} was known by the cutoff")
    progress(f"folding {len(frame):,} decisions")
    max_lateness_ms = settings.scorer.max_lateness_ms
    known = labels(settings.lake, known_by_ms=cutoff_ms).filter(pl.col("tenant_id") == tenant_id)
    fraud = frame.join(known, on="transaction_id", how="left", maintain_order="left")["fraud"].fill_null(value=False)
    usable = (pl.col("event_time_ms") < cutoff_ms - LABEL_DELAY_MS) & (pl.col("known_at_ms") <= cutoff_ms)
    old_enough = frame.select(usable).to_series().to_numpy()
    told = labels_as_scored(settings.lake, frame, tenant_id=tenant_id)
    rows = fold(
        frame, told, kept=old_enough, max_lateness_ms=max_lateness_ms, folder=settings.var,
        profiles=profiles_as_scored(settings.lake, frame, tenant_id=tenant_id),
    )  # fmt: skip
    chosen = TrainingSet(
        rows=rows,
        fraud=fraud.to_numpy()[old_enough],
        event_time_ms=frame["event_time_ms"].to_numpy()[old_enough],
        channel=channel_numbers(frame)[old_enough],
        amount_minor=frame["amount_minor"].to_numpy()[old_enough],
        reference=_reference(
            settings, tenant_id=tenant_id, cutoff_ms=cutoff_ms, max_lateness_ms=max_lateness_ms, rows=int(old_enough.sum())
        ),
    )
    if not chosen.fraud.any():
        raise NothingToLearnFrom(f"none of the {len(chosen):,} decisions older than the label delay is a known fraud")
    return chosen


def channel_numbers(frame: pl.DataFrame) -> NDArray[np.int64]:
    """Return each row's channel as its place in `Channel`."""
    words = [channel.value for channel in Channel]
    return frame["channel"].replace_strict(words, range(len(words)), return_dtype=pl.Int64).to_numpy()


def _up_to_the_last_known(frame: pl.DataFrame, *, cutoff_ms: int) -> pl.DataFrame:
    """Cut the log after the last decision known at the cutoff; one before it that was known later is in its windows."""
    known = frame.select((pl.col("known_at_ms") <= cutoff_ms).arg_true()).to_series()
    return frame.head(known[-1] + 1 if len(known) else 0)


def fold(
    frame: pl.DataFrame,
    told: LabelsAsScored,
    *,
    kept: NDArray[np.bool_],
    max_lateness_ms: int,
    folder: Path,
    names: Sequence[str] = FEATURE_NAMES,
    profiles: ProfilesAsScored | None = None,
) -> NDArray[np.float32]:
    """Apply the frame's events in its order to an empty state of the scorer's lateness; return the vectors of those `kept`.

    They hold the features `names` alone, in that order, and only what those need is worked out. Without `profiles` nothing was
    told of anybody.
    """
    state = FeatureState(Bounds(max_lateness_ms=max_lateness_ms))
    columns = [FEATURE_NAMES.index(name) for name in names]
    asks_for_all = columns == list(range(FEATURE_COUNT))
    state.ask(None if asks_for_all else columns)
    events = columns_from_frame(frame, TenantNumbers())
    out, flags = np.empty((FOLD_ROWS, FEATURE_COUNT), np.float32), np.empty(FOLD_ROWS, np.uint8)
    rows = _on_disk(int(kept.sum()), len(columns), folder)
    written = 0
    for start in range(0, len(frame), FOLD_ROWS):
        stop = min(start + FOLD_ROWS, len(frame))
        for first, last in told.apply(state, start, stop):
            run = slice(first - start, last - start)
            state.apply(events.rows(first, last), out[run], flags[run])
            told.applied(state, first, last, flags[run])
        if profiles is not None:
            profiles.tell(out[: stop - start], start, stop)
        wanted = out[: stop - start][kept[start:stop]]
        rows[written : written + len(wanted)] = wanted if asks_for_all else wanted[:, columns]
        written += len(wanted)
    return rows


def _on_disk(count: int, width: int, folder: Path) -> NDArray[np.float32]:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=folder) as file:  # mapped for as long as the array lives
        file.truncate(max(1, count * width * 4))
        return np.memmap(file, np.float32, "r+", shape=(count, width)) if count else np.empty((0, width), np.float32)


def hide_entities(rows: NDArray[np.float32], *, generator: np.random.Generator) -> NDArray[np.float32]:
    """Return a copy in which each entity is unknown in `HIDDEN_SHARE` of the rows: files without devices exist.

    What becomes NaN is what the engine gives as NaN to an event without that entity.
    """
    hidden = np.array(rows)
    for entity in set(Entity) - set(PAIRS):
        touched = [_is_unknown_without(entity, feature) for feature in CATALOGUE]
        chosen = np.flatnonzero(generator.random(len(rows)) < HIDDEN_SHARE)
        hidden[np.ix_(chosen, np.flatnonzero(touched))] = np.nan
    return hidden


def _is_unknown_without(entity: Entity, feature: Feature) -> bool:
    """Whether the engine answers NaN; a number of different values is known for an event that has none of its own."""
    if isinstance(feature, QuotientFeature):
        return any(_is_unknown_without(entity, BY_NAME[name]) for name in (feature.dividend, feature.divisor))
    if isinstance(feature, ExternalFeature):
        return feature.entity is entity
    if not isinstance(feature, WindowFeature):
        return False
    counted = feature.of is not None and int(feature.of) == int(entity) and feature.aggregation is not Aggregation.DISTINCT
    return counted or entity in parts_of(feature.entity)


def _reference(settings: Settings, *, tenant_id: str, cutoff_ms: int, max_lateness_ms: int, rows: int) -> dict[str, str | int]:
    """What data this was, so that the run can be repeated: the lake's offsets never change."""
    files = offset_ranges(settings.lake, topics.DECISIONS)
    return {
        "topic": topics.DECISIONS,
        "tenant_id": tenant_id,
        "first_offset": min(file.first_offset for file in files),
        "last_offset": max(file.last_offset for file in files),
        "cutoff_ms": cutoff_ms,
        "max_lateness_ms": max_lateness_ms,
        "rows": rows,
    }
