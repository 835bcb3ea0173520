"""Scheduled transfers and standing orders: when money moves by itself, and that it does so once a date."""
