"""Features divided by features."""

from feature_store.families.wording import PAYMENT_RISK
from feature_store.vocabulary import QuotientFeature


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
