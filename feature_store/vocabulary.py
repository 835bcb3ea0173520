"""The words of a feature definition: entities, aggregations, filters, and what each of them means exactly.

The window of an event with event_time t is every event of the same tenant and the same entity key with event_time in
`(t - window_ms, t]`, in whole milliseconds. "Earlier" events are those of the window without the event itself. An entity key or
a counted value that is missing makes the feature unknown (NaN); a missing value of another event is not counted.

Features of labels also know what turned out since. An event is known fraud once a label that says so has fallen due (its
`known_at` is reached by its tenant's events), known good when it is `delay_ms` old and not known fraud, and else of no known
status. Their window is `(t - window_ms, t]`, but that of a share of frauds `(t - delay_ms - window_ms, t - delay_ms]`.

A merchant's category has more events than a log would hold: a tenant's are counted by day of UTC. On day D a feature of N days
looks at the days D-N+1 to D, a share of frauds at the N days before D - `delay_days`, which are all old enough to be judged.
Events of the same day count when they came before.
"""

from dataclasses import dataclass
from enum import IntEnum, StrEnum

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS
# Order statistics, places and runs look at this many of the latest earlier events of the window, and at no more.
LATEST_EVENTS = 32
# By then most frauds are known: what is as old and has no label that says otherwise counts as good.
LABEL_DELAY_MS = 7 * DAY_MS


class Entity(IntEnum):
    """Whose events a window holds. The number is the entity's place in every array; single entities come before pairs."""

    CUSTOMER = 0
    ACCOUNT = 1
    CARD = 2
    DEVICE = 3
    IP = 4
    MERCHANT = 5
    PAYEE = 6
    CUSTOMER_PAYEE = 7
    CUSTOMER_MERCHANT = 8
    CUSTOMER_DEVICE = 9
    CARD_MERCHANT = 10
    DEVICE_PAYEE = 11


# The field of a transaction that names each single entity.
ID_FIELDS = {
    Entity.CUSTOMER: "customer_id", Entity.ACCOUNT: "account_id", Entity.CARD: "card_id", Entity.DEVICE: "device_id",
    Entity.IP: "ip", Entity.MERCHANT: "merchant_id", Entity.PAYEE: "payee_id",
}  # fmt: skip

# Of whose events labels are remembered.
LABELLED = (Entity.CUSTOMER, Entity.CARD, Entity.MERCHANT, Entity.PAYEE)

PAIRS = {
    Entity.CUSTOMER_PAYEE: (Entity.CUSTOMER, Entity.PAYEE),
    Entity.CUSTOMER_MERCHANT: (Entity.CUSTOMER, Entity.MERCHANT),
    Entity.CUSTOMER_DEVICE: (Entity.CUSTOMER, Entity.DEVICE),
    Entity.CARD_MERCHANT: (Entity.CARD, Entity.MERCHANT),
    Entity.DEVICE_PAYEE: (Entity.DEVICE, Entity.PAYEE),
}


class Value(IntEnum):
    """What an event can have that is counted or new: an entity, or something of the event. Entities have their own numbers."""

    CUSTOMER = 0
    ACCOUNT = 1
    CARD = 2
    DEVICE = 3
    IP = 4
    MERCHANT = 5
    PAYEE = 6
    PLACE = 32  # the square of a tenth of a degree, about 11 km, that the event's coordinates lie in
    HOUR = 33  # the hour of the day in Brasília
    MCC = 34  # the merchant's category


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
    RATIO_TO_MIN = 13  # amount / min over the earlier events; NaN over nothing
    TIME_SINCE_FIRST = 14  # seconds since the first earlier event of the window; NaN when there is none
    MEDIAN = 15  # of the latest earlier amounts; the mean of the middle two of an even number; NaN over nothing
    MAD = 16  # median of the distances of the latest earlier amounts from their median; NaN over nothing
    RATIO_TO_MEDIAN = 17  # amount / median; NaN over nothing
    ROBUST_Z_SCORE = 18  # (amount - median) / (1.4826 * MAD); NaN when MAD is 0 (Iglewicz and Hoaglin, 1993)
    DISTANCE_KM = 19  # great circle from the latest earlier event whose place is known; NaN when there is none
    SPEED_KMH = 20  # that distance over the time between the two, taken as a second at least
    RISING = 21  # how many of the latest earlier amounts, each above the one before, lead up to this one
    FRAUDS = 22  # number of known frauds
    FRAUD_SHARE = 23  # known frauds / events, both `delay_ms` ago; NaN over nothing
    FRAUD_STREAK = 24  # how many of the latest events of known status, going back, are fraud without a good one between
    STREAK_AGE = 25  # seconds since the first fraud of that streak; NaN when there is none
    TIME_SINCE_FRAUD = 26  # seconds since the latest known fraud; NaN when there is none
    TIME_SINCE_GOOD = 27  # seconds since the latest known good among the latest events of known status; NaN when there is none


