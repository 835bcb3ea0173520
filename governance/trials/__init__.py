"""Trials of a policy on history: what one is, and where it is kept."""
