"""External features as the scorer had them: of each decision, what profile controls before it in the log had told last.

A scorer keeps the profiles of a million entities: of more, it had forgotten what was told longest ago, and this has not.
"""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from feature_store.definitions import EXTERNAL_FEATURES, FEATURE_NAMES
from feature_store.vocabulary import ID_FIELDS, TOLD_OF
from pipelines.lake import log_profiles

VALUES = tuple(sorted({feature.value for feature in EXTERNAL_FEATURES}))
_N, _ID, _PLACE = "n", "entity_id", "place"
_COLUMNS = {feature.name: FEATURE_NAMES.index(feature.name) for feature in EXTERNAL_FEATURES}
_ENTITIES = sorted({feature.entity for feature in EXTERNAL_FEATURES})
_KEPT = {_N: pl.Int64, _PLACE: pl.UInt32, **dict.fromkeys(VALUES, pl.Float32)}


class ProfilesAsScored:
    """The external features along a frame of one tenant's decisions in log order (n, account_id, payee_id and more)."""

    def __init__(self, frame: pl.DataFrame, told: Iterable[pl.DataFrame]) -> None:
        """`told` has n, entity_id and VALUES of the tenant's profile controls about accounts, in log order.

        Of accounts that no decision names nothing is kept; of each other control some 25 bytes.
        """
        self._values = np.full((len(frame), len(EXTERNAL_FEATURES)), np.nan, np.float32)
        ids = [frame[ID_FIELDS[entity]].cast(pl.String).alias(_ID) for entity in _ENTITIES]
        places = pl.concat(ids).drop_nulls().unique().to_frame().with_row_index(_PLACE)
        kept = [each.join(places, on=_ID, how="inner").select(pl.col(name).cast(kind) for name, kind in _KEPT.items())
                for each in told]  # fmt: skip
        known = pl.concat([pl.DataFrame(schema=_KEPT), *kept], rechunk=True).sort(_N)
        del kept
        for entity, own in zip(_ENTITIES, ids, strict=True):
            asked = frame.select(pl.col(_N).cast(pl.Int64), own).join(places, on=_ID, how="left", maintain_order="left")
            found = asked.select(_N, _PLACE).join_asof(known, on=_N, by=_PLACE, strategy="backward", check_sortedness=False)
            for number, feature in enumerate(EXTERNAL_FEATURES):
                if feature.entity is entity:
                    self._values[:, number] = found[feature.value].fill_null(float("nan")).to_numpy()

    def tell(self, out: NDArray[np.float32], start: int, stop: int) -> None:
        """Write the external features of rows [start, stop) to `out` float32[stop - start, F]."""
        out[:, list(_COLUMNS.values())] = self._values[start:stop]


def profiles_as_scored(lake: Path, frame: pl.DataFrame, *, tenant_id: str) -> ProfilesAsScored:
    """Return what the lake's log told of accounts before each decision of `frame`, a tenant's in log order. Raises LakeGap."""
    before_n = 0 if frame.is_empty() else int(frame[_N][-1])
    return ProfilesAsScored(frame, log_profiles(lake, tenant_id=tenant_id, entity=TOLD_OF, names=VALUES, before_n=before_n))
