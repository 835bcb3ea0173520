"""What the core knows and no topic carries, in the warehouse."""

from collections.abc import Iterator

from dagster import AssetExecutionContext, AssetsDefinition, AssetSpec, MaterializeResult, multi_asset

from kit.settings import Settings
from pipelines.reference.repository import TABLES

KEYS = tuple(["raw", name] for name in (*(table.name for table in TABLES), "exchange_rates", "reference_extract"))


def reference_tables(settings: Settings) -> AssetsDefinition:
    """Return the assets of the extract: every table of it, as of one moment."""

    @multi_asset(
        name="reference",
        specs=[AssetSpec(key, group_name="warehouse", kinds={"postgres"}, deps=["closed_books"]) for key in KEYS],
    )
    def copied(context: AssetExecutionContext) -> Iterator[MaterializeResult[None]]:
        """Accounts, customers, products, charges, closed days, alerts' states and rates of exchange."""
        from pipelines.reference import extract

        done = extract(settings, progress=context.log.info)
        for key in KEYS:
            yield MaterializeResult(asset_key=key, metadata={"at": done.at.isoformat(), "changes": done.changes})

    return copied
