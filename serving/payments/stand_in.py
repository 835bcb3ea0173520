"""The decision while the scorer is away: stateless rules and a low limit. Pure."""

from contracts.decisions import Answer, DecisionSource, Verdict
from contracts.transactions import Transaction
from kit.money import CURRENCY_EXPONENTS

POLICY = "stand-in-1"
NO_FEATURES = "none"
MAX_MAJOR_UNITS = 200
ANSWER_LIFETIME_MS = 60_000


def limit_minor(currency: str) -> int:
    """Return the largest amount that is allowed without a score."""
    return int(MAX_MAJOR_UNITS * 10 ** CURRENCY_EXPONENTS[currency])


def decide(transaction: Transaction, *, now_ms: int) -> Answer | None:
    """Allow up to the limit; above it there is no decision (None): the caller must come back."""
    if transaction.amount_minor > limit_minor(transaction.currency):
        return None
    return Answer(
        verdict=Verdict.ALLOW,
        source=DecisionSource.STAND_IN,
        scored_at=now_ms,
        valid_until=now_ms + ANSWER_LIFETIME_MS,
        policy=POLICY,
        feature_set=NO_FEATURES,
        rules=["stand_in_limit"],
    )
