"""Snapshots of the scorer's state: taken by a forked child beside the work, and where a start goes on from."""
