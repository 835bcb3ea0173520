"""Feast over our servers: what `feature_store/repo/feature_store.yaml` leaves open, and the store that it describes."""

import json
from string import Template
from typing import Any

import yaml

from kit.settings import REPOSITORY_ROOT, Settings, Valkey

PROJECT = "baas"
REPOSITORY = REPOSITORY_ROOT / "feature_store" / "repo"
CONFIGURATION = REPOSITORY / "feature_store.yaml"
REGISTRY_DATABASE = "feast"
REGISTRY_ROLE = "feast"
COMMA = r"\u002c"


def open_store(settings: Settings, *, project: str = PROJECT) -> Any:
    """Return the store; `project` keeps one deployment's keys and registry apart from another's."""
    from feast import FeatureStore, RepoConfig

    return FeatureStore(config=RepoConfig(**configuration(environment(settings, project=project))))


def configuration(filled: dict[str, str]) -> dict[str, Any]:
    """Return Feast's configuration with what it leaves open filled in, as the `feast` command fills it in."""
    found: dict[str, Any] = yaml.safe_load(Template(CONFIGURATION.read_text()).substitute(filled))
    return found


def environment(settings: Settings, *, project: str = PROJECT) -> dict[str, str]:
    """Return the variables that the configuration names. They lie between single quotes of YAML, and are written so."""
    registry = settings.warehouse.url(REGISTRY_ROLE, dbname=REGISTRY_DATABASE, driver="postgresql+psycopg")
    return {
        "PROFILES_PROJECT": project,
        "PROFILES_REGISTRY": _quoted(registry),
        "PROFILES_ONLINE": _quoted(connection_string(settings.valkey)),
    }


def connection_string(valkey: Valkey) -> str:
    """Return the server as Feast reads it: JSON values between commas; a comma within one is written as its code."""
    options = valkey.client()
    where = f"{options.pop('host')}:{options.pop('port')}"
    values = (f"{name}={json.dumps(value).replace(',', COMMA)}" for name, value in options.items())
    return ",".join([where, *values])


def _quoted(text: str) -> str:
    return text.replace("'", "''")
