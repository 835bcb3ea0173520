"""The catalogue compiled to numbers: which lanes an entity keeps, where their moments lie, what each feature reads.

A lane is one (entity, window). It keeps a head pointer, a count and only those moments that a feature asks for; its filters
keep counts and moments of their own of the events that pass. A record holds only what its entity's features look at, so that an
event of a pair takes a quarter of a customer's.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from feature_store.definitions import CATALOGUE
from feature_store.stream import layout
from feature_store.stream.layout import ENTITIES, PLAN_WIDTH
from feature_store.vocabulary import (
    LATEST_EVENTS,
    NEEDS_DELAY,
    NEEDS_VALUE,
    OF_LABELS,
    OF_LATEST,
    OF_PLACE,
    PAIRS,
    Aggregation,
    DailyFeature,
    Entity,
    EventFeature,
    ExternalFeature,
    Feature,
    QuotientFeature,
    Value,
    Where,
    WindowFeature,
)

_A = Aggregation
_READS_SUM = frozenset({_A.SUM, _A.MEAN, _A.STD, _A.RATIO_TO_MEAN, _A.Z_SCORE})
_READS_SQUARES = frozenset({_A.STD, _A.Z_SCORE})
_READS_MAX = frozenset({_A.MAX, _A.RATIO_TO_MAX})
_READS_MIN = frozenset({_A.MIN, _A.RATIO_TO_MIN})
_READS_DISTINCT = frozenset({_A.DISTINCT})
_READS_MEDIAN = OF_LATEST - {_A.RISING}
_CACHE_LINE_WORDS = 8
_HALF_BYTES = 4


@dataclass(slots=True)
class Plan:
    """`rows` int64[entities + 1 + lanes + filters + features, PLAN_WIDTH]: the row after the entities' is merchant categories'.

    Event features come from `first_event_column` on. `quotients` int64[q, 2] are the columns of dividend and divisor of those
    from `first_quotient` on; the columns after them are external, and not written here. `bytes_kept` are, by entity, what a
    key's header and an event's record hold for the features, before either is rounded up.
    """

    rows: NDArray[np.int64]
    first_event_column: int
    first_quotient: int
    quotients: NDArray[np.int64]
    columns: int
    bytes_kept: dict[Entity, tuple[int, int]]

    def place(self, key_bound: int) -> int:
        """Give each entity's keys their place in one array of words; return its length."""
        at = 0
        for entity in range(ENTITIES):
            self.rows[entity, layout.HEADS_AT] = at
            at += key_bound * int(self.rows[entity, layout.STRIDE])
        return at

    @property
    def longest_ms(self) -> int:
        """The longest window of all."""
        return int(self.rows[:ENTITIES, layout.LONGEST_MS].max())


def compile_plan(catalogue: Sequence[Feature] = CATALOGUE) -> Plan:
    """Compile a catalogue: windows, days of categories, event features, quotients of features before them, external ones."""
    windows = [feature for feature in catalogue if isinstance(feature, WindowFeature)]
    daily = [feature for feature in catalogue if isinstance(feature, DailyFeature)]
    events = [feature for feature in catalogue if isinstance(feature, EventFeature)]
    quotients = [feature for feature in catalogue if isinstance(feature, QuotientFeature)]
    external = [feature for feature in catalogue if isinstance(feature, ExternalFeature)]
    if (*windows, *daily, *events, *quotients, *external) != tuple(catalogue):
        raise ValueError("window features come first, then those of days, of events, quotients, and external ones")
    if [int(feature.value) for feature in events] != list(range(len(events))):
        raise ValueError("event features, when there are any, are all of them, in the order of EventValue")
    names = [feature.name for feature in catalogue]
    compiler = _Compiler(windows, daily)
    for entity in Entity:
        compiler.compile(entity)
    return Plan(
        rows=compiler.rows,
        first_event_column=len(windows) + len(daily),
        first_quotient=len(windows) + len(daily) + len(events),
        quotients=np.array([[names.index(q.dividend), names.index(q.divisor)] for q in quotients], np.int64).reshape(-1, 2),
        columns=len(catalogue),
        bytes_kept=compiler.bytes_kept,
    )


def values_of(features: Iterable[WindowFeature]) -> list[Value]:
    """The kinds of values that an entity's events keep, in the order of their fields."""
    return sorted({feature.of for feature in features if feature.of is not None})


