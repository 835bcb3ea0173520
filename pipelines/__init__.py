"""Batch functions: ingest, train, backtest, report."""
