"""The offline store that Feast is told to use (`feature_store/repo/feature_store.yaml`).

Feast's own store for files joins each asked row with every row of its entity before it chooses one, and shows a row that was
made later than the moment asked for unless each caller remembers to refuse it. This one joins as of the moment, and never shows
what was not known then.
"""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
from feast import FeatureView, FileSource, RepoConfig
from feast.data_source import DataSource
from feast.infra.offline_stores.offline_store import OfflineStore, RetrievalJob, RetrievalMetadata
from feast.infra.offline_stores.offline_utils import infer_event_timestamp_from_entity_df
from feast.infra.registry.base_registry import BaseRegistry
from feast.repo_config import FeastConfigBaseModel
from feast.utils import _get_requested_feature_views_to_features_dict

from feature_store.offline.as_of import newest, values_as_of
from feature_store.offline.files import MOMENT, files_in, scan


class ParquetOfflineStoreConfig(FeastConfigBaseModel):
    """What `feature_store.yaml` says of the offline store: its class alone."""

    type: str


class ParquetRetrievalJob(RetrievalJob):
    """A question that is answered when somebody asks for the answer."""

    def __init__(self, answer: Callable[[], pl.DataFrame], *, full_feature_names: bool, metadata: RetrievalMetadata) -> None:
        self._answer = answer
        self._full_feature_names = full_feature_names
        self._metadata = metadata

    @property
    def full_feature_names(self) -> bool:
        """Whether names carry their view's."""
        return self._full_feature_names

    @property
    def on_demand_feature_views(self) -> list[Any]:
        """None: nothing is worked out on demand."""
        return []

    @property
    def metadata(self) -> RetrievalMetadata:
        """What was asked for."""
        return self._metadata

    def to_frame(self) -> pl.DataFrame:
        """The answer as a Polars frame: unknown is NaN, and null where there is no row."""
        return self._answer()

    def _to_arrow_internal(self, timeout: int | None = None) -> pa.Table:
        return self._answer().to_arrow()

    def _to_df_internal(self, timeout: int | None = None) -> pd.DataFrame:
        return self._answer().to_pandas()


class ParquetOfflineStore(OfflineStore):
    """Reads `FileSource`s whose path is a view's folder (`feature_store.offline.files`)."""

    # Always on: what was not known is never shown.
    supports_filter_by_created_timestamp = True

    def get_historical_features(
        self,
        config: RepoConfig,
        feature_views: list[FeatureView],
        feature_refs: list[str],
        entity_df: pd.DataFrame | str | None,
        registry: BaseRegistry,
        project: str,
        full_feature_names: bool = False,
        **asked: Any,
    ) -> RetrievalJob:
        """Return the columns of `entity_df`, in its order, and each feature as it was known at the row's timestamp."""
        if not isinstance(entity_df, pd.DataFrame):
            raise TypeError("say which entities at which moments, as a pandas frame of their keys and event_timestamp")
        moment = infer_event_timestamp_from_entity_df(dict(entity_df.dtypes))
        wanted, _ = _get_requested_feature_views_to_features_dict(feature_refs, feature_views, [])

        def answer() -> pl.DataFrame:
            rows = pl.from_pandas(entity_df)
            if rows.schema[moment].time_zone is None:  # type: ignore[attr-defined]
                rows = rows.with_columns(pl.col(moment).dt.replace_time_zone("UTC"))
            rows = rows.with_columns(pl.col(moment).dt.convert_time_zone("UTC"))
            found = [_of_view(view, features, rows, moment, full_feature_names) for view, features in wanted.items()]
            return pl.concat([rows, *found], how="horizontal")

        metadata = RetrievalMetadata(
            features=feature_refs,
            keys=[name for name in entity_df.columns if name != moment],
            min_event_timestamp=entity_df[moment].min(),
            max_event_timestamp=entity_df[moment].max(),
        )
        return ParquetRetrievalJob(answer, full_feature_names=full_feature_names, metadata=metadata)

    def pull_latest_from_table_or_query(
        self,
        config: RepoConfig,
        data_source: DataSource,
        join_key_columns: list[str],
        feature_name_columns: list[str],
        timestamp_field: str,
        created_timestamp_column: str | None,
        start_date: datetime,
        end_date: datetime,
    ) -> RetrievalJob:
        """Return the newest row of each entity with a timestamp in [start_date, end_date], both ends included."""
        moments = [name for name in (timestamp_field, created_timestamp_column) if name]

        def answer() -> pl.DataFrame:
            columns = [*feature_name_columns, *moments]
            files = _files(data_source)
            if not files:
                return _nothing(join_key_columns, columns, moments)
            inside = pl.col(timestamp_field).is_between(start_date, end_date, closed="both")
            return newest(files, keys=join_key_columns, columns=columns, order=moments, where=inside)

        return _job(answer, keys=join_key_columns, features=feature_name_columns)

    def pull_all_from_table_or_query(
        self,
        config: RepoConfig,
        data_source: DataSource,
        join_key_columns: list[str],
        feature_name_columns: list[str],
        timestamp_field: str,
        created_timestamp_column: str | None = None,
        start_date: datetime | None = None,
        end_date: datetime | None = None,
    ) -> RetrievalJob:
        """Return every row with a timestamp in [start_date, end_date]; an end that is not given is open."""
        moments = [name for name in (timestamp_field, created_timestamp_column) if name]

        def answer() -> pl.DataFrame:
            columns = [*feature_name_columns, *moments]
            files = _files(data_source)
            if not files:
                return _nothing(join_key_columns, columns, moments)
            rows = scan(files, [*join_key_columns, *columns])
            if start_date is not None:
                rows = rows.filter(pl.col(timestamp_field) >= start_date)
            if end_date is not None:
                rows = rows.filter(pl.col(timestamp_field) <= end_date)
            return rows.collect()

        return _job(answer, keys=join_key_columns, features=feature_name_columns)


def _of_view(view: FeatureView, features: list[str], rows: pl.DataFrame, moment: str, full_names: bool) -> pl.DataFrame:
    """One view's features of each row, under the names that the answer has."""
    source = view.batch_source
    renamed = {view.projection.join_key_map.get(column.name, column.name): column.name for column in view.entity_columns}
    asked = rows.select(pl.col(theirs).cast(pl.String).alias(ours) for theirs, ours in renamed.items())
    found = values_as_of(
        asked.with_columns(rows[moment]),
        _files(source),
        keys=list(renamed.values()),
        moment=moment,
        features=features,
        day_end=source.timestamp_field,
        known_at=source.created_timestamp_column or None,
        ttl_us=int(view.ttl.total_seconds() * 1_000_000) if view.ttl else 0,
    )
    return found.rename({name: f"{view.projection.name_to_use()}__{name}" for name in features}) if full_names else found


def _files(source: DataSource) -> list[Path]:
    if not isinstance(source, FileSource):
        raise TypeError(f"{source.name} is not a folder of Parquet files")
    return files_in(Path(source.path))


def _nothing(keys: list[str], columns: list[str], moments: list[str]) -> pl.DataFrame:
    kinds = dict.fromkeys(keys, pl.String) | dict.fromkeys(columns, pl.Float32) | dict.fromkeys(moments, MOMENT)
    return pl.DataFrame(schema=kinds)


def _job(answer: Callable[[], pl.DataFrame], *, keys: list[str], features: list[str]) -> RetrievalJob:
    return ParquetRetrievalJob(answer, full_feature_names=False, metadata=RetrievalMetadata(features=features, keys=keys))
