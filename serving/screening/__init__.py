"""Screening: hold a name against watch-lists, look at the lists, decide hits by two people."""
