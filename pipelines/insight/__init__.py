"""Batch work on what customers' own movements say: training of the text model, and what comes again, worked out nightly."""
