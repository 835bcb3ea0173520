"""The columnar scanner: transaction messages straight to columns, exactly as `contracts.transactions` would read them.

A row that is anything but a plain flat object (escape, exponent, unknown or repeated key, value out of bounds, odd white
space) is left to `parse_transaction`, which alone decides refusals; what it accepts is scanned in its canonical spelling.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
import numpy as np
from numpy.typing import NDArray

from contracts.transactions import Refusal, RefusedMessage, Transaction, parse_transaction
from scoring.bytes_kernels import PADDING_BYTES
from scoring.fields import FIELDS, TEXT_COLUMNS
from scoring.scan_kernels import scan_messages, usual_order


@dataclass(slots=True)
class Scan:
    """Columns of the messages that were accepted, in order, and the refusals of the others.

    `spans` int32[n, texts, 2] point into `buffer` (start == end: missing), `numbers` int64[n, numbers] hold `MISSING` where
    nothing is known, `hashes` uint64[n, 3] are content (of all fields), identity (tenant and transaction id) and tenant.
    `bounds` int64[n, 2] is each row's whole object in `buffer`, `origin` int64[n] its place in the input.
    """

    n: int
    buffer: NDArray[np.uint8]
    spans: NDArray[np.int32]
    numbers: NDArray[np.int64]
    hashes: NDArray[np.uint64]
    bounds: NDArray[np.int64]
    origin: NDArray[np.int64]
    refused: list[tuple[int, RefusedMessage]]
    slow: int

    def text(self, row: int, column: int) -> str:
        """One text value, empty when missing."""
        start, end = self.spans[row, column]
        return self.buffer[start:end].tobytes().decode()

    def transaction(self, row: int) -> Transaction:
        """The row as its struct."""
        start, end = self.bounds[row]
        return _decoder.decode(self.buffer[start:end].tobytes())

    def take(self, rows: NDArray[np.int64]) -> "Scan":
        """Only `rows`, in that order."""
        return Scan(
            len(rows), self.buffer, self.spans[rows], self.numbers[rows], self.hashes[rows], self.bounds[rows],
            self.origin[rows], self.refused, self.slow,
        )  # fmt: skip


_decoder = msgspec.json.Decoder(Transaction)
_encoder = msgspec.json.Encoder()


def blank(n: int) -> tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.uint64]]:
    """Uninitialised spans, numbers and hashes for `n` rows."""
    texts = len(TEXT_COLUMNS)
    return np.empty((n, texts, 2), np.int32), np.empty((n, len(FIELDS) - texts), np.int64), np.empty((n, 3), np.uint64)


def join(messages: Sequence[bytes]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """One padded buffer and int64[n+1] offsets."""
    offsets = np.zeros(len(messages) + 1, np.int64)
    np.cumsum(np.fromiter(map(len, messages), np.int64, len(messages)), out=offsets[1:])
    return np.frombuffer(b"".join(messages) + bytes(PADDING_BYTES), np.uint8), offsets


def _scan_rows(messages: Sequence[bytes]) -> tuple[Scan, NDArray[np.bool_]]:
    n = len(messages)
    buffer, offsets = join(messages)
    spans, numbers, hashes = blank(n)
    taken = np.zeros(n, np.bool_)
    scan_messages(buffer, offsets, n, spans, numbers, hashes, taken, usual_order())
    bounds = np.empty((n, 2), np.int64)
    bounds[:, 0], bounds[:, 1] = offsets[:-1], offsets[1:]
    return Scan(n, buffer, spans, numbers, hashes, bounds, np.arange(n), [], 0), taken


def scan_transactions(messages: Sequence[bytes]) -> Scan:
    """Read a batch. Every message ends up either in the columns or among `refused`, with its word."""
    found, taken = _scan_rows(messages)
    if taken.all():
        return found
    canonical = list(messages)
    refused: list[tuple[int, RefusedMessage]] = []
    slow = np.flatnonzero(~taken)
    for row in slow.tolist():
        try:
            canonical[row] = _encoder.encode(parse_transaction(messages[row]))
        except RefusedMessage as refusal:
            canonical[row] = b""
            refused.append((row, refusal))
    found, taken = _scan_rows(canonical)
    known = {row for row, _ in refused}
    # What msgspec accepts and no canonical spelling has: a text that its pattern lets end in a line break.
    odd = RefusedMessage(Refusal.MALFORMED, "a text holds a character outside its alphabet")
    refused += [(row, odd) for row in np.flatnonzero(~taken).tolist() if row not in known]
    found = found.take(np.flatnonzero(taken))
    found.refused = sorted(refused, key=lambda pair: pair[0])
    found.slow = len(slow)
    return found
