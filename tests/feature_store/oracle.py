"""What the features mean, in plain Python, written from the definitions alone; it shares no code with an engine."""

import math
from bisect import insort
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from functools import cache
from itertools import takewhile
from statistics import median_high, median_low

import holidays
import numpy as np

from contracts.transactions import Transaction
from feature_store.definitions import CATALOGUE
from feature_store.vocabulary import (
    Aggregation,
    DailyFeature,
    Entity,
    EventFeature,
    EventValue,
    ExternalFeature,
    Feature,
    QuotientFeature,
    Value,
    Where,
    WindowFeature,
)

NAN = math.nan
BRASILIA = timezone(timedelta(hours=-3))
RISKY = {4829, 5816, 5962, 5966, 5967, 6051, 6211, 6540, 7273, 7801, 7802, 7995}
LATEST = 32
DAY = 86_400_000
OF_LABELS = {
    Aggregation.FRAUDS, Aggregation.FRAUD_SHARE, Aggregation.FRAUD_STREAK, Aggregation.STREAK_AGE,
    Aggregation.TIME_SINCE_FRAUD, Aggregation.TIME_SINCE_GOOD,
}  # fmt: skip
LABELLED = (Entity.CUSTOMER, Entity.CARD, Entity.MERCHANT, Entity.PAYEE)
RESTS_WITHOUT_LAW = ("Carnaval", "Corpus Christi")


@dataclass(frozen=True)
class Facts:
    """What an event has: its keys and counted values, None when missing, and the filters that it passes."""

    keys: dict[str, object]
    passes: dict[str, bool]


