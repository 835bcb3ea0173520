"""A uniform sample of rows of bounded size, the same however the rows come in batches: those with the smallest hashes."""

import numpy as np
from numpy.typing import NDArray

# Odd, and without pattern in its bits: a product's high bits then depend on all of the hash (Knuth, TAOCP 6.4).
_SCATTER = np.uint64(0x9E37_79B9_7F4A_7C15)
_EVERY_HASH = np.uint64(2**64 - 1)


class Sample:
    """Keeps `size` of the rows that it is shown (bottom-k sampling, Cohen and Kaplan 2007); holds at most twice as many."""

    def __init__(self, *, size: int, width: int) -> None:
        self._size = size
        self._below = _EVERY_HASH
        self._hashes = [np.zeros(0, np.uint64)]
        self._rows = [np.zeros((0, width), np.float32)]
        self._held = 0
        self.seen = 0

    def add(self, identity: NDArray[np.uint64], rows: NDArray[np.float32]) -> None:
        """Show it rows float32[n, width], each with the hash uint64[n] that names it and no other."""
        self.seen += len(rows)
        hashes = identity * _SCATTER
        chosen = np.flatnonzero(hashes <= self._below)
        if not len(chosen):
            return
        self._hashes.append(hashes[chosen])
        self._rows.append(rows[chosen])
        self._held += len(chosen)
        if self._held > 2 * self._size:
            self._cut()

    def rows(self) -> NDArray[np.float32]:
        """Return the sample, float32[n, width] in the order of the hashes."""
        self._cut()
        return self._rows[0]

    def _cut(self) -> None:
        hashes, rows = np.concatenate(self._hashes), np.concatenate(self._rows)
        kept = np.argsort(hashes, kind="stable")[: self._size]
        self._hashes, self._rows, self._held = [hashes[kept]], [rows[kept]], len(kept)
        if len(kept) == self._size:
            self._below = hashes[kept[-1]]
