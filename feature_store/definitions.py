"""The one list of features. Every engine, document and test derives from `CATALOGUE`.

A vector is float32[F] in catalogue order; NaN means unknown, never zero. `FEATURE_SET` is a hash of everything that decides a
value, so that a model, a snapshot and a decision say which features they mean.
"""

import hashlib
import json
from dataclasses import fields

from feature_store.vocabulary import (
    DAY_MS,
    HOUR_MS,
    MINUTE_MS,
    Aggregation,
    Entity,
    EventFeature,
    EventValue,
    Feature,
    Where,
    WindowFeature,
)

MAX_LATENESS_MS = DAY_MS
# A hot key keeps this many events: nine thousand amounts of 10^15 minor units still fit one int64 sum.
MAX_EVENTS_PER_KEY = 8_192
_SEMANTICS = 1

_WORDS = {10 * MINUTE_MS: "10 minutes", HOUR_MS: "hour", DAY_MS: "day", 7 * DAY_MS: "7 days", 30 * DAY_MS: "30 days"}
_SUFFIX = {10 * MINUTE_MS: "10m", HOUR_MS: "1h", DAY_MS: "1d", 7 * DAY_MS: "7d", 30 * DAY_MS: "30d"}
_WHO = {Entity.CUSTOMER: "customer", Entity.INSTRUMENT: "instrument", Entity.DEVICE: "device", Entity.PAYEE: "payee"}
_M10, _H1, _D1, _D7, _D30 = 10 * MINUTE_MS, HOUR_MS, DAY_MS, 7 * DAY_MS, 30 * DAY_MS
_CUSTOMER, _INSTRUMENT, _DEVICE, _PAYEE = Entity
_A = Aggregation


def _window(
    entity: Entity,
    what: str,
    aggregation: Aggregation,
    window_ms: int,
    sentence: str,
    reason: str,
    *,
    of: Entity | None = None,
    where: Where = Where.ALL,
    itself: bool = True,
) -> WindowFeature:
    return WindowFeature(
        name=f"{_WHO[entity]}_{what}_{_SUFFIX[window_ms]}",
        entity=entity,
        aggregation=aggregation,
        window_ms=window_ms,
        counts_itself=itself,
        sentence=f"{sentence} in the last {_WORDS[window_ms]}",
        reason=reason,
        of=of,
        where=where,
    )


def _earlier(
    entity: Entity,
    what: str,
    aggregation: Aggregation,
    window_ms: int,
    sentence: str,
    reason: str,
    *,
    of: Entity | None = None,
    where: Where = Where.ALL,
) -> WindowFeature:
    return _window(entity, what, aggregation, window_ms, sentence, reason, of=of, where=where, itself=False)


