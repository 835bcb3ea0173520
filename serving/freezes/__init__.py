"""Freezes of accounts and customers."""
