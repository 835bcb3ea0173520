"""Dagster definitions of everything batch, thin: an asset calls a function of `pipelines`."""
