"""Alerts, cases and labels: the domain that streams and serving share."""
