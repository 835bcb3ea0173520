"""Precautionary blocks: a received payment under suspicion is held for up to 72 hours, then kept or let go."""
