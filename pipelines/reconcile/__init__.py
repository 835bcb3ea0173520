"""Whether the same things are everywhere: ledger, outbox, topics, decisions, alerts, warehouse and lake, id by id."""
