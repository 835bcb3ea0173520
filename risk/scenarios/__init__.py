"""Scenarios of money laundering: what each looks for, by which rule, and with which parameters from when on. Pure.

`catalogue` declares them; `parameters` says which values hold for whom on a day. Nothing here looks at a payment: engines do
(`pipelines/aml/scenarios` over history), each by the same declaration.
"""
