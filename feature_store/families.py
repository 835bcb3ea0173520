"""The families that the catalogue is made of: a few dozen definitions, each over several windows.

A family says whose events, what is computed and why it matters; its features differ only in the window. Names are
`<entity>_<what>_<window>`; the sentence is what staff could read to a customer.
"""

from collections.abc import Iterator

from feature_store.vocabulary import (
    DAY_MS,
    GRAPH_COMMUNITY,
    GRAPH_PAGERANK,
    GRAPH_SCORE,
    HOUR_MS,
    LABEL_DELAY_MS,
    LABELLED,
    MINUTE_MS,
    PAIRS,
    Aggregation,
    DailyFeature,
    Entity,
    EventFeature,
    EventValue,
    ExternalFeature,
    QuotientFeature,
    Value,
    Where,
    WindowFeature,
)

_M1, _M10, _H1, _D1, _D7, _D30, _D90 = MINUTE_MS, 10 * MINUTE_MS, HOUR_MS, DAY_MS, 7 * DAY_MS, 30 * DAY_MS, 90 * DAY_MS
_SUFFIX = {_M1: "1m", _M10: "10m", _H1: "1h", _D1: "1d", _D7: "7d", _D30: "30d", _D90: "90d"}
_WORDS = {
    _M1: "minute", _M10: "10 minutes", _H1: "hour", _D1: "day", _D7: "7 days", _D30: "30 days", _D90: "90 days",
}  # fmt: skip
_E, _A, _V, _W = Entity, Aggregation, Value, Where
CARD_RISK, PAYMENT_RISK, MONEY_LAUNDERING = "card-risk", "payment-risk", "money-laundering"
_OWNER = {
    _E.CARD: CARD_RISK, _E.MERCHANT: CARD_RISK, _E.CARD_MERCHANT: CARD_RISK, _E.CUSTOMER_MERCHANT: CARD_RISK,
    _E.ACCOUNT: MONEY_LAUNDERING,
}  # fmt: skip
# How a sentence names whose transactions they are.
_OF = {
    _E.CUSTOMER: "of the customer", _E.ACCOUNT: "of this account", _E.CARD: "of this card", _E.DEVICE: "from this device",
    _E.IP: "from this internet address", _E.MERCHANT: "at this merchant", _E.PAYEE: "with this payee",
    _E.CUSTOMER_PAYEE: "of the customer with this payee", _E.CUSTOMER_MERCHANT: "of the customer at this merchant",
    _E.CUSTOMER_DEVICE: "of the customer from this device", _E.CARD_MERCHANT: "of this card at this merchant",
    _E.DEVICE_PAYEE: "from this device with this payee",
}  # fmt: skip
_VALUE_WORDS = {
    _V.CUSTOMER: ("customers", "customer"), _V.ACCOUNT: ("accounts", "account"), _V.CARD: ("cards", "card"),
    _V.DEVICE: ("devices", "device"), _V.IP: ("addresses", "address"), _V.MERCHANT: ("merchants", "merchant"),
    _V.PAYEE: ("payees", "payee"), _V.PLACE: ("places", "place"), _V.HOUR: ("hours", "hour"),
    _V.MCC: ("categories", "category"),
}  # fmt: skip
_WHERE_WORDS = {
    _W.DEBIT: "outgoing", _W.CREDIT: "incoming", _W.PIX: "Pix", _W.CARD: "card", _W.CASH: "cash", _W.NIGHT: "nightly",
    _W.SMALL: "small", _W.LARGE: "large", _W.ROUND: "round", _W.JUST_UNDER: "just-under-a-limit",
    _W.NOT_PRESENT: "card-not-present", _W.ABROAD: "foreign", _W.RISKY_MCC: "risky-category",
    _W.DRAINING: "account-emptying",
}  # fmt: skip
_PAIRED = {(one, int(other)) for one, other in PAIRS.values()}
Windows = dict[Entity, tuple[int, ...]]


