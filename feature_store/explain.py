"""What one feature means, in words and as a formula: for the command line, the console and reports."""

from dataclasses import dataclass

from feature_store.costs import cost_of
from feature_store.definitions import BY_NAME, CATALOGUE, LONGEST_WINDOW_MS, MAX_LATENESS_MS
from feature_store.vocabulary import (
    CATEGORY_DAYS,
    DAY_MS,
    HOUR_MS,
    ID_FIELDS,
    MINUTE_MS,
    NEEDS_DELAY,
    PAIRS,
    SETTLED,
    ZERO_OVER_NOTHING,
    Aggregation,
    DailyFeature,
    Entity,
    EventFeature,
    EventValue,
    ExternalFeature,
    Feature,
    QuotientFeature,
    Where,
    WindowFeature,
)
from kit.errors import DomainError

_A = Aggregation
_FORMULA = {
    _A.COUNT: "n",
    _A.SUM: "S",
    _A.MEAN: "S / n",
    _A.STD: "sqrt(n Q - S^2) / n",
    _A.MIN: "min(a)",
    _A.MAX: "max(a)",
    _A.DISTINCT: "number of different values",
    _A.TIME_SINCE_LAST: "(t - t_last) / 1000",
    _A.TIME_SINCE_SAME: "(t - t_last_with_the_same_value) / 1000",
    _A.IS_NEW: "1 when no earlier event has this event's value, else 0",
    _A.RATIO_TO_MEAN: "amount * n / S",
    _A.RATIO_TO_MAX: "amount / max(a)",
    _A.Z_SCORE: "(amount * n - S) / sqrt(n Q - S^2)",
    _A.RATIO_TO_MIN: "amount / min(a)",
    _A.TIME_SINCE_FIRST: "(t - t_first) / 1000",
    _A.MEDIAN: "median of the latest 32 amounts",
    _A.MAD: "median distance of the latest 32 amounts from their median",
    _A.RATIO_TO_MEDIAN: "amount / median of the latest 32 amounts",
    _A.ROBUST_Z_SCORE: "(amount - median) / (1.4826 * MAD), of the latest 32 amounts",
    _A.DISTANCE_KM: "great circle from the last known place, in km",
    _A.SPEED_KMH: "that distance / hours since, a second at least",
    _A.FRAUDS: "known frauds",
    _A.FRAUD_SHARE: "known frauds / n, of events that are old enough to be judged",
    _A.FRAUD_STREAK: "how many of the latest 32 judged events, going back, are fraud before the first good one",
    _A.STREAK_AGE: "(t - t_first_fraud_of_that_streak) / 1000",
    _A.TIME_SINCE_FRAUD: "(t - t_last_known_fraud) / 1000",
    _A.TIME_SINCE_GOOD: "(t - t_last_known_good) / 1000, of the latest 32 judged events",
    _A.RISING: "length of the run of rising amounts that ends before this one",
}
_NEEDS = {
    EventValue.MCC_IS_RISKY: "mcc", EventValue.IS_ABROAD: "country", EventValue.IS_NOT_PRESENT: "entry_mode",
    EventValue.IS_CONTACTLESS: "entry_mode", EventValue.BALANCE_LOG: "balance_minor",
    EventValue.DRAINS_BALANCE: "balance_minor",
}  # fmt: skip


class UnknownFeature(DomainError):
    """No feature has this name."""

    code = "unknown-feature"
    title = "No feature has this name"
    remedy = "`baas features list` shows all of them."


@dataclass(frozen=True, slots=True)
class Explanation:
    """One feature, for people. `terms` are (word, meaning) pairs in reading order."""

    name: str
    sentence: str
    terms: tuple[tuple[str, str], ...]


def duration(window_ms: int) -> str:
    """A window in the largest unit that it is a whole number of."""
    for unit_ms, word in ((DAY_MS, "d"), (HOUR_MS, "h"), (MINUTE_MS, "min")):
        if window_ms % unit_ms == 0:
            return f"{window_ms // unit_ms} {word}"
    return f"{window_ms} ms"


def entity_words(entity: Entity) -> str:
    """An entity's name, or those of its halves."""
    return " and ".join(part.name.lower() for part in PAIRS.get(entity, (entity,)))


def find(name: str) -> Feature:
    """Return the feature with this name. Raises UnknownFeature, naming those that come near."""
    if name in BY_NAME:
        return BY_NAME[name]
    words = set(name.split("_"))
    near = sorted(CATALOGUE, key=lambda feature: -len(words & set(feature.name.split("_"))))[:3]
    raise UnknownFeature(f"there is no {name}; near it are {', '.join(feature.name for feature in near)}")


