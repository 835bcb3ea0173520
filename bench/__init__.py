"""Measurement: each bench prints a table and, as its last line, one JSON object."""

NAMES = (
    "features", "feature-costs", "forest", "rules", "reasons", "engine", "backtest", "snapshot", "parity", "chaos", "stream",
    "sliding-sum", "score-http", "ledger", "verify", "statements", "history", "transfers-http", "warehouse", "simulate",
    "dbt", "fraud-handbook", "credit-score", "train", "soak", "analytics-http", "forecast", "cash-flow",
    "insight", "screening", "screened-payments", "aml", "aml-stream", "graph",
)  # fmt: skip
ON_SERVERS = frozenset({
    "parity", "stream", "sliding-sum", "score-http", "ledger", "verify", "statements", "history", "transfers-http", "warehouse",
    "dbt", "soak", "analytics-http", "aml-stream", "screened-payments",
})  # fmt: skip