class _Compiler:
    """Fills the rows entity by entity; `_next` are the next free rows of lanes, filters and features."""

    def __init__(self, windows: Sequence[WindowFeature], daily: Sequence[DailyFeature]) -> None:
        self._windows = windows
        lanes = {(f.entity, window_ms) for f in windows for window_ms in _lanes_of(f)}
        filters = {(f.entity, f.window_ms, f.where) for f in windows if f.where is not Where.ALL}
        first = ENTITIES + 1
        count = first + len(lanes) + len(filters) + len(windows) + len(daily)
        self.rows = np.full((count, PLAN_WIDTH), -1, np.int64)
        self._next = {"lane": first, "filter": first + len(lanes), "feature": first + len(lanes) + len(filters)}
        self._categories(daily, count)
        self.bytes_kept: dict[Entity, tuple[int, int]] = {}
        self._half = 0  # the next free half word of the header of the entity at hand

    def compile(self, entity: Entity) -> None:
        """Lay out one entity's records and headers."""
        mine = [(column, feature) for column, feature in enumerate(self._windows) if feature.entity is entity]
        features = [feature for _, feature in mine]
        row = self.rows[entity]
        record_halves = _compile_record(row, entity, features)
        self._half = 2 * layout.KEY_WORDS
        wanted = {feature.aggregation for feature in features}
        row[layout.AMOUNTS_AT] = self._words(LATEST_EVENTS, wanted & OF_LATEST)
        row[layout.PLACE_AT] = self._words(3, wanted & OF_PLACE)
        row[layout.LANES_FROM] = self._next["lane"] * PLAN_WIDTH
        row[layout.FEATURES_FROM] = self._next["feature"] * PLAN_WIDTH
        running = [each for each in mine if each[1].aggregation not in OF_LABELS]
        for window_ms in sorted({window_ms for feature in features for window_ms in _lanes_of(feature)}):
            self._lane(window_ms, [each for each in running if each[1].window_ms == window_ms], values_of(features))
        row[layout.LANES_TO] = self._next["lane"] * PLAN_WIDTH
        self._labels(row, [each for each in mine if each[1].aggregation in OF_LABELS])
        row[layout.FEATURES_TO] = self._next["feature"] * PLAN_WIDTH
        row[layout.STRIDE] = -(-self._half // (2 * _CACHE_LINE_WORDS)) * _CACHE_LINE_WORDS
        header_halves = self._half - 2 * layout.KEY_WORDS
        self.bytes_kept[entity] = _HALF_BYTES * header_halves, _HALF_BYTES * (record_halves - 2 * layout.EVENT_WORDS)
        row[layout.LONGEST_MS] = max((feature.reach_ms for feature in features), default=0)

    def _words(self, count: int, wanted: object) -> int:
        """Take whole words of the header; return the first, or -1 when they are not wanted."""
        if not wanted:
            return -1
        first = (self._half + 1) // 2
        self._half = 2 * (first + count)
        return first

    def _halves(self, count: int) -> int:
        self._half += count
        return self._half - count

    def _take(self, kind: str) -> NDArray[np.int64]:
        self._next[kind] += 1
        row: NDArray[np.int64] = self.rows[self._next[kind] - 1]
        return row

    def _categories(self, features: Sequence[DailyFeature], rows: int) -> None:
        """Write the features of merchant categories to the last rows; without any nothing is kept of categories."""
        first = rows - len(features)
        row = self.rows[layout.CATEGORY]
        row[[layout.FEATURES_FROM, layout.FEATURES_TO]] = first * PLAN_WIDTH, rows * PLAN_WIDTH
        row[layout.KEEPS_CATEGORIES] = bool(features)
        words = [layout.AGGREGATION, layout.COLUMN, layout.DAYS, layout.DELAY_DAYS]
        for number, feature in enumerate(features):
            column = len(self._windows) + number
            self.rows[first + number, words] = feature.aggregation, column, feature.days, feature.delay_days

    def _lane(self, window_ms: int, features: list[tuple[int, WindowFeature]], values: list[Value]) -> None:
        reads = {feature.aggregation for _, feature in features}
        row = self._take("lane")
        row[layout.WINDOW_MS] = window_ms
        row[layout.LANE_AT] = self._words(1, wanted=True)
        self._moments(row, Where.ALL, [each for each in features if each[1].where is Where.ALL], values)
        row[layout.COUNT_AT] = 2 * row[layout.LANE_AT] + 1
        row[layout.EXTREMES_AT] = self._words(1, reads & (_READS_MAX | _READS_MIN))
        row[layout.DISTINCT_AT] = self._words((len(values) + 1) // 2, reads & _READS_DISTINCT)
        row[layout.DISTINCT_FIELDS] = _fields_of(features, values, _READS_DISTINCT)
        row[layout.SAME_FIELDS] = _fields_of(features, values, NEEDS_VALUE)
        row[layout.WANTS_MEDIAN] = bool(reads & _READS_MEDIAN)
        row[layout.WANTS_PLACE] = bool(reads & OF_PLACE)
        row[layout.WANTS_RISING] = _A.RISING in reads
        row[layout.FILTERS_FROM] = self._next["filter"] * PLAN_WIDTH
        for where in sorted({feature.where for _, feature in features} - {Where.ALL}):
            passing = self._take("filter")
            self._moments(passing, where, [each for each in features if each[1].where is where], values)
            passing[layout.COUNT_AT] = self._halves(1)
        row[layout.FILTERS_TO] = self._next["filter"] * PLAN_WIDTH

    def _moments(
        self, row: NDArray[np.int64], where: Where, features: list[tuple[int, WindowFeature]], values: list[Value]
    ) -> None:
        """Say where the sums of a lane or filter lie, and write the rows of its features."""
        reads = {feature.aggregation for _, feature in features}
        row[layout.WHERE] = where
        row[layout.SUM_AT] = self._words(1, reads & _READS_SUM)
        row[layout.SQUARES_AT] = self._words(2, reads & _READS_SQUARES)
        row[layout.SINCE_AT] = self._words(1, where is not Where.ALL and _A.TIME_SINCE_LAST in reads)
        row[layout.ROW_FEATURES_FROM] = self._next["feature"] * PLAN_WIDTH
        for column, feature in features:
            field = values.index(feature.of) if feature.of is not None else -1
            self._feature(column, feature)[layout.FIELD] = field
        row[layout.ROW_FEATURES_TO] = self._next["feature"] * PLAN_WIDTH

    def _feature(self, column: int, feature: WindowFeature) -> NDArray[np.int64]:
        row = self._take("feature")
        row[layout.AGGREGATION], row[layout.COLUMN], row[layout.ITSELF] = feature.aggregation, column, feature.counts_itself
        return row

    def _labels(self, row: NDArray[np.int64], features: list[tuple[int, WindowFeature]]) -> None:
        """Write the features of labels, and say what an entity keeps for them: nothing where it has none."""
        row[layout.FRAUDS_AT] = self._words(2, features)
        row[layout.LABELS_FROM] = self._next["feature"] * PLAN_WIDTH
        for column, feature in features:
            self._feature(column, feature)[layout.LOOKS_BACK_MS] = feature.window_ms
        row[layout.LABELS_TO] = self._next["feature"] * PLAN_WIDTH
        delays = {feature.delay_ms for _, feature in features if feature.delay_ms}
        if len(delays) > 1:
            raise ValueError(f"an entity's labels have one delay, not {sorted(delays)} ms")
        for delay_ms in delays:
            lanes = range(row[layout.LANES_FROM], row[layout.LANES_TO], PLAN_WIDTH)
            windows = [int(self.rows.reshape(-1)[lane + layout.WINDOW_MS]) for lane in lanes]
            row[layout.DELAY_MS], row[layout.DELAY_LANE] = delay_ms, lanes[windows.index(delay_ms)]


def _lanes_of(feature: WindowFeature) -> list[int]:
    """The windows that run along with the events for a feature; of labels it is only how far events are not yet judged."""
    if feature.aggregation in OF_LABELS:
        return [feature.delay_ms] if feature.aggregation in NEEDS_DELAY else []
    return [feature.window_ms]


def _fields_of(features: Iterable[tuple[int, WindowFeature]], values: list[Value], wanted: frozenset[Aggregation]) -> int:
    """The bits of the fields that features of these aggregations look at."""
    return sum({1 << values.index(each.of) for _, each in features if each.aggregation in wanted and each.of is not None})


def _compile_record(row: NDArray[np.int64], entity: Entity, features: list[WindowFeature]) -> int:
    """Lay out an event of this entity: links of the two stacks, place and values, where a feature asks for them.

    Return how many half words that takes.
    """
    wanted = {feature.aggregation for feature in features}
    values = values_of(features)
    if len(values) > layout.MAX_FIELDS:
        raise ValueError(
            f"an entity counts at most {layout.MAX_FIELDS} kinds of values; {entity.name} would have {len(values)}"
        )
    half = 2 * layout.EVENT_WORDS
    for column, wants in ((layout.MAX_LINK, _READS_MAX), (layout.MIN_LINK, _READS_MIN), (layout.PLACE_IN, OF_PLACE)):
        if wanted & wants:
            row[column], half = half, half + 2
    row[layout.FIELDS], row[layout.FIELDS_IN] = len(values), half
    row[layout.SOURCE : layout.SOURCE + len(values)] = values
    half += 2 * len(values)
    used, record = half, layout.SMALLEST_RECORD_WORDS
    while 2 * record < half:
        record *= 2
    if record > layout.LARGEST_RECORD_WORDS:
        most = layout.LARGEST_RECORD_WORDS
        raise ValueError(f"an event of {entity.name} would take {record} words; at most {most} are laid out")
    row[layout.RECORD] = record
    row[[layout.FIRST_PART_OF, layout.SECOND_PART_OF]] = PAIRS.get(entity, (-1, -1))
    return used