def _family(
    windows: Windows,
    *,
    what: str,
    aggregation: Aggregation,
    sentence: str,
    reason: str,
    itself: bool,
    of: Value | None = None,
    where: Where = Where.ALL,
    delay_ms: int = 0,
) -> Iterator[WindowFeature]:
    """One feature for each entity and window. `sentence` takes the entity's words in place of `{of}`."""
    ends = f" up to {_WORDS[delay_ms]} ago" if aggregation is _A.FRAUD_SHARE else ""
    for entity, lengths in windows.items():
        who = entity.name.lower()
        for window_ms in lengths:
            yield WindowFeature(
                name=f"{who}_{what}_{_SUFFIX[window_ms]}",
                entity=entity,
                aggregation=aggregation,
                window_ms=window_ms,
                counts_itself=itself,
                sentence=f"{sentence.format(of=_OF[entity])} in the {'' if ends else 'last '}{_WORDS[window_ms]}{ends}",
                reason=f"{who}_{reason}",
                owner=_OWNER.get(entity, PAYMENT_RISK),
                of=of,
                where=where,
                delay_ms=delay_ms,
            )


def _counts() -> Iterator[WindowFeature]:
    yield from _family(
        {
            _E.CUSTOMER: (_M1, _M10, _H1, _D1, _D7, _D30, _D90), _E.ACCOUNT: (_M10, _H1, _D1, _D7, _D30, _D90),
            _E.CARD: (_M1, _M10, _H1, _D1, _D7, _D30), _E.DEVICE: (_M10, _H1, _D1, _D7, _D30),
            _E.IP: (_M1, _M10, _H1, _D1, _D7), _E.MERCHANT: (_M10, _H1, _D1, _D7, _D30),
            _E.PAYEE: (_M10, _H1, _D1, _D7, _D30, _D90), _E.CUSTOMER_PAYEE: (_H1, _D1, _D7, _D30, _D90),
            _E.CUSTOMER_MERCHANT: (_H1, _D1, _D30, _D90), _E.CUSTOMER_DEVICE: (_D1, _D30, _D90),
            _E.CARD_MERCHANT: (_H1, _D1, _D30), _E.DEVICE_PAYEE: (_H1, _D1, _D30),
        },
        what="count", aggregation=_A.COUNT, sentence="Transactions {of}", reason="many_transactions", itself=True,
    )  # fmt: skip


def _sums() -> Iterator[WindowFeature]:
    yield from _family(
        {
            _E.CARD: (_H1, _D1, _D7, _D30), _E.DEVICE: (_H1, _D1, _D7), _E.IP: (_H1, _D1), _E.MERCHANT: (_H1, _D1, _D7, _D30),
            _E.PAYEE: (_H1, _D1, _D7, _D30), _E.CUSTOMER_PAYEE: (_D1, _D30, _D90), _E.CUSTOMER_MERCHANT: (_D1, _D30),
            _E.CARD_MERCHANT: (_D1,), _E.DEVICE_PAYEE: (_D1,),
        },
        what="sum", aggregation=_A.SUM, sentence="Amount {of}", reason="high_amount", itself=True,
    )  # fmt: skip
    paid: Windows = {_E.CUSTOMER: (_H1, _D1, _D7, _D30), _E.ACCOUNT: (_H1, _D1, _D7, _D30)}
    yield from _family(
        paid, what="paid", aggregation=_A.SUM, sentence="Outgoing amount {of}", reason="high_spending", itself=True,
        where=_W.DEBIT,
    )  # fmt: skip
    yield from _family(
        paid, what="received", aggregation=_A.SUM, sentence="Incoming amount {of}", reason="money_passing_through",
        itself=True, where=_W.CREDIT,
    )  # fmt: skip


