"""A real API server on real databases: uvicorn in a thread of its own, reached over HTTP."""

import asyncio
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import httpx
import pytest
import uvicorn

from kit.plain_http import NO_TLS
from kit.settings import Http, Kafka, PostgresServer, Scorer, Settings
from kit.short_way import ShortWay
from risk.screening.warm_up import is_warm
from serving.app import create_app
from serving.edge.limits import Limits
from serving.identity.seed import Login, seed_demo
from serving.resources import Options
from serving.screening.compiled import COMMAND

START_S, STOP_S, COMPILE_S = 60.0, 60.0, 500.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def eventually(condition: Callable[[], object], *, within_s: float = 10.0) -> object:
    """Poll until the condition holds and return what it gave; fail when it does not in time."""
    deadline = time.monotonic() + within_s
    while True:
        found = condition()
        if found:
            return found
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.02)


async def async_eventually(condition: Callable[[], object], *, within_s: float = 10.0) -> object:
    """Do what `eventually` does, and let the event loop go on meanwhile."""
    deadline = time.monotonic() + within_s
    while not (found := condition()):
        assert time.monotonic() < deadline, "it did not come true in time"
        await asyncio.sleep(0.02)
    return found


@dataclass
class Server:
    """A running API."""

    settings: Settings
    url: str
    logins: dict[str, list[Login]] = field(default_factory=dict)

    def client(self, **headers: str) -> httpx.Client:
        return httpx.Client(verify=NO_TLS, base_url=self.url, headers=headers, timeout=20)

    def partner(self, tenant_id: str = "demo") -> httpx.Client:
        return self.client(**{"X-Api-Key": self.secret(f"{tenant_id}-partner", tenant_id)})

    def secret(self, name: str, tenant_id: str = "demo") -> str:
        return next(login.secret for login in self.logins[tenant_id] if login.name == name)

    def browser(self, role: str, tenant_id: str = "demo") -> httpx.Client:
        """A signed-in browser that sends its CSRF token with everything."""
        email = f"{role}@{tenant_id}.example"
        client = self.client()
        answer = client.post("/v1/session", json={"email": email, "password": self.secret(email, tenant_id)})
        assert answer.status_code == 200, answer.text
        client.headers["X-CSRF-Token"] = answer.json()["csrf_token"]
        return client


@cache
def compiled() -> None:
    """Have what searches run be compiled before a server runs: on a machine that never did, it takes a minute."""
    if not is_warm():
        subprocess.run(COMMAND, check=True, timeout=COMPILE_S)


def serve(settings: Settings, options: Options | None = None) -> Iterator[Server]:
    compiled()
    config = uvicorn.Config(
        create_app(settings, options=options),
        host="127.0.0.1",
        port=settings.api.port,
        log_level="warning",
        access_log=False,
        server_header=False,
        http=ShortWay,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve()), daemon=True)
    thread.start()
    eventually(lambda: server.started, within_s=START_S)
    yield Server(settings, f"http://127.0.0.1:{settings.api.port}")
    server.should_exit = True
    thread.join(STOP_S)
    assert not thread.is_alive()


@pytest.fixture(scope="module")
def settings(
    core: PostgresServer, warehouse: PostgresServer, kafka: Kafka, tmp_path_factory: pytest.TempPathFactory
) -> Settings:
    """Settings of this module's own databases, with no scorer listening."""
    var: Path = tmp_path_factory.mktemp("var")
    return Settings(
        var=var,
        core=core,
        warehouse=warehouse,
        kafka=kafka,
        api=Http(port=free_port()),
        scorer=Scorer(rpc=Http(port=free_port())),
    )


@pytest.fixture(scope="module")
def options() -> Options:
    return Options(limits=Limits())


@pytest.fixture(scope="module")
def api(settings: Settings, options: Options) -> Iterator[Server]:
    """The API with two tenants, `demo` and `other`."""
    logins = {
        tenant_id: seed_demo(settings.core.dsn("postgres"), tenant_id, settings.secrets) for tenant_id in ("demo", "other")
    }
    for server in serve(settings, options):
        server.logins = logins
        yield server