class Where(IntEnum):
    """Which events of the window count. The number is the filter's bit in an event's word."""

    ALL = 0
    DEBIT = 1
    CREDIT = 2
    PIX = 3
    CARD = 4
    CASH = 5
    NIGHT = 6  # between 20:00 and 06:00 in Brasília
    SMALL = 7  # below R$ 20
    LARGE = 8  # R$ 1,000 and more
    ROUND = 9  # a multiple of R$ 100
    JUST_UNDER = 10  # 90% and more of a limit that people know, and below it
    NOT_PRESENT = 11  # a card typed in, not shown
    ABROAD = 12
    RISKY_MCC = 13
    DRAINING = 14  # a payment that leaves less than a fifth of the account's balance


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
    AMOUNT_IS_JUST_UNDER_LIMIT = 15
    AMOUNT_IS_SMALL = 16
    AMOUNT_CENTS = 17
    DAY_OF_MONTH = 18
    IS_HOLIDAY = 19
    IS_BUSINESS_DAY = 20
    BUSINESS_DAY_OF_MONTH = 21
    IS_PAYDAY = 22
    IS_BUSINESS_HOUR = 23
    IS_INTERNAL = 24
    IS_CONTACTLESS = 25
    PLACE_IS_KNOWN = 26
    DEVICE_IS_KNOWN = 27
    BALANCE_LOG = 28
    AMOUNT_TO_BALANCE = 29
    DRAINS_BALANCE = 30


class Kind(StrEnum):
    """The families of features."""

    WINDOW = "window"
    DAILY = "daily"
    EVENT = "event"
    QUOTIENT = "quotient"
    EXTERNAL = "external"


_A = Aggregation
NEEDS_VALUE = frozenset({_A.DISTINCT, _A.TIME_SINCE_SAME, _A.IS_NEW})
OF_LATEST = frozenset({_A.MEDIAN, _A.MAD, _A.RATIO_TO_MEDIAN, _A.ROBUST_Z_SCORE, _A.RISING})
OF_PLACE = frozenset({_A.DISTANCE_KM, _A.SPEED_KMH})
NEEDS_DELAY = frozenset({_A.FRAUD_SHARE, _A.FRAUD_STREAK, _A.STREAK_AGE, _A.TIME_SINCE_GOOD})
OF_LABELS = NEEDS_DELAY | {_A.FRAUDS, _A.TIME_SINCE_FRAUD}
# What compares the event at hand with earlier ones: between two events an entity has no value of it.
OF_EVENT = OF_PLACE | {
    _A.RATIO_TO_MEAN, _A.RATIO_TO_MAX, _A.RATIO_TO_MIN, _A.Z_SCORE, _A.RATIO_TO_MEDIAN, _A.ROBUST_Z_SCORE, _A.TIME_SINCE_SAME,
    _A.IS_NEW, _A.RISING,
}  # fmt: skip
EARLIER_ONLY = OF_LATEST | OF_PLACE | OF_LABELS | {
    _A.TIME_SINCE_LAST, _A.TIME_SINCE_FIRST, _A.TIME_SINCE_SAME, _A.IS_NEW, _A.RATIO_TO_MEAN, _A.RATIO_TO_MAX, _A.RATIO_TO_MIN,
    _A.Z_SCORE,
}  # fmt: skip
# What the settled view knows: what asks neither in which order ties came nor what was known when.
SETTLED = frozenset(_A) - OF_LATEST - OF_PLACE - OF_LABELS
# Over nothing these are 0; the others are unknown.
ZERO_OVER_NOTHING = frozenset({_A.COUNT, _A.SUM, _A.DISTINCT, _A.RISING, _A.FRAUDS, _A.FRAUD_STREAK})
FILTERABLE = frozenset({_A.COUNT, _A.SUM, _A.MEAN, _A.STD, _A.RATIO_TO_MEAN, _A.Z_SCORE, _A.TIME_SINCE_LAST})


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowFeature:
    """One aggregation over one entity's window.

    `sentence` is for people, `reason` the code that a decision may give, `owner` the team that answers for the feature.
    """

    name: str
    entity: Entity
    aggregation: Aggregation
    window_ms: int
    counts_itself: bool
    sentence: str
    reason: str
    owner: str
    of: Value | None = None
    where: Where = Where.ALL
    delay_ms: int = 0

    def __post_init__(self) -> None:
        if self.window_ms <= 0:
            raise ValueError(f"{self.name}: a window lasts at least one millisecond")
        if (self.of is not None) != (self.aggregation in NEEDS_VALUE):
            raise ValueError(f"{self.name}: `of` goes with distinct, new and same-value features, and with no other")
        if self.of is not None and int(self.of) in map(int, parts_of(self.entity)):
            raise ValueError(f"{self.name}: an entity has one value of itself")
        if self.counts_itself and self.aggregation in EARLIER_ONLY:
            raise ValueError(f"{self.name}: {self.aggregation.name} compares the event with earlier ones")
        if self.where is not Where.ALL and self.aggregation not in FILTERABLE:
            raise ValueError(f"{self.name}: {self.aggregation.name} takes no filter")
        if (self.delay_ms > 0) != (self.aggregation in NEEDS_DELAY) or self.delay_ms < 0:
            raise ValueError(f"{self.name}: a delay goes with what asks for known good events, and with no other")
        if self.aggregation in OF_LABELS and self.entity not in LABELLED:
            raise ValueError(f"{self.name}: no labels are remembered of {self.entity.name}")

    @property
    def kind(self) -> Kind:
        """The family."""
        return Kind.WINDOW

    @property
    def needs_event(self) -> bool:
        """Whether it compares an event with earlier ones, so that there is none of it between two events."""
        return self.aggregation in OF_EVENT

    @property
    def reach_ms(self) -> int:
        """How far back the feature looks at events."""
        return self.window_ms + (self.delay_ms if self.aggregation is _A.FRAUD_SHARE else 0)