def _own_history() -> Iterator[WindowFeature]:
    """The amount against what is usual for the entity."""
    usual: Windows = {
        _E.CUSTOMER: (_D7, _D30, _D90), _E.ACCOUNT: (_D30,), _E.CARD: (_D7, _D30), _E.MERCHANT: (_D7, _D30),
        _E.PAYEE: (_D7, _D30), _E.CUSTOMER_PAYEE: (_D90,), _E.CUSTOMER_MERCHANT: (_D90,),
    }  # fmt: skip
    spread: Windows = {
        _E.CUSTOMER: (_D30, _D90), _E.CARD: (_D30,), _E.MERCHANT: (_D30,), _E.PAYEE: (_D30,), _E.CUSTOMER_PAYEE: (_D90,),
    }  # fmt: skip
    largest: Windows = {
        _E.CUSTOMER: (_D1, _D7, _D30, _D90), _E.ACCOUNT: (_D30,), _E.CARD: (_D1, _D30), _E.MERCHANT: (_D30,), _E.PAYEE: (_D30,),
        _E.CUSTOMER_PAYEE: (_D90,), _E.CUSTOMER_MERCHANT: (_D90,),
    }  # fmt: skip
    smallest: Windows = {_E.CUSTOMER: (_H1, _D1), _E.ACCOUNT: (_H1,), _E.CARD: (_H1, _D1)}
    latest: Windows = {
        _E.CUSTOMER: (_D90,),
        _E.CARD: (_D30,),
        _E.MERCHANT: (_D30,),
        _E.PAYEE: (_D30,),
        _E.CUSTOMER_PAYEE: (_D90,),
    }
    for windows, what, aggregation, sentence, reason in (
        (usual, "mean", _A.MEAN, "Mean of the earlier amounts {of}", "usual_amount"),
        (spread, "std", _A.STD, "Spread of the earlier amounts {of}", "amount_spread"),
        (largest, "max", _A.MAX, "Largest earlier amount {of}", "largest_amount"),
        (smallest, "min", _A.MIN, "Smallest earlier amount {of}", "small_amounts"),
        (usual, "amount_to_mean", _A.RATIO_TO_MEAN, "Amount as a multiple of the mean {of}", "amount_above_usual"),
        (spread, "amount_z_score", _A.Z_SCORE, "Standard deviations from the mean {of}", "amount_unusual"),
        (largest, "amount_to_max", _A.RATIO_TO_MAX, "Amount as a multiple of the largest {of}", "amount_above_largest"),
        (smallest, "amount_to_min", _A.RATIO_TO_MIN, "Amount as a multiple of the smallest {of}", "small_then_large"),
        (latest, "median", _A.MEDIAN, "Median of the latest amounts {of}", "usual_amount"),
        (latest, "mad", _A.MAD, "Median distance of the latest amounts from their median {of}", "amount_spread"),
        (latest, "amount_to_median", _A.RATIO_TO_MEDIAN, "Amount as a multiple of the median {of}", "amount_above_usual"),
        (latest, "amount_robust_z", _A.ROBUST_Z_SCORE, "Robust deviations from the median {of}", "amount_unusual"),
    ):
        yield from _family(windows, what=what, aggregation=aggregation, sentence=sentence, reason=reason, itself=False)


_LONGEST: Windows = {
    _E.CUSTOMER: (_D90,), _E.ACCOUNT: (_D90,), _E.CARD: (_D30,), _E.DEVICE: (_D30,), _E.IP: (_D7,), _E.MERCHANT: (_D30,),
    _E.PAYEE: (_D90,), _E.CUSTOMER_PAYEE: (_D90,), _E.CUSTOMER_MERCHANT: (_D90,), _E.CUSTOMER_DEVICE: (_D90,),
    _E.CARD_MERCHANT: (_D30,), _E.DEVICE_PAYEE: (_D30,),
}  # fmt: skip


