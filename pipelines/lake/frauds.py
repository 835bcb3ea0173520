"""Which decisions are known frauds, asked in columns by the hash that the scanner gives a transaction."""

from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipelines.lake.reader import labels
from scoring.memory import hash_pairs


class KnownFrauds:
    """The transactions whose newest label of those known at a moment says fraud."""

    def __init__(self, lake: Path, *, known_by_ms: int) -> None:
        found = labels(lake, known_by_ms=known_by_ms).filter(pl.col("fraud")).select("tenant_id", "transaction_id")
        pairs = [(tenant.encode(), number.encode()) for tenant, number in found.iter_rows()]
        self._hashes = np.sort(hash_pairs(pairs)[2]) if pairs else np.zeros(0, np.uint64)

    def among(self, identity: NDArray[np.uint64]) -> NDArray[np.bool_]:
        """Return bool[n]: whether each identity hash (`Scan.hashes[:, 1]`) is one of theirs."""
        if not len(self._hashes):
            return np.zeros(len(identity), np.bool_)
        places = np.searchsorted(self._hashes, identity).clip(max=len(self._hashes) - 1)
        found: NDArray[np.bool_] = self._hashes[places] == identity
        return found
