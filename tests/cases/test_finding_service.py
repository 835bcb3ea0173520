"""Findings in a real database: recorded by the alerts process, read and moved by the API."""

import json
import uuid

import psycopg
import pytest

from cases import repository, service
from cases.finding_service import RecordedFindings, record_found
from contracts.alerts import AlertStatus
from kit.clock import ManualClock
from kit.postgres import tenant_transaction
from tests.cases.test_findings import NOW, Found, found

pytestmark = pytest.mark.servers
CLOCK = ManualClock(NOW + 60_000)


async def connected(core, role: str) -> psycopg.AsyncConnection:
    return await psycopg.AsyncConnection.connect(core.dsn(role), autocommit=True)


async def recorded(core, tenant: str, *what: Found) -> RecordedFindings:
    async with await connected(core, "alerts") as connection, tenant_transaction(connection, tenant):
        await repository.lock(connection, tenant)
        return await record_found(connection, tenant, what, now_ms=CLOCK.now_ms())


def of_account(each: Found) -> Found:
    return Found(**{name: getattr(each, name) for name in Found.__slots__} | {"account_id": str(uuid.UUID(int=7))})


async def test_a_finding_is_an_alert_whose_payments_are_its_members_and_moves_like_any_other(core) -> None:
    fan, more = of_account(found(range(5))), of_account(found(range(3, 8)))
    assert await recorded(core, "find", fan) == RecordedFindings(found=1)
    assert await recorded(core, "find", fan, more) == RecordedFindings(grew=1, known=1)
    assert await recorded(core, "find", more, fan) == RecordedFindings(known=2)
    async with await connected(core, "api") as connection:
        page = await service.list_alerts(connection, tenant_id="find")
        (alert,) = page.items
        assert (alert.kind, list(alert.scenarios), alert.decisions, alert.total_amount_minor) == (
            "scenario",
            ["fan-in"],
            1,
            800,
        )
        _, members = await service.get_alert(connection, tenant_id="find", alert_id=alert.alert_id)
        assert [each.position for each in members] == list(range(8, 0, -1))
        assert members[0].reasons == ["fan-in"]
        assert members[0].stand_outs == [{"feature": "n", "value": 5, "sentence": "fan-in: n 5"}]
        moved = await service.move_alert(
            connection, tenant_id="find", alert_id=alert.alert_id, to=AlertStatus.DISMISSED, by="user:x", clock=CLOCK
        )
        assert (moved.status, moved.kind) == (AlertStatus.DISMISSED, "scenario")
    again = of_account(found(range(6, 10)))
    assert await recorded(core, "find", again) == RecordedFindings(grew=1)
    async with await connected(core, "api") as connection:
        assert {each.status for each in (await service.list_alerts(connection, tenant_id="find")).items} == {
            "dismissed",
            "open",
        }
    with psycopg.connect(core.dsn("postgres")) as connection:
        rows = connection.execute("select topic, payload from outbox.event where key = 'find'").fetchall()
    told = [(topic, json.loads(bytes(payload))) for topic, payload in rows]
    assert len({event["event_id"] for _, event in told}) == len(told) == 7
    assert [event["growth"] for topic, event in told if topic == "aml.findings.v1"] == [1, 2, 3]


async def test_another_tenant_sees_nothing_of_it(core) -> None:
    await recorded(core, "ours", of_account(found(range(5))))
    async with await connected(core, "api") as connection, tenant_transaction(connection, "theirs"):
        for table in ("cases.finding", "cases.finding_payment", "cases.alert"):
            assert await (await connection.execute(f"select 1 from {table}")).fetchall() == []
