"""The expectations of raw.decisions; each derives from the contract."""

from typing import Any

from contracts.decisions import DecisionSource, Door, Verdict
from contracts.transactions import MAX_CLOCK_SKEW_MS, Channel, Direction
from kit.money import CURRENCY_EXPONENTS, MAX_AMOUNT_MINOR

NAME = "raw_decisions_of_a_day"
DAY_HOURS = 24.0
HOUR_MS = 3_600_000
LIKE_A_CARD_NUMBER = "^[0-9]{12,19}$"

_WORDS = {
    "verdict": [verdict.value for verdict in Verdict],
    "source": [source.value for source in DecisionSource],
    "door": [door.value for door in Door],
    "channel": [channel.value for channel in Channel],
    "direction": [direction.value for direction in Direction],
    "currency": sorted(CURRENCY_EXPONENTS),
}
_KNOWN = ("tenant_id", "transaction_id", "event_time", "known_at", "scored_at", "policy", "feature_set", *_WORDS)


def suite(gx: Any, *, max_lateness_ms: int) -> Any:
    """Return the suite. `gx` is the library, whose import takes seconds and is left to who runs it.

    `max_lateness_ms` is how far behind an event may be without being marked late.
    """
    expect = gx.expectations
    return gx.ExpectationSuite(
        name=NAME,
        expectations=[
            expect.ExpectTableRowCountToBeBetween(min_value=1),
            *(expect.ExpectColumnValuesToNotBeNull(column=column) for column in _KNOWN),
            *(expect.ExpectColumnValuesToBeInSet(column=column, value_set=words) for column, words in _WORDS.items()),
            expect.ExpectColumnValuesToBeBetween(column="amount_minor", min_value=1, max_value=MAX_AMOUNT_MINOR),
            *(
                expect.ExpectColumnValuesToBeBetween(column=column, min_value=0.0, max_value=1.0)
                for column in ("probability", "anomaly")
            ),
            # No event is marked late: it happened on this day, or so shortly before that its window was still open.
            expect.ExpectColumnValuesToBeBetween(
                column="hours_into_day",
                min_value=-max_lateness_ms / HOUR_MS,
                max_value=DAY_HOURS + MAX_CLOCK_SKEW_MS / HOUR_MS,
            ),
            *(
                expect.ExpectColumnValuesToNotMatchRegex(column=column, regex=LIKE_A_CARD_NUMBER)
                for column in ("card_id", "customer_id", "account_id")
            ),
        ],
    )
