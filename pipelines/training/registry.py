"""The model registry: runs with data reference, metrics and files, versions, and the alias that the scorer follows."""

import fcntl
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from contracts import topics
from contracts.controls import ModelControl
from feature_store.definitions import FEATURE_NAMES, FEATURE_SET
from kit.clock import Clock, SystemClock
from kit.ids import uuid7
from kit.kafka import producer, topic_name
from kit.log import get_logger
from kit.settings import Settings
from pipelines.training.evaluation import write_evaluation
from pipelines.training.findings import Findings
from pipelines.training.train import MODEL_NAME, Trained
from pipelines.training.trees import SEED
from risk.export import BadExport, load_export, save_export

EXPERIMENT = "fraud"
CHAMPION, CHALLENGER = "champion", "challenger"
CARD = "model_card.md"
MOST_RUNS = 1_000
PUBLISH_TIMEOUT_S = 30.0
# Registering takes seconds; whoever waits longer waits for a trainer that hangs.
TURN_S = 600.0
TURN_RETRY_S = 0.25

Progress = Callable[[str], None]


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


def release(settings: Settings, trained: Trained) -> tuple[RegisteredModel, str | None]:
    """Register a model and say what it is from now on: the champion if none can decide, or the challenger, or neither.

    It is tried beside the champion if it knows more than both; what decides is moved by people, through the gate
    (`pipelines.promotion`). One trainer at a time, so that of several that end in any order the one with the latest cutoff
    stays. Raises NotPublished, or TimeoutError when another trainer does not end.
    """
    with _turn(settings):
        present = usable_champion(settings)
        there = [found for found in (present, present and named(settings, CHALLENGER)) if found is not None]
        registered = register(settings, trained)
        if any(registered.cutoff_ms <= found.cutoff_ms for found in there):
            return registered, None
        alias = CHALLENGER if there else CHAMPION
        promote(settings, registered, alias=alias)
        return registered, alias


def register(settings: Settings, trained: Trained) -> RegisteredModel:
    """Log the run, export the model under `settings.models` and create its version. One trainer at a time."""
    mlflow = _mlflow(settings)
    client = mlflow.MlflowClient()
    version = _next_version(client)
    export = trained.export(version=version)
    sha256 = save_export(settings.models, export)
    mlflow.set_experiment(EXPERIMENT)
    with mlflow.start_run(run_name=f"{MODEL_NAME}-{version}") as run, tempfile.TemporaryDirectory() as folder:
        ensemble = export.ensemble
        mlflow.log_params({**trained.parameters, "seed": SEED, "feature_set": FEATURE_SET, "trees": len(ensemble.trees.roots)})
        mlflow.log_params({"features_read": len(ensemble.columns), "network": ensemble.network is not None})
        mlflow.log_params({f"data.{name}": value for name, value in trained.reference.items()})
        mlflow.log_metrics(trained.metrics | {"review_from": trained.review_from, "deny_from": trained.deny_from})
        mlflow.set_tags({"export_sha256": sha256, "feature_set": FEATURE_SET})
        trained.booster.save_model(str(Path(folder) / "trees.txt"))
        mlflow.log_artifact(str(Path(folder) / "trees.txt"))
        mlflow.log_text(_importance_text(trained), "importance.tsv")
        mlflow.log_text("".join(f"{FEATURE_NAMES[column]}\n" for column in sorted(ensemble.columns)), "features.txt")
        if trained.findings is not None:
            _log_findings(mlflow, trained, trained.findings, version=version)
        _log_model(mlflow, settings, trained, sha256)
        run_id = str(run.info.run_id)
    versions = client.search_model_versions(f"run_id = '{run_id}'")
    registered = int(versions[0].version)
    if registered != version:
        raise RuntimeError(f"the registry made version {registered} where {version} was next: another trainer is at work")
    return RegisteredModel(MODEL_NAME, version, run_id, sha256, int(trained.reference["cutoff_ms"]))


def promote(settings: Settings, model: RegisteredModel, *, alias: str = CHAMPION, clock: Clock | None = None) -> None:
    """Set the alias and publish the control that makes the scorer load this version. Raises NotPublished."""
    clock = clock or SystemClock()
    client = _mlflow(settings).MlflowClient()
    client.set_registered_model_alias(model.name, alias, str(model.version))
    control = ModelControl(
        control_id=str(uuid7(clock)),
        known_at=clock.now_ms(),
        alias=alias,
        name=model.name,
        version=model.version,
        export_sha256=model.export_sha256,
    )
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


