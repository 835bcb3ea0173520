"""The general ledger, written out: every entry of a period by line of the chart, as CSV or as an hledger journal.

Modules: `formats` (rows and transactions as text, pure), `repository` (entries, streamed), `run` (one period of one tenant).
"""
