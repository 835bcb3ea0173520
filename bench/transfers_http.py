"""`baas bench transfers-http`: durable, scored, authenticated transfers over HTTP, 64 clients.

The API and the scorer run as the processes they are, on databases and topics of the bench's own; the clients are a process
beside them (raw sockets, keep-alive), so everything shares the machine. The peer is the same API asked by one client, one
request after another: what gathering buys.

`*_cpu_us_per_transfer` says where the processor time goes, on this machine's processes. The clients' part is another machine's
in life; the broker's has in it whatever else uses the broker meanwhile.
"""

import argparse
import json
import multiprocessing
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import psycopg
from psycopg import sql

from bench.http_load import Load, Sent, drive
from bench.processor_time import database_backends, listeners, of_processes
from bench.random_model import random_export
from bench.report import Report, parser
from contracts.ledger_events import Purpose
from contracts.topics import CONTROLS, broker_topics
from kit.clock import SystemClock
from kit.ids import uuid7
from kit.kafka import admin, ensure_topics, producer, topic_name
from kit.migrations import migrate
from kit.settings import REPOSITORY_ROOT, Http, Settings, settings
from ledger.accounts import NewAccount, open_accounts, system_account
from ledger.postings import Kind, PostingRequest
from ledger.repository import post_batch
from serving.identity.seed import seed_demo

CLIENTS = 64
ACCOUNTS = 2_000
FUNDS_MINOR = 10**12
TENANT = "demo"
READY_S = 300.0
CLOCK = SystemClock()


def main(arguments: list[str] | None = None) -> int:
    """Run the bench; returns 0."""
    options = _options(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # leave nothing running, however it ends
    report = Report("transfers-http")
    report.settings = {"clients": CLIENTS, "accounts": ACCOUNTS, "runs": options.runs, "seconds_a_run": options.seconds}
    with report.loaded(), ExitStack() as stack:
        own = stack.enter_context(own_places(settings()))
        accounts = prepare(own)
        key = next(
            login.secret for login in seed_demo(own.core.dsn("postgres"), TENANT, own.secrets) if login.kind == "api-key"
        )
        scorer = stack.enter_context(process_of(own, "streams.scorer"))
        api = stack.enter_context(process_of(own, "serving"))
        url = f"http://{own.api.host}:{own.api.port}"
        wait_until_scored(own, url, key, accounts)
        token = token_of(url, key)
        warm = Load(own.api.host, own.api.port, token, accounts, clients=CLIENTS, seconds=options.seconds / 2)
        drive_apart(warm)
        busy = {
            "api": [api],
            "scorer": [scorer],
            "core": database_backends(own.core.dsn("postgres")),
            "kafka": listeners(int(own.kafka.bootstrap.rpartition(":")[2])),
        }
        busy = {name: pids for name, pids in busy.items() if pids}
        before_s = {name: of_processes(pids) for name, pids in busy.items()}
        runs = [
            drive_apart(Load(own.api.host, own.api.port, token, accounts, clients=CLIENTS, seconds=options.seconds))
            for _ in range(options.runs)
        ]
        spent_s = {name: of_processes(pids) - before_s[name] for name, pids in busy.items()}
        spent_s["clients"] = sum(run.cpu_s for run in runs)
        single = drive_apart(Load(own.api.host, own.api.port, token, accounts, clients=1, seconds=options.seconds / 2))
    rate = report.figure("rate_per_s", [run.posted / run.seconds for run in runs])
    report.figure("p50_ms", [run.quantile_ms(0.5) for run in runs])
    report.figure("p99_ms", [run.quantile_ms(0.99) for run in runs])
    report.figure("scored_and_posted_pct", [100 * run.posted / run.answers for run in runs])
    for name, seconds in spent_s.items():
        report.figure(f"{name}_cpu_us_per_transfer", 1e6 * seconds / sum(run.answers for run in runs))
    alone = report.baseline("one-client", "rate_per_s", single.posted / single.seconds)
    report.ratio("rate_vs_one-client", rate / alone)
    report.publish()
    return 0


def _options(arguments: list[str] | None) -> argparse.Namespace:
    options = parser("transfers-http", "Durable, scored, authenticated transfers over HTTP").parse_args(arguments)
    options.runs, options.seconds = (1, 6.0) if options.quick else (3, 12.0)
    return options


def drive_apart(load: Load) -> Sent:
    """Run the clients in a process of their own: they must not share the bench's interpreter."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(drive, (load,))


@contextmanager
def own_places(shared: Settings) -> Iterator[Settings]:
    """Give databases, topics, ports and a folder of the bench's own on the servers that are there; nothing is left behind."""
    mark = f"bench_{uuid.uuid4().hex[:10]}"
    kafka = shared.kafka.model_copy(update={"prefix": f"{mark}."})
    with ExitStack() as stack:
        var = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="baas-bench-")))
        kernels = shared.var / "kernels"  # compiled once a machine, not once a bench
        kernels.mkdir(parents=True, exist_ok=True)
        (var / "kernels").symlink_to(kernels.resolve())
        databases = {}
        for name in ("core", "warehouse"):
            server = getattr(shared, name)
            databases[name] = server.model_copy(update={"dbname": f"{mark}_{name}"})
            stack.enter_context(_database(server.dsn("postgres", dbname="postgres"), f"{mark}_{name}"))
            migrate(databases[name].url("postgres"), server=name)
        ensure_topics(kafka, broker_topics())
        stack.callback(lambda: admin(kafka).delete_topics([topic_name(kafka, name) for name in broker_topics()]))
        rpc = shared.scorer.model_copy(update={"rpc": Http(port=_free_port())})
        yield shared.model_copy(update=databases | {"var": var, "kafka": kafka, "api": Http(port=_free_port()), "scorer": rpc})


