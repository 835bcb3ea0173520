"""Every dbt model as an asset and every dbt test as a check of it: the staging views, then what is built on them."""

import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from dagster import AssetExecutionContext, AssetsDefinition
from dagster_dbt import DagsterDbtTranslator, DbtCliResource, dbt_assets

from kit.settings import Settings
from orchestration.bounds import DBT_POOL
from orchestration.groups import NAMES
from orchestration.trouble import plainly
from pipelines.marts import PROJECT, environment, keep_built, manifest, one_build_at_a_time, planned
from pipelines.marts.build import BUILD, WHOLE_TESTS

STAGING = "fqn:baas.staging.*"


class ByFolder(DagsterDbtTranslator):
    """Puts a model into the group of its folder: `staging`, `marts_finance`; snapshots and seeds apart."""

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        """Return the group's name."""
        if dbt_resource_props["resource_type"] == "seed" or "static" in dbt_resource_props["tags"]:
            return "static"
        if dbt_resource_props["resource_type"] == "snapshot":
            return "reference"
        folders = dbt_resource_props["fqn"][1:-1]
        return next((name for name in ("_".join(folders[:2]), *folders[:1]) if name in NAMES), "marts")


def mart_assets(settings: Settings) -> list[AssetsDefinition]:
    """Return the assets of the dbt project; dbt describes it anew where a file of it is newer than its description."""
    described, by_folder = manifest(settings), ByFolder()

    @dbt_assets(manifest=described, select=STAGING, name="staging", dagster_dbt_translator=by_folder, pool=DBT_POOL)
    def staging(context: AssetExecutionContext, dbt: DbtCliResource) -> Iterator[Any]:
        os.environ.update(environment(settings))
        with plainly(), one_build_at_a_time(settings):
            yield from dbt.cli([*BUILD], context=context).stream()

    @dbt_assets(manifest=described, exclude=STAGING, name="marts", dagster_dbt_translator=by_folder, pool=DBT_POOL)
    def marts(context: AssetExecutionContext, dbt: DbtCliResource) -> Iterator[Any]:
        os.environ.update(environment(settings))
        with plainly(), one_build_at_a_time(settings):
            plan = planned(settings)
            # Once a night every test looks at all rows, also at those that have passed it.
            yield from dbt.cli([*plan.command, *WHOLE_TESTS], context=context).stream()
            if not context.is_subset:
                keep_built(settings, plan)

    return [staging, marts]


def dbt_resource(settings: Settings) -> DbtCliResource:
    """Return dbt of our own environment, on our project."""
    os.environ.update(environment(settings))
    program = Path(sys.executable).parent / "dbt"
    return DbtCliResource(project_dir=str(PROJECT), profiles_dir=str(PROJECT), dbt_executable=str(program))
