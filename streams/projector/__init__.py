"""The read side: folds the ledger's events into accounts' histories, balances and spending (schema read_model).

Rows and position are written in one transaction, so that every event is in them once, however the process is killed. What
people wrote and are called comes from the core, where it can be erased, and is read again when it changes.
"""
