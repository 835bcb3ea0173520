"""A scorecard: attributes in bins, each bin worth points, the points together worth a probability of default."""