def explain(name: str) -> Explanation:
    """Say what a feature means. Raises UnknownFeature."""
    feature = find(name)
    if isinstance(feature, WindowFeature):
        terms = _of_window(feature)
    elif isinstance(feature, DailyFeature):
        terms = _of_days(feature)
    elif isinstance(feature, QuotientFeature):
        terms = (
            ("formula", f"{feature.dividend} / {feature.divisor}"),
            ("unknown", "when the divisor is 0 or either is unknown"),
        )
    elif isinstance(feature, ExternalFeature):
        terms = _of_external(feature)
    else:
        terms = (("of", "the event alone"), ("unknown", _unknown_event(feature)))
    return Explanation(
        feature.name,
        feature.sentence,
        (
            *terms,
            ("cost", cost_words(feature)),
            ("reason code", feature.reason),
            ("owner", feature.owner),
            ("family", feature.kind),
        ),
    )


def window_words(feature: Feature) -> str:
    """How far back a feature looks, or of which family it is."""
    if isinstance(feature, WindowFeature):
        return duration(feature.window_ms)
    return f"{feature.days} d" if isinstance(feature, DailyFeature) else feature.kind.value


def cost_words(feature: Feature) -> str:
    """What a feature costs, in one line (`feature_store.costs`)."""
    cost = cost_of(feature)
    words = ["not measured" if cost.ns is None else f"{cost.ns:,.0f} ns"]
    words += [f"{count} B a {kept}" for count, kept in ((cost.key_bytes, "key"), (cost.event_bytes, "event")) if count]
    return ", ".join(words)


def _of_window(feature: WindowFeature) -> tuple[tuple[str, str], ...]:
    kept = "the event itself counts" if feature.counts_itself else "earlier events only"
    terms = [
        ("formula", _FORMULA[feature.aggregation]),
        ("key", f"the tenant's events of the same {entity_words(feature.entity)}"),
        ("window", f"event_time in {_interval(feature)}; {kept}"),
    ]
    if feature.aggregation in NEEDS_DELAY:
        terms.append(("judged", f"known fraud, or {duration(feature.delay_ms)} old and not known fraud, which is good"))
    if feature.where is not Where.ALL:
        terms.append(("filter", feature.where.name.lower().replace("_", " ")))
    if feature.of is not None:
        terms.append(("counts", feature.of.name.lower()))
    empty = "0" if feature.aggregation in ZERO_OVER_NOTHING else "unknown"
    terms += [
        ("over nothing", empty),
        ("unknown", f"when the event has no {entity_words(feature.entity)}"),
        ("views", "as_scored and settled" if feature.aggregation in SETTLED else "as_scored"),
        ("state kept", f"{duration(LONGEST_WINDOW_MS + MAX_LATENESS_MS)} at most after the key's last event"),
    ]
    return tuple(terms)


def _of_external(feature: ExternalFeature) -> tuple[tuple[str, str], ...]:
    named = ID_FIELDS[feature.entity]
    return (
        ("formula", f"{feature.value}, as it was told last (profile controls)"),
        ("key", f"the account that the event's {named} names"),
        ("unknown", f"when the event has no {named}, or nothing was told of it"),
        ("views", "as_scored"),
        ("state kept", "until something else is told"),
    )


def _of_days(feature: DailyFeature) -> tuple[tuple[str, str], ...]:
    last = f"that of t less {feature.delay_days + 1}" if feature.delay_days else "that of t"
    return (
        ("formula", _FORMULA[feature.aggregation]),
        ("key", "the tenant's events at merchants of the same category (mcc)"),
        ("window", f"{feature.days} days of UTC, the last of them {last}; earlier events only"),
        ("over nothing", "0" if feature.aggregation in ZERO_OVER_NOTHING else "unknown"),
        ("unknown", "when the event has no mcc"),
        ("views", "as_scored"),
        ("state kept", f"{CATEGORY_DAYS} days"),
    )


def _interval(feature: WindowFeature) -> str:
    window, delay = duration(feature.window_ms), duration(feature.delay_ms)
    return f"(t - {delay} - {window}, t - {delay}]" if feature.aggregation is _A.FRAUD_SHARE else f"(t - {window}, t]"


def _unknown_event(feature: EventFeature) -> str:
    if feature.value is EventValue.AMOUNT_TO_BALANCE:
        return "when the event pays nothing, or has no balance_minor above 0"
    field = _NEEDS.get(feature.value)
    return f"when the event has no {field}" if field else "never"
