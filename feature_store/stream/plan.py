"""The catalogue compiled to numbers: which lanes an entity keeps, where their moments lie, what each feature reads.

A lane is one (entity, window, filter). It keeps a head pointer and a count, and only those moments that a feature asks for.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from feature_store.definitions import CATALOGUE
from feature_store.stream.layout import (
    AGGREGATION,
    COLUMN,
    DISTINCT_AT,
    ENTITIES,
    EXTREMES_AT,
    FEATURES_FROM,
    FEATURES_TO,
    HEADS_AT,
    ITSELF,
    KEY_WORDS,
    LANE,
    LANE_AT,
    LANES_FROM,
    LANES_TO,
    LONGEST_MS,
    PLAN_WIDTH,
    SQUARES_AT,
    STRIDE,
    SUM_AT,
    VALUE_AT,
    VALUE_ENTITY,
    WANTS_MAX,
    WANTS_MIN,
    WHERE,
    WINDOW_MS,
)
from feature_store.vocabulary import Aggregation, Entity, EventFeature, Feature, Where, WindowFeature

_A = Aggregation
_READS_SUM = frozenset({_A.SUM, _A.MEAN, _A.STD, _A.RATIO_TO_MEAN, _A.Z_SCORE})
_READS_SQUARES = frozenset({_A.STD, _A.Z_SCORE})
_READS_MAX = frozenset({_A.MAX, _A.RATIO_TO_MAX})
_READS_MIN = frozenset({_A.MIN})
_READS_DISTINCT = frozenset({_A.DISTINCT})
_CACHE_LINE_WORDS = 8
VALUES_PER_ENTITY = 2


@dataclass(slots=True)
class _Lane:
    row: int
    at: int = 0
    sums: int = -1
    squares: int = -1
    extremes: int = -1
    distinct: int = -1


@dataclass(slots=True)
class Plan:
    """`rows` int64[entities + lanes + features, PLAN_WIDTH]; `first_event_column` is where the event features begin."""

    rows: NDArray[np.int64]
    first_event_column: int
    columns: int
    strides: list[int] = field(default_factory=list)

    def place(self, key_bound: int) -> int:
        """Give each entity's keys their place in one array of words; return its length."""
        at = 0
        for entity in range(ENTITIES):
            self.rows[entity, HEADS_AT] = at
            at += key_bound * int(self.rows[entity, STRIDE])
        return at

    @property
    def longest_ms(self) -> int:
        """The longest window of all."""
        return int(self.rows[:ENTITIES, LONGEST_MS].max())


def compile_plan(catalogue: Sequence[Feature] = CATALOGUE) -> Plan:
    """Compile a catalogue whose event features, when it has any, are all of them, in order, at the end."""
    windows = [(column, feature) for column, feature in enumerate(catalogue) if isinstance(feature, WindowFeature)]
    events = [feature for feature in catalogue if isinstance(feature, EventFeature)]
    if [int(feature.value) for feature in events] != list(range(len(events))) or len(windows) + len(events) != len(catalogue):
        raise ValueError("event features come last and in the order of EventValue")
    if any(column >= len(windows) for column, _ in windows):
        raise ValueError("window features come first")
    lanes = sorted({(feature.entity, feature.window_ms, feature.where) for _, feature in windows})
    rows = np.full((ENTITIES + len(lanes) + len(windows), PLAN_WIDTH), -1, np.int64)
    plan = Plan(rows, len(windows), len(catalogue))
    next_feature = ENTITIES + len(lanes)
    for entity in Entity:
        mine = [(column, feature) for column, feature in windows if feature.entity is entity]
        _compile_entity(plan, entity, [lane for lane in lanes if lane[0] is entity], ENTITIES + _before(lanes, entity), mine)
        values = _values(mine)
        rows[entity, [FEATURES_FROM, FEATURES_TO]] = next_feature * PLAN_WIDTH, (next_feature + len(mine)) * PLAN_WIDTH
        for column, feature in mine:
            lane = ENTITIES + lanes.index((entity, feature.window_ms, feature.where))
            rows[next_feature, [AGGREGATION, LANE, COLUMN, ITSELF]] = (
                feature.aggregation,
                lane * PLAN_WIDTH,
                column,
                feature.counts_itself,
            )
            rows[next_feature, VALUE_AT] = values.index(feature.of) if feature.of is not None else -1
            next_feature += 1
    return plan


def _before(lanes: list[tuple[Entity, int, Where]], entity: Entity) -> int:
    return sum(lane[0] < entity for lane in lanes)


def _values(features: list[tuple[int, WindowFeature]]) -> list[Entity]:
    values = sorted({feature.of for _, feature in features if feature.of is not None})
    if len(values) > VALUES_PER_ENTITY:
        raise ValueError(f"an entity counts at most {VALUES_PER_ENTITY} kinds of values")
    return values


def _compile_entity(
    plan: Plan,
    entity: Entity,
    lanes: list[tuple[Entity, int, Where]],
    first_row: int,
    features: list[tuple[int, WindowFeature]],
) -> None:
    word = KEY_WORDS
    wanted = {feature.aggregation for _, feature in features}
    for row, (_, window_ms, where) in enumerate(lanes, first_row):
        reads = {f.aggregation for _, f in features if (f.window_ms, f.where) == (window_ms, where)}
        lane = _Lane(row, at=word)
        word += 1
        if reads & _READS_SUM:
            lane.sums, word = word, word + 1
        if reads & _READS_SQUARES:
            lane.squares, word = word, word + 2
        if reads & (_READS_MAX | _READS_MIN):
            lane.extremes, word = word, word + 1
        if reads & _READS_DISTINCT:
            lane.distinct, word = word, word + 1
        columns = [WINDOW_MS, WHERE, LANE_AT, SUM_AT, SQUARES_AT, EXTREMES_AT, DISTINCT_AT]
        plan.rows[row, columns] = window_ms, where, lane.at, lane.sums, lane.squares, lane.extremes, lane.distinct
    stride = -(-word // _CACHE_LINE_WORDS) * _CACHE_LINE_WORDS
    plan.rows[entity, [LANES_FROM, LANES_TO]] = first_row * PLAN_WIDTH, (first_row + len(lanes)) * PLAN_WIDTH
    plan.rows[entity, STRIDE] = stride
    plan.rows[entity, [WANTS_MAX, WANTS_MIN]] = bool(wanted & _READS_MAX), bool(wanted & _READS_MIN)
    plan.rows[entity, LONGEST_MS] = max((window_ms for _, window_ms, _ in lanes), default=0)
    for position, value in enumerate(_values(features)):
        plan.rows[entity, VALUE_ENTITY + position] = value
