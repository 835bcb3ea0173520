"""Reaching MLflow: the library takes seconds to import, and says and sends more than anybody asked for."""

import os
import urllib.request
from http import HTTPStatus
from typing import Any

from kit.settings import Settings

HEALTH_S = 3.0


def tracking_uri(settings: Settings) -> str:
    """Return where the deployment's registry answers."""
    return f"http://{settings.mlflow.host}:{settings.mlflow.port}"


def answers(settings: Settings) -> bool:
    """Whether the registry answers now: the library itself goes on asking for minutes."""
    try:
        with urllib.request.urlopen(f"{tracking_uri(settings)}/health", timeout=HEALTH_S) as answer:  # noqa: S310 (our own settings)
            return bool(answer.status == HTTPStatus.OK)
    except OSError:
        return False


def mlflow_at(uri: str) -> Any:
    """Return the library, pointed at a registry."""
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
    import mlflow

    mlflow.set_tracking_uri(uri)
    return mlflow


def mlflow_of(settings: Settings) -> Any:
    """Return the library, pointed at the deployment's registry."""
    return mlflow_at(tracking_uri(settings))
