"""The statement as people print it: A4, in the bank's look, in Portuguese."""
