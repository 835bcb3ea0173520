"""Lineage: where a number comes from, and what rests on a column, from the topic to the chart."""
