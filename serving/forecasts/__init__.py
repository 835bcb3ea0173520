"""Forecasts of money, read from the marts: a customer's cash flow, and the bank's liquidity by rail."""
