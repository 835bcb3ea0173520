"""Forecasts of many series at once: models, their rolling backtest, the ensemble it chooses, and intervals that cover."""
