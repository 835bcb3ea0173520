"""The simulated bank: simulated, then ingested."""
