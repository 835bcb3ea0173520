"""Charges: interest and fees that accounts owe or are owed, what keeps one from being collected, and letting one go."""
