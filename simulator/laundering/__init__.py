"""Planted schemes of money laundering, with what is nearly one and what only looks like one, over any accounts."""
