"""A simulated Brazilian bank: people, merchants, money and fraud, seeded and reproducible."""
