"""Profiles as of past moments, for training and analysis: what Feast retrieves, and zeros where the fold would say zero."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from feature_store.offline.files import MOMENT, TENANT, files_in
from feature_store.profiles import PROFILE_FEATURES, as_moment, end_ms, over_nothing, view_name
from feature_store.vocabulary import ID_FIELDS, Entity

EVENT_TIMESTAMP = "event_timestamp"


def profiles_as_of(
    store: Any, profiles: Path, asked: pl.DataFrame, *, entity: Entity, features: Sequence[str] | None = None
) -> pl.DataFrame:
    """Return float32 columns of an entity's profile in the order of `asked`: as the last day's end before each moment has it.

    `asked` has tenant_id, the entity's id and event_timestamp (UTC). NaN is unknown: a missing id, or a moment before the first
    day that is on file of the tenant. An entity that no window holds has no row in Feast; here it has counts of zero, as it has
    for the fold.
    """
    chosen = [each for each in PROFILE_FEATURES[entity] if features is None or each.name in features]
    view, identity = view_name(entity), ID_FIELDS[entity]
    # Whoever has a row has this; a feature that came since is unknown in days before it.
    witness = PROFILE_FEATURES[entity][0].name
    names = list(dict.fromkeys([witness, *(each.name for each in chosen)]))
    keys = asked.select(TENANT, identity, pl.col(EVENT_TIMESTAMP).cast(MOMENT))
    job = store.get_historical_features(
        entity_df=keys.to_pandas(), features=[f"{view}:{name}" for name in names], filter_by_created_timestamp=True
    )
    found: pl.DataFrame = job.to_frame()
    is_empty = keys.select(_covered(profiles / view, identity)).to_series() & found[witness].is_null()
    return found.select(
        pl.col(each.name).fill_null(pl.when(is_empty).then(value).otherwise(float("nan"))).cast(pl.Float32)
        for each, value in zip(chosen, over_nothing(chosen).tolist(), strict=True)
    )


def _covered(folder: Path, identity: str) -> pl.Expr:
    """Whether a row names an entity and a moment from which on there are days on file."""
    begins: dict[str, Any] = {}
    for path in files_in(folder):
        begins.setdefault(path.parent.name, as_moment(end_ms(date.fromisoformat(path.stem))))
    first = pl.col(TENANT).replace_strict(list(begins), list(begins.values()), default=None, return_dtype=MOMENT)
    return (pl.col(identity).is_not_null() & (pl.col(EVENT_TIMESTAMP) >= first)).fill_null(value=False)
