"""Versions of the fraud model as the registry (MLflow) knows them, what each is, and how the scorer hears of it."""

import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from contracts import topics
from contracts.controls import ModelControl
from kit.clock import Clock, SystemClock
from kit.errors import NotFound
from kit.ids import uuid7
from kit.kafka import producer, topic_name
from kit.log import get_logger
from kit.settings import Settings
from pipelines.tracking import mlflow_of
from risk.export import BadExport, load_export
from risk.fitting import fitted

MODEL_NAME = "fraud"
EXPERIMENT = "fraud"
CHAMPION, CHALLENGER = "champion", "challenger"
CARD = "model_card.md"
MOST_RUNS = 1_000
PUBLISH_TIMEOUT_S = 30.0


class NotPublished(RuntimeError):
    """Kafka did not acknowledge the control; the alias is set, and promoting again publishes it."""


@dataclass(frozen=True, slots=True)
class RegisteredModel:
    """One version of the model, and the moment up to which it may know anything."""

    name: str
    version: int
    run_id: str
    export_sha256: str
    cutoff_ms: int

    def control(self, alias: str, *, known_at_ms: int, clock: Clock) -> ModelControl:
        """Return what makes a scorer use this version as `alias`."""
        return ModelControl(
            control_id=str(uuid7(clock)),
            known_at=known_at_ms,
            alias=alias,
            name=self.name,
            version=self.version,
            export_sha256=self.export_sha256,
        )


@dataclass(frozen=True, slots=True)
class Listed:
    """A version as people ask for it; `tenant_id` is whose history it was trained on, empty where nobody said."""

    model: RegisteredModel
    aliases: tuple[str, ...]
    metrics: dict[str, float]
    notes: dict[str, str]
    tenant_id: str
    made_at_ms: int

    @property
    def average_precision(self) -> float:
        """On the days that its training was judged by."""
        return self.metrics.get("average_precision", float("nan"))


def listed(settings: Settings) -> list[Listed]:
    """Return every version, newest first. Raises MlflowException when the registry does not answer."""
    client = mlflow_of(settings).MlflowClient()
    versions = client.search_model_versions(f"name = '{MODEL_NAME}'")
    if not versions:
        return []
    aliases = client.get_registered_model(MODEL_NAME).aliases
    runs = {run.info.run_id: run.data for run in client.search_runs([_experiment(client)], max_results=MOST_RUNS)}
    found = []
    for version in versions:
        data = runs.get(version.run_id) or client.get_run(version.run_id).data
        model = _registered(version, data)
        found.append(
            Listed(
                model=model,
                aliases=tuple(sorted(alias for alias, named in aliases.items() if int(named) == model.version)),
                metrics={name: float(value) for name, value in data.metrics.items()},
                notes=dict(version.tags),
                tenant_id=str(data.params.get("data.tenant_id", "")),
                made_at_ms=int(version.creation_timestamp),
            )
        )
    return sorted(found, key=lambda each: -each.model.version)


def find(versions: Iterable[Listed], wanted: int) -> Listed:
    """Return the version of that number. Raises NotFound."""
    for each in versions:
        if each.model.version == wanted:
            return each
    raise NotFound(f"there is no version {wanted}; `baas models list` shows those there are")


def _experiment(client: Any) -> str:
    return str(client.get_experiment_by_name(EXPERIMENT).experiment_id)


def named(settings: Settings, alias: str) -> RegisteredModel | None:
    """Return the version that an alias names, or None."""
    from mlflow.exceptions import MlflowException

    client = mlflow_of(settings).MlflowClient()
    try:
        found = client.get_model_version_by_alias(MODEL_NAME, alias)
    except MlflowException as problem:
        if problem.error_code in ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"):
            return None
        raise
    return _registered(found, client.get_run(found.run_id).data)


def usable_champion(settings: Settings) -> RegisteredModel | None:
    """Return the champion unless this version of the product cannot use it: other features, or files of another format."""
    found = named(settings, CHAMPION)
    if found is None:
        return None
    try:
        fitted(load_export(settings.models, found.export_sha256))
    except BadExport as problem:
        get_logger().warning("the champion cannot be used", version=found.version, problem=problem.detail)
        return None
    return found


def card(settings: Settings, run_id: str) -> str | None:
    """Return a run's model card, or None where none was written."""
    client = mlflow_of(settings).MlflowClient()
    if not any(file.path == CARD for file in client.list_artifacts(run_id)):
        return None
    with tempfile.TemporaryDirectory() as folder:
        return Path(client.download_artifacts(run_id, CARD, folder)).read_text(encoding="utf-8")


def annotate(settings: Settings, model: RegisteredModel, notes: dict[str, str]) -> None:
    """Keep words beside a version: who promoted it, why, and what the gate found."""
    client = mlflow_of(settings).MlflowClient()
    for name, text in notes.items():
        client.set_model_version_tag(model.name, str(model.version), name, text)


def promote(settings: Settings, model: RegisteredModel, *, alias: str = CHAMPION, clock: Clock | None = None) -> None:
    """Set the alias and publish the control that makes the scorer load this version. Raises NotPublished."""
    clock = clock or SystemClock()
    client = mlflow_of(settings).MlflowClient()
    client.set_registered_model_alias(model.name, alias, str(model.version))
    control = model.control(alias, known_at_ms=clock.now_ms(), clock=clock)
    problems: list[str] = []
    sink = producer(settings.kafka, client="registry")
    sink.produce(
        topic_name(settings.kafka, topics.CONTROLS),
        value=msgspec.json.encode(control),
        key=model.name,
        on_delivery=lambda error, _message: problems.append(str(error)) if error else None,
    )
    if sink.flush(PUBLISH_TIMEOUT_S) or problems:
        raise NotPublished(f"{model.name} {model.version}: {problems or 'no answer'}")


def _registered(version: Any, data: Any) -> RegisteredModel:
    return RegisteredModel(
        name=MODEL_NAME,
        version=int(version.version),
        run_id=str(version.run_id),
        export_sha256=data.tags["export_sha256"],
        cutoff_ms=int(data.params["data.cutoff_ms"]),
    )
