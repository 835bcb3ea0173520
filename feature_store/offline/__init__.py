"""Feast's offline store over daily profiles: Parquet files, joined as of a moment by Polars. Only batch code loads it."""
