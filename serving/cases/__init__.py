"""Alerts, and moving them along."""
