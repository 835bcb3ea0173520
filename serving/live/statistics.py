"""Counts of one tenant's decisions as they pass: by second for speed and latency, and since the feed began for the rest."""

from contracts.decisions import Verdict

MAX_LATENCIES = 4_096


class LiveStatistics:
    """Pure: told what passed and asked once a second."""

    def __init__(self, *, since_ms: int) -> None:
        self._since_ms = since_ms
        self._verdicts = {verdict.value: 0 for verdict in Verdict}
        self._moved_minor = 0
        self._saved_minor = 0
        self._in_second = 0
        self._latencies_us: list[int] = []
        self._p50_us: int | None = None
        self._p99_us: int | None = None

    def count(self, verdict: Verdict, *, amount_minor: int, latency_us: int | None) -> None:
        """Count one decision. Money moved is what was allowed; money saved is what was denied."""
        self._verdicts[verdict.value] += 1
        self._in_second += 1
        if verdict is Verdict.ALLOW:
            self._moved_minor += amount_minor
        elif verdict is Verdict.DENY:
            self._saved_minor += amount_minor
        if latency_us is not None and len(self._latencies_us) < MAX_LATENCIES:
            self._latencies_us.append(latency_us)

    def second(self) -> dict[str, object]:
        """Return the `stats` event of the second that ends now, and begin the next; a quiet second keeps the last latencies."""
        if self._latencies_us:
            in_order = sorted(self._latencies_us)
            self._p50_us = in_order[len(in_order) // 2]
            self._p99_us = in_order[min(len(in_order) - 1, len(in_order) * 99 // 100)]
        told: dict[str, object] = {
            "per_second": self._in_second,
            "p50_us": self._p50_us,
            "p99_us": self._p99_us,
            "verdicts": dict(self._verdicts),
            "moved_minor": self._moved_minor,
            "saved_minor": self._saved_minor,
            "since": self._since_ms,
        }
        self._in_second = 0
        self._latencies_us = []
        return told
