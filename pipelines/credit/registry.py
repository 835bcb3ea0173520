"""The card in the model registry: its document, its own page, its metrics, under the name `credit-score`."""

from collections.abc import Mapping

from kit.errors import NotFound
from pipelines.credit.judging import as_metrics
from pipelines.credit.page import page
from pipelines.credit.training import Trained
from pipelines.tracking import mlflow_at
from risk.scorecard.card import Scorecard, decode, encode

MODEL_NAME = EXPERIMENT = "credit-score"
DOCUMENT, PAGE = "scorecard.json", "model-card.md"
FOLDER = "card"


def register(uri: str, trained: Trained, *, reference: Mapping[str, str]) -> int:
    """Log a run with the card and return the version that was made of it. `reference` says what it was trained on."""
    mlflow = mlflow_at(uri)
    client = mlflow.MlflowClient()
    mlflow.set_experiment(EXPERIMENT)
    with mlflow.start_run(run_name=MODEL_NAME) as run:
        mlflow.log_params({f"training.{name}": value for name, value in trained.card.training.items()})
        mlflow.log_params({f"data.{name}": value for name, value in reference.items()})
        mlflow.log_params({"pdo": trained.card.scaling.pdo, "base_points": trained.card.scaling.base_points})
        mlflow.log_metrics(as_metrics(trained.judged))
        mlflow.log_text(encode(trained.card).decode(), f"{FOLDER}/{DOCUMENT}")
        mlflow.log_text(page(trained), f"{FOLDER}/{PAGE}")
        source = f"{run.info.artifact_uri}/{FOLDER}"
        run_id = str(run.info.run_id)
    if not client.search_registered_models(filter_string=f"name = '{MODEL_NAME}'"):
        client.create_registered_model(MODEL_NAME)
    return int(client.create_model_version(MODEL_NAME, source, run_id).version)


def newest(uri: str) -> Scorecard:
    """Return the card of the newest version. Raises NotFound."""
    mlflow = mlflow_at(uri)
    versions = mlflow.MlflowClient().search_model_versions(f"name = '{MODEL_NAME}'")
    if not versions:
        raise NotFound(f"the registry has no {MODEL_NAME}: train one with --register, or name a card's file")
    latest = max(versions, key=lambda version: int(version.version))
    return decode(mlflow.artifacts.load_text(f"runs:/{latest.run_id}/{FOLDER}/{DOCUMENT}").encode())
