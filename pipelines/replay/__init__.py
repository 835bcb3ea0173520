"""People's own transactions, from Parquet or CSV by a YAML mapping, through the whole product: `baas replay`."""

from pipelines.replay.errors import MappingInvalid, RowInvalid
from pipelines.replay.play import Replayed, first_rows, replay

__all__ = ["MappingInvalid", "Replayed", "RowInvalid", "first_rows", "replay"]
