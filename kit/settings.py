"""One settings tree for every process: environment (`BAAS_CORE__PORT=5433`), then `var/local.json`, then defaults.

`var/local.json` is written by `baas up` (mode 600): free ports it chose, passwords it made, and whatever the environment named
at a start, so that every shell finds the same set. Each server can be an outside one: docs/outside-servers.md.
"""

import json
import os
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import quote, urlencode

from pydantic import BaseModel, Field, SecretStr, model_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

REPOSITORY_ROOT = Path(__file__).resolve().parent.parent
PREFIX, LEVEL = "BAAS_", "__"
# Variables of ours that are no settings: caches, the tests' servers, what `baas up` and `make` pass on, the page's own server.
OTHER_VARIABLES = frozenset({"BAAS_CACHE", "BAAS_TEST_SERVERS", "BAAS_SETTINGS_SHA256", "BAAS_STARTED_AT", "BAAS_API"})
MAX_REPLICATION = 9


class PostgresServer(BaseModel):
    """One PostgreSQL server and the passwords of the roles that log in to it.

    `sslmode` is libpq's; `sslrootcert` the file of the authority that `verify-ca` and `verify-full` trust.
    """

    host: str = "127.0.0.1"
    port: int = 5432
    dbname: str = "postgres"
    sslmode: Literal["disable", "allow", "prefer", "require", "verify-ca", "verify-full"] = "prefer"
    sslrootcert: Path | None = None
    passwords: dict[str, SecretStr] = {}
    external: bool = False

    def dsn(self, role: str, *, dbname: str | None = None) -> str:
        """Return libpq key-value connection text for `role`, each value quoted."""
        values = {"host": self.host, "port": str(self.port), "dbname": dbname or self.dbname, "user": role, **self.tls}
        password = self.passwords.get(role)
        if password:
            values["password"] = password.get_secret_value()
        return " ".join(f"{name}={_quoted(value)}" for name, value in values.items())

    def url(self, role: str, *, dbname: str | None = None, driver: str = "postgresql") -> str:
        """Return the same as a URL, for the tools that want one (SQLAlchemy, MLflow, Feast)."""
        password = self.passwords.get(role)
        secret = f":{quote(password.get_secret_value(), safe='')}" if password else ""
        host = f"[{self.host}]" if ":" in self.host else self.host
        where = f"{host}:{self.port}/{quote(dbname or self.dbname, safe='')}"
        return f"{driver}://{quote(role, safe='')}{secret}@{where}?{urlencode(self.tls)}"

    @property
    def tls(self) -> dict[str, str]:
        """What libpq is told about encryption, by its own names."""
        found = {"sslmode": str(self.sslmode)}
        if self.sslrootcert:
            found["sslrootcert"] = str(self.sslrootcert)
        return found


class Kafka(BaseModel):
    """The brokers, how to log in to them, and a prefix that keeps one deployment's topics and groups apart from another's.

    `ca` is the file of the authority that signed the brokers' certificates (absent: the machine's own list). `replication` is
    of the topics that we make; `acks=all` then waits for all copies but one.
    """

    bootstrap: str = "127.0.0.1:9092"
    prefix: str = ""
    security: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = "SCRAM-SHA-512"
    user: str | None = None
    password: SecretStr | None = None
    ca: Path | None = None
    replication: int = Field(default=1, ge=1, le=MAX_REPLICATION)
    external: bool = False

    @model_validator(mode="after")
    def _names_who_logs_in(self) -> Self:
        if self.logs_in and not (self.user and self.password):
            raise ValueError(f"{self.security} needs a user and a password")
        return self

    @property
    def logs_in(self) -> bool:
        """Whether the brokers ask who we are."""
        return self.security.startswith("SASL_")

    @property
    def encrypted(self) -> bool:
        """Whether the connection is TLS."""
        return self.security.endswith("SSL")

    def client(self) -> dict[str, str]:
        """Return what every librdkafka client is told to reach the brokers."""
        found = {"bootstrap.servers": self.bootstrap, "security.protocol": self.security}
        if self.logs_in and self.user and self.password:
            found |= {
                "sasl.mechanism": self.mechanism,
                "sasl.username": self.user,
                "sasl.password": self.password.get_secret_value(),
            }
        if self.encrypted and self.ca:
            found["ssl.ca.location"] = str(self.ca)
        return found


