"""Customers' accounts at other banks, and the proof that they are theirs."""
