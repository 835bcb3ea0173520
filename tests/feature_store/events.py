"""Transactions for the feature tests: small worlds in which keys, times and amounts meet often."""

from typing import Any

import numpy as np

from contracts.transactions import Channel, Direction, Transaction
from feature_store.columns import TenantNumbers, columns_from_transactions
from feature_store.definitions import CATALOGUE
from feature_store.stream.state import Bounds, FeatureState

START_MS = 1_764_000_000_000
SMALL: dict[str, Any] = {"tenants": 8, "keys": 5_000, "log_bytes": 2**26, "table_bytes": 2**26}


def transaction(event_time: int, amount_minor: int = 1_000, **fields: Any) -> Transaction:
    whole = {
        "schema": 1,
        "transaction_id": "0190a3f2-7c5e-5d1b-8a4f-2f1c9d7e6b01",
        "tenant_id": "demo",
        "source": "test",
        "external_id": "x",
        "known_at": event_time,
        "channel": Channel.PIX,
        "direction": Direction.DEBIT,
        "currency": "BRL",
    }
    return Transaction(event_time=event_time, amount_minor=amount_minor, **(whole | fields))


def vectors(
    state: FeatureState, events: list[Transaction], tenants: TenantNumbers, *, peek: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """(float32[n, F], uint8[n]) of a batch."""
    columns = columns_from_transactions(events, tenants)
    out = np.full((len(events), len(CATALOGUE)), -7.0, np.float32)
    flags = np.full(len(events), 255, np.uint8)
    (state.peek if peek else state.apply)(columns, out, flags)
    return out, flags


def small_state(**bounds: Any) -> FeatureState:
    return FeatureState(Bounds(**(SMALL | bounds)))


def random_events(
    seed: int, n: int, *, span_ms: int, jitter_ms: int = 0, customers: int = 6, missing: float = 0.1, tenants: int = 1
) -> list[Transaction]:
    """A bursty stream over few keys; `jitter_ms` makes events arrive out of order."""
    rng = np.random.default_rng(seed)
    times = np.sort(rng.integers(0, span_ms, n)) - rng.integers(0, jitter_ms + 1, n)
    text = lambda prefix, most: None if rng.random() < missing else f"{prefix}{rng.integers(0, most)}"  # noqa: E731
    return [
        transaction(
            START_MS + int(event_ms),
            int(rng.integers(1, 10 ** int(rng.integers(1, 16)) + 1)),
            tenant_id=f"t{rng.integers(0, tenants)}",
            customer_id=text("c", customers),
            account_id=text("a", customers),
            card_id=text("k", 3) if rng.random() < 0.4 else None,
            device_id=text("device-with-a-long-name-", 4),
            ip=text("203.0.113.", 5),
            payee_id=text("p", 7),
            merchant_id=text("m", 5) if rng.random() < 0.5 else None,
            latitude_e5=None if (placeless := rng.random() < 0.4) else int(rng.integers(-2_400_000, -2_300_000)),
            longitude_e5=None if placeless else int(rng.integers(-4_700_000, -4_600_000)),
            direction=Direction.CREDIT if rng.random() < 0.3 else Direction.DEBIT,
            channel=list(Channel)[rng.integers(0, 6)],
            mcc=None if rng.random() < 0.3 else int(rng.choice([5411, 7995, 6051])),
            country=None if rng.random() < 0.3 else str(rng.choice(["BR", "AR", "US"])),
            entry_mode=None if rng.random() < 0.3 else str(rng.choice(["app", "ecommerce", "contactless"])),
            balance_minor=None if rng.random() < 0.3 else int(rng.integers(-(10**4), 10 ** int(rng.integers(1, 16)))),
        )
        for event_ms in times
    ]
