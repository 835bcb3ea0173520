"""Families over the transactions of an entity within a window: how many, how much, how unlike before, and what turned out."""

from collections.abc import Iterator

from feature_store.families.wording import (
    D1,
    D7,
    D30,
    D90,
    H1,
    LENGTHS,
    M1,
    M10,
    OF,
    OWNER,
    PAYMENT_RISK,
    SUFFIX,
    VALUE_WORDS,
    WHERE_WORDS,
)
from feature_store.vocabulary import LABEL_DELAY_MS, LABELLED, PAIRS, Aggregation, Entity, Value, Where, WindowFeature

_E, _A, _V, _W = Entity, Aggregation, Value, Where
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
    ends = f" up to {LENGTHS[delay_ms]} ago" if aggregation is _A.FRAUD_SHARE else ""
    for entity, lengths in windows.items():
        who = entity.name.lower()
        for window_ms in lengths:
            yield WindowFeature(
                name=f"{who}_{what}_{SUFFIX[window_ms]}",
                entity=entity,
                aggregation=aggregation,
                window_ms=window_ms,
                counts_itself=itself,
                sentence=f"{sentence.format(of=OF[entity])} in the {'' if ends else 'last '}{LENGTHS[window_ms]}{ends}",
                reason=f"{who}_{reason}",
                owner=OWNER.get(entity, PAYMENT_RISK),
                of=of,
                where=where,
                delay_ms=delay_ms,
            )


def _counts() -> Iterator[WindowFeature]:
    yield from _family(
        {
            _E.CUSTOMER: (M1, M10, H1, D1, D7, D30, D90), _E.ACCOUNT: (M10, H1, D1, D7, D30, D90),
            _E.CARD: (M1, M10, H1, D1, D7, D30), _E.DEVICE: (M10, H1, D1, D7, D30),
            _E.IP: (M1, M10, H1, D1, D7), _E.MERCHANT: (M10, H1, D1, D7, D30),
            _E.PAYEE: (M10, H1, D1, D7, D30, D90), _E.CUSTOMER_PAYEE: (H1, D1, D7, D30, D90),
            _E.CUSTOMER_MERCHANT: (H1, D1, D30, D90), _E.CUSTOMER_DEVICE: (D1, D30, D90),
            _E.CARD_MERCHANT: (H1, D1, D30), _E.DEVICE_PAYEE: (H1, D1, D30),
        },
        what="count", aggregation=_A.COUNT, sentence="Transactions {of}", reason="many_transactions", itself=True,
    )  # fmt: skip


def _sums() -> Iterator[WindowFeature]:
    yield from _family(
        {
            _E.CARD: (H1, D1, D7, D30), _E.DEVICE: (H1, D1, D7), _E.IP: (H1, D1), _E.MERCHANT: (H1, D1, D7, D30),
            _E.PAYEE: (H1, D1, D7, D30), _E.CUSTOMER_PAYEE: (D1, D30, D90), _E.CUSTOMER_MERCHANT: (D1, D30),
            _E.CARD_MERCHANT: (D1,), _E.DEVICE_PAYEE: (D1,),
        },
        what="sum", aggregation=_A.SUM, sentence="Amount {of}", reason="high_amount", itself=True,
    )  # fmt: skip
    paid: Windows = {_E.CUSTOMER: (H1, D1, D7, D30), _E.ACCOUNT: (H1, D1, D7, D30)}
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
        _E.CUSTOMER: (D7, D30, D90), _E.ACCOUNT: (D30,), _E.CARD: (D7, D30), _E.MERCHANT: (D7, D30),
        _E.PAYEE: (D7, D30), _E.CUSTOMER_PAYEE: (D90,), _E.CUSTOMER_MERCHANT: (D90,),
    }  # fmt: skip
    spread: Windows = {
        _E.CUSTOMER: (D30, D90), _E.CARD: (D30,), _E.MERCHANT: (D30,), _E.PAYEE: (D30,), _E.CUSTOMER_PAYEE: (D90,),
    }  # fmt: skip
    largest: Windows = {
        _E.CUSTOMER: (D1, D7, D30, D90), _E.ACCOUNT: (D30,), _E.CARD: (D1, D30), _E.MERCHANT: (D30,), _E.PAYEE: (D30,),
        _E.CUSTOMER_PAYEE: (D90,), _E.CUSTOMER_MERCHANT: (D90,),
    }  # fmt: skip
    smallest: Windows = {_E.CUSTOMER: (H1, D1), _E.ACCOUNT: (H1,), _E.CARD: (H1, D1)}
    latest: Windows = {
        _E.CUSTOMER: (D90,),
        _E.CARD: (D30,),
        _E.MERCHANT: (D30,),
        _E.PAYEE: (D30,),
        _E.CUSTOMER_PAYEE: (D90,),
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
    _E.CUSTOMER: (D90,), _E.ACCOUNT: (D90,), _E.CARD: (D30,), _E.DEVICE: (D30,), _E.IP: (D7,), _E.MERCHANT: (D30,),
    _E.PAYEE: (D90,), _E.CUSTOMER_PAYEE: (D90,), _E.CUSTOMER_MERCHANT: (D90,), _E.CUSTOMER_DEVICE: (D90,),
    _E.CARD_MERCHANT: (D30,), _E.DEVICE_PAYEE: (D30,),
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
        (_E.CUSTOMER, _W.CREDIT, (D30,)), (_E.CUSTOMER, _W.DEBIT, (D30,)), (_E.CUSTOMER, _W.LARGE, (D30,)),
        (_E.ACCOUNT, _W.CREDIT, (D7,)), (_E.ACCOUNT, _W.DEBIT, (D7,)), (_E.CARD, _W.NOT_PRESENT, (D30,)),
    ):  # fmt: skip
        words = WHERE_WORDS[where]
        yield from _family(
            {entity: lengths}, what=f"{where.name.lower()}_idle_s", aggregation=_A.TIME_SINCE_LAST,
            sentence=f"Seconds since the last {words} transaction {{of}}", reason=f"{where.name.lower()}_just_before",
            itself=False, where=where,
        )  # fmt: skip


