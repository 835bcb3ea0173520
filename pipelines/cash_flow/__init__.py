"""Forecasts of money: what comes and goes a day, a customer's and the bank's own by rail."""
