"""Registering what was trained: a run with its data reference, metrics and files, a version, and what it is from then on."""

import fcntl
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from feature_store.definitions import FEATURE_NAMES, FEATURE_SET
from kit.settings import Settings
from pipelines.tracking import mlflow_of
from pipelines.training.evaluation import write_evaluation
from pipelines.training.findings import Findings
from pipelines.training.trained import Trained
from pipelines.training.trees import SEED
from pipelines.versions import (
    CHALLENGER,
    CHAMPION,
    EXPERIMENT,
    MODEL_NAME,
    RegisteredModel,
    named,
    promote,
    usable_champion,
)
from risk.export import save_export

# Registering takes seconds; whoever waits longer waits for a trainer that hangs.
TURN_S = 600.0
TURN_RETRY_S = 0.25

Progress = Callable[[str], None]


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
    mlflow = mlflow_of(settings)
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
