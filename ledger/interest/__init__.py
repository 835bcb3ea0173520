"""Interest: what each day's balance earns or costs, exact until it is charged once a month.

Modules: `accrual` (the mathematics, pure), `repository` (terms, balances by value date), `run` (one day of one tenant).
"""
