"""Feast over our servers: registry and marts in the warehouse server's databases, online values in Valkey."""

import json
from typing import Any

from kit.settings import Settings, Valkey

PROJECT = "baas"
REGISTRY_DATABASE = "feast"
REGISTRY_ROLE = "feast"
READING_ROLE = "audit"
ONE_READER = 1
COMMA = r"\u002c"


def open_store(settings: Settings, *, project: str = PROJECT) -> Any:
    """Return the store; `project` keeps one deployment's keys and registry apart from another's."""
    from feast import FeatureStore, RepoConfig

    return FeatureStore(config=RepoConfig(**configuration(settings, project=project)))


def configuration(settings: Settings, *, project: str) -> dict[str, Any]:
    """Return Feast's configuration of a deployment."""
    warehouse, valkey = settings.warehouse, settings.valkey
    password = warehouse.passwords.get(READING_ROLE)
    registry = warehouse.url(REGISTRY_ROLE, dbname=REGISTRY_DATABASE, driver="postgresql+psycopg")
    return {
        "project": project,
        "provider": "local",
        "registry": {
            "registry_type": "sql",
            "path": registry,
            "cache_ttl_seconds": 60,
        },
        "offline_store": {
            "type": "postgres",
            "host": warehouse.host,
            "port": warehouse.port,
            "database": warehouse.dbname,
            "db_schema": "marts",
            "user": READING_ROLE,
            "password": password.get_secret_value() if password else "",
            "sslmode": warehouse.sslmode,
            "sslrootcert_path": str(warehouse.sslrootcert) if warehouse.sslrootcert else None,
            "max_conn": ONE_READER,
        },
        "online_store": {"type": "redis", "connection_string": connection_string(valkey)},
        "entity_key_serialization_version": 3,
    }


def connection_string(valkey: Valkey) -> str:
    """Return the server as Feast reads it: JSON values between commas; a comma within one is written as its code."""
    options = valkey.client()
    where = f"{options.pop('host')}:{options.pop('port')}"
    values = (f"{name}={json.dumps(value).replace(',', COMMA)}" for name, value in options.items())
    return ",".join([where, *values])
