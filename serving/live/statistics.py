"""Counts of one tenant as they pass: decisions by second for speed and latency, and since the feed began; money by currency."""

from dataclasses import dataclass

from contracts.decisions import Verdict
from contracts.ledger_events import LedgerStatus

MAX_LATENCIES = 4_096


@dataclass(slots=True)
class _Money:
    """One currency: how many events of the ledger, and their amounts."""

    events: int = 0
    moved_minor: int = 0
    saved_minor: int = 0


class LiveStatistics:
    """Pure: told what passed and asked once a second."""

    def __init__(self, *, since_ms: int) -> None:
        self._since_ms = since_ms
        self._verdicts = {verdict.value: 0 for verdict in Verdict}
        self._money: dict[str, _Money] = {}
        self._in_second = 0
        self._latencies_us: list[int] = []
        self._p50_us: int | None = None
        self._p99_us: int | None = None

    def count(self, verdict: Verdict, *, latency_us: int | None) -> None:
        """Count one decision."""
        self._verdicts[verdict.value] += 1
        self._in_second += 1
        if latency_us is not None and len(self._latencies_us) < MAX_LATENCIES:
            self._latencies_us.append(latency_us)

    def book(self, status: LedgerStatus, *, amount_minor: int, currency: str) -> None:
        """Count what the ledger made of a transfer: posted money has moved, denied money was saved.

        What failed, was abandoned, waits on hold or happened at another bank has done neither.
        """
        if status not in (LedgerStatus.POSTED, LedgerStatus.DENIED):
            return
        money = self._money.setdefault(currency, _Money())
        money.events += 1
        if status is LedgerStatus.POSTED:
            money.moved_minor += amount_minor
        else:
            money.saved_minor += amount_minor

    def second(self) -> dict[str, object]:
        """Return the `stats` event of the second that ends now, and begin the next; a quiet second keeps the last latencies.

        `moved_minor` and `saved_minor` are in `currency`, the one that most of the tenant's transfers are in (null before the
        first); each other currency stands for itself in `other_currencies`.
        """
        if self._latencies_us:
            in_order = sorted(self._latencies_us)
            self._p50_us = in_order[len(in_order) // 2]
            self._p99_us = in_order[min(len(in_order) - 1, len(in_order) * 99 // 100)]
        main, *others = [
            {"currency": currency, "moved_minor": money.moved_minor, "saved_minor": money.saved_minor}
            for currency, money in sorted(self._money.items(), key=lambda item: (-item[1].events, item[0]))
        ] or [{"currency": None, "moved_minor": 0, "saved_minor": 0}]
        told: dict[str, object] = {
            "per_second": self._in_second,
            "p50_us": self._p50_us,
            "p99_us": self._p99_us,
            "verdicts": dict(self._verdicts),
            **main,
            "other_currencies": others,
            "since": self._since_ms,
        }
        self._in_second = 0
        self._latencies_us = []
        return told
