"""The text model in the model registry: its file, its facts and measures, under the name `category-text`."""

import tempfile
from pathlib import Path

from insight.categories.files import DOCUMENT
from insight.categories.model import TextModel, decode, encode
from kit.errors import NotFound
from pipelines.insight.categories.training import BUCKETS, STRENGTH, Trained
from pipelines.tracking import mlflow_at

MODEL_NAME = EXPERIMENT = "category-text"
FOLDER = "model"


def register(uri: str, trained: Trained, *, source: str) -> int:
    """Log a run with the model and return the version that was made of it. `source` says what it learned from."""
    mlflow = mlflow_at(uri)
    client = mlflow.MlflowClient()
    mlflow.set_experiment(EXPERIMENT)
    with mlflow.start_run(run_name=MODEL_NAME) as run, tempfile.TemporaryDirectory() as folder:
        mlflow.log_params({f"data.{name}": value for name, value in trained.model.facts.items()})
        mlflow.log_params(
            {
                "data.source": source, "data.until": trained.model.trained_until, "buckets": BUCKETS, "strength": STRENGTH,
                "temperature": trained.model.temperature, "threshold": trained.model.threshold,
                "merchants": len(trained.model.merchants),
            }
        )  # fmt: skip
        mlflow.log_metrics(
            {
                "held_accuracy_pct": trained.held_accuracy_pct, "held_asked_pct": trained.held_asked_pct,
                "held_calibration_error": trained.held_calibration_error, "texts": trained.examples,
            }
        )  # fmt: skip
        path = Path(folder) / DOCUMENT
        path.write_bytes(encode(trained.model))
        mlflow.log_artifact(str(path), FOLDER)
        made_of, run_id = f"{run.info.artifact_uri}/{FOLDER}", str(run.info.run_id)
    if not client.search_registered_models(filter_string=f"name = '{MODEL_NAME}'"):
        client.create_registered_model(MODEL_NAME)
    return int(client.create_model_version(MODEL_NAME, made_of, run_id).version)


def newest(uri: str) -> TextModel:
    """Return the newest version's model. Raises NotFound, or BrokenTextModel."""
    mlflow = mlflow_at(uri)
    versions = mlflow.MlflowClient().search_model_versions(f"name = '{MODEL_NAME}'")
    if not versions:
        raise NotFound(f"the registry has no {MODEL_NAME}: train one with --register")
    latest = max(versions, key=lambda version: int(version.version))
    with tempfile.TemporaryDirectory() as folder:
        path = mlflow.artifacts.download_artifacts(f"runs:/{latest.run_id}/{FOLDER}/{DOCUMENT}", dst_path=folder)
        return decode(Path(path).read_bytes())
