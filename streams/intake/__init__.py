"""Inbound money, once it is decided: allowed is posted, doubtful is held, denied is recorded, what is not ours is observed."""
