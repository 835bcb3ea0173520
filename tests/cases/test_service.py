"""Alerts in a real database."""

import json
import uuid
from pathlib import Path

import msgspec
import psycopg
import pytest

import contracts
from cases import service
from cases.alerts import AlertMoveNotAllowed
from cases.grouping import WINDOW_MS
from contracts.alerts import AlertEvent, AlertStatus
from contracts.decisions import FlaggedDecision
from kit.clock import ManualClock
from kit.errors import NotFound
from kit.postgres import tenant_transaction

pytestmark = pytest.mark.servers
EXAMPLE = json.loads((Path(contracts.__file__).parent / "examples" / "risk.flagged.v1.json").read_text())[0]
NOON = 1_764_000_000_000
CLOCK = ManualClock(NOON + 5_000)


def flagged(tenant_id: str, customer_id: str, at_ms: int = NOON, **answer: object) -> FlaggedDecision:
    content = json.loads(json.dumps(EXAMPLE))
    content["transaction"] |= {
        "transaction_id": str(uuid.uuid4()), "tenant_id": tenant_id, "customer_id": customer_id, "event_time": at_ms,
    }  # fmt: skip
    content["answer"] |= answer
    return msgspec.convert(content, FlaggedDecision)


@pytest.fixture
async def alerts_role(core):
    async with await psycopg.AsyncConnection.connect(core.dsn("alerts"), autocommit=True) as connection:
        yield connection


@pytest.fixture
async def api_role(core):
    async with await psycopg.AsyncConnection.connect(core.dsn("api"), autocommit=True) as connection:
        yield connection


@pytest.fixture
def published(core):
    def _published(tenant_id: str) -> list[AlertEvent]:
        with psycopg.connect(core.dsn("postgres")) as connection:
            rows = connection.execute("select payload from outbox.event where key = %s order by id", (tenant_id,)).fetchall()
        return [msgspec.json.decode(payload, type=AlertEvent) for (payload,) in rows]

    return _published


@pytest.fixture
def tenant() -> str:
    return f"t-{uuid.uuid4().hex[:12]}"


async def test_flagged_decisions_become_one_alert_and_a_replay_changes_nothing(alerts_role, api_role, published, tenant):
    decisions = [flagged(tenant, "c1", NOON + minute * 60_000) for minute in range(3)]
    headers = [{"correlation_id": f"r-{number}"} for number in range(3)]
    recorded = await service.record_flagged(alerts_role, decisions, clock=CLOCK, headers=headers)
    assert (recorded.opened, recorded.grew, recorded.known) == (1, 2, 0)
    again = await service.record_flagged(alerts_role, decisions, clock=CLOCK)
    assert (again.opened, again.grew, again.known) == (0, 0, 3)

    (alert,) = (await service.list_alerts(api_role, tenant_id=tenant)).items
    assert (alert.decisions, alert.total_amount_minor, alert.status) == (3, 375_000, AlertStatus.OPEN)
    _, members = await service.get_alert(api_role, tenant_id=tenant, alert_id=alert.alert_id)
    assert [member.transaction_id for member in members] == [d.transaction.transaction_id for d in reversed(decisions)]
    assert members[0].stand_outs == [msgspec.to_builtins(each) for each in decisions[0].stand_outs]
    changes = published(tenant)
    assert [event.change for event in changes] == ["opened", "grew", "grew"]
    assert [event.total_amount_minor for event in changes] == [125_000, 250_000, 375_000]
    assert len({event.event_id for event in changes}) == 3


async def test_a_decision_joins_an_alert_of_an_earlier_batch_and_never_a_closed_one(alerts_role, api_role, published, tenant):
    await service.record_flagged(alerts_role, [flagged(tenant, "c1")], clock=CLOCK)
    await service.record_flagged(alerts_role, [flagged(tenant, "c1", NOON + 1_000)], clock=CLOCK)
    (alert,) = (await service.list_alerts(api_role, tenant_id=tenant)).items
    assert alert.decisions == 2
    moved = await service.move_alert(
        api_role, tenant_id=tenant, alert_id=alert.alert_id, to=AlertStatus.DISMISSED, by="u1", clock=CLOCK
    )
    assert (moved.status, moved.moved_by, moved.moves) == (AlertStatus.DISMISSED, "u1", 1)
    await service.record_flagged(alerts_role, [flagged(tenant, "c1", NOON + 2_000)], clock=CLOCK)
    assert len((await service.list_alerts(api_role, tenant_id=tenant)).items) == 2
    assert [event.change for event in published(tenant)] == ["opened", "grew", "moved", "opened"]
    assert published(tenant)[2].status is AlertStatus.DISMISSED


async def test_a_move_that_the_table_does_not_have_is_refused(alerts_role, api_role, tenant):
    await service.record_flagged(alerts_role, [flagged(tenant, "c1")], clock=CLOCK)
    (alert,) = (await service.list_alerts(api_role, tenant_id=tenant)).items
    move = {"tenant_id": tenant, "alert_id": alert.alert_id, "by": "u1", "clock": CLOCK}
    await service.move_alert(api_role, to=AlertStatus.CONFIRMED, **move)
    with pytest.raises(AlertMoveNotAllowed):
        await service.move_alert(api_role, to=AlertStatus.DISMISSED, **move)


async def test_pages_hold_every_alert_once_newest_first(alerts_role, api_role, tenant):
    clock = ManualClock(NOON)
    for number in range(7):
        clock.advance(1_000 * (number % 2))
        await service.record_flagged(alerts_role, [flagged(tenant, f"c{number}")], clock=clock)
    seen, cursor = [], None
    while True:
        page = await service.list_alerts(api_role, tenant_id=tenant, status=AlertStatus.OPEN, cursor=cursor, limit=2)
        seen += page.items
        cursor = page.next_cursor
        if cursor is None:
            break
    assert len({alert.alert_id for alert in seen}) == 7 == len(seen)
    assert [alert.opened_at for alert in seen] == sorted((alert.opened_at for alert in seen), reverse=True)
    assert (await service.list_alerts(api_role, tenant_id=tenant, status=AlertStatus.CONFIRMED)).items == []
    with pytest.raises(service.InvalidCursor):
        await service.list_alerts(api_role, tenant_id=tenant, cursor="bm9uc2Vuc2U=")


async def test_another_tenant_sees_nothing(alerts_role, api_role, tenant):
    await service.record_flagged(alerts_role, [flagged(tenant, "c1")], clock=CLOCK)
    (alert,) = (await service.list_alerts(api_role, tenant_id=tenant)).items
    assert (await service.list_alerts(api_role, tenant_id="someone-else")).items == []
    with pytest.raises(NotFound):
        await service.get_alert(api_role, tenant_id="someone-else", alert_id=alert.alert_id)
    async with tenant_transaction(api_role, "someone-else"):
        rows = await (await api_role.execute("select count(*) from cases.alert_member")).fetchone()
    assert rows == (0,)


async def test_two_writers_of_the_same_decisions_write_them_once(core, alerts_role, published, tenant):
    import asyncio

    decisions = [flagged(tenant, "c1", NOON + number * WINDOW_MS // 4) for number in range(20)]
    async with await psycopg.AsyncConnection.connect(core.dsn("alerts"), autocommit=True) as other:
        await asyncio.gather(
            service.record_flagged(alerts_role, decisions, clock=CLOCK), service.record_flagged(other, decisions, clock=CLOCK)
        )
    assert len(published(tenant)) == 20
    assert sum(event.change == "opened" for event in published(tenant)) == 5
