"""The words of a feature definition: entities, aggregations, filters, and what each of them means exactly.

The window of an event with event_time t is every event of the same tenant and the same entity key with event_time in
`(t - window_ms, t]`, in whole milliseconds. "Earlier" events are those of the window without the event itself. An entity key or
a counted value that is missing makes the feature unknown (NaN); a missing value of another event is not counted.
"""

from dataclasses import dataclass
from enum import IntEnum, StrEnum

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS


class Entity(IntEnum):
    """Whose events a window holds. The number is the entity's place in every array."""

    CUSTOMER = 0
    INSTRUMENT = 1  # card_id when there is one, else account_id
    DEVICE = 2
    PAYEE = 3


class Aggregation(IntEnum):
    """What is computed over the window. Amounts are minor units, kept as whole numbers until the last expression."""

    COUNT = 0  # number of events
    SUM = 1  # sum of amounts
    MEAN = 2  # sum / count; NaN over nothing
    STD = 3  # population standard deviation: sqrt(count * sum of squares - sum^2) / count; NaN over nothing
    MIN = 4  # NaN over nothing
    MAX = 5  # NaN over nothing
    DISTINCT = 6  # number of different known values of `of`
    TIME_SINCE_LAST = 7  # seconds since the latest earlier event; NaN when there is none
    TIME_SINCE_SAME = 8  # seconds since the latest earlier event with this event's value of `of`; NaN when there is none
    IS_NEW = 9  # 1 when no earlier event has this event's value of `of`, else 0
    RATIO_TO_MEAN = 10  # amount * count / sum over the earlier events; NaN over nothing
    RATIO_TO_MAX = 11  # amount / max over the earlier events; NaN over nothing
    Z_SCORE = 12  # (amount * count - sum) / sqrt(count * sum of squares - sum^2), earlier events; NaN when that root is 0


class Where(IntEnum):
    """Which events of the window count."""

    ALL = 0
    DEBIT = 1
    CREDIT = 2


class EventValue(IntEnum):
    """What a feature of the event alone says."""

    AMOUNT_LOG = 0
    AMOUNT_IS_ROUND = 1
    LOCAL_HOUR = 2
    WEEKDAY = 3
    IS_WEEKEND = 4
    IS_NIGHT = 5
    IS_PIX = 6
    IS_CARD = 7
    IS_BOLETO = 8
    IS_TED = 9
    IS_CASH = 10
    IS_DEBIT = 11
    MCC_IS_RISKY = 12
    IS_ABROAD = 13
    IS_NOT_PRESENT = 14


class Kind(StrEnum):
    """The two families of features."""

    WINDOW = "window"
    EVENT = "event"


NEEDS_VALUE = frozenset({Aggregation.DISTINCT, Aggregation.TIME_SINCE_SAME, Aggregation.IS_NEW})
EARLIER_ONLY = frozenset(
    {
        Aggregation.TIME_SINCE_LAST, Aggregation.TIME_SINCE_SAME, Aggregation.IS_NEW, Aggregation.RATIO_TO_MEAN,
        Aggregation.RATIO_TO_MAX, Aggregation.Z_SCORE,
    }
)  # fmt: skip
FILTERABLE = frozenset(
    {
        Aggregation.COUNT, Aggregation.SUM, Aggregation.MEAN, Aggregation.STD, Aggregation.RATIO_TO_MEAN, Aggregation.Z_SCORE,
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowFeature:
    """One aggregation over one entity's window. `sentence` is for people, `reason` the code that a decision may give."""

    name: str
    entity: Entity
    aggregation: Aggregation
    window_ms: int
    counts_itself: bool
    sentence: str
    reason: str
    of: Entity | None = None
    where: Where = Where.ALL

    def __post_init__(self) -> None:
        if self.window_ms <= 0:
            raise ValueError(f"{self.name}: a window lasts at least one millisecond")
        if (self.of is not None) != (self.aggregation in NEEDS_VALUE):
            raise ValueError(f"{self.name}: `of` goes with distinct, new and same-value features, and with no other")
        if self.of == self.entity:
            raise ValueError(f"{self.name}: an entity has one value of itself")
        if self.counts_itself and self.aggregation in EARLIER_ONLY:
            raise ValueError(f"{self.name}: {self.aggregation.name} compares the event with earlier ones")
        if self.where is not Where.ALL and self.aggregation not in FILTERABLE:
            raise ValueError(f"{self.name}: {self.aggregation.name} takes no filter")

    @property
    def kind(self) -> Kind:
        """The family."""
        return Kind.WINDOW


@dataclass(frozen=True, slots=True, kw_only=True)
class EventFeature:
    """One value of the event alone."""

    name: str
    value: EventValue
    sentence: str
    reason: str

    @property
    def kind(self) -> Kind:
        """The family."""
        return Kind.EVENT


Feature = WindowFeature | EventFeature
