"""Drift: whether a model's inputs, scores, calibration and ranking are still those that it was trained and judged with."""
