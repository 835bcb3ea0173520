"""A version that is promoted is told of once, and the new champion is looked at; asked of a real registry."""

from collections.abc import Iterator

import pytest
from dagster import AssetKey, DagsterInstance, SensorResult, build_sensor_context, define_asset_job

from kit.localset import ports
from kit.settings import Http, PostgresServer, Settings
from orchestration.sensors.aliases import changed_aliases
from pipelines.tracking import mlflow_of
from pipelines.versions import CHALLENGER, CHAMPION, MODEL_NAME
from tests.registry import mlflow_server

pytestmark = [pytest.mark.servers, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def settings(warehouse: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    with mlflow_server(Settings(var=tmp_path_factory.mktemp("var"), warehouse=warehouse)) as found:
        yield found


def add_version(settings: Settings) -> str:
    """Register a version with what ours are known by."""
    mlflow = mlflow_of(settings)
    client = mlflow.MlflowClient()
    if not client.search_registered_models(f"name = '{MODEL_NAME}'"):
        client.create_registered_model(MODEL_NAME)
    with mlflow.start_run() as run:
        mlflow.set_tag("export_sha256", "a" * 64)
        mlflow.log_param("data.cutoff_ms", 1)
    source = f"{run.info.artifact_uri}/export"
    return str(client.create_model_version(MODEL_NAME, source=source, run_id=run.info.run_id).version)


def test_each_change_of_an_alias_is_told_of_once_and_a_new_champion_is_looked_at(settings: Settings) -> None:
    sensor = changed_aliases(settings, define_asset_job("drift", selection="*"))

    def tick(cursor: str | None) -> tuple[list[AssetKey], list[str], str | None]:
        with DagsterInstance.ephemeral() as instance:
            found = sensor(build_sensor_context(instance=instance, cursor=cursor))
        assert isinstance(found, SensorResult)
        told = [event.asset_key for event in found.asset_events]
        return told, [request.run_key for request in found.run_requests or []], found.cursor

    assert tick(None)[:2] == ([], [])
    first = add_version(settings)
    client = mlflow_of(settings).MlflowClient()
    client.set_registered_model_alias(MODEL_NAME, CHAMPION, first)
    told, asked, cursor = tick(None)
    assert told == [AssetKey(CHAMPION)]
    assert len(asked) == 1
    assert tick(None)[1] == asked
    assert tick(cursor)[:2] == ([], [])

    client.set_registered_model_alias(MODEL_NAME, CHALLENGER, add_version(settings))
    told, asked, cursor = tick(cursor)
    assert (told, asked) == ([AssetKey(CHALLENGER)], [])
    assert tick(cursor)[:2] == ([], [])


def test_a_registry_that_is_away_is_said_and_nothing_is_forgotten(settings: Settings) -> None:
    away = settings.model_copy(update={"mlflow": Http(port=ports.choose(taken=()))})
    sensor = changed_aliases(away, define_asset_job("drift", selection="*"))
    with DagsterInstance.ephemeral() as instance:
        found = sensor(build_sensor_context(instance=instance, cursor='{"champion":1}'))
    assert isinstance(found, SensorResult)
    assert (found.skip_reason.skip_message, found.cursor) == ("the registry does not answer", '{"champion":1}')