@contextmanager
def _database(dsn: str, name: str) -> Iterator[None]:
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
    try:
        yield
    finally:
        with psycopg.connect(dsn, autocommit=True) as connection:
            connection.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def process_of(own: Settings, module: str) -> Iterator[int]:
    """Run a module of the product in those places, and give its process id."""
    variables = dict(os.environ) | {
        "BAAS_VAR": str(own.var),
        "BAAS_KAFKA__BOOTSTRAP": own.kafka.bootstrap,
        "BAAS_KAFKA__PREFIX": own.kafka.prefix,
        "BAAS_API__PORT": str(own.api.port),
        "BAAS_SCORER__RPC__PORT": str(own.scorer.rpc.port),
    }
    for name in ("core", "warehouse"):
        server = getattr(own, name)
        variables |= {
            f"BAAS_{name.upper()}__HOST": server.host,
            f"BAAS_{name.upper()}__PORT": str(server.port),
            f"BAAS_{name.upper()}__DBNAME": server.dbname,
            f"BAAS_{name.upper()}__SSLMODE": server.sslmode,
            f"BAAS_{name.upper()}__PASSWORDS": json.dumps(
                {role: secret.get_secret_value() for role, secret in server.passwords.items()}
            ),
        }
    with (own.var / f"{module}.log").open("wb") as log:
        running = subprocess.Popen(  # noqa: S603 (our own modules)
            [sys.executable, "-m", module], cwd=REPOSITORY_ROOT, env=variables, stdout=log, stderr=subprocess.STDOUT
        )
    try:
        yield running.pid
    finally:
        running.terminate()
        try:
            running.wait(15)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait(5)


def prepare(own: Settings) -> list[str]:
    """Open and fund the accounts, and make a random model the champion whose policy allows everything."""
    sha256 = random_export(own.models)
    controls = (
        {"kind": "model", "alias": "champion", "name": "random", "version": 1, "export_sha256": sha256},
        {
            "kind": "policy",
            "version": "bench",
            "review_from": 1.0,
            "deny_from": 1.0,
            "control_group_ppm": 0,
            "enabled_rules": [],
        },
    )
    sink = producer(own.kafka, client="bench")
    for control in controls:
        content = {"control_id": str(uuid7()), "known_at": CLOCK.now_ms()} | control
        sink.produce(topic_name(own.kafka, CONTROLS), json.dumps(content))
    if sink.flush(20):
        raise RuntimeError("the controls could not be published")
    now_ms = CLOCK.now_ms()
    source = system_account(tenant_id=TENANT, currency="BRL", code="opening")
    accounts = [
        NewAccount(account_id=uuid7(), tenant_id=TENANT, currency="BRL", owner_id=f"c{number:06d}")
        for number in range(ACCOUNTS)
    ]
    fundings = [
        PostingRequest(
            kind=Kind.POST,
            transfer_id=uuid7(),
            tenant_id=TENANT,
            occurred_at_ms=now_ms,
            amount_minor=FUNDS_MINOR,
            currency="BRL",
            debit_account_id=source.account_id,
            credit_account_id=account.account_id,
            purpose=Purpose.OPENING,
        )
        for account in accounts
    ]
    with psycopg.connect(own.core.dsn("api"), autocommit=True) as connection:
        open_accounts(connection, [source, *accounts], now_ms=now_ms)
        post_batch(connection, fundings, now_ms=now_ms)
    return [str(account.account_id) for account in accounts]


def wait_until_scored(own: Settings, url: str, key: str, accounts: list[str]) -> None:
    """Wait until a transfer is decided by the scorer's model under the bench's policy."""
    wanted = {"debit_account_id": accounts[0], "credit_account_id": accounts[1], "channel": "pix"}
    body = wanted | {"amount": {"amount_minor": 1, "currency": "BRL"}}
    deadline_s = time.monotonic() + READY_S
    while True:
        try:
            answer = httpx.post(
                f"{url}/v1/transfers", json=body, headers={"X-Api-Key": key, "Idempotency-Key": str(uuid7())}, timeout=10
            )
            if answer.status_code == 201 and answer.json()["decision"]["source"] == "scorer":
                return
        except httpx.TransportError:
            pass
        if time.monotonic() > deadline_s:
            logs = "\n".join((own.var / f"{name}.log").read_text()[-2_000:] for name in ("streams.scorer", "serving"))
            raise TimeoutError(f"no transfer was scored within {READY_S} s\n{logs}")
        time.sleep(0.25)


def token_of(url: str, key: str) -> str:
    """Return a token for the partner whose key it is."""
    client_id, _, secret = key.partition(".")
    credentials = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
    answer = httpx.post(f"{url}/v1/oauth/token", json=credentials)
    answer.raise_for_status()
    return str(answer.json()["access_token"])


if __name__ == "__main__":
    raise SystemExit(main())
