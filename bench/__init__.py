"""Measurement: each bench prints a table and, as its last line, one JSON object."""

NAMES = ("features", "forest", "engine", "snapshot", "stream", "score-http", "ledger", "transfers-http", "simulate")
ON_SERVERS = frozenset({"stream", "score-http", "ledger", "transfers-http"})
