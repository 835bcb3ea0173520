"""Currency exchange: what an amount of one currency is in another, at a rate with a bid and an ask. `quotes` is pure."""
