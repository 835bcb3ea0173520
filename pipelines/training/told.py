"""External features as the scorer had them: of each decision, what profile controls before it in the log had told last.

A scorer keeps the profiles of a million entities: of more, it had forgotten what was told longest ago, and this has not.
"""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from contracts.controls import ProfileControl
from feature_store.definitions import EXTERNAL_FEATURES, FEATURE_NAMES
from feature_store.vocabulary import ID_FIELDS, TOLD_OF
from pipelines.lake import log_profiles

_N, _ID = "n", "told_of"
_COLUMNS = {feature.name: FEATURE_NAMES.index(feature.name) for feature in EXTERNAL_FEATURES}


class ProfilesAsScored:
    """The external features along a frame of one tenant's decisions in log order (n, account_id, payee_id and more)."""

    def __init__(self, frame: pl.DataFrame, told: Sequence[tuple[int, ProfileControl]]) -> None:
        """`told` are the tenant's profile controls with their numbers in the log, in its order."""
        self._values = np.full((len(frame), len(EXTERNAL_FEATURES)), np.nan, np.float32)
        of_accounts = [(n, control) for n, control in told if control.entity == TOLD_OF]
        if not of_accounts:
            return
        rows: dict[str, list[object]] = defaultdict(list)
        names = sorted({feature.value for feature in EXTERNAL_FEATURES})
        for n, control in of_accounts:
            rows[_N].append(n)
            rows[_ID].append(control.entity_id)
            for name in names:
                rows[name].append(control.values.get(name))
        schema = {_N: pl.Int64, _ID: pl.String, **dict.fromkeys(names, pl.Float64)}
        known = pl.DataFrame(rows, schema=schema).sort(_N)
        for entity in sorted({feature.entity for feature in EXTERNAL_FEATURES}):
            asked = frame.select(pl.col(_N).cast(pl.Int64), pl.col(ID_FIELDS[entity]).cast(pl.String).alias(_ID))
            found = asked.join_asof(known, on=_N, by=_ID, strategy="backward", check_sortedness=False)
            for place, feature in enumerate(EXTERNAL_FEATURES):
                if feature.entity is entity:
                    self._values[:, place] = found[feature.value].fill_null(float("nan")).to_numpy()

    def tell(self, out: NDArray[np.float32], start: int, stop: int) -> None:
        """Write the external features of rows [start, stop) to `out` float32[stop - start, F]."""
        out[:, list(_COLUMNS.values())] = self._values[start:stop]


def profiles_as_scored(lake: Path, frame: pl.DataFrame, *, tenant_id: str) -> ProfilesAsScored:
    """Return what the lake's log told of accounts before each decision of `frame`, a tenant's in log order."""
    return ProfilesAsScored(frame, log_profiles(lake, tenant_id=tenant_id))
