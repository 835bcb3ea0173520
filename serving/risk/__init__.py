"""Policies, rules, lists and their trials on history, for risk teams."""
