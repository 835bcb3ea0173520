"""Accounts: opening, balances now and at any past moment, entries."""
