"""Currency exchange: rates that operators set, quotes that expire, exchanges that happen once, and the bank's positions."""
