"""Erasing a person from every store, with a proof, and dropping what is past its time."""
