"""Limits: how much may leave an account at once, in a night, a day or a month, by channel."""
