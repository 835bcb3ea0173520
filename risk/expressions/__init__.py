"""Rules as expressions over an event, its features and its scores: a subset of CEL, checked and compiled to columns."""
