"""Whether a model's world is still the one it learned from: its inputs, its scores, its calibration, its ranking. Pure."""
