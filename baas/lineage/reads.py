"""What the API's routes read in the warehouse, beside those that read whatever the catalogue of datasets names."""

from collections.abc import Mapping

# Route > table > columns. A test holds them to the repositories' SQL.
Reads = Mapping[str, Mapping[str, tuple[str, ...]]]

_COUNTS = (
    "day", "channel", "transactions", "amount_minor", "allowed", "reviewed", "denied", "frauds", "fraud_amount_minor",
    "frauds_caught", "false_alarms",
)  # fmt: skip
_DECISION = (
    "transaction_id", "event_time", "known_at", "scored_at", "channel", "direction", "amount_minor", "currency", "customer_id",
    "account_id", "card_id", "device_id", "ip", "payee_id", "merchant_id", "mcc", "country", "entry_mode", "verdict", "source",
    "probability", "anomaly", "rules", "shadow_rules", "reasons", "model", "policy", "feature_set", "truncated", "late",
    "control_group", "duration_us", "door", "adopted", "epoch", "n", "log_offset",
)  # fmt: skip
READS: Reads = {
    "GET /v1/analytics/summary": {"marts.daily_volume_and_fraud": _COUNTS, "marts.freshness": ("as_of",)},
    "GET /v1/analytics/daily": {"marts.daily_volume_and_fraud": _COUNTS, "marts.freshness": ("as_of",)},
    "GET /v1/analytics/customers/{customer_id}/dashboard": {
        "marts.dim_customers": (
            "customer_id", "customer_since", "first_seen_at", "last_seen_at", "transactions", "accounts",
        ),
        "marts.customer_profiles": ("payments_30d", "mean_amount_minor_30d", "usual_hour"),
        "marts.fct_transactions": ("customer_id", "day", "direction", "channel", "currency", "amount_minor", "outcome"),
        "marts.freshness": ("as_of",),
    },
    "GET /v1/decisions": {"raw.decisions": _DECISION},
    "GET /v1/decisions/{transaction_id}": {
        "raw.decisions": (*_DECISION, "challenger", "challenger_probability", "challenger_verdict"),
        "raw.outcomes": ("outcome", "transaction_id"),
        "raw.labels": ("kind", "known_at", "transaction_id"),
        "raw.alerts": ("alert_id", "stand_outs", "transaction_id"),
    },
}  # fmt: skip
# Routes that read what the catalogue names, whichever it is.
OF_THE_CATALOGUE = ("GET /v1/analytics/series", "GET /v1/analytics/breakdown", "GET /v1/analytics/export")
