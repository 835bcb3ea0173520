"""Precautionary blocks of received payments."""
