"""Every dbt model as an asset and every dbt test as a check of it."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dagster import AssetExecutionContext, AssetsDefinition
from dagster_dbt import DbtCliResource, dbt_assets

from kit.settings import Settings
from pipelines.marts import PROJECT, build_command, environment, keep_built, manifest, one_build_at_a_time
from pipelines.marts.build import WHOLE_TESTS


def mart_assets(settings: Settings) -> AssetsDefinition:
    """Return the assets of the dbt project; dbt describes it anew where a file of it is newer than its description."""

    @dbt_assets(manifest=manifest(settings), name="marts")
    def marts(context: AssetExecutionContext, dbt: DbtCliResource) -> Iterator[Any]:
        os.environ.update(environment(settings))
        with one_build_at_a_time(settings):
            # Once a night every test looks at all rows, also at those that have passed it.
            yield from dbt.cli([*build_command(settings), *WHOLE_TESTS], context=context).stream()
            if not context.is_subset:
                keep_built(settings)

    return marts


def dbt_resource(settings: Settings) -> DbtCliResource:
    """Return dbt of our own environment, on our project."""
    os.environ.update(environment(settings))
    program = Path(sys.executable).parent / "dbt"
    return DbtCliResource(project_dir=str(PROJECT), profiles_dir=str(PROJECT), dbt_executable=str(program))