def _times() -> Iterator[WindowFeature]:
    yield from _family(
        _LONGEST, what="idle_s", aggregation=_A.TIME_SINCE_LAST, sentence="Seconds since the last transaction {of}",
        reason="quick_succession", itself=False,
    )  # fmt: skip
    yield from _family(
        _LONGEST, what="age_s", aggregation=_A.TIME_SINCE_FIRST, sentence="Seconds since the first transaction {of}",
        reason="recently_met", itself=False,
    )  # fmt: skip
    for entity, where, lengths in (
        (_E.CUSTOMER, _W.CREDIT, (_D30,)), (_E.CUSTOMER, _W.DEBIT, (_D30,)), (_E.CUSTOMER, _W.LARGE, (_D30,)),
        (_E.ACCOUNT, _W.CREDIT, (_D7,)), (_E.ACCOUNT, _W.DEBIT, (_D7,)), (_E.CARD, _W.NOT_PRESENT, (_D30,)),
    ):  # fmt: skip
        words = _WHERE_WORDS[where]
        yield from _family(
            {entity: lengths}, what=f"{where.name.lower()}_idle_s", aggregation=_A.TIME_SINCE_LAST,
            sentence=f"Seconds since the last {words} transaction {{of}}", reason=f"{where.name.lower()}_just_before",
            itself=False, where=where,
        )  # fmt: skip


def _distinct() -> Iterator[WindowFeature]:
    counted: dict[tuple[Entity, Value], tuple[int, ...]] = {
        (_E.CUSTOMER, _V.PAYEE): (_H1, _D1, _D7, _D30), (_E.CUSTOMER, _V.DEVICE): (_D1, _D7, _D30),
        (_E.CUSTOMER, _V.MERCHANT): (_H1, _D1, _D7), (_E.CUSTOMER, _V.PLACE): (_D1, _D7), (_E.CUSTOMER, _V.MCC): (_D1, _D7),
        (_E.CUSTOMER, _V.IP): (_D1, _D7), (_E.ACCOUNT, _V.PAYEE): (_H1, _D1, _D7), (_E.ACCOUNT, _V.DEVICE): (_D7,),
        (_E.CARD, _V.MERCHANT): (_M10, _H1, _D1), (_E.CARD, _V.PLACE): (_H1, _D1),
        (_E.DEVICE, _V.CUSTOMER): (_H1, _D1, _D7, _D30), (_E.DEVICE, _V.PAYEE): (_D1, _D7), (_E.DEVICE, _V.ACCOUNT): (_D7,),
        (_E.IP, _V.CUSTOMER): (_H1, _D1, _D7), (_E.IP, _V.DEVICE): (_D1,), (_E.MERCHANT, _V.CUSTOMER): (_H1, _D1, _D7),
        (_E.MERCHANT, _V.CARD): (_H1, _D1), (_E.PAYEE, _V.CUSTOMER): (_H1, _D1, _D7, _D30), (_E.PAYEE, _V.DEVICE): (_D1,),
    }  # fmt: skip
    for (entity, value), lengths in counted.items():
        many, _ = _VALUE_WORDS[value]
        yield from _family(
            {entity: lengths}, what=many, aggregation=_A.DISTINCT, sentence=f"Different {many} {{of}}", reason=f"many_{many}",
            itself=True, of=value,
        )  # fmt: skip


def _newness() -> Iterator[WindowFeature]:
    for entity, values in (
        (_E.CUSTOMER, (_V.PAYEE, _V.DEVICE, _V.MERCHANT, _V.PLACE, _V.HOUR, _V.MCC, _V.IP)),
        (_E.ACCOUNT, (_V.PAYEE,)),
        (_E.CARD, (_V.MERCHANT, _V.PLACE)),
        (_E.DEVICE, (_V.CUSTOMER,)),
        (_E.PAYEE, (_V.CUSTOMER,)),
    ):
        for value in values:
            _, one = _VALUE_WORDS[value]
            yield from _family(
                {entity: _LONGEST[entity]}, what=f"{one}_is_new", aggregation=_A.IS_NEW,
                sentence=f"Whether this {one} is the first of its kind {{of}}", reason=f"new_{one}", itself=False, of=value,
            )  # fmt: skip
            if (entity, int(value)) in _PAIRED:  # the pair's own idle time says it
                continue
            yield from _family(
                {entity: _LONGEST[entity]}, what=f"{one}_idle_s", aggregation=_A.TIME_SINCE_SAME,
                sentence=f"Seconds since the last transaction with this {one} {{of}}", reason=f"rare_{one}", itself=False,
                of=value,
            )  # fmt: skip


