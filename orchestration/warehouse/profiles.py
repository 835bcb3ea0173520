"""Profiles for the scorer."""

from dagster import AssetExecutionContext, AssetsDefinition, MaterializeResult, asset

from kit.settings import Settings


def online_profiles(settings: Settings) -> AssetsDefinition:
    """Return the asset of the online profiles."""

    @asset(group_name="risk_profiles", kinds={"feast", "kafka"}, deps=[["marts", "customer_profiles"]])
    def customer_profiles_online(context: AssetExecutionContext) -> MaterializeResult[None]:
        """The newest profile of every customer, in the online store and on its way to the scorer."""
        from pipelines.profiles import materialise

        done = materialise(settings, progress=context.log.info)
        return MaterializeResult(metadata={"published": done.published})

    return customer_profiles_online
