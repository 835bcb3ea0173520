"""Dagster definitions, thin: an asset calls a function of `pipelines`."""
