"""What a registered model says of itself, in a real registry: its data, its signature, its metrics, and who follows it."""

import dataclasses
from collections.abc import Iterator

import mlflow
import msgspec
import numpy as np
import pytest
from confluent_kafka import TopicPartition

from contracts.controls import ModelControl
from contracts.topics import CONTROLS
from feature_store.definitions import FEATURE_NAMES, FEATURE_SET
from feature_store.vocabulary import DAY_MS
from kit.kafka import consumer, take, topic_name
from kit.settings import Kafka, PostgresServer, Settings
from pipelines.training.bound import Bound
from pipelines.training.registry import register, release
from pipelines.training.train import fit
from pipelines.training.trained import Trained
from pipelines.training.trees import TREES
from pipelines.versions import CHALLENGER, CHAMPION, named, usable_champion
from risk.export import load_export
from tests.pipelines.training.sets import START_MS, made_up_set
from tests.registry import mlflow_server

pytestmark = [pytest.mark.servers, pytest.mark.timeout(900)]
CUTOFF_MS = START_MS + 60 * DAY_MS
ROWS = 4_000
REFERENCE = {
    "topic": "risk.decisions.v1", "tenant_id": "demo", "first_offset": 0, "last_offset": 4_711, "cutoff_ms": CUTOFF_MS,
    "max_lateness_ms": DAY_MS, "rows": ROWS,
}  # fmt: skip


@pytest.fixture(scope="module")
def settings(warehouse: PostgresServer, kafka: Kafka, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    with mlflow_server(Settings(var=tmp_path_factory.mktemp("var"), warehouse=warehouse, kafka=kafka)) as found:
        yield found


@pytest.fixture(scope="module")
def trained() -> Trained:
    data = dataclasses.replace(made_up_set(rows=ROWS, days=60, constant=3.0), reference=dict(REFERENCE))
    return fit(data, cutoff_ms=CUTOFF_MS, progress=lambda _line: None, tuning=Bound(trials=2, minutes=5))


def of_cutoff(trained: Trained, cutoff_ms: int) -> Trained:
    return dataclasses.replace(trained, reference=trained.reference | {"cutoff_ms": cutoff_ms})


def controls(kafka: Kafka) -> list[ModelControl]:
    source = consumer(kafka, group="test-registry", client="test")
    try:
        source.assign([TopicPartition(topic_name(kafka, CONTROLS), 0, 0)])
        return [msgspec.json.decode(message.value(), type=ModelControl) for message in take(source, at_most=100, wait_s=5)]
    finally:
        source.close()


def test_a_version_says_on_what_data_it_was_trained_what_it_takes_how_good_it_is_and_where_its_export_lies(
    settings: Settings, trained: Trained
) -> None:
    assert named(settings, CHAMPION) is None
    registered = register(settings, trained)
    client = mlflow.MlflowClient(f"http://{settings.mlflow.host}:{settings.mlflow.port}")
    run = client.get_run(registered.run_id)
    assert {name: run.data.params[f"data.{name}"] for name in REFERENCE} == {
        name: str(value) for name, value in REFERENCE.items()
    }
    assert run.data.params["feature_set"] == FEATURE_SET
    wanted = trained.metrics | {"review_from": trained.review_from, "deny_from": trained.deny_from}
    best_trial = {"trial_average_precision": run.data.metrics["trial_average_precision"]}
    assert run.data.metrics == pytest.approx(wanted | best_trial)
    tried = [each.value for each in client.get_metric_history(registered.run_id, "trial_average_precision")]
    assert tried == pytest.approx([each.average_precision for each in trained.findings.tuned.trials])
    assert {name: run.data.params[name] for name in TREES} == {name: str(trained.parameters[name]) for name in TREES}
    assert run.data.params["imbalance"] == trained.parameters["imbalance"]
    assert {"auc", "average_precision", "expected_calibration_error"} <= run.data.metrics.keys()
    assert run.data.tags["export_sha256"] == registered.export_sha256
    files = {entry.path for entry in client.list_artifacts(registered.run_id)}
    assert {"trees.txt", "importance.tsv", "features.txt", "export", "evaluation", "model_card.md"} <= files
    evaluation = {entry.path.partition("/")[2] for entry in client.list_artifacts(registered.run_id, "evaluation")}
    assert {
        "precision_recall.png",
        "roc.png",
        "reliability.png",
        "costs.png",
        "tables.json",
        "segments.csv",
        "tuning.csv",
    } <= evaluation
    exported = {entry.path.partition("/")[2] for entry in client.list_artifacts(registered.run_id, "export")}
    assert ("network.onnx" in exported) == (trained.onnx is not None)
    version = client.get_model_version(registered.name, str(registered.version))
    assert version.run_id == registered.run_id

    uri = f"models:/{registered.name}/{registered.version}"
    signature = mlflow.models.get_model_info(uri).signature
    assert [spec.shape for spec in signature.inputs.inputs] == [(-1, len(FEATURE_NAMES))]
    assert signature.outputs is not None
    loaded = mlflow.lightgbm.load_model(uri)
    np.testing.assert_array_equal(loaded.predict(trained.sample), trained.booster.predict(trained.sample))
    export = load_export(settings.models, registered.export_sha256)
    assert (export.version, export.features) == (registered.version, FEATURE_NAMES)


def test_the_first_model_decides_and_a_later_one_is_tried_in_whatever_order_trainings_end(
    settings: Settings, trained: Trained, kafka: Kafka
) -> None:
    told = len(controls(kafka))
    tuesday, alias = release(settings, of_cutoff(trained, CUTOFF_MS + 2 * DAY_MS))
    assert alias == CHAMPION
    monday, alias = release(settings, of_cutoff(trained, CUTOFF_MS + DAY_MS))
    assert alias is None
    thursday, alias = release(settings, of_cutoff(trained, CUTOFF_MS + 4 * DAY_MS))
    assert alias == CHALLENGER
    wednesday, alias = release(settings, of_cutoff(trained, CUTOFF_MS + 3 * DAY_MS))
    assert alias is None
    assert (named(settings, CHAMPION), named(settings, CHALLENGER)) == (tuesday, thursday)
    assert [model.version for model in (monday, thursday, wednesday)] == [tuesday.version + step for step in (1, 2, 3)]
    heard = controls(kafka)[told:]
    assert [(each.alias, each.version, each.export_sha256) for each in heard] == [
        (CHAMPION, tuesday.version, tuesday.export_sha256), (CHALLENGER, thursday.version, thursday.export_sha256),
    ]  # fmt: skip


def test_a_champion_that_this_version_cannot_use_gives_way_to_what_is_trained_next(
    settings: Settings, trained: Trained
) -> None:
    """Its files are of another format, or gone: nothing could be compared with it, and rules alone decide."""
    present = named(settings, CHAMPION)
    assert present is not None
    manifest = settings.models / present.export_sha256 / "manifest.json"
    kept = manifest.read_bytes()
    manifest.write_bytes(kept.replace(b'"format": ', b'"format": 9'))
    try:
        assert usable_champion(settings) is None
        successor, alias = release(settings, of_cutoff(trained, CUTOFF_MS))
    finally:
        manifest.write_bytes(kept)
    assert alias == CHAMPION
    assert named(settings, CHAMPION) == usable_champion(settings) == successor
