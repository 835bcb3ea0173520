"""One settings tree for every process: environment (`BAAS_CORE__PORT=5433`), then `var/local.json`, then defaults.

`var/local.json` is written by the local process set (mode 600): free ports it chose and passwords it made. Each server can
be an outside one: set its host, port and passwords in the environment.
"""

import json
import os
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

REPOSITORY_ROOT = Path(__file__).resolve().parent.parent


class PostgresServer(BaseModel):
    """One PostgreSQL server and the passwords of the roles that log in to it."""

    host: str = "127.0.0.1"
    port: int = 5432
    dbname: str = "postgres"
    sslmode: str = "prefer"
    passwords: dict[str, SecretStr] = {}
    external: bool = False

    def dsn(self, role: str, *, dbname: str | None = None) -> str:
        """Return libpq key-value connection text for `role`."""
        password = self.passwords.get(role)
        secret = f" password={password.get_secret_value()}" if password else ""
        return f"host={self.host} port={self.port} dbname={dbname or self.dbname} user={role} sslmode={self.sslmode}{secret}"

    def url(self, role: str, *, dbname: str | None = None, driver: str = "postgresql") -> str:
        """Return the same as a URL, for the tools that want one (SQLAlchemy, MLflow, Feast)."""
        password = self.passwords.get(role)
        secret = f":{password.get_secret_value()}" if password else ""
        return f"{driver}://{role}{secret}@{self.host}:{self.port}/{dbname or self.dbname}"


class Kafka(BaseModel):
    """The broker, and a prefix that keeps one deployment's topics and groups apart from another's."""

    bootstrap: str = "127.0.0.1:9092"
    prefix: str = ""
    external: bool = False


class Valkey(BaseModel):
    """The online store of profile features."""

    host: str = "127.0.0.1"
    port: int = 6379
    password: SecretStr | None = None
    external: bool = False


class Http(BaseModel):
    """Where a process of ours listens."""

    host: str = "127.0.0.1"
    port: int = 0


class Scorer(BaseModel):
    """The scorer's RPC door and its bounds."""

    rpc: Http = Http(port=8101)
    deadline_ms: int = 100
    max_lateness_ms: int = 24 * 3_600_000
    commit_interval_ms: int = 75
    commit_max_events: int = 16_384


class Demo(BaseModel):
    """How large a bank the first start makes, and how lively it stays: more than people would do looks like fraud."""

    tenant: str = "demo"
    customers: int = 10_000
    days: int = 90
    seed: int = 7
    live_per_second: float = 5.0


class Settings(BaseSettings):
    """The whole tree."""

    model_config = SettingsConfigDict(env_prefix="BAAS_", env_nested_delimiter="__", extra="ignore")

    var: Path = REPOSITORY_ROOT / "var"
    core: PostgresServer = PostgresServer(dbname="core")
    warehouse: PostgresServer = PostgresServer(port=5433, dbname="warehouse")
    kafka: Kafka = Kafka()
    valkey: Valkey = Valkey()
    api: Http = Http(port=8000)
    mlflow: Http = Http(port=5000)
    dagster: Http = Http(port=3000)
    supervisor: Http = Http(port=9001)
    scorer: Scorer = Scorer()
    demo: Demo = Demo()
    health: dict[str, Http] = {}

    @cached_property
    def lake(self) -> Path:
        """Where the Parquet files lie: `<lake>/<topic>/<partition>-<first offset>-<last offset>.parquet`."""
        return self.var / "lake"

    @cached_property
    def models(self) -> Path:
        """Content-addressed model exports, never deleted."""
        return self.var / "models"

    @cached_property
    def secrets(self) -> Path:
        """Keys that this machine made, readable by its own user alone."""
        return self.var / "secrets"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Environment over `var/local.json` over defaults."""
        return init_settings, env_settings, _LocalFile(settings_cls)


class _LocalFile(PydanticBaseSettingsSource):
    """Reads what the local process set wrote."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        return self().get(field_name), field_name, False

    def __call__(self) -> dict[str, Any]:
        path = Path(os.environ.get("BAAS_VAR", REPOSITORY_ROOT / "var")) / "local.json"
        if not path.exists():
            return {}
        content: dict[str, Any] = json.loads(path.read_text())
        return content


def user_cache() -> Path:
    """Where what is made once serves every checkout and every `var/`: `$BAAS_CACHE`, else `~/.cache/baas`."""
    named = os.environ.get("BAAS_CACHE")
    return Path(named) if named else Path.home() / ".cache" / "baas"


@lru_cache(maxsize=1)
def settings() -> Settings:
    """Return the process's settings, read once."""
    return Settings()
