"""Labels of live fraud: they come minutes later, as in life they come days later, and sometimes not at all."""

import heapq
import threading

import msgspec
import numpy as np

from contracts.labels import FraudKind, Label
from kit.ids import INBOUND_NAMESPACE, derived_id
from simulator.codes import KIND, KINDS
from simulator.labels import SHARE_NEVER_KNOWN, median_delay_days
from simulator.tables import SOURCE

MAX_WAITING = 100_000


class LabelsToCome:
    """What will be reported, ordered by when. Safe to share between threads; bounded: past the bound the newest is dropped."""

    def __init__(self, rng: np.random.Generator, *, tenant_id: str, day_lasts_s: float) -> None:
        self._rng = rng
        self._tenant_id = tenant_id
        self._day_lasts_ms = day_lasts_s * 1_000
        self._heap: list[tuple[int, str, int]] = []
        self._lock = threading.Lock()

    def expect(self, transaction_id: str, *, kind: int, now_ms: int) -> None:
        """Note a transaction that truly is fraud of a kind; lawful ones are passed over."""
        if kind == KIND["legitimate"]:
            return
        with self._lock:
            if self._rng.random() < SHARE_NEVER_KNOWN or len(self._heap) >= MAX_WAITING:
                return
            delay_ms = median_delay_days(kind) * self._day_lasts_ms * float(np.exp(self._rng.normal(0, 0.5)))
            heapq.heappush(self._heap, (now_ms + int(delay_ms), transaction_id, kind))

    def due(self, now_ms: int) -> list[str]:
        """Take the labels that become known by now, as messages."""
        found = []
        with self._lock:
            while self._heap and self._heap[0][0] <= now_ms:
                _, transaction_id, kind = heapq.heappop(self._heap)
                found.append(self._message(transaction_id, kind, now_ms))
        return found

    def _message(self, transaction_id: str, kind: int, now_ms: int) -> str:
        label = Label(
            schema=1,
            label_id=str(derived_id(INBOUND_NAMESPACE, "label", self._tenant_id, transaction_id)),
            tenant_id=self._tenant_id,
            transaction_id=transaction_id,
            fraud=True,
            kind=FraudKind(KINDS[kind]),
            known_at=now_ms,
            source=SOURCE,
        )
        return msgspec.json.encode(label).decode()
