"""Freezes: no money out of an account or of a customer's accounts, lifted by two people."""
