"""The core's side of an erasure: requests, and rows that tell of people."""
