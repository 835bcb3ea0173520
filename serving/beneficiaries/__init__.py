"""Beneficiaries: payees that a customer has saved."""
