"""Statements: an account's movements of a period, as data and as the documents that people and their programs read."""