def _distinct() -> Iterator[WindowFeature]:
    counted: dict[tuple[Entity, Value], tuple[int, ...]] = {
        (_E.CUSTOMER, _V.PAYEE): (H1, D1, D7, D30), (_E.CUSTOMER, _V.DEVICE): (D1, D7, D30),
        (_E.CUSTOMER, _V.MERCHANT): (H1, D1, D7), (_E.CUSTOMER, _V.PLACE): (D1, D7), (_E.CUSTOMER, _V.MCC): (D1, D7),
        (_E.CUSTOMER, _V.IP): (D1, D7), (_E.ACCOUNT, _V.PAYEE): (H1, D1, D7), (_E.ACCOUNT, _V.DEVICE): (D7,),
        (_E.CARD, _V.MERCHANT): (M10, H1, D1), (_E.CARD, _V.PLACE): (H1, D1),
        (_E.DEVICE, _V.CUSTOMER): (H1, D1, D7, D30), (_E.DEVICE, _V.PAYEE): (D1, D7), (_E.DEVICE, _V.ACCOUNT): (D7,),
        (_E.IP, _V.CUSTOMER): (H1, D1, D7), (_E.IP, _V.DEVICE): (D1,), (_E.MERCHANT, _V.CUSTOMER): (H1, D1, D7),
        (_E.MERCHANT, _V.CARD): (H1, D1), (_E.PAYEE, _V.CUSTOMER): (H1, D1, D7, D30), (_E.PAYEE, _V.DEVICE): (D1,),
    }  # fmt: skip
    for (entity, value), lengths in counted.items():
        many, _ = VALUE_WORDS[value]
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
            _, one = VALUE_WORDS[value]
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
            {_E.CUSTOMER: (D1, D7), _E.CARD: (D1, D7)}, what=what, aggregation=aggregation, sentence=sentence,
            reason=reason, itself=False,
        )  # fmt: skip


def _filtered() -> Iterator[WindowFeature]:
    counted: dict[Entity, dict[Where, tuple[int, ...]]] = {
        _E.CUSTOMER: {
            _W.DEBIT: (H1, D1), _W.CREDIT: (H1, D1), _W.PIX: (H1, D1), _W.CARD: (H1, D1), _W.CASH: (D1, D7),
            _W.NIGHT: (D1, D30), _W.SMALL: (M10, H1), _W.LARGE: (D1, D7), _W.ROUND: (D1, D7),
            _W.JUST_UNDER: (D1, D7, D30), _W.NOT_PRESENT: (H1, D1), _W.ABROAD: (D1, D30), _W.RISKY_MCC: (D1, D30),
            _W.DRAINING: (D1, D30),
        },
        _E.ACCOUNT: {_W.CASH: (D1, D7), _W.JUST_UNDER: (D7,), _W.ROUND: (D7,)},
        _E.CARD: {_W.SMALL: (M10, H1), _W.NOT_PRESENT: (H1, D1), _W.ABROAD: (D1,), _W.NIGHT: (D7,)},
        _E.DEVICE: {_W.SMALL: (H1,), _W.LARGE: (D1,), _W.NIGHT: (D1,), _W.DRAINING: (D1,)},
        _E.MERCHANT: {_W.SMALL: (H1,), _W.LARGE: (D1,), _W.NOT_PRESENT: (H1,), _W.ABROAD: (D1,), _W.NIGHT: (D1,)},
        _E.PAYEE: {
            _W.PIX: (H1, D1), _W.NIGHT: (D1,), _W.SMALL: (H1,), _W.LARGE: (D1,), _W.JUST_UNDER: (D7,),
            _W.DRAINING: (D1, D7),
        },
    }  # fmt: skip
    for entity, filters in counted.items():
        for where, lengths in filters.items():
            word = where.name.lower()
            yield from _family(
                {entity: lengths}, what=f"{word}_count", aggregation=_A.COUNT,
                sentence=f"Transactions {{of}} that are {WHERE_WORDS[where]},", reason=f"many_{word}", itself=True,
                where=where,
            )  # fmt: skip
    cash: Windows = {_E.CUSTOMER: (D1, D7), _E.ACCOUNT: (D1, D7)}
    yield from _family(
        cash, what="cash_sum", aggregation=_A.SUM, sentence="Cash {of}", reason="much_cash", itself=True, where=_W.CASH
    )
    yield from _family(
        {_E.CUSTOMER: (D1,), _E.CARD: (D1,), _E.ACCOUNT: (D1,)}, what="rising", aggregation=_A.RISING,
        sentence="How many amounts, each above the one before, led up to this one {of}", reason="rising_amounts", itself=False,
    )  # fmt: skip


def _labels() -> Iterator[WindowFeature]:
    """What turned out since, as far as it is known by now."""
    month: Windows = dict.fromkeys(LABELLED, (D7, D30))
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
