"""The warehouse's side of an erasure: histories, raw rows and marts."""