# How many days of a category are kept: what a share of frauds looks at, the lateness, and room.
CATEGORY_DAYS = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class DailyFeature:
    """COUNT, FRAUDS or FRAUD_SHARE of the earlier events of the tenant at merchants of the event's category (mcc), by day."""

    name: str
    aggregation: Aggregation
    days: int
    sentence: str
    reason: str
    owner: str
    delay_days: int = 0

    def __post_init__(self) -> None:
        if self.aggregation not in (_A.COUNT, _A.FRAUDS, _A.FRAUD_SHARE):
            raise ValueError(f"{self.name}: {self.aggregation.name} is not kept by day")
        if (self.delay_days > 0) != (self.aggregation is _A.FRAUD_SHARE) or self.delay_days < 0:
            raise ValueError(f"{self.name}: a delay goes with a share of frauds, and with no other")
        if self.days < 1 or self.days + self.delay_days >= CATEGORY_DAYS - 1:
            raise ValueError(f"{self.name}: {CATEGORY_DAYS} days are kept, two of them for events that come late")

    @property
    def kind(self) -> Kind:
        """The family."""
        return Kind.DAILY


@dataclass(frozen=True, slots=True, kw_only=True)
class EventFeature:
    """One value of the event alone."""

    name: str
    value: EventValue
    sentence: str
    reason: str
    owner: str

    @property
    def kind(self) -> Kind:
        """The family."""
        return Kind.EVENT


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotientFeature:
    """One feature divided by another, both as the vector holds them (float32); NaN when the divisor is 0 or either is NaN."""

    name: str
    dividend: str
    divisor: str
    sentence: str
    reason: str
    owner: str

    @property
    def kind(self) -> Kind:
        """The family."""
        return Kind.QUOTIENT


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalFeature:
    """A slow value that somebody else works out and tells the scorer by profile controls, under the name `value`.

    It is of the account that the event names as its account or as its payee (`entity`): who is paid within the bank is an
    account. NaN where the event names none, or nothing was told of it; what was told holds until something else is.
    """

    name: str
    entity: Entity
    value: str
    sentence: str
    reason: str
    owner: str

    def __post_init__(self) -> None:
        if self.entity not in (Entity.ACCOUNT, Entity.PAYEE):
            raise ValueError(f"{self.name}: an external value is of the account or of the payee")

    @property
    def kind(self) -> Kind:
        """The family."""
        return Kind.EXTERNAL


# The entity of the controls that bring external values, and what those are called.
TOLD_OF = "account"
GRAPH_SCORE, GRAPH_PAGERANK, GRAPH_COMMUNITY = "graph_score", "graph_pagerank_share", "graph_community_accounts"

Feature = WindowFeature | DailyFeature | EventFeature | QuotientFeature | ExternalFeature


def parts_of(entity: Entity) -> tuple[Entity, ...]:
    """The single entities that a key of this entity is made of."""
    return PAIRS.get(entity, (entity,))
