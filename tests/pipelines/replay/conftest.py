"""The streams that a replay goes through, as they really run."""

import os
import socket
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from kit.settings import Kafka, PostgresServer, Settings
from tests.pipelines.reconcile.conftest import PROCESSES
from tests.servers import environment_of
from tests.streams.conftest import Running


@dataclass(frozen=True)
class Streams:
    """Running processes, and where they find their servers."""

    settings: Settings
    processes: list[Running]

    def said(self) -> str:
        return "\n".join(f"{process.module}: {process.output()[-2_000:]}" for process in self.processes)


@pytest.fixture(scope="module")
def streams(core: PostgresServer, warehouse: PostgresServer, kafka: Kafka, tmp_path_factory) -> Iterator[Streams]:
    settings = Settings(var=tmp_path_factory.mktemp("var"), core=core, warehouse=warehouse, kafka=kafka)
    own = environment_of(core=core, warehouse=warehouse, kafka=kafka, var=settings.var)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        own["BAAS_SCORER__RPC__PORT"] = str(probe.getsockname()[1])
    logs = tmp_path_factory.mktemp("logs")
    started = [Running(module, dict(os.environ) | own, logs / f"{module}.log") for module in PROCESSES]
    yield Streams(settings, started)
    for process in started:
        process.stop()
