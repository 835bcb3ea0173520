"""Decisions as the warehouse keeps them, newest first."""
