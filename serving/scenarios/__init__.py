"""Scenarios of money laundering: what each looks for now, and changes of its values by two people."""
