"""The core database dies as machines die and comes back: every route says 503 and when to come back, and nothing is lost."""

import os
import secrets
import shutil
import signal
import subprocess
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import psutil
import psycopg
import pytest
from psycopg import sql
from pydantic import SecretStr
from structlog.testing import capture_logs

from kit.localset.postgres import Memory, PostgresNode
from kit.migrations import migrate
from kit.postgres import POOL_WAIT_S
from kit.settings import REPOSITORY_ROOT, Http, Kafka, PostgresServer, Scorer, Settings
from serving.edge.limits import Limits, Rate
from serving.edge.metrics import AUDIT_ROWS_LOST
from serving.resources import Options
from tests.serving.conftest import Server, eventually, free_port

ROLES = ("api", "intake")
BURST = 40
NOWHERE = "0193f2aa-1111-7222-8333-944445555666"


class Core:
    """A database server of this module's own."""

    def __init__(self, folder: Path) -> None:
        self._node = PostgresNode(
            name="core", folder=folder / "core", port=free_port(), password=secrets.token_hex(16), memory=Memory(32, 4, 16, 64)
        )
        self._node.prepare()
        self._process: subprocess.Popen[bytes] | None = None
        passwords = {role: SecretStr(self._node.password) for role in ("postgres", *ROLES)}
        self.server = PostgresServer(port=self._node.port, dbname="postgres", sslmode="disable", passwords=passwords)

    def start(self) -> None:
        """Start it unless it runs, and return once it takes writes."""
        if self._process is not None:
            return
        program = self._node.program()
        self._process = subprocess.Popen(program.command, cwd=program.folder, user=program.user, extra_groups=[])
        eventually(self._answers, within_s=60)

    def migrate(self) -> None:
        migrate(self.server.url("postgres"), server="core")
        with psycopg.connect(self.server.dsn("postgres"), autocommit=True) as connection:
            for role in ROLES:
                statement = sql.SQL("alter role {} password {}").format(sql.Identifier(role), self._node.password)
                connection.execute(statement)

    def kill(self) -> None:
        """End it and everything it forked at once, without a warning."""
        if self._process is None:
            return
        family = [psutil.Process(self._process.pid), *psutil.Process(self._process.pid).children(recursive=True)]
        for member in family:
            os.kill(member.pid, signal.SIGKILL)
        self._process.wait(20)
        psutil.wait_procs(family, timeout=20)
        self._process = None

    def _answers(self) -> bool:
        try:
            self._node.check()
        except psycopg.OperationalError:
            return False
        return True


@pytest.fixture(scope="module")
def own_core() -> Iterator[Core]:
    folder = REPOSITORY_ROOT / "var" / f"test-core-{uuid.uuid4().hex[:8]}"
    running = Core(folder)
    try:
        running.start()
        running.migrate()
        yield running
    finally:
        running.kill()
        shutil.rmtree(folder)


