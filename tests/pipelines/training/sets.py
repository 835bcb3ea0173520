"""A training set with a signal that trees and networks can find, for tests."""

import numpy as np

from contracts.transactions import Channel
from feature_store.definitions import FEATURE_COUNT
from feature_store.vocabulary import DAY_MS, LABEL_DELAY_MS
from pipelines.training.dataset import TrainingSet

START_MS = 1_760_000_000_000


def made_up_set(*, rows: int, days: int, constant: float = 4.2, seed: int = 5, **reference: str | int) -> TrainingSet:
    """Frauds follow features 0, and 7 where 3 is positive; the last `LABEL_DELAY_MS` of the days hold nothing."""
    generator = np.random.default_rng(seed)
    vectors = generator.normal(size=(rows, FEATURE_COUNT)).astype(np.float32)
    signal = 1.6 * vectors[:, 0] + 1.2 * vectors[:, 7] * (vectors[:, 3] > 0)
    fraud = generator.random(rows) < 1 / (1 + np.exp(constant - signal))
    moments = np.sort(START_MS + generator.integers(0, days * DAY_MS - LABEL_DELAY_MS, rows))
    return TrainingSet(
        rows=vectors,
        fraud=fraud,
        event_time_ms=moments,
        channel=generator.integers(0, len(Channel), rows),
        amount_minor=generator.integers(100, 2_000_000, rows),
        reference={"rows": rows, "cutoff_ms": START_MS + days * DAY_MS, **reference},
    )
