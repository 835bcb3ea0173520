"""Moments: the whole numbers that Flink emits. Means, spreads and ratios are made of them by the shared arithmetic."""

from dataclasses import dataclass
from enum import StrEnum

from feature_store.vocabulary import Aggregation, Value, Where, WindowFeature

_A = Aggregation


class NotForFlink(ValueError):
    """A feature that Flink SQL does not compute, in the view that it defines."""


class Measure(StrEnum):
    """What is added up. Amounts are minor units."""

    COUNT = "count"
    SUM = "sum"
    SQUARES = "squares"
    MAX = "max"
    DISTINCT = "distinct"


_MEASURES = {
    _A.COUNT: (Measure.COUNT,),
    _A.SUM: (Measure.SUM,),
    _A.MEAN: (Measure.COUNT, Measure.SUM),
    _A.RATIO_TO_MEAN: (Measure.COUNT, Measure.SUM),
    _A.STD: (Measure.COUNT, Measure.SUM, Measure.SQUARES),
    _A.Z_SCORE: (Measure.COUNT, Measure.SUM, Measure.SQUARES),
    _A.MAX: (Measure.MAX,),
    _A.RATIO_TO_MAX: (Measure.MAX,),
    _A.DISTINCT: (Measure.DISTINCT,),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One whole number of an event's window. `earlier` leaves the event itself out; its ties stay."""

    measure: Measure
    earlier: bool
    where: Where
    of: Value | None

    @property
    def name(self) -> str:
        """What a message calls it: `count`, `sum_debit`, `earlier_squares`, `distinct_payee`."""
        parts = ["earlier"] if self.earlier else []
        parts.append(self.measure.value)
        parts += [self.of.name.lower()] if self.of is not None else []
        parts += [self.where.name.lower()] if self.where is not Where.ALL else []
        return "_".join(parts)


def moments_of(feature: WindowFeature) -> tuple[Moment, ...]:
    """Return what a feature is made of, in the order count, sum, squares. Raises NotForFlink."""
    measures = _MEASURES.get(feature.aggregation)
    if measures is None:
        raise NotForFlink(f"{feature.name}: Flink computes no {feature.aggregation.name}")
    earlier = not feature.counts_itself
    if earlier and feature.aggregation is _A.DISTINCT:
        raise NotForFlink(f"{feature.name}: distinct values count the event's own")
    return tuple(Moment(measure=measure, earlier=earlier, where=feature.where, of=feature.of) for measure in measures)