def _travel() -> Iterator[WindowFeature]:
    for what, aggregation, sentence, reason in (
        ("distance_km", _A.DISTANCE_KM, "Kilometres from the last known place {of}", "far_away"),
        ("speed_kmh", _A.SPEED_KMH, "Kilometres an hour since the last known place {of}", "impossible_travel"),
    ):
        yield from _family(
            {_E.CUSTOMER: (_D1, _D7), _E.CARD: (_D1, _D7)}, what=what, aggregation=aggregation, sentence=sentence,
            reason=reason, itself=False,
        )  # fmt: skip


def _filtered() -> Iterator[WindowFeature]:
    counted: dict[Entity, dict[Where, tuple[int, ...]]] = {
        _E.CUSTOMER: {
            _W.DEBIT: (_H1, _D1), _W.CREDIT: (_H1, _D1), _W.PIX: (_H1, _D1), _W.CARD: (_H1, _D1), _W.CASH: (_D1, _D7),
            _W.NIGHT: (_D1, _D30), _W.SMALL: (_M10, _H1), _W.LARGE: (_D1, _D7), _W.ROUND: (_D1, _D7),
            _W.JUST_UNDER: (_D1, _D7, _D30), _W.NOT_PRESENT: (_H1, _D1), _W.ABROAD: (_D1, _D30), _W.RISKY_MCC: (_D1, _D30),
            _W.DRAINING: (_D1, _D30),
        },
        _E.ACCOUNT: {_W.CASH: (_D1, _D7), _W.JUST_UNDER: (_D7,), _W.ROUND: (_D7,)},
        _E.CARD: {_W.SMALL: (_M10, _H1), _W.NOT_PRESENT: (_H1, _D1), _W.ABROAD: (_D1,), _W.NIGHT: (_D7,)},
        _E.DEVICE: {_W.SMALL: (_H1,), _W.LARGE: (_D1,), _W.NIGHT: (_D1,), _W.DRAINING: (_D1,)},
        _E.MERCHANT: {_W.SMALL: (_H1,), _W.LARGE: (_D1,), _W.NOT_PRESENT: (_H1,), _W.ABROAD: (_D1,), _W.NIGHT: (_D1,)},
        _E.PAYEE: {
            _W.PIX: (_H1, _D1), _W.NIGHT: (_D1,), _W.SMALL: (_H1,), _W.LARGE: (_D1,), _W.JUST_UNDER: (_D7,),
            _W.DRAINING: (_D1, _D7),
        },
    }  # fmt: skip
    for entity, filters in counted.items():
        for where, lengths in filters.items():
            word = where.name.lower()
            yield from _family(
                {entity: lengths}, what=f"{word}_count", aggregation=_A.COUNT,
                sentence=f"Transactions {{of}} that are {_WHERE_WORDS[where]},", reason=f"many_{word}", itself=True,
                where=where,
            )  # fmt: skip
    cash: Windows = {_E.CUSTOMER: (_D1, _D7), _E.ACCOUNT: (_D1, _D7)}
    yield from _family(
        cash, what="cash_sum", aggregation=_A.SUM, sentence="Cash {of}", reason="much_cash", itself=True, where=_W.CASH
    )
    yield from _family(
        {_E.CUSTOMER: (_D1,), _E.CARD: (_D1,), _E.ACCOUNT: (_D1,)}, what="rising", aggregation=_A.RISING,
        sentence="How many amounts, each above the one before, led up to this one {of}", reason="rising_amounts", itself=False,
    )  # fmt: skip