# fmt: off
_CUSTOMER_FEATURES = (
    _window(_CUSTOMER, "count", _A.COUNT, _M10, "Transactions of the customer", "customer_burst"),
    _window(_CUSTOMER, "count", _A.COUNT, _H1, "Transactions of the customer", "customer_many_transactions"),
    _window(_CUSTOMER, "count", _A.COUNT, _D1, "Transactions of the customer", "customer_many_transactions"),
    _window(_CUSTOMER, "count", _A.COUNT, _D30, "Transactions of the customer", "customer_activity"),
    _window(_CUSTOMER, "paid", _A.SUM, _H1, "Amount that the customer paid", "customer_high_spending", where=Where.DEBIT),
    _window(_CUSTOMER, "paid", _A.SUM, _D1, "Amount that the customer paid", "customer_high_spending", where=Where.DEBIT),
    _window(_CUSTOMER, "received", _A.SUM, _D1, "Amount that the customer received", "customer_money_passing_through",
            where=Where.CREDIT),
    _earlier(_CUSTOMER, "mean", _A.MEAN, _D30, "Mean amount of the customer's earlier transactions", "customer_usual_amount"),
    _earlier(_CUSTOMER, "std", _A.STD, _D30, "Spread of the customer's earlier amounts", "customer_amount_spread"),
    _earlier(_CUSTOMER, "amount_to_mean", _A.RATIO_TO_MEAN, _D30,
             "Amount as a multiple of the customer's mean", "amount_above_customer_usual"),
    _earlier(_CUSTOMER, "amount_to_max", _A.RATIO_TO_MAX, _D30,
             "Amount as a multiple of the customer's largest", "amount_above_customer_largest"),
    _earlier(_CUSTOMER, "amount_z_score", _A.Z_SCORE, _D30,
             "Standard deviations between the amount and the customer's mean", "amount_unusual_for_customer"),
    _window(_CUSTOMER, "payees", _A.DISTINCT, _H1, "Different payees of the customer", "customer_many_payees", of=_PAYEE),
    _window(_CUSTOMER, "payees", _A.DISTINCT, _D1, "Different payees of the customer", "customer_many_payees", of=_PAYEE),
    _window(_CUSTOMER, "devices", _A.DISTINCT, _D7, "Different devices of the customer", "customer_many_devices", of=_DEVICE),
    _earlier(_CUSTOMER, "idle_s", _A.TIME_SINCE_LAST, _D30,
             "Seconds since the customer's last transaction", "customer_quick_succession"),
    _earlier(_CUSTOMER, "payee_is_new", _A.IS_NEW, _D30, "Whether the customer had not met this payee",
             "payee_new_for_customer", of=_PAYEE),
    _earlier(_CUSTOMER, "payee_idle_s", _A.TIME_SINCE_SAME, _D30,
             "Seconds since the customer last met this payee", "payee_rare_for_customer", of=_PAYEE),
    _earlier(_CUSTOMER, "device_is_new", _A.IS_NEW, _D30, "Whether the customer had not used this device",
             "device_new_for_customer", of=_DEVICE),
)
_INSTRUMENT_FEATURES = (
    _window(_INSTRUMENT, "count", _A.COUNT, _M10, "Transactions of this card or account", "instrument_burst"),
    _window(_INSTRUMENT, "count", _A.COUNT, _D1, "Transactions of this card or account", "instrument_many_transactions"),
    _window(_INSTRUMENT, "sum", _A.SUM, _D1, "Amount through this card or account", "instrument_high_amount"),
    _window(_INSTRUMENT, "min", _A.MIN, _H1, "Smallest amount of this card or account", "instrument_small_amounts"),
    _earlier(_INSTRUMENT, "amount_to_mean", _A.RATIO_TO_MEAN, _D30,
             "Amount as a multiple of this card's or account's mean", "amount_above_instrument_usual"),
    _window(_INSTRUMENT, "payees", _A.DISTINCT, _H1, "Different payees of this card or account", "instrument_many_payees",
            of=_PAYEE),
    _earlier(_INSTRUMENT, "idle_s", _A.TIME_SINCE_LAST, _D30,
             "Seconds since the last transaction of this card or account", "instrument_quick_succession"),
)
_DEVICE_FEATURES = (
    _window(_DEVICE, "count", _A.COUNT, _H1, "Transactions from this device", "device_many_transactions"),
    _window(_DEVICE, "sum", _A.SUM, _D1, "Amount from this device", "device_high_amount"),
    _window(_DEVICE, "customers", _A.DISTINCT, _D1, "Different customers on this device", "device_many_customers",
            of=_CUSTOMER),
    _window(_DEVICE, "customers", _A.DISTINCT, _D30, "Different customers on this device", "device_many_customers",
            of=_CUSTOMER),
    _window(_DEVICE, "payees", _A.DISTINCT, _D1, "Different payees from this device", "device_many_payees", of=_PAYEE),
    _earlier(_DEVICE, "idle_s", _A.TIME_SINCE_LAST, _D30, "Seconds since this device's last transaction",
             "device_quick_succession"),
)
_PAYEE_FEATURES = (
    _window(_PAYEE, "count", _A.COUNT, _H1, "Transactions with this payee", "payee_many_transactions"),
    _window(_PAYEE, "count", _A.COUNT, _D30, "Transactions with this payee", "payee_activity"),
    _window(_PAYEE, "sum", _A.SUM, _D1, "Amount with this payee", "payee_high_amount"),
    _earlier(_PAYEE, "std", _A.STD, _D30, "Spread of the amounts with this payee", "payee_amount_spread"),
    _earlier(_PAYEE, "amount_to_mean", _A.RATIO_TO_MEAN, _D30, "Amount as a multiple of this payee's mean",
             "amount_above_payee_usual"),
    _window(_PAYEE, "customers", _A.DISTINCT, _H1, "Different customers of this payee", "payee_many_customers", of=_CUSTOMER),
    _window(_PAYEE, "customers", _A.DISTINCT, _D1, "Different customers of this payee", "payee_many_customers", of=_CUSTOMER),
    _earlier(_PAYEE, "idle_s", _A.TIME_SINCE_LAST, _D30, "Seconds since this payee's last transaction",
             "payee_quick_succession"),
)
_EVENT_FEATURES = tuple(
    EventFeature(name=value.name.lower(), value=value, sentence=sentence, reason=reason)
    for value, sentence, reason in (
        (EventValue.AMOUNT_LOG, "Natural logarithm of the amount in minor units", "amount_size"),
        (EventValue.AMOUNT_IS_ROUND, "Whether the amount is a multiple of 10,000 minor units (R$ 100)", "amount_is_round"),
        (EventValue.LOCAL_HOUR, "Hour of the day in Brasília, 0 to 23", "time_of_day"),
        (EventValue.WEEKDAY, "Day of the week in Brasília, Monday is 0", "day_of_week"),
        (EventValue.IS_WEEKEND, "Whether it is Saturday or Sunday in Brasília", "weekend"),
        (EventValue.IS_NIGHT, "Whether it is between 20:00 and 06:00 in Brasília", "night"),
        (EventValue.IS_PIX, "Whether it is a Pix", "channel_pix"),
        (EventValue.IS_CARD, "Whether it is a card purchase", "channel_card"),
        (EventValue.IS_BOLETO, "Whether it is a boleto", "channel_boleto"),
        (EventValue.IS_TED, "Whether it is a TED", "channel_ted"),
        (EventValue.IS_CASH, "Whether it is cash", "channel_cash"),
        (EventValue.IS_DEBIT, "Whether the account pays", "direction_debit"),
        (EventValue.MCC_IS_RISKY, "Whether the merchant's category is often abused", "risky_merchant_category"),
        (EventValue.IS_ABROAD, "Whether it happens outside Brazil", "abroad"),
        (EventValue.IS_NOT_PRESENT, "Whether the card is typed in, not shown", "card_not_present"),
    )
)
# fmt: on

