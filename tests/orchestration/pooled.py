"""A job of four steps that want the same pool, each of which writes down when it had it."""

import os
import time
from pathlib import Path

from dagster import (
    AssetExecutionContext,
    AssetsDefinition,
    Definitions,
    JobDefinition,
    asset,
    define_asset_job,
    multiprocess_executor,
)

from orchestration.bounds import LOG_POOL

HELD_S = 0.3
STEPS = 4


def wanting(number: int) -> AssetsDefinition:
    """Return an asset that takes its time in the pool."""

    @asset(name=f"wanting_{number}", pool=LOG_POOL)
    def wants(context: AssetExecutionContext) -> None:
        began = time.monotonic()
        time.sleep(HELD_S)  # the work whose overlap is looked for
        Path(os.environ["POOLED_IN"], str(number)).write_text(f"{began} {time.monotonic()}")

    return wants


def four_at_once() -> JobDefinition:
    """Return the job; its executor would run all four at the same moment."""
    job = define_asset_job("four_at_once", executor_def=multiprocess_executor.configured({"max_concurrent": STEPS}))
    return Definitions(assets=[wanting(number) for number in range(STEPS)], jobs=[job]).resolve_job_def("four_at_once")