def _labels() -> Iterator[WindowFeature]:
    """What turned out since, as far as it is known by now."""
    month: Windows = dict.fromkeys(LABELLED, (_D7, _D30))
    longest: Windows = {entity: _LONGEST[entity] for entity in LABELLED}
    delay = LABEL_DELAY_MS
    for windows, what, aggregation, delay_ms, sentence, reason in (
        (month, "frauds", _A.FRAUDS, 0, "Known frauds {of}", "known_frauds"),
        (month, "fraud_share", _A.FRAUD_SHARE, delay, "Share of known frauds in the transactions {of}", "risk"),
        (longest, "fraud_streak", _A.FRAUD_STREAK, delay, "Known frauds {of} without a good one since", "fraud_streak"),
        (longest, "fraud_streak_age_s", _A.STREAK_AGE, delay, "Seconds since that streak of frauds {of} began", "fraud_streak"),
        (longest, "fraud_idle_s", _A.TIME_SINCE_FRAUD, 0, "Seconds since the last known fraud {of}", "recent_fraud"),
        (longest, "good_idle_s", _A.TIME_SINCE_GOOD, delay, "Seconds since the last known good one {of}", "no_known_good"),
    ):
        yield from _family(
            windows, what=what, aggregation=aggregation, sentence=sentence, reason=reason, itself=False, delay_ms=delay_ms
        )


WINDOW_FEATURES: tuple[WindowFeature, ...] = (
    *_counts(), *_sums(), *_own_history(), *_times(), *_distinct(), *_newness(), *_travel(), *_filtered(), *_labels(),
)  # fmt: skip

# How often a merchant's category was abused lately, at all merchants of it.
DAILY_FEATURES: tuple[DailyFeature, ...] = tuple(
    DailyFeature(
        name=f"mcc_{what}_{days}d", aggregation=aggregation, days=days, sentence=sentence.format(days=_WORDS[days * DAY_MS]),
        reason=f"mcc_{reason}", owner=CARD_RISK, delay_days=delay_days,
    )
    for what, aggregation, lengths, delay_days, sentence, reason in (
        (
            "count", _A.COUNT, (1, 7), 0, "Earlier transactions at merchants of this category in the last {days}",
            "many_transactions",
        ),
        ("frauds", _A.FRAUDS, (7, 30), 0, "Known frauds at merchants of this category in the last {days}", "known_frauds"),
        (
            "fraud_share", _A.FRAUD_SHARE, (7, 30), LABEL_DELAY_MS // DAY_MS,
            "Share of known frauds at merchants of this category in the {days} up to 7 days ago", "risk",
        ),
    )
    for days in lengths
)  # fmt: skip

EVENT_FEATURES: tuple[EventFeature, ...] = tuple(
    EventFeature(name=value.name.lower(), value=value, sentence=sentence, reason=reason, owner=PAYMENT_RISK)
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
        (EventValue.AMOUNT_IS_JUST_UNDER_LIMIT, "Whether the amount is just under a known limit", "amount_just_under_limit"),
        (EventValue.AMOUNT_IS_SMALL, "Whether the amount is below R$ 20", "amount_is_small"),
        (EventValue.AMOUNT_CENTS, "The cents of the amount, 0 to 99", "amount_cents"),
        (EventValue.DAY_OF_MONTH, "Day of the month in Brasília", "day_of_month"),
        (EventValue.IS_HOLIDAY, "Whether banks rest that day all over Brazil", "holiday"),
        (EventValue.IS_BUSINESS_DAY, "Whether banks work that day", "business_day"),
        (EventValue.BUSINESS_DAY_OF_MONTH, "Business days of the month up to that day", "day_of_month"),
        (EventValue.IS_PAYDAY, "Whether it is the fifth business day, by which salaries are paid", "payday"),
        (EventValue.IS_BUSINESS_HOUR, "Whether branches are open", "time_of_day"),
        (EventValue.IS_INTERNAL, "Whether it stays inside the bank", "channel_internal"),
        (EventValue.IS_CONTACTLESS, "Whether the card is held near the reader", "card_contactless"),
        (EventValue.PLACE_IS_KNOWN, "Whether we know where it happens", "place_known"),
        (EventValue.DEVICE_IS_KNOWN, "Whether we know the device", "device_known"),
        (EventValue.BALANCE_LOG, "Natural logarithm of the balance before it in minor units, and 1", "balance_size"),
        (EventValue.AMOUNT_TO_BALANCE, "Outgoing amount as a share of the balance before it", "balance_drained"),
        (EventValue.DRAINS_BALANCE, "Whether it leaves less than a fifth of the balance", "balance_drained"),
    )
)  # fmt: skip


