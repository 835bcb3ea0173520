"""What the platform keeps of its topics: rows in the warehouse for analysts, Parquet files in the lake for everything batch."""