WINDOW_FEATURES: tuple[WindowFeature, ...] = (
    *_CUSTOMER_FEATURES,
    *_INSTRUMENT_FEATURES,
    *_DEVICE_FEATURES,
    *_PAYEE_FEATURES,
)
EVENT_FEATURES: tuple[EventFeature, ...] = _EVENT_FEATURES
CATALOGUE: tuple[Feature, ...] = (*WINDOW_FEATURES, *EVENT_FEATURES)
FEATURE_NAMES: tuple[str, ...] = tuple(feature.name for feature in CATALOGUE)
FEATURE_COUNT = len(CATALOGUE)
LONGEST_WINDOW_MS = max(feature.window_ms for feature in WINDOW_FEATURES)


def feature_set_of(catalogue: tuple[Feature, ...]) -> str:
    """Return the content hash of a catalogue: every word that decides a value, and neither sentences nor reason codes."""
    described = [
        [feature.kind, *(getattr(feature, f.name) for f in fields(feature) if f.name not in ("sentence", "reason"))]
        for feature in catalogue
    ]
    text = json.dumps([_SEMANTICS, MAX_LATENESS_MS, MAX_EVENTS_PER_KEY, described], separators=(",", ":"))
    return f"fs-{hashlib.sha256(text.encode()).hexdigest()[:12]}"


FEATURE_SET = feature_set_of(CATALOGUE)
