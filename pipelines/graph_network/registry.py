"""Versions of the graph network in MLflow: registered with what they are worth, and used once somebody approved them.

The first version is used at once, as with the fraud model: there is nothing to hold it against. Every later one is named
challenger, and used when somebody says so and why (`baas graph-network promote`).
"""

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kit.errors import Conflict, NotFound, Unavailable
from kit.settings import Settings
from pipelines.graph_network import learning
from pipelines.graph_network.card import CARD, card
from pipelines.graph_network.training import Trained
from pipelines.tracking import answers, mlflow_of, tracking_uri
from pipelines.versions import CHALLENGER, CHAMPION
from risk.graph_network.document import FILE, decode, encode
from risk.graph_network.network import Network

MODEL_NAME = EXPERIMENT = "graph-network"
FOLDER = "network"
_MISSING = ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE")


class RegistryAway(Unavailable):
    """The registry does not answer; whoever asked may ask again."""

    code = "registry-away"
    title = "The model registry does not answer"
    remedy = "Look at `baas status` and `baas logs mlflow`, then try again."


@dataclass(frozen=True, slots=True)
class Version:
    """A version as people ask for it. `average_precision` is the network's and the trees', None where it is unknown."""

    version: int
    run_id: str
    aliases: tuple[str, ...]
    average_precision: float | None
    trees_average_precision: float | None
    notes: dict[str, str]


def register(settings: Settings, trained: Trained) -> tuple[int, str]:
    """Log a run with the network and its card; return the version and what it is from now on."""
    mlflow = mlflow_of(settings)
    client = mlflow.MlflowClient()
    mlflow.set_experiment(EXPERIMENT)
    if not client.search_registered_models(filter_string=f"name = '{MODEL_NAME}'"):
        client.create_registered_model(MODEL_NAME)
    with mlflow.start_run(run_name=MODEL_NAME) as run, tempfile.TemporaryDirectory() as folder:
        mlflow.log_params({f"data.{name}": value for name, value in trained.reference.items()})
        mlflow.log_params({"width": learning.WIDTH, "seeds": len(trained.network.members), "dropout": learning.DROPOUT})
        mlflow.log_metrics(_metrics(trained))
        (Path(folder) / FILE).write_bytes(encode(trained.network))
        mlflow.log_artifact(str(Path(folder) / FILE), FOLDER)
        made_of, run_id = f"{run.info.artifact_uri}/{FOLDER}", str(run.info.run_id)
    version = int(client.create_model_version(MODEL_NAME, made_of, run_id).version)
    client.log_text(run_id, card(trained, version=version), CARD)
    alias = CHAMPION if _named(client, CHAMPION) is None else CHALLENGER
    client.set_registered_model_alias(MODEL_NAME, alias, str(version))
    return version, alias


def _metrics(trained: Trained) -> dict[str, float]:
    found = {
        f"{prefix}{name}": getattr(judged, name)
        for prefix, judged in (("", trained.ours), ("trees_", trained.trees))
        for name in ("average_precision", "auc", "unseen_average_precision")
    }
    return {"share_used": trained.share_used} | {name: value for name, value in found.items() if value is not None}


def promote(settings: Settings, version: int, *, why: str, by: str) -> Version:
    """Have a version used from the next night on, and keep why. Raises NotFound, and Conflict where it is used already."""
    client = mlflow_of(settings).MlflowClient()
    found = next((each for each in listed(settings) if each.version == version), None)
    if found is None:
        raise NotFound(f"there is no version {version} of {MODEL_NAME}; `baas graph-network list` shows those there are")
    if CHAMPION in found.aliases:
        raise Conflict(f"{MODEL_NAME} {version} is used already")
    for name, text in (("promoted_by", by), ("promoted_why", why)):
        client.set_model_version_tag(MODEL_NAME, str(version), name, text)
    client.set_registered_model_alias(MODEL_NAME, CHAMPION, str(version))
    if CHALLENGER in found.aliases:
        client.delete_registered_model_alias(MODEL_NAME, CHALLENGER)
    return found


def listed(settings: Settings) -> list[Version]:
    """Return every version, newest first."""
    client = mlflow_of(settings).MlflowClient()
    versions = client.search_model_versions(f"name = '{MODEL_NAME}'")
    if not versions:
        return []
    aliases = client.get_registered_model(MODEL_NAME).aliases
    found = []
    for version in versions:
        metrics = client.get_run(version.run_id).data.metrics
        number = int(version.version)
        found.append(
            Version(
                number, str(version.run_id), tuple(sorted(name for name, of in aliases.items() if int(of) == number)),
                metrics.get("average_precision"), metrics.get("trees_average_precision"), dict(version.tags),
            )
        )  # fmt: skip
    return sorted(found, key=lambda each: -each.version)


def champion(settings: Settings) -> tuple[int, Network] | None:
    """Return the version that is used and its network; None where none was learned yet. Raises BadNetwork, RegistryAway."""
    if not answers(settings):
        raise RegistryAway(f"nobody answers at {tracking_uri(settings)}")
    mlflow = mlflow_of(settings)
    found = _named(mlflow.MlflowClient(), CHAMPION)
    if found is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        path = mlflow.artifacts.download_artifacts(f"runs:/{found.run_id}/{FOLDER}/{FILE}", dst_path=folder)
        return int(found.version), decode(Path(path).read_bytes())


def _named(client: Any, alias: str) -> Any | None:
    from mlflow.exceptions import MlflowException

    try:
        return client.get_model_version_by_alias(MODEL_NAME, alias)
    except MlflowException as problem:
        if problem.error_code in _MISSING:
            return None
        raise
