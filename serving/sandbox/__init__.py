"""Sandbox tenants: a clock that testers move, what becomes due on the way, and decisions that an amount asks for."""
