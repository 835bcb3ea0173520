"""What every engine of `baas bench sliding-sum` is given and asked: messages, one feature, and the sums that must come out."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import msgspec
import numpy as np
import polars as pl
from numpy.typing import NDArray

from bench.random_traffic import random_messages
from feature_store.columns import TenantNumbers
from feature_store.flink.marked import MARKED
from feature_store.frames import columns_from_frame
from feature_store.stream.state import Bounds, FeatureState

FEATURE = next(feature for feature in MARKED if feature.name == "customer_paid_1h")
BOUNDS = Bounds(tenants=8)
CUSTOMERS = 2_000  # a customer's window then holds five events on average, and a hundred where it holds most
BATCH = 1_024
_OUTGOING, _INCOMING = b'"direction":"debit"', b'"direction":"credit"'
_EVERY = 4
# A feature is a float32: up to here it says every whole number, so that equal sums of cents are equal bit for bit.
_WHOLE_UNTIL = 2**24


class Sum(msgspec.Struct):
    """What an engine writes for an event: what its customer paid within the hour that ends with it, this one included."""

    transaction_id: str
    total_minor: int


class Event(msgspec.Struct):
    """As much of a message as the sum needs."""

    transaction_id: str
    tenant_id: str
    customer_id: str
    direction: str
    event_time: int
    amount_minor: int


def messages(count: int) -> list[bytes]:
    """`count` transactions, 400 ms apart; every fourth is incoming, and its amount is in nobody's sum."""
    return [
        message.replace(_OUTGOING, _INCOMING) if number % _EVERY == 0 else message
        for number, message in enumerate(random_messages(count, seed=41, customers=CUSTOMERS))
    ]


def frame_of(sent: Sequence[bytes]) -> pl.DataFrame:
    """The same transactions as a frame with the lake's names."""
    return pl.read_ndjson(b"\n".join(sent)).rename({"event_time": "event_time_ms"})


def fresh_state() -> FeatureState:
    """A state that keeps the one feature."""
    return FeatureState(BOUNDS, catalogue=(FEATURE,))


def folded(frame: pl.DataFrame) -> NDArray[np.int64]:
    """Our sums, int64[n] of minor units, one an event. Raises ValueError where one is beyond what a float32 says exactly."""
    events = columns_from_frame(frame, TenantNumbers())
    out, flags = np.empty((len(events), 1), np.float32), np.empty(len(events), np.uint8)
    fresh_state().apply(events, out, flags)
    return whole(out[:, 0])


def whole(sums: NDArray[np.float32]) -> NDArray[np.int64]:
    """The sums as whole numbers. Raises ValueError where one might not be exact."""
    if not (sums < _WHOLE_UNTIL).all():
        raise ValueError(f"a sum of {sums.max()} is more than a float32 says exactly")
    return sums.astype(np.int64)


def wrong_sums(said: Iterable[Sum], expected: Mapping[str, int]) -> int:
    """How many of the expected sums (by transaction id) were not said once and right."""
    found: dict[str, list[int]] = defaultdict(list)
    for each in said:
        found[each.transaction_id].append(each.total_minor)
    return sum(found[transaction_id] != [total] for transaction_id, total in expected.items())
