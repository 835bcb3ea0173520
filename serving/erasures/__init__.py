"""Erasing people: requests, what the law holds back, and proofs."""
