"""The live feed: decisions, alerts and counts as they happen, a tenant each."""
