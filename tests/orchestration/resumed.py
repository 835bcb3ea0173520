"""A job of the product's own assets, for a run that fails half-way and goes on from there."""

from dagster import AssetSelection, Definitions, JobDefinition, define_asset_job, in_process_executor

from kit.settings import settings
from orchestration.bounds import LOG_POOL
from orchestration.risk.lists import KEY, list_exposure
from orchestration.warehouse.sets import checked_sets
from pipelines.quality.sets import Store

POOL = LOG_POOL
SETS = [["raw", "controls"], ["raw", "decisions"]]


def checked_then_listed() -> JobDefinition:
    """Check two sets, then find whom the lists would have met."""
    found = settings()
    job = define_asset_job("checked_then_listed", selection=AssetSelection.assets(*SETS, KEY), executor_def=in_process_executor)
    assets = [checked_sets(found, Store.RAW), list_exposure(found)]
    return Definitions(assets=assets, jobs=[job]).resolve_job_def("checked_then_listed")
