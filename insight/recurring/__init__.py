"""Payments and incomes that come again: found among an account's movements, with the next day and amount to expect."""
