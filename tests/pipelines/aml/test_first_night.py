"""A bank's first night: what it finds of the days before waits for somebody, also where it was cut off."""

import uuid
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from kit.clock import ManualClock, SystemClock
from kit.settings import Settings
from ledger.days import day_of, end_ms, start_ms
from pipelines.aml.nightly import run
from pipelines.aml.nightly.run import judge_nights
from risk.scenarios.catalogue import DAY_MS, HOUR_MS
from simulator.laundering.planting import Planted
from tests.pipelines.aml.test_nightly import lake_of
from tests.streams.alerts.books import opened

pytestmark = pytest.mark.servers


def test_what_is_found_of_days_before_a_first_night_waits_also_where_it_was_cut_off(core, tmp_path: Path, monkeypatch) -> None:
    tenant, day = "first-night", day_of(SystemClock().now_ms() - 3 * DAY_MS)
    before, after = day - timedelta(days=3), day + timedelta(days=1)
    own = {str(uuid.uuid4()): f"c-first-{number}" for number in range(3)}
    opened(core, tenant, own, at={}, kinds={})
    deposit = {"channel": "cash", "direction": "credit", "amount_minor": 6_000_000, "entry_mode": "branch"}
    rows = [
        deposit | {"transaction_id": str(uuid.uuid4()), "event_time": start_ms(on) + 12 * HOUR_MS, "account_id": account,
                   "customer_id": own[account]}
        for account, on in zip(own, (before, day, after), strict=True)
    ]  # fmt: skip
    settings = Settings(var=tmp_path, core=core)
    lake_of(settings.lake, Planted(rows, [], []), tenant)
    kept = run.repository.keep_night

    async def cut_off(connection, tenant_id, on, **said):
        await kept(connection, tenant_id, on, **said)
        if on == before - timedelta(days=1) and tenant_id == tenant:
            raise InterruptedError

    with monkeypatch.context() as patched:
        patched.setattr(run.repository, "keep_night", cut_off)
        with pytest.raises(InterruptedError):
            judge_nights(settings, last_day=day, clock=ManualClock(end_ms(day) + HOUR_MS))

    def opened_by(last_day) -> int:
        nights = judge_nights(settings, last_day=last_day, clock=ManualClock(end_ms(last_day) + HOUR_MS))
        return next(each.cases for each in nights if each.tenant_id == tenant)

    assert [opened_by(day), opened_by(after)] == [1, 1]
    with psycopg.connect(core.dsn("postgres")) as connection:
        cases = connection.execute("select customer_id from cases.case where tenant_id = %s order by 1", (tenant,)).fetchall()
        found = connection.execute("select count(*) from cases.finding where tenant_id = %s", (tenant,)).fetchone()
        waiting = connection.execute(
            "select customer_id from cases.finding join cases.alert a using (tenant_id, alert_id) "
            "left join cases.case_alert c using (tenant_id, alert_id) where tenant_id = %s and c.case_id is null "
            "and a.status = 'open'",
            (tenant,),
        ).fetchall()
    assert (cases, found, waiting) == ([("c-first-1",), ("c-first-2",)], (3,), [("c-first-0",)])