@cache
def facts(event: Transaction) -> Facts:
    local = datetime.fromtimestamp(event.event_time // 1000, UTC).astimezone(BRASILIA)
    place = place_of(event)
    keys = {
        "CUSTOMER": event.customer_id,
        "ACCOUNT": event.account_id,
        "CARD": event.card_id,
        "DEVICE": event.device_id,
        "IP": event.ip,
        "MERCHANT": event.merchant_id,
        "PAYEE": event.payee_id,
        "PLACE": None if place is None else (place[0] // 10_000, place[1] // 10_000),
        "HOUR": local.hour,
        "MCC": event.mcc,
    }
    for entity in Entity:
        if entity.name not in keys:
            pair = tuple(keys[part] for part in entity.name.split("_"))
            keys[entity.name] = None if None in pair else pair
    passes = {
        "ALL": True,
        "DEBIT": event.direction == "debit",
        "CREDIT": event.direction == "credit",
        "PIX": event.channel == "pix",
        "CARD": event.channel == "card",
        "CASH": event.channel == "cash",
        "NIGHT": not 6 <= local.hour < 20,
        "SMALL": event.amount_minor < 2_000,
        "LARGE": event.amount_minor >= 100_000,
        "ROUND": event.amount_minor % 10_000 == 0,
        "JUST_UNDER": just_under(event.amount_minor),
        "NOT_PRESENT": event.entry_mode == "ecommerce",
        "ABROAD": event.country not in (None, "BR"),
        "RISKY_MCC": event.mcc in RISKY,
        "DRAINING": drains(event),
    }
    return Facts(keys, passes)


def key_of(event: Transaction, entity: Entity | Value) -> object:
    return facts(event).keys[entity.name]


def counts(event: Transaction, where: Where) -> bool:
    return facts(event).passes[where.name]


def place_of(event: Transaction) -> tuple[int, int] | None:
    known = event.latitude_e5 is not None and event.longitude_e5 is not None
    return (event.latitude_e5, event.longitude_e5) if known else None


def just_under(amount: int) -> bool:
    return any(amount * 10 >= limit * 9 and amount < limit for limit in (20_000, 100_000, 200_000, 5_000_000))


def drains(event: Transaction) -> bool:
    before = event.balance_minor
    return event.direction == "debit" and before is not None and before > 0 and (before - event.amount_minor) * 5 < before


def distance_km(one: tuple[int, int], other: tuple[int, int]) -> float:
    (from_lat, from_lon), (to_lat, to_lon) = one, other
    unit = math.pi / 180e5
    north, east = math.sin(float(to_lat - from_lat) * unit / 2.0), math.sin(float(to_lon - from_lon) * unit / 2.0)
    scale = math.cos(float(from_lat) * unit) * math.cos(float(to_lat) * unit)
    return 2 * 6371.0088 * math.asin(min(math.sqrt(north * north + scale * east * east), 1.0))


def as_double(whole: int) -> float:
    """The contract's way from 128 bits to a double."""
    return float(whole >> 64) * 2.0**64 + float(whole & (2**64 - 1))


def window_value(
    feature: WindowFeature, event: Transaction, earlier: Sequence[Transaction], others: Sequence[Transaction]
) -> float:
    """`earlier`: the window without the event itself, in order of event_time; `others`: those of it that pass the filter."""
    inside = [*others, event] if feature.counts_itself and counts(event, feature.where) else others
    amounts = [each.amount_minor for each in inside]
    match feature.aggregation:
        case Aggregation.COUNT:
            return float(len(amounts))
        case Aggregation.SUM:
            return float(sum(amounts))
        case Aggregation.MIN:
            return float(min(amounts)) if amounts else NAN
        case Aggregation.MAX:
            return float(max(amounts)) if amounts else NAN
        case Aggregation.TIME_SINCE_LAST:
            return (event.event_time - max(each.event_time for each in others)) / 1000.0 if others else NAN
        case Aggregation.RATIO_TO_MAX:
            return event.amount_minor / max(amounts) if amounts else NAN
        case Aggregation.RATIO_TO_MIN:
            return event.amount_minor / min(amounts) if amounts else NAN
        case Aggregation.TIME_SINCE_FIRST:
            return (event.event_time - min(each.event_time for each in others)) / 1000.0 if others else NAN
        case Aggregation.DISTINCT | Aggregation.IS_NEW | Aggregation.TIME_SINCE_SAME:
            return _of_value(feature, event, inside)
        case Aggregation.DISTANCE_KM | Aggregation.SPEED_KMH:
            return _of_place(feature, event, earlier[-LATEST:])
        case Aggregation.RISING:
            return float(_rising([each.amount_minor for each in earlier[-LATEST:]], event.amount_minor))
        case Aggregation.MEDIAN | Aggregation.MAD | Aggregation.RATIO_TO_MEDIAN | Aggregation.ROBUST_Z_SCORE:
            return _of_median(feature, event.amount_minor, [each.amount_minor for each in earlier[-LATEST:]])
        case _:
            return _of_moments(feature, event, amounts)


def _of_value(feature: WindowFeature, event: Transaction, inside: Sequence[Transaction]) -> float:
    assert feature.of is not None
    if feature.aggregation is Aggregation.DISTINCT:
        return float(len({key_of(each, feature.of) for each in inside} - {None}))
    mine = key_of(event, feature.of)
    if mine is None:
        return NAN
    times = [each.event_time for each in inside if key_of(each, feature.of) == mine]
    if feature.aggregation is Aggregation.IS_NEW:
        return 0.0 if times else 1.0
    return (event.event_time - max(times)) / 1000.0 if times else NAN


def _of_place(feature: WindowFeature, event: Transaction, latest: Sequence[Transaction]) -> float:
    placed = [each for each in latest if place_of(each)]
    if not placed or not place_of(event):
        return NAN
    far = distance_km(place_of(placed[-1]), place_of(event))
    if feature.aggregation is Aggregation.DISTANCE_KM:
        return far
    return far * 3_600_000.0 / float(max(event.event_time - placed[-1].event_time, 1_000))


def _rising(amounts: Sequence[int], amount: int) -> int:
    run = 0
    for earlier in reversed(amounts):
        if earlier >= amount:
            break
        run, amount = run + 1, earlier
    return run


def _of_median(feature: WindowFeature, amount: int, amounts: Sequence[int]) -> float:
    if not amounts:
        return NAN
    middle_2 = twice_median(amounts)
    spread_4 = twice_median([abs(2 * each - middle_2) for each in amounts])
    match feature.aggregation:
        case Aggregation.MEDIAN:
            return middle_2 / 2
        case Aggregation.MAD:
            return spread_4 / 4
        case Aggregation.RATIO_TO_MEDIAN:
            return 2 * amount / middle_2
    return (4 * amount - 2 * middle_2) / (1.4826 * spread_4) if spread_4 else NAN


def twice_median(numbers: Sequence[int]) -> int:
    return median_low(numbers) + median_high(numbers)


def _of_moments(feature: WindowFeature, event: Transaction, amounts: Sequence[int]) -> float:
    count, total = len(amounts), sum(amounts)
    if count == 0:
        return NAN
    spread = as_double(count * sum(amount * amount for amount in amounts) - total * total)
    amount = event.amount_minor
    match feature.aggregation:
        case Aggregation.MEAN:
            return total / count
        case Aggregation.STD:
            return math.sqrt(spread) / count
        case Aggregation.RATIO_TO_MEAN:
            return float(amount * count) / float(total)
        case Aggregation.Z_SCORE:
            return float(amount * count - total) / math.sqrt(spread) if spread > 0 else NAN
    raise AssertionError(feature)


@cache
def rests(year: int) -> frozenset[date]:
    """From a library that shares nothing with ours: national holidays, and the days on which banks rest without a law."""
    calendar = holidays.country_holidays("BR", years=year, categories=("public", "optional"), language="pt_BR")
    public = holidays.country_holidays("BR", years=year, categories=("public",))
    return frozenset(day for day, name in calendar.items() if day in public or any(w in name for w in RESTS_WITHOUT_LAW))


def works(day: date) -> bool:
    return day.weekday() < 5 and day not in rests(day.year)


@cache
def worked_until(today: date) -> int:
    return sum(works(today.replace(day=day)) for day in range(1, today.day + 1))


def event_value(value: EventValue, event: Transaction) -> float:
    local = datetime.fromtimestamp(event.event_time // 1000, UTC).astimezone(BRASILIA)
    if value.name in ("IS_PIX", "IS_CARD", "IS_BOLETO", "IS_TED", "IS_CASH", "IS_INTERNAL"):
        return float(event.channel.value == value.name[3:].lower())
    today = local.date()
    worked = worked_until(today)
    return {
        EventValue.AMOUNT_LOG: lambda: math.log(event.amount_minor),
        EventValue.AMOUNT_IS_ROUND: lambda: float(event.amount_minor % 10_000 == 0),
        EventValue.LOCAL_HOUR: lambda: float(local.hour),
        EventValue.WEEKDAY: lambda: float(local.weekday()),
        EventValue.IS_WEEKEND: lambda: float(local.weekday() in (5, 6)),
        EventValue.IS_NIGHT: lambda: float(not 6 <= local.hour < 20),
        EventValue.IS_DEBIT: lambda: float(event.direction.value == "debit"),
        EventValue.MCC_IS_RISKY: lambda: NAN if event.mcc is None else float(event.mcc in RISKY),
        EventValue.IS_ABROAD: lambda: NAN if event.country is None else float(event.country != "BR"),
        EventValue.IS_NOT_PRESENT: lambda: NAN if event.entry_mode is None else float(event.entry_mode == "ecommerce"),
        EventValue.AMOUNT_IS_JUST_UNDER_LIMIT: lambda: float(just_under(event.amount_minor)),
        EventValue.AMOUNT_IS_SMALL: lambda: float(event.amount_minor < 2_000),
        EventValue.AMOUNT_CENTS: lambda: float(event.amount_minor % 100),
        EventValue.DAY_OF_MONTH: lambda: float(today.day),
        EventValue.IS_HOLIDAY: lambda: float(today in rests(today.year)),
        EventValue.IS_BUSINESS_DAY: lambda: float(works(today)),
        EventValue.BUSINESS_DAY_OF_MONTH: lambda: float(worked),
        EventValue.IS_PAYDAY: lambda: float(works(today) and worked == 5),
        EventValue.IS_BUSINESS_HOUR: lambda: float(works(today) and 10 <= local.hour < 16),
        EventValue.IS_CONTACTLESS: lambda: NAN if event.entry_mode is None else float(event.entry_mode == "contactless"),
        EventValue.PLACE_IS_KNOWN: lambda: float(place_of(event) is not None),
        EventValue.DEVICE_IS_KNOWN: lambda: float(event.device_id is not None),
        EventValue.BALANCE_LOG: lambda: NAN if event.balance_minor is None else math.log(max(event.balance_minor, 0) + 1),
        EventValue.AMOUNT_TO_BALANCE: lambda: share_of_balance(event),
        EventValue.DRAINS_BALANCE: lambda: NAN if event.balance_minor is None else float(drains(event)),
    }[value]()


def share_of_balance(event: Transaction) -> float:
    pays = event.direction == "debit" and event.balance_minor is not None and event.balance_minor > 0
    return event.amount_minor / event.balance_minor if pays else NAN


def with_quotients(catalogue: Sequence[Feature], values: list[float]) -> list[float]:
    """Append the quotients, of the float32 values that the vector holds, and nothing known of what is external."""
    quotients = [feature for feature in catalogue if isinstance(feature, QuotientFeature)]
    if quotients:
        found = dict(zip([feature.name for feature in catalogue], np.array(values, np.float32).tolist(), strict=False))
        for feature in quotients:
            above, below = found[feature.dividend], found[feature.divisor]
            values.append(NAN if below == 0 or math.isnan(below) else above / below)
    return values + [NAN for feature in catalogue if isinstance(feature, ExternalFeature)]


@dataclass(order=True)
class Kept:
    event_time: int
    sequence: int
    event: Transaction = field(compare=False)
    fraud: bool = field(default=False, compare=False)


def label_value(feature: WindowFeature, now: int, seen: Sequence[Kept]) -> float:
    """`seen`: all events of the key that are visible at `now`, in order of event_time and of arrival."""
    inside = [each for each in seen if each.event_time > now - feature.window_ms]
    frauds = [each for each in inside if each.fraud]
    if feature.aggregation is Aggregation.FRAUDS:
        return float(len(frauds))
    if feature.aggregation is Aggregation.TIME_SINCE_FRAUD:
        return (now - frauds[-1].event_time) / 1000.0 if frauds else NAN
    judged_until = now - feature.delay_ms
    if feature.aggregation is Aggregation.FRAUD_SHARE:
        old = [each for each in seen if judged_until - feature.window_ms < each.event_time <= judged_until]
        return sum(each.fraud for each in old) / len(old) if old else NAN
    known = [each for each in inside if each.fraud or each.event_time <= judged_until][-LATEST:][::-1]
    streak = list(takewhile(lambda each: each.fraud, known))
    if feature.aggregation is Aggregation.FRAUD_STREAK:
        return float(len(streak))
    if feature.aggregation is Aggregation.STREAK_AGE:
        return (now - streak[-1].event_time) / 1000.0 if streak else NAN
    good = known[len(streak) :]
    return (now - good[0].event_time) / 1000.0 if good else NAN


def daily_value(feature: DailyFeature, event: Transaction, *, high: int, days: dict[int, list[int]]) -> float:
    """`days`: [events, known frauds] of the category by day since the epoch; of them 64 are known, up to that of `high`."""
    if event.mcc is None:
        return NAN
    today, newest = event.event_time // DAY, high // DAY
    if feature.aggregation is Aggregation.FRAUD_SHARE:
        today -= feature.delay_days + 1
    looked_at = [days.get(day, [0, 0]) for day in range(today - feature.days + 1, today + 1) if day > newest - 64]
    events, frauds = sum(each[0] for each in looked_at), sum(each[1] for each in looked_at)
    if feature.aggregation is Aggregation.COUNT:
        return float(events)
    if feature.aggregation is Aggregation.FRAUDS:
        return float(frauds)
    return frauds / events if events else NAN


def reach(feature: WindowFeature) -> int:
    """How far back it looks."""
    return feature.window_ms + (feature.delay_ms if feature.aggregation is Aggregation.FRAUD_SHARE else 0)


class Oracle:
    """The as_scored view: each event over those applied before it, with the lateness and the bound of a hot key.

    Of decisions those are `remembered` that were made in this or the last of their generations of so many.
    """

    def __init__(
        self,
        catalogue: Sequence[Feature] = CATALOGUE,
        *,
        max_lateness_ms: int,
        events_per_key: int,
        remembered: int = 10**9,
        most_waiting: int = 10**9,
    ) -> None:
        self.catalogue, self.lateness, self.bound = catalogue, max_lateness_ms, events_per_key
        self.longest = {
            entity: max([reach(f) for f in catalogue if isinstance(f, WindowFeature) and f.entity is entity], default=0)
            for entity in Entity
        }
        self.logs: dict[tuple[str, Entity, object], list[Kept]] = defaultdict(list)
        self.dropped: dict[tuple[str, Entity, object], int] = {}
        self.highs: dict[str, int] = {}
        self.days: dict[tuple[str, int], dict[int, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0, 0]))
        self.sequence = 0
        self.remembered, self.most_waiting = remembered, most_waiting
        self.waiting: dict[str, list[tuple[int, int, str, bool]]] = defaultdict(list)
        self.clocks: dict[str, int] = {}
        self.decided: dict[tuple[str, str], tuple[int, Transaction]] = {}
        self.judged: dict[tuple[str, str], tuple[int, bool]] = {}
        self.told = 0

    def tell(self, tenant_id: str, transaction_id: str, *, known_at: int, fraud: bool) -> None:
        """A label comes; it counts once an event of its tenant was known at its `known_at` or later."""
        self.told += 1
        if len(self.waiting[tenant_id]) < self.most_waiting:
            self.waiting[tenant_id].append((known_at, self.told, transaction_id, fraud))

    def _move_clock(self, event: Transaction) -> None:
        tenant = event.tenant_id
        self.clocks[tenant] = clock = max(self.clocks.get(tenant, event.known_at), event.known_at)
        waiting = sorted(self.waiting[tenant])
        self.waiting[tenant] = [label for label in waiting if label[0] > clock]
        for known_at, _, transaction_id, fraud in waiting:
            if known_at <= clock:
                self._judge((tenant, transaction_id), known_at, fraud=fraud)

    def _judge(self, which: tuple[str, str], known_at: int, *, fraud: bool) -> None:
        if which not in self.decided:
            return
        sequence, event = self.decided[which]
        forgotten = self.sequence // self.remembered - sequence // self.remembered > 1
        before = self.judged.get(which, (known_at, False))
        if forgotten or before[0] > known_at:
            return
        self.judged[which] = known_at, fraud
        if fraud == before[1]:
            return
        if event.mcc is not None:
            self.days[event.tenant_id, event.mcc][event.event_time // DAY][1] += 1 if fraud else -1
        for entity in LABELLED:
            for kept in self.logs.get((event.tenant_id, entity, key_of(event, entity)), []):
                same = kept.event_time == event.event_time and kept.event.amount_minor == event.amount_minor
                if same and kept.fraud != fraud:
                    kept.fraud = fraud
                    break

    def score(self, event: Transaction) -> tuple[list[float], bool, bool]:
        """(values, truncated, late), without applying the event."""
        high = max(self.highs.get(event.tenant_id, event.event_time), event.event_time)
        late = event.event_time < high - self.lateness
        truncated = False
        windows: dict[Entity, list[Transaction] | None] = {}
        visible: dict[Entity, list[Kept]] = {}
        for entity in Entity:
            key = key_of(event, entity)
            if key is None:
                windows[entity] = None
                continue
            oldest = high - self.lateness - self.longest[entity]
            log = self.logs.get((event.tenant_id, entity, key), [])
            visible[entity] = [kept for kept in log if oldest < kept.event_time <= event.event_time]
            windows[entity] = [kept.event for kept in visible[entity]]
            cut = self.dropped.get((event.tenant_id, entity, key))
            truncated |= cut is not None and cut > event.event_time - self.longest[entity]
        values = []
        inside: dict[tuple[Entity, int, Where], list[Transaction]] = {}
        for feature in self.catalogue:
            if isinstance(feature, EventFeature):
                values.append(event_value(feature.value, event))
            if isinstance(feature, DailyFeature):
                days = self.days.get((event.tenant_id, event.mcc), {})
                values.append(daily_value(feature, event, high=high, days=days))
            if not isinstance(feature, WindowFeature):
                continue
            seen = windows[feature.entity]
            if seen is None:
                values.append(NAN)
                continue
            if feature.aggregation in OF_LABELS:
                values.append(label_value(feature, event.event_time, visible[feature.entity]))
                continue
            earlier = inside.get((feature.entity, feature.window_ms, Where.ALL))
            if earlier is None:
                earlier = [each for each in seen if each.event_time > event.event_time - feature.window_ms]
                inside[feature.entity, feature.window_ms, Where.ALL] = earlier
            others = inside.get((feature.entity, feature.window_ms, feature.where))
            if others is None:
                others = [each for each in earlier if counts(each, feature.where)]
                inside[feature.entity, feature.window_ms, feature.where] = others
            values.append(window_value(feature, event, earlier, others))
        return with_quotients(self.catalogue, values), truncated, late

    def apply(self, event: Transaction) -> tuple[list[float], bool, bool]:
        self._move_clock(event)
        found = self.score(event)
        high = max(self.highs.get(event.tenant_id, event.event_time), event.event_time)
        self.highs[event.tenant_id] = high
        sequence = self.sequence
        self.sequence += 1
        if found[2]:
            return found
        self.decided[event.tenant_id, event.transaction_id] = sequence, event
        if event.mcc is not None:
            self.days[event.tenant_id, event.mcc][event.event_time // DAY][0] += 1
        for entity in Entity:
            key = key_of(event, entity)
            if key is None:
                continue
            place = (event.tenant_id, entity, key)
            oldest = high - self.lateness - self.longest[entity]
            log = [kept for kept in self.logs[place] if kept.event_time > oldest]
            insort(log, Kept(event.event_time, sequence, event))
            if len(log) > self.bound:
                first = log.pop(0)
                self.dropped[place] = max(self.dropped.get(place, first.event_time), first.event_time)
            self.logs[place] = log
        return found


def as_array(rows: Iterable[Sequence[float]]) -> np.ndarray:
    with np.errstate(over="raise"):
        return np.array([list(row) for row in rows], np.float64).astype(np.float32)


def settled(events: Sequence[Transaction], catalogue: Sequence[Feature] = CATALOGUE) -> np.ndarray:
    """Each event over all events by event_time, whatever the order in which they came."""
    rows = []
    for number, event in enumerate(events):
        values = []
        for feature in catalogue:
            if isinstance(feature, EventFeature):
                values.append(event_value(feature.value, event))
            if not isinstance(feature, WindowFeature):
                continue
            key = key_of(event, feature.entity)
            if key is None:
                values.append(NAN)
                continue
            since = event.event_time - feature.window_ms
            others = [
                each
                for position, each in enumerate(events)
                if position != number
                and each.tenant_id == event.tenant_id
                and key_of(each, feature.entity) == key
                and since < each.event_time <= event.event_time
            ]
            values.append(window_value(feature, event, others, [each for each in others if counts(each, feature.where)]))
        rows.append(with_quotients(catalogue, values))
    return as_array(rows)