class Valkey(BaseModel):
    """The online store of profile features. `user` is one of its access list (absent: the default one); `ca` as with Kafka."""

    host: str = "127.0.0.1"
    port: int = 6379
    user: str | None = None
    password: SecretStr | None = None
    tls: bool = False
    ca: Path | None = None
    external: bool = False

    def client(self) -> dict[str, str | int | bool]:
        """Return what a Redis client is told to reach it."""
        found: dict[str, str | int | bool] = {"host": self.host, "port": self.port}
        if self.user:
            found["username"] = self.user
        if self.password:
            found["password"] = self.password.get_secret_value()
        if self.tls:
            found["ssl"] = True
            if self.ca:
                found["ssl_ca_certs"] = str(self.ca)
        return found


class AmlStream(BaseModel):
    """The Flink cluster of the process `aml-stream`: where its jobs' state lies, and megabytes of the task manager in all.

    `rocksdb` holds what fits on the disk. `hashmap` is about twice as fast and holds some 170,000 payments in 2,048 MB.
    """

    state: Literal["rocksdb", "hashmap"] = "rocksdb"
    taskmanager_mb: int = Field(default=2_048, ge=1_024, le=1_048_576)


class Neo4j(BaseModel):
    """The graph of who pays whom. `ca` as with Kafka; `database` is the one that the graph lies in.

    `kept` says that this bank keeps a graph; the first start of the profile `full` sets it. `heap_mb` and `page_cache_mb` bound
    what a server of our own takes; they are told at its start.
    """

    host: str = "127.0.0.1"
    port: int = 7687
    user: str = "neo4j"
    password: SecretStr | None = None
    database: str = "neo4j"
    tls: bool = False
    ca: Path | None = None
    kept: bool = False
    heap_mb: int = Field(default=512, ge=192, le=65_536)
    page_cache_mb: int = Field(default=256, ge=8, le=1_048_576)
    external: bool = False

    @property
    def uri(self) -> str:
        """Where the Bolt protocol is spoken, to this server alone."""
        scheme = "bolt+s" if self.tls and self.ca is None else "bolt"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{scheme}://{host}:{self.port}"


class Http(BaseModel):
    """Where a process of ours listens."""

    host: str = "127.0.0.1"
    port: int = 0


class Edge(BaseModel):
    """What stands in front of the API: addresses or networks of proxies whose X-Forwarded-For and -Proto are believed."""

    trusted_proxies: list[str] = []


class Scorer(BaseModel):
    """The scorer's RPC door and its bounds.

    `memory_rows`: the horizon of repetitions. A transaction that comes again is answered from memory while fewer than this many
    later ones of the shard were decided, at most while fewer than twice as many were, and is decided anew after that; it should
    cover what a shard decides within the inbound topic's retention. It is the horizon of labels too: what turns out about a
    transaction that is forgotten has no effect. A row takes about 240 bytes. The log keeps the value of each start; another one
    holds from the moment at which the generation in use is full.

    `state_keys` bounds the live customers, instruments, devices and payees (each kind by itself) of the feature windows,
    `state_log_bytes` their events, `state_table_bytes` the tables that find them. At a bound the process ends and says which;
    memory is taken as it is used, so that a high bound costs address space only. None may be lowered below what the log needs.

    `snapshots` is the folder of the state's snapshots (absent: `<var>/snapshots`), of which two are kept. One is taken when as
    many seconds and as many records of the log as the two intervals say have passed since the last.
    """

    rpc: Http = Http(port=8101)
    deadline_ms: int = 100
    max_lateness_ms: int = 24 * 3_600_000
    memory_rows: int = Field(default=4_000_000, ge=1_000, le=200_000_000)
    state_keys: int = Field(default=4_000_000, ge=1)
    state_log_bytes: int = Field(default=16 * 2**30, ge=2**20)
    state_table_bytes: int = Field(default=8 * 2**30, ge=2**20)
    commit_interval_ms: int = 75
    commit_max_events: int = 16_384
    snapshots: Path | None = None
    snapshot_interval_s: float = Field(default=300.0, ge=0)
    snapshot_interval_records: int = Field(default=100_000, ge=1)


