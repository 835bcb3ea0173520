"""The whole tree, and where its values come from."""

import json
import os
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from kit.settings.processes import AmlStream, Chain, Demo, Edge, Investing, Scorer
from kit.settings.servers import Http, Kafka, Neo4j, PostgresServer, Valkey

REPOSITORY_ROOT = Path(__file__).resolve().parents[2]
PREFIX, LEVEL = "BAAS_", "__"


class Settings(BaseSettings):
    """The whole tree."""

    # What is misspelt is passed over here; `baas up` and `baas doctor` name it (`unknown_variables`).
    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter=LEVEL, extra="ignore", nested_model_default_partial_update=True
    )

    var: Path = REPOSITORY_ROOT / "var"
    core: PostgresServer = PostgresServer(dbname="core")
    warehouse: PostgresServer = PostgresServer(port=5433, dbname="warehouse")
    kafka: Kafka = Kafka()
    valkey: Valkey = Valkey()
    aml_stream: AmlStream = AmlStream()
    neo4j: Neo4j = Neo4j()
    api: Http = Http(port=8000)
    edge: Edge = Edge()
    mlflow: Http = Http(port=5000)
    dagster: Http = Http(port=3000)
    superset: Http = Http(port=8088)
    scorer: Scorer = Scorer()
    chain: Chain = Chain()
    demo: Demo = Demo()
    investing: Investing = Investing()
    health: dict[str, Http] = {}

    @cached_property
    def lake(self) -> Path:
        """Where the topics lie as Parquet, a folder each; `kit.lake` says how."""
        return self.var / "lake"

    @cached_property
    def profiles(self) -> Path:
        """Daily profiles: `<profiles>/<view>/<tenant>/<day>.parquet`."""
        return self.var / "profiles"

    @cached_property
    def models(self) -> Path:
        """Content-addressed model exports, never deleted."""
        return self.var / "models"

    @cached_property
    def snapshots(self) -> Path:
        """Snapshots of the scorer's state."""
        return self.scorer.snapshots or self.var / "snapshots"

    @cached_property
    def secrets(self) -> Path:
        """Keys that this machine made, readable by its own user alone."""
        return self.var / "secrets"

    @cached_property
    def subject_keys(self) -> Path:
        """The keys of the people whom sealed records are about, wrapped; what opens them is under `secrets`."""
        return self.var / "keys"

    @cached_property
    def chain_anchor(self) -> Path:
        """What was last seen of the ledger's chain."""
        return self.var / "chain" / "anchor.json"

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


@lru_cache(maxsize=1)
def settings() -> Settings:
    """Return the process's settings, read once."""
    return Settings()
