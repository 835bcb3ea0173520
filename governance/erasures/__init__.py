"""Erasing a person: what the law holds back and until when, what is asked for, and how far it is."""
