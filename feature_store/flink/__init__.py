"""The Flink engine: SQL for the marked window features, compiled from the definitions, and what its answers mean."""
