"""Money launderers learned from accounts that are known, and found among those that are not."""