def usable_champion(settings: Settings) -> RegisteredModel | None:
    """Return the champion unless this version of the product cannot use it: other features, or files of another format."""
    found = named(settings, CHAMPION)
    if found is None:
        return None
    try:
        export = load_export(settings.models, found.export_sha256)
    except BadExport as problem:
        get_logger().warning("the champion cannot be used", version=found.version, problem=problem.detail)
        return None
    return found if export.feature_set == FEATURE_SET else None


def named(settings: Settings, alias: str) -> RegisteredModel | None:
    """Return the version that an alias names, or None."""
    from mlflow.exceptions import MlflowException

    client = _mlflow(settings).MlflowClient()
    try:
        found = client.get_model_version_by_alias(MODEL_NAME, alias)
    except MlflowException as problem:
        if problem.error_code in ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"):
            return None
        raise
    return _registered(found, client.get_run(found.run_id).data)


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
    client = _mlflow(settings).MlflowClient()
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


def _experiment(client: Any) -> str:
    return str(client.get_experiment_by_name(EXPERIMENT).experiment_id)


def card(settings: Settings, run_id: str) -> str | None:
    """Return a run's model card, or None where none was written."""
    client = _mlflow(settings).MlflowClient()
    if not any(file.path == CARD for file in client.list_artifacts(run_id)):
        return None
    with tempfile.TemporaryDirectory() as folder:
        return Path(client.download_artifacts(run_id, CARD, folder)).read_text(encoding="utf-8")


def annotate(settings: Settings, model: RegisteredModel, notes: dict[str, str]) -> None:
    """Keep words beside a version: who promoted it, why, and what the gate found."""
    client = _mlflow(settings).MlflowClient()
    for name, text in notes.items():
        client.set_model_version_tag(model.name, str(model.version), name, text)


def _registered(version: Any, data: Any) -> RegisteredModel:
    return RegisteredModel(
        name=MODEL_NAME,
        version=int(version.version),
        run_id=str(version.run_id),
        export_sha256=data.tags["export_sha256"],
        cutoff_ms=int(data.params["data.cutoff_ms"]),
    )


@contextmanager
def _turn(settings: Settings) -> Iterator[None]:
    settings.models.mkdir(parents=True, exist_ok=True)
    deadline = time.monotonic() + TURN_S
    with (settings.models / ".trainer.lock").open("w") as lock:
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise TimeoutError(f"another trainer has not ended within {TURN_S:.0f} s") from None
                time.sleep(TURN_RETRY_S)
            else:
                break
        yield


def _mlflow(settings: Settings) -> Any:
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
    import mlflow

    mlflow.set_tracking_uri(f"http://{settings.mlflow.host}:{settings.mlflow.port}")
    return mlflow


def _next_version(client: Any) -> int:
    versions = client.search_model_versions(f"name = '{MODEL_NAME}'")
    return max((int(found.version) for found in versions), default=0) + 1


def _log_model(mlflow: Any, settings: Settings, trained: Trained, sha256: str) -> None:
    """Register the booster with its signature; the scorer's own files hang on it as an artifact."""
    from mlflow.models import infer_signature

    example = trained.sample[:5]
    signature = infer_signature(example, np.asarray(trained.booster.predict(example)))
    mlflow.log_artifacts(str(settings.models / sha256), artifact_path="export")
    mlflow.lightgbm.log_model(
        trained.booster,
        name="model",
        signature=signature,
        registered_model_name=MODEL_NAME,
        pip_requirements=["lightgbm", "numpy"],
    )


def _log_findings(mlflow: Any, trained: Trained, findings: Findings, *, version: int) -> None:
    """The card, curves and tables as files, and each trial as a step, so that the tuning can be seen as it went."""
    with tempfile.TemporaryDirectory() as folder:
        write_evaluation(Path(folder), trained, findings, version=version)
        mlflow.log_artifacts(folder)
    for trial in () if findings.tuned is None else findings.tuned.trials:
        if trial.average_precision is not None:
            mlflow.log_metric("trial_average_precision", trial.average_precision, step=trial.number)


def _importance_text(trained: Trained) -> str:
    order = np.argsort(-trained.importance)
    return "".join(f"{FEATURE_NAMES[i]}\t{trained.importance[i]:.5f}\n" for i in order)
