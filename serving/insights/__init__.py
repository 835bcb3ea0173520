"""Insights: what a customer's own movements say about their money, read and never stored."""