@pytest.fixture(scope="module")
def settings(own_core: Core, warehouse: PostgresServer, kafka: Kafka, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """This module's own core, with no scorer listening."""
    return Settings(
        var=tmp_path_factory.mktemp("var"),
        core=own_core.server,
        warehouse=warehouse,
        kafka=kafka,
        api=Http(port=free_port()),
        scorer=Scorer(rpc=Http(port=free_port())),
    )


@pytest.fixture(scope="module")
def options() -> Options:
    """A rate that one of these tests goes over."""
    return Options(limits=Limits(per_person=Rate(per_s=1, burst=BURST)))


@pytest.fixture
def killed(own_core: Core) -> Iterator[Callable[[], None]]:
    """Kill the core when called; it is back at the end of the test at the latest."""
    yield own_core.kill
    own_core.start()


def key() -> dict[str, str]:
    return {"Idempotency-Key": str(uuid.uuid4())}


def transfer() -> dict[str, object]:
    return {
        "debit_account_id": NOWHERE, "credit_account_id": NOWHERE.replace("1", "2"), "channel": "pix",
        "amount": {"amount_minor": 100, "currency": "BRL"},
    }  # fmt: skip


ROUTES: list[tuple[str, str, dict[str, object]]] = [
    ("GET", "/v1/customers", {}),
    ("GET", "/v1/customers/c1", {}),
    ("POST", "/v1/customers", {"json": {"customer_id": "c-away"}}),
    ("GET", "/v1/accounts", {}),
    ("GET", f"/v1/accounts/{NOWHERE}", {}),
    ("GET", f"/v1/accounts/{NOWHERE}/balance", {}),
    ("GET", f"/v1/accounts/{NOWHERE}/entries", {}),
    ("POST", "/v1/accounts", {"json": {"customer_id": "c000042"}, "headers": key()}),
    ("POST", "/v1/transfers", {"json": transfer(), "headers": key()}),
    ("GET", f"/v1/transfers/{NOWHERE}", {}),
    ("POST", f"/v1/transfers/{NOWHERE}/resolution", {"json": {"action": "deny"}}),
    ("GET", "/v1/schedules", {}),
    ("POST", "/v1/sandbox/clock", {"json": {"advance_ms": 1}}),
    ("POST", "/v1/customers?dry_run=true", {"json": {"customer_id": "c-away"}}),
    ("GET", "/v1/alerts", {}),
    ("GET", f"/v1/alerts/{NOWHERE}", {}),
    ("POST", f"/v1/alerts/{NOWHERE}/status", {"json": {"status": "in_review"}}),
    ("GET", "/v1/audit", {}),
    ("GET", "/v1/clients", {}),
    ("POST", "/v1/clients", {"json": {"client_id": "away-client", "name": "n", "roles": ["partner"]}}),
    ("DELETE", "/v1/clients/away-client", {}),
]


def machine(api: Server, role: str) -> httpx.Client:
    """A client whose token is verified without a database."""
    admin = api.browser("admin")
    made = admin.post("/v1/clients", json={"client_id": f"t-{uuid.uuid4().hex[:8]}", "name": "t", "roles": [role]}).json()
    wanted = {"grant_type": "client_credentials", "client_id": made["client_id"], "client_secret": made["client_secret"]}
    return api.client(Authorization=f"Bearer {api.client().post('/v1/oauth/token', json=wanted).json()['access_token']}")


def test_while_the_core_is_away_every_route_says_when_to_come_back_and_then_works_again(api, own_core, killed):
    known = machine(api, "admin")
    killed()

    def ask(route: tuple[str, str, dict]) -> tuple[str, httpx.Response]:
        method, path, more = route
        return f"{method} {path}", known.request(method, path, **more)

    def sign_in(_: int) -> tuple[str, httpx.Response]:
        return "sign in", api.client().post("/v1/session", json={"email": "risk@demo.example", "password": "x"})

    def by_key(_: int) -> tuple[str, httpx.Response]:
        return "a key", api.client(**{"X-Api-Key": f"some-client.{secrets.token_urlsafe(32)}"}).get("/v1/customers")

    with ThreadPoolExecutor(len(ROUTES) + 2) as threads:
        answers = [*threads.map(ask, ROUTES), *threads.map(sign_in, range(1)), *threads.map(by_key, range(1))]
    for route, answer in answers:
        assert answer.status_code == 503, (route, answer.text)
        assert answer.headers["content-type"] == "application/problem+json", route
        assert answer.json()["code"] in {"database-away", "ledger-away"}, route
        assert int(answer.headers["retry-after"]) >= 1, route
    ready = api.client().get("/readyz")
    assert (ready.status_code, ready.json()["ready"]) == (503, False)
    assert api.client().get("/healthz").status_code == 200

    own_core.start()
    eventually(lambda: known.get("/v1/customers").status_code == 200, within_s=3 * POOL_WAIT_S)
    made = known.post("/v1/customers", json={"customer_id": f"c{uuid.uuid4().hex[:10]}"})
    assert made.status_code == 201, made.text
    eventually(lambda: api.client().get("/readyz").status_code == 200)


def test_a_refused_write_whose_audit_row_is_lost_is_logged_whole_and_counted(api, own_core, killed):
    partner = machine(api, "partner")
    before = AUDIT_ROWS_LOST._value.get()
    killed()
    with capture_logs() as logged:
        refused = partner.post("/v1/clients", json={}, headers={"X-Correlation-Id": "lost-row"})
        assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
        [row] = eventually(lambda: [line for line in logged if line["event"] == "audit row lost"], within_s=3 * POOL_WAIT_S)
    assert (row["log_level"], row["action"], row["status"], row["code"]) == ("error", "POST /v1/clients", 403, "forbidden")
    assert (row["actor"].split(":")[0], row["tenant_id"], row["correlation_id"]) == ("client", "demo", "lost-row")
    assert AUDIT_ROWS_LOST._value.get() == before + 1


def test_a_write_over_its_rate_leaves_no_audit_row_and_any_other_refused_one_does(api):
    customer = api.browser("customer")
    statuses = [customer.post("/v1/customers", json={"customer_id": "c1"}).status_code for _ in range(BURST + 10)]
    assert set(statuses) == {403, 429}
    admin = api.browser("admin")

    def stored() -> list[int]:
        rows = admin.get("/v1/audit", params={"limit": 200, "resource": "customers"}).json()["items"]
        return [row["status"] for row in rows if row["actor"].startswith("user:") and row["status"] != 201]

    assert eventually(lambda: len(stored()) == statuses.count(403))
    assert set(stored()) == {403}
