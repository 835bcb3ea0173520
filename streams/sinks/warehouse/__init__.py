"""From the topics to `raw.*` in the warehouse, with the offsets in the same transaction: nothing missing, nothing twice."""
