"""Disputes of received Pix under the special return mechanism."""
