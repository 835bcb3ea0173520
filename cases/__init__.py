"""Alerts: flagged decisions gathered by whom they are about, and where each stands. Shared by streams and serving."""
