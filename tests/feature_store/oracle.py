"""What the features mean, in plain Python, written from the definitions alone; it shares no code with an engine."""

import math
from bisect import insort
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone

import numpy as np

from contracts.transactions import Transaction
from feature_store.definitions import CATALOGUE
from feature_store.vocabulary import Aggregation, Entity, EventFeature, EventValue, Feature, Where, WindowFeature

NAN = math.nan
BRASILIA = timezone(timedelta(hours=-3))


def key_of(event: Transaction, entity: Entity) -> str | None:
    return {
        Entity.CUSTOMER: event.customer_id,
        Entity.INSTRUMENT: event.card_id or event.account_id,
        Entity.DEVICE: event.device_id,
        Entity.PAYEE: event.payee_id,
    }[entity]


def counts(event: Transaction, where: Where) -> bool:
    return where is Where.ALL or event.direction.value == where.name.lower()


def as_double(whole: int) -> float:
    """The contract's way from 128 bits to a double."""
    return float(whole >> 64) * 2.0**64 + float(whole & (2**64 - 1))


def window_value(feature: WindowFeature, event: Transaction, earlier: Sequence[Transaction]) -> float:
    """`earlier`: the window without the event itself, in order of event_time, before the filter."""
    others = [each for each in earlier if counts(each, feature.where)]
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
        case Aggregation.DISTINCT | Aggregation.IS_NEW | Aggregation.TIME_SINCE_SAME:
            return _of_value(feature, event, inside)
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


def event_value(value: EventValue, event: Transaction) -> float:
    local = datetime.fromtimestamp(event.event_time // 1000, UTC).astimezone(BRASILIA)
    risky = {4829, 5816, 5962, 5966, 5967, 6051, 6211, 6540, 7273, 7801, 7802, 7995}
    if value.name in ("IS_PIX", "IS_CARD", "IS_BOLETO", "IS_TED", "IS_CASH"):
        return float(event.channel.value == value.name[3:].lower())
    return {
        EventValue.AMOUNT_LOG: lambda: math.log(event.amount_minor),
        EventValue.AMOUNT_IS_ROUND: lambda: float(event.amount_minor % 10_000 == 0),
        EventValue.LOCAL_HOUR: lambda: float(local.hour),
        EventValue.WEEKDAY: lambda: float(local.weekday()),
        EventValue.IS_WEEKEND: lambda: float(local.weekday() in (5, 6)),
        EventValue.IS_NIGHT: lambda: float(not 6 <= local.hour < 20),
        EventValue.IS_DEBIT: lambda: float(event.direction.value == "debit"),
        EventValue.MCC_IS_RISKY: lambda: NAN if event.mcc is None else float(event.mcc in risky),
        EventValue.IS_ABROAD: lambda: NAN if event.country is None else float(event.country != "BR"),
        EventValue.IS_NOT_PRESENT: lambda: NAN if event.entry_mode is None else float(event.entry_mode == "ecommerce"),
    }[value]()


@dataclass(order=True)
class Kept:
    event_time: int
    sequence: int
    event: Transaction = field(compare=False)


class Oracle:
    """The as_scored view: each event over those applied before it, with the lateness and the bound of a hot key."""

    def __init__(self, catalogue: Sequence[Feature] = CATALOGUE, *, max_lateness_ms: int, events_per_key: int) -> None:
        self.catalogue, self.lateness, self.bound = catalogue, max_lateness_ms, events_per_key
        self.longest = {
            entity: max([f.window_ms for f in catalogue if isinstance(f, WindowFeature) and f.entity is entity], default=0)
            for entity in Entity
        }
        self.logs: dict[tuple[str, Entity, str], list[Kept]] = defaultdict(list)
        self.dropped: dict[tuple[str, Entity, str], int] = {}
        self.highs: dict[str, int] = {}
        self.sequence = 0

    def score(self, event: Transaction) -> tuple[list[float], bool, bool]:
        """(values, truncated, late), without applying the event."""
        high = max(self.highs.get(event.tenant_id, event.event_time), event.event_time)
        late = event.event_time < high - self.lateness
        truncated = False
        windows: dict[Entity, list[Transaction] | None] = {}
        for entity in Entity:
            key = key_of(event, entity)
            if key is None:
                windows[entity] = None
                continue
            oldest = high - self.lateness - self.longest[entity]
            log = self.logs.get((event.tenant_id, entity, key), [])
            windows[entity] = [kept.event for kept in log if oldest < kept.event_time <= event.event_time]
            cut = self.dropped.get((event.tenant_id, entity, key))
            truncated |= cut is not None and cut > event.event_time - self.longest[entity]
        values = []
        for feature in self.catalogue:
            if isinstance(feature, EventFeature):
                values.append(event_value(feature.value, event))
                continue
            seen = windows[feature.entity]
            if seen is None:
                values.append(NAN)
                continue
            since = event.event_time - feature.window_ms
            values.append(window_value(feature, event, [each for each in seen if each.event_time > since]))
        return values, truncated, late

    def apply(self, event: Transaction) -> tuple[list[float], bool, bool]:
        found = self.score(event)
        high = max(self.highs.get(event.tenant_id, event.event_time), event.event_time)
        self.highs[event.tenant_id] = high
        self.sequence += 1
        if found[2]:
            return found
        for entity in Entity:
            key = key_of(event, entity)
            if key is None:
                continue
            place = (event.tenant_id, entity, key)
            oldest = high - self.lateness - self.longest[entity]
            log = [kept for kept in self.logs[place] if kept.event_time > oldest]
            insort(log, Kept(event.event_time, self.sequence, event))
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
            values.append(window_value(feature, event, others))
        rows.append(values)
    return as_array(rows)
