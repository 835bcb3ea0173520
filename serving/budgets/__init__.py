"""Budgets: what a customer wants to spend at most in a month, on one category or on everything."""
