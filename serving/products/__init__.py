"""Products: the terms that accounts are kept under."""
