"""The servers that processes reach, and where processes of ours listen."""

from pathlib import Path
from typing import Literal, Self
from urllib.parse import quote, urlencode

from pydantic import BaseModel, Field, SecretStr, model_validator

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


def _quoted(value: str) -> str:
    """Return a value as libpq's connection text wants it."""
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
