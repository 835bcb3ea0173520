"""This machine's set as one object: its servers, its programs and its supervisor, made from the settings."""

import hashlib
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from baas import local_file, processes
from kit.localset.jars import JARS, read_lock, resolve
from kit.localset.java import find_java
from kit.localset.kafka import KafkaNode, check_broker
from kit.localset.neo4j import Neo4jNode
from kit.localset.postgres import Memory, PostgresNode
from kit.localset.program import Program
from kit.localset.supervision import Supervisor
from kit.localset.valkey import ValkeyNode, check_valkey
from kit.neo4j import check_neo4j
from kit.postgres import connect
from kit.settings import REPOSITORY_ROOT, PostgresServer, Settings, settings, user_cache

CORE_MEMORY = Memory(shared_buffers_mb=256, work_mem_mb=16)
WAREHOUSE_MEMORY = Memory(shared_buffers_mb=384, work_mem_mb=48, maintenance_work_mem_mb=256)
CORE_WAL_KEEP_MB = 4096

Node = PostgresNode | KafkaNode | ValkeyNode | Neo4jNode


@dataclass(frozen=True)
class Machine:
    """The set that the settings describe."""

    settings: Settings

    @cached_property
    def supervisor(self) -> Supervisor:
        """The supervisor under `var/`."""
        return Supervisor(self.settings.var)

    @cached_property
    def nodes(self) -> Mapping[str, Node]:
        """The servers that this machine runs itself, in starting order: outside ones are left out."""
        found: dict[str, Node] = {}
        if not self.settings.core.external:
            found["core"] = self._postgres("core", self.settings.core, CORE_MEMORY)
        if not self.settings.warehouse.external:
            found["warehouse"] = self._postgres("warehouse", self.settings.warehouse, WAREHOUSE_MEMORY)
        if not self.settings.kafka.external:
            found["kafka"] = self._kafka()
        if not self.settings.valkey.external:
            valkey = self.settings.valkey
            password = valkey.password.get_secret_value() if valkey.password else ""
            found["valkey"] = ValkeyNode(
                name="valkey", folder=self.settings.var / "valkey", port=valkey.port, password=password
            )
        if not self.settings.neo4j.external:
            found["neo4j"] = self._neo4j()
        return found

    def _neo4j(self) -> Neo4jNode:
        server = self.settings.neo4j
        return Neo4jNode(
            name="neo4j",
            folder=self.settings.var / "neo4j",
            port=server.port,
            password=server.password.get_secret_value() if server.password else "",
            jars=user_cache() / "jars",
            heap_mb=server.heap_mb,
            page_cache_mb=server.page_cache_mb,
        )

    def _postgres(self, name: str, server: PostgresServer, memory: Memory) -> PostgresNode:
        return PostgresNode(
            name=name,
            folder=self.settings.var / name,
            port=server.port,
            password=server.passwords["postgres"].get_secret_value(),
            memory=memory,
            slot_wal_keep_mb=CORE_WAL_KEEP_MB,
        )

    def _kafka(self) -> KafkaNode:
        return KafkaNode(
            name="kafka",
            folder=self.settings.var / "kafka",
            port=int(self.settings.kafka.bootstrap.rpartition(":")[2]),
            controller_port=int(local_file.read(self.settings.var)["kafka_controller"]["port"]),
            java=find_java(),
            class_path=resolve(read_lock(JARS), cache=user_cache() / "jars"),
        )

    def server_checks(self) -> dict[str, Callable[[], None]]:
        """Return, for every server (ours or outside), a call that raises unless it answers a real request."""
        return {
            "core": lambda: check_postgres(self.settings.core),
            "warehouse": lambda: check_postgres(self.settings.warehouse),
            "kafka": lambda: check_broker(self.settings.kafka.client()),
            "valkey": lambda: check_valkey(self.settings.valkey.client()),
            "neo4j": lambda: check_neo4j(self.settings.neo4j),
        }

    def programs(self, names: Iterable[processes.Process] = processes.PROCESSES) -> list[Program]:
        """Return what the supervisor keeps: the servers that are ours, then the processes."""
        ours = [node.program() for node in self.nodes.values()]
        return ours + [self._program(process) for process in names]

    def _program(self, process: processes.Process) -> Program:
        # A process reads its settings from `var/` when it starts; the digest of them makes one that read others start again.
        passed_on = {"BAAS_VAR": str(self.settings.var), "BAAS_SETTINGS_SHA256": self._settings_sha256}
        if "BAAS_CACHE" in os.environ:
            passed_on["BAAS_CACHE"] = os.environ["BAAS_CACHE"]
        return Program(
            name=process.name,
            command=processes.command_line(process, self.settings),
            folder=REPOSITORY_ROOT,
            environment=passed_on | processes.environment(process, self.settings),
            stop_wait_s=process.stop_wait_s,
        )

    @cached_property
    def _settings_sha256(self) -> str:
        path = local_file.path_in(self.settings.var)
        return hashlib.sha256(path.read_bytes() if path.exists() else b"").hexdigest()


def check_postgres(server: PostgresServer) -> None:
    """Raise unless the server answers a query of its superuser and is not in recovery."""
    with connect(server.dsn("postgres", dbname="postgres"), application="baas-check") as connection:
        row = connection.execute("select pg_is_in_recovery()").fetchone()
    if row is None or row[0]:
        raise RuntimeError("still in recovery")


def machine() -> Machine:
    """Return the set of the settings as they are now (`var/local.json` may just have been written)."""
    settings.cache_clear()
    return Machine(absolute(settings()))


def absolute(found: Settings) -> Settings:
    """Return the settings with an absolute `var`, whatever folder we were called in."""
    return found.model_copy(update={"var": found.var.resolve()})
