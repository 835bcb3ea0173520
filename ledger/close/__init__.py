"""The close of a day: a cut that later bookings cannot cross, the trial balance at it, and what falls due with it.

Modules: `balances` (trial balance lines, pure), `repository`, `run` (close a day of a tenant).
"""
