"""Keeps the graph of who pays whom, and from what, up with the ledger's events and the decision log."""