class Chain(BaseModel):
    """How the ledger's chain is sealed.

    Every `poll_ms` what was booked is chained; every `block_ms` what was chained is gathered into a block, whose proof of work
    should take `work_ms` of one core. `ml_dsa` has blocks signed with ML-DSA-65 beside Ed25519: 3,309 bytes a block.
    """

    poll_ms: int = Field(default=200, ge=1, le=60_000)
    block_ms: int = Field(default=10_000, ge=0, le=3_600_000)
    work_ms: int = Field(default=200, ge=1, le=5_000)
    ml_dsa: bool = False


class Demo(BaseModel):
    """How large a bank the first start makes, and how lively it stays: more than people would do looks like fraud."""

    tenant: str = "demo"
    customers: int = 10_000
    days: int = 90
    seed: int = 7
    live_per_second: float = 5.0


class AssumedReturn(BaseModel):
    """What is assumed of a class of products: its mean return and its standard deviation, in hundredths a year."""

    yearly_pct: float = Field(gt=-50, lt=100)
    volatility_pct: float = Field(ge=0, lt=100)


class Investing(BaseModel):
    """Assumptions that projections of savings are made from. They are no forecast: whoever runs this bank answers for them.

    The defaults are round nominal figures for Brazilian products, drawn from no data: set your own.
    """

    daily: AssumedReturn = AssumedReturn(yearly_pct=9.0, volatility_pct=0.5)
    inflation: AssumedReturn = AssumedReturn(yearly_pct=10.0, volatility_pct=6.0)
    multimarket: AssumedReturn = AssumedReturn(yearly_pct=10.0, volatility_pct=7.0)
    equity: AssumedReturn = AssumedReturn(yearly_pct=12.0, volatility_pct=22.0)


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


def named_in_environment() -> dict[str, Any]:
    """Return the settings that the environment names, as it gives them, but for where they are kept (`var`)."""
    named = EnvSettingsSource(Settings)()
    named.pop("var", None)
    return named


def forget_environment() -> None:
    """Take what the environment names out of it: for this process and those it starts, `var/local.json` alone counts."""
    for name in [name for name in os.environ if name.upper().startswith(PREFIX)]:
        if name != "BAAS_VAR" and name not in OTHER_VARIABLES:
            del os.environ[name]
    settings.cache_clear()


def unknown_variables(names: Iterable[str]) -> dict[str, str | None]:
    """Return each of `names` that begins like a setting and is none, with the setting that it may have meant."""
    known = {name.upper(): is_open for name, is_open in _variables(Settings, PREFIX)}
    unknown = {}
    for name in sorted(names):
        upper = name.upper()
        if not upper.startswith(PREFIX) or upper in OTHER_VARIABLES or upper in known:
            continue
        if any(is_open and upper.startswith(before + LEVEL) for before, is_open in known.items()):
            continue
        unknown[name] = next(iter(get_close_matches(upper, known, n=1)), None)
    return unknown


def _variables(model: type[BaseModel], prefix: str) -> Iterator[tuple[str, bool]]:
    """Yield (variable, whether names of any kind may follow it) of each setting."""
    for field, info in model.model_fields.items():
        kind = info.annotation
        yield prefix + field, getattr(kind, "__origin__", None) is dict
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from _variables(kind, prefix + field + LEVEL)


def _quoted(value: str) -> str:
    """Return a value as libpq's connection text wants it."""
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def user_cache() -> Path:
    """Where what is made once serves every checkout and every `var/`: `$BAAS_CACHE`, else `~/.cache/baas`."""
    named = os.environ.get("BAAS_CACHE")
    return Path(named) if named else Path.home() / ".cache" / "baas"


@lru_cache(maxsize=1)
def settings() -> Settings:
    """Return the process's settings, read once."""
    return Settings()
