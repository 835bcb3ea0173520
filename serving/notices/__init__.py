"""Notices of withdrawals: what an account's customer said that they would take out in cash, and for which day."""
