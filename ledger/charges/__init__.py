"""Charges: what an account owes the bank or is owed by it, made once a period and posted once, however often it is tried.

Modules: `charges` (kinds, ids, postings; pure), `repository`, `run` (make a month's, collect what is due).
"""
