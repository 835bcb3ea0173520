"""Measurement: each bench prints a table and, as its last line, one JSON object."""