def _quotient(name: str, dividend: str, divisor: str, sentence: str, reason: str) -> QuotientFeature:
    return QuotientFeature(name=name, dividend=dividend, divisor=divisor, sentence=sentence, reason=reason, owner=PAYMENT_RISK)


# How much of the longer window fell into the shorter one; how much of what came in has left again.
QUOTIENT_FEATURES: tuple[QuotientFeature, ...] = (
    *(
        _quotient(
            f"{who}_burst_{short}_of_{long}", f"{who}_count_{short}", f"{who}_count_{long}",
            f"Share of the transactions of {long} that fell into the last {short}, by {who}", f"{who}_burst",
        )
        for who, short, long in (
            ("customer", "10m", "1d"), ("customer", "1h", "7d"), ("customer", "1d", "30d"), ("account", "1d", "30d"),
            ("card", "10m", "1d"), ("card", "1d", "30d"), ("device", "1h", "7d"), ("ip", "10m", "1d"), ("merchant", "1h", "7d"),
            ("payee", "1h", "7d"), ("payee", "1d", "30d"),
        )
    ),
    *(
        _quotient(
            f"{who}_paid_to_received_{window}", f"{who}_paid_{window}", f"{who}_received_{window}",
            f"What left as a share of what came in, in {window}, by {who}", f"{who}_money_passing_through",
        )
        for who in ("customer", "account")
        for window in ("1h", "1d", "7d")
    ),
    *(
        _quotient(
            f"{who}_{many}_per_transaction_{window}", f"{who}_{many}_{window}", f"{who}_count_{window}",
            f"Different {many} a transaction, in {window}, by {who}", f"{who}_many_{many}",
        )
        for who, many, window in (
            ("customer", "payees", "1d"), ("customer", "merchants", "1d"), ("device", "customers", "1d"),
            ("ip", "customers", "1d"), ("merchant", "cards", "1d"), ("payee", "customers", "1d"),
        )
    ),
)  # fmt: skip


def _of_graph(who: str, entity: Entity, words: str) -> tuple[ExternalFeature, ...]:
    def feature(value: str, sentence: str) -> ExternalFeature:
        return ExternalFeature(
            name=f"{who}_{value}", entity=entity, value=value, sentence=sentence, reason=f"{who}_network", owner=PAYMENT_RISK
        )

    return (
        feature(GRAPH_SCORE, f"How much {words} pays and is paid like accounts that were used for fraud, 0 to 1"),
        feature(GRAPH_PAGERANK, f"Share of accounts that more money leads to than to {words} (PageRank)"),
        feature(GRAPH_COMMUNITY, f"Accounts that {words} pays and is paid with, directly or not (community)"),
    )


# Found every night in the graph of who pays whom (`pipelines.graph`, `pipelines.graph_network`).
EXTERNAL_FEATURES: tuple[ExternalFeature, ...] = (
    *_of_graph("account", Entity.ACCOUNT, "the account"),
    *_of_graph("payee", Entity.PAYEE, "the payee's account"),
)
