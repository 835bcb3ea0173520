"""Feast over our servers: registry and marts in the warehouse server's databases, online values in Valkey."""

from typing import Any

from kit.settings import Settings

PROJECT = "baas"
REGISTRY_DATABASE = "feast"
REGISTRY_ROLE = "feast"
READING_ROLE = "audit"
ONE_READER = 1


def open_store(settings: Settings, *, project: str = PROJECT) -> Any:
    """Return the store; `project` keeps one deployment's keys and registry apart from another's."""
    from feast import FeatureStore, RepoConfig

    return FeatureStore(config=RepoConfig(**configuration(settings, project=project)))


def configuration(settings: Settings, *, project: str) -> dict[str, Any]:
    """Return Feast's configuration of a deployment."""
    warehouse, valkey = settings.warehouse, settings.valkey
    password = warehouse.passwords.get(READING_ROLE)
    registry = warehouse.url(REGISTRY_ROLE, dbname=REGISTRY_DATABASE, driver="postgresql+psycopg")
    secret = f",password={valkey.password.get_secret_value()}" if valkey.password else ""
    return {
        "project": project,
        "provider": "local",
        "registry": {
            "registry_type": "sql",
            "path": f"{registry}?sslmode={warehouse.sslmode}",
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
            "max_conn": ONE_READER,
        },
        "online_store": {"type": "redis", "connection_string": f"{valkey.host}:{valkey.port}{secret}"},
        "entity_key_serialization_version": 3,
    }
