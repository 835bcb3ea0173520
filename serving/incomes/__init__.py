"""Declared incomes: what customers earn in a month, as they told the bank; what held on a past day is kept."""
