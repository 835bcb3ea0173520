"""From the topics to Parquet files named by the offsets they cover: nothing missing, nothing twice, whenever it is killed."""
