"""The SQL of the checks."""

from datetime import datetime


def decisions_of(first: datetime, past: datetime) -> str:
    """Return the query of the decisions learned in [first, past), both with a time zone.

    `hours_into_day` is where event_time lies relative to `first`; null for what the scorer marked late.
    """
    if first.tzinfo is None or past.tzinfo is None:
        raise ValueError("the bounds need a time zone")
    start, end = first.isoformat(), past.isoformat()
    return (
        "select tenant_id, transaction_id, event_time, known_at, scored_at, channel, direction, amount_minor, currency, "
        "customer_id, account_id, card_id, verdict, source, door, probability, anomaly, policy, feature_set, "
        f"case when not late then extract(epoch from event_time - timestamptz '{start}') / 3600.0 end as hours_into_day "
        f"from raw.decisions where known_at >= timestamptz '{start}' and known_at < timestamptz '{end}'"
    )
