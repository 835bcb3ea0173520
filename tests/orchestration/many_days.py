"""The checked sets of the warehouse alone: what a backfill of many days runs, loaded without the rest."""

from dagster import Definitions, multiprocess_executor

from kit.settings import settings
from orchestration.warehouse.sets import checked_sets
from orchestration.watch import measured
from pipelines.quality.sets import Store

defs = Definitions(
    assets=measured(settings(), [checked_sets(settings(), Store.RAW)]),
    executor=multiprocess_executor.configured({"max_concurrent": 1}),
)
