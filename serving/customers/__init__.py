"""Customers, by pseudonym; who they are lies in rows that can be erased."""
