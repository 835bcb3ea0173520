"""What the API counts (Prometheus)."""

from prometheus_client import Counter, Gauge, Histogram

_LATENCY_BUCKETS_S = (0.001, 0.0025, 0.005, 0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12)

REQUESTS = Counter("baas_http_requests_total", "Requests answered", ["route", "method", "status"])
LATENCY = Histogram(
    "baas_http_request_seconds", "Time from the first byte in to the last byte out", ["route"], buckets=_LATENCY_BUCKETS_S
)
REFUSALS = Counter("baas_http_refusals_total", "Requests refused, by problem code", ["code"])
AUDIT_ROWS_LOST = Counter(
    "baas_audit_rows_lost_total", "Refused writes whose audit row could not be stored and stands in the log alone"
)
TRANSFERS = Counter("baas_transfers_total", "Transfers answered", ["status", "source"])
SCORER_LATENCY = Histogram("baas_scorer_call_seconds", "Time a transfer waited for its decision", buckets=_LATENCY_BUCKETS_S)
SCORER_AWAY = Counter(
    "baas_scorer_away_total", "Transfers that had to be decided without the scorer, or not at all", ["reason"]
)
SWEEPS = Counter("baas_sweeps_total", "Sweeps, by what was swept and whether it could be", ["step", "result"])
SWEPT_FAILED = Counter(
    "baas_sweep_items_failed_total", "What a sweep could not end and left for the next one, by what was swept", ["step"]
)
LIVE_READERS = Gauge("baas_live_readers", "Open live feeds")
LIVE_DROPPED = Counter("baas_live_readers_dropped_total", "Live feeds closed because their reader was too slow")
