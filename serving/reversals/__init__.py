"""Reversals: a posted transfer taken back, whole or in part."""
