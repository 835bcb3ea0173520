"""What an entity is like at a moment: the window features that need no event, as they stand at the end of a day.

A profile is what the fold knows of an entity between two events. Features that count an event itself count none here, and
those that compare an event with earlier ones (`WindowFeature.needs_event`) do not exist. Pairs have no profile: nobody looks
one up, and there are about as many as payments.

The day is the bank's calendar day in Brasília, on the one offset that all features use. Its profile is as of its last
millisecond: windows are `(t - W, t]` with t = `end_ms(day) - 1`, so that it holds the day and nothing after it.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from feature_store.definitions import WINDOW_FEATURES
from feature_store.event_values import UTC_OFFSET_MS
from feature_store.vocabulary import (
    DAY_MS,
    GRAPH_COMMUNITY,
    GRAPH_PAGERANK,
    GRAPH_SCORE,
    ID_FIELDS,
    ZERO_OVER_NOTHING,
    Entity,
    WindowFeature,
)

PROFILED: tuple[Entity, ...] = tuple(ID_FIELDS)
PROFILE_FEATURES: dict[Entity, tuple[WindowFeature, ...]] = {
    entity: tuple(each for each in WINDOW_FEATURES if each.entity is entity and not each.needs_event) for entity in PROFILED
}
# The customers' second view, of the mart `customer_profiles`: its name, and what it says of a customer.
HABITS = "customer_profile"
HABIT_SENTENCES = {
    "payments_30d": "Posted payments of the last 30 days.",
    "mean_amount_minor_30d": "Their mean amount in minor units.",
    "usual_hour": "Hour of the day (America/Sao_Paulo) of most of them.",
    "account_age_days": "Days since the customer's first account was opened.",
}
# The accounts' second view, of what is found at night in the graph of who pays whom: external features are told of it.
ACCOUNT_GRAPH = "account_graph"
GRAPH_SENTENCES = {
    GRAPH_SCORE: "How much the account pays and is paid like accounts that were used for fraud, 0 to 1.",
    GRAPH_PAGERANK: "Share of accounts that more money leads to (PageRank).",
    GRAPH_COMMUNITY: "Accounts that belong together by who pays whom (Louvain), itself included.",
}
_EPOCH = date(1970, 1, 1)


def view_name(entity: Entity) -> str:
    """What the daily profiles of an entity are called."""
    return f"{entity.name.lower()}_daily"


def over_nothing(features: Sequence[WindowFeature]) -> NDArray[np.float32]:
    """The profile, float32[k], of an entity that no window holds an event of."""
    return np.array([0.0 if each.aggregation in ZERO_OVER_NOTHING else np.nan for each in features], np.float32)


def end_ms(day: date) -> int:
    """The first millisecond after a day."""
    return ((day - _EPOCH).days + 1) * DAY_MS - UTC_OFFSET_MS


def day_of(moment_ms: int) -> date:
    """The day that a moment lies in."""
    return _EPOCH + timedelta((moment_ms + UTC_OFFSET_MS) // DAY_MS)


def days_between(first: date, last: date) -> Iterator[date]:
    """The days from `first` to `last`, both included."""
    for number in range((last - first).days + 1):
        yield first + timedelta(number)


def as_moment(moment_ms: int) -> datetime:
    """A moment with its time zone, which is UTC."""
    return datetime.fromtimestamp(moment_ms / 1_000, UTC)
