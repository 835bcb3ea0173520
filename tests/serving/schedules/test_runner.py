"""Each date is paid once: however many sweep at once, wherever one of them dies, and whatever the ledger answers."""

import asyncio
import os
import random
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from kit.clock import Clock, FixedClock, SystemClock
from kit.postgres import connect
from kit.settings import REPOSITORY_ROOT, Settings
from ledger.trial_balance import differences
from serving.edge.clocks import TenantClocks
from serving.payments.answers import Answered
from serving.resources import open_resources
from serving.schedules.repository import Run, Schedule
from serving.schedules.runner import REMEMBERED_MS, ScheduleRunner
from tests.serving.conftest import Server, eventually
from tests.serving.test_scored_transfers import environment
from tests.serving.test_transfers import account, balance, key

pytestmark = [pytest.mark.servers, pytest.mark.timeout(300)]
CLOCK = SystemClock()
# For it alone the next date has come: no other sweeper of these tests takes it first.
AHEAD = FixedClock(CLOCK.now_ms() + 3 * 86_400_000)
LEASE_S = 0.3
AMOUNT_MINOR = 130
TOMORROW = (datetime.now(UTC) + timedelta(days=1)).date()
# A worker as the API's sweeper is one, which does nothing else and says when it begins.
WORKER = """
import asyncio
from kit.clock import SystemClock
from kit.settings import settings
from serving.edge.clocks import TenantClocks
from serving.resources import open_resources
from serving.schedules.runner import ScheduleRunner

async def work():
    async with open_resources(settings(), clock=SystemClock()) as parts:
        clocks = TenantClocks(parts.core, clock=parts.clock)
        runner = ScheduleRunner(parts.core, transfers=parts.transfers, clock=parts.clock, clocks=clocks, lease_s=0.3)
        print("begins", flush=True)
        while True:
            await runner.run_due()

asyncio.run(work())
"""


def schedule(api: Server, pair: tuple[str, str], *, amount_minor: int = AMOUNT_MINOR, **more: object) -> str:
    wanted = {
        "debit_account_id": pair[0], "credit_account_id": pair[1], "channel": "pix", "frequency": "once",
        "amount": {"amount_minor": amount_minor, "currency": "BRL"}, "from_day": TOMORROW.isoformat(), "convention": "none",
    }  # fmt: skip
    made = api.partner().post("/v1/schedules", json=wanted | more, headers=key())
    assert made.status_code == 201, made.text
    return str(made.json()["schedule_id"])


@contextmanager
def owner(settings: Settings) -> Iterator[psycopg.Connection]:
    with connect(settings.core.dsn("postgres"), application="test") as connection:
        yield connection


def make_due(settings: Settings, *schedules: str) -> None:
    """Have the next date of these be due now, as if the clock had come so far."""
    with owner(settings) as admin:
        admin.execute(
            "update bank.schedule set next_at = now() where next_at is not null and schedule_id = any(%s::uuid[])",
            (list(schedules),),
        )


def runs_of(settings: Settings, schedule_id: str) -> list[tuple]:
    with owner(settings) as admin:
        return admin.execute(
            "select state, attempts, code, transfer_id from bank.schedule_run where schedule_id = %s order by day",
            (schedule_id,),
        ).fetchall()


def transfers_from(settings: Settings, account_id: str) -> list[str]:
    with owner(settings) as admin:
        rows = admin.execute("select status from ledger.transfer where debit_account_id = %s", (account_id,)).fetchall()
    return sorted(row[0] for row in rows)


@asynccontextmanager
async def runner_of(
    settings: Settings, kind: type[ScheduleRunner] = ScheduleRunner, *, lease_s: float = LEASE_S, clock: Clock = CLOCK
) -> AsyncIterator[ScheduleRunner]:
    async with open_resources(settings, clock=CLOCK) as parts:
        clocks = TenantClocks(parts.core, clock=clock)
        yield kind(parts.core, transfers=parts.transfers, clock=clock, clocks=clocks, lease_s=lease_s)


@pytest.fixture
def pair(api: Server) -> tuple[str, str]:
    return account(api), account(api, funds_minor=0)


async def test_sweepers_that_race_pay_each_date_once(api, settings, pair):
    ids = [schedule(api, pair) for _ in range(24)]
    async with runner_of(settings) as one, runner_of(settings) as two:
        make_due(settings, *ids)
        await asyncio.gather(one.run_due(), two.run_due(), one.run_due())
    eventually(lambda: all(runs_of(settings, each)[0][0] == "posted" for each in ids))
    assert balance(api, pair[1]) == len(ids) * AMOUNT_MINOR
    assert transfers_from(settings, pair[0]) == ["posted"] * len(ids)


class Died(BaseException):
    """As a kill ends a process: nothing after it is done."""


class DiesBeforeItSends(ScheduleRunner):
    async def _send(self, schedule: Schedule, run: Run) -> Answered:
        raise Died


class DiesAfterItSent(ScheduleRunner):
    async def _send(self, schedule: Schedule, run: Run) -> Answered:
        await super()._send(schedule, run)
        raise Died


class DiesAfterItEnded(ScheduleRunner):
    async def _settle(self, schedule: Schedule, run: Run, answered: Answered) -> None:
        await super()._settle(schedule, run, answered)
        raise Died


@pytest.mark.parametrize("kind", [DiesBeforeItSends, DiesAfterItSent, DiesAfterItEnded])
async def test_a_date_whose_sweeper_died_is_paid_once_by_the_next(api, settings, pair, kind):
    one = schedule(api, pair)
    async with runner_of(settings, kind, clock=AHEAD) as dying, runner_of(settings) as next_one:
        with pytest.raises(Died):
            await dying.run("demo", uuid.UUID(one))
        make_due(settings, one)
        deadline_s = time.monotonic() + 10
        while runs_of(settings, one)[0][0] == "open" and time.monotonic() < deadline_s:
            await next_one.run("demo", uuid.UUID(one))
    [(state, attempts, _, transfer_id)] = runs_of(settings, one)
    assert (state, attempts) == ("posted", 1)
    assert transfer_id is not None
    assert balance(api, pair[1]) == AMOUNT_MINOR
    assert transfers_from(settings, pair[0]) == ["posted"]


async def test_a_change_between_a_death_and_the_next_try_does_not_change_what_is_paid(api, settings, pair):
    """The money may have moved already: the request that is sent again is the stored one."""
    one = schedule(api, pair)
    async with runner_of(settings, DiesAfterItSent, clock=AHEAD) as dying, runner_of(settings) as next_one:
        with pytest.raises(Died):
            await dying.run("demo", uuid.UUID(one))
        with owner(settings) as admin:
            admin.execute("update bank.schedule set amount_minor = 9999 where schedule_id = %s", (one,))
        make_due(settings, one)
        deadline_s = time.monotonic() + 10
        while runs_of(settings, one)[0][0] == "open" and time.monotonic() < deadline_s:
            await next_one.run("demo", uuid.UUID(one))
    assert runs_of(settings, one)[0][0] == "posted"
    assert balance(api, pair[1]) == AMOUNT_MINOR


@pytest.mark.parametrize("action", ["skip_next", "pause", "cancel"])
async def test_a_date_that_was_paid_is_not_skipped_or_left_open_by_who_comes_before_its_next_try(api, settings, pair, action):
    """Its sweeper died after it had paid, and its lease has run out."""
    one = schedule(api, pair, frequency="daily", max_dates=2)
    place, read = f"/v1/schedules/{one}", {"If-Match": '"1"'}
    async with runner_of(settings, DiesAfterItSent, lease_s=60.0, clock=AHEAD) as dying, runner_of(settings) as next_one:
        with pytest.raises(Died):
            await dying.run("demo", uuid.UUID(one))
        with owner(settings) as admin:
            admin.execute(
                "update bank.schedule set taken_until = now() - interval '1 hour', next_at = now() + interval '1 hour' "
                "where schedule_id = %s",
                (one,),
            )
        if action == "cancel":
            refused = api.partner().delete(place, headers=read)
        else:
            refused = api.partner().post(f"{place}/action", json={"action": action}, headers=read)
        assert (refused.status_code, refused.json()["code"]) == (409, "schedule-running")
        make_due(settings, one)
        await next_one.run("demo", uuid.UUID(one))
    eventually(lambda: runs_of(settings, one)[0][0] == "posted")
    assert transfers_from(settings, pair[0]) == ["posted"]
    assert api.partner().delete(place, headers=read).status_code == 204


def test_processes_that_are_killed_again_and_again_pay_each_date_once(api, settings, pair, tmp_path):
    """Each kill comes as soon as its worker has begun with dates that became due a moment before."""
    chance = random.Random(7)
    ids: list[str] = []
    interrupted = 0
    for _ in range(4):
        batch = [schedule(api, pair) for _ in range(25)]
        ids += batch
        with (tmp_path / "worker.log").open("ab") as log:
            worker = subprocess.Popen(
                [sys.executable, "-c", WORKER],
                cwd=REPOSITORY_ROOT,
                env=environment(settings),
                stdout=subprocess.PIPE,
                stderr=log,
            )
        assert worker.stdout is not None
        assert worker.stdout.readline() == b"begins\n", (tmp_path / "worker.log").read_text()
        make_due(settings, *batch)
        eventually(lambda batch=batch: any(runs_of(settings, each) for each in batch), within_s=30)
        ended_at_s = time.monotonic() + chance.uniform(0, 0.05)
        while time.monotonic() < ended_at_s:
            runs_of(settings, batch[0])
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait(60)
        interrupted += sum(run[0] == "open" for each in batch for run in runs_of(settings, each))
    assert interrupted, "no kill came in the middle of anything"
    eventually(lambda: all(run[0] == "posted" for each in ids for run in runs_of(settings, each) or [("none",)]), within_s=90)
    assert balance(api, pair[1]) == len(ids) * AMOUNT_MINOR
    assert transfers_from(settings, pair[0]) == ["posted"] * len(ids)
    with connect(settings.core.dsn("audit"), application="test") as auditing:
        assert differences(auditing).none


async def test_a_date_whose_answer_may_be_forgotten_is_not_sent_again_and_says_so(api, settings, pair):
    one = schedule(api, pair)
    async with runner_of(settings, DiesAfterItSent, clock=AHEAD) as dying, runner_of(settings) as next_one:
        with pytest.raises(Died):
            await dying.run("demo", uuid.UUID(one))
        with owner(settings) as admin:
            admin.execute(
                "update bank.schedule_run set begun_at = begun_at - %s * interval '1 millisecond' where schedule_id = %s",
                (REMEMBERED_MS + 60_000, one),
            )
            admin.execute("delete from idempotency.claim where key like %s", (f"%{one}%",))
        make_due(settings, one)
        deadline_s = time.monotonic() + 10
        while runs_of(settings, one)[0][0] == "open" and time.monotonic() < deadline_s:
            await next_one.run("demo", uuid.UUID(one))
    assert [(state, code) for state, _, code, _ in runs_of(settings, one)] == [("unknown", "outcome-unknown")]
    assert balance(api, pair[1]) == AMOUNT_MINOR


async def test_while_nobody_can_decide_the_date_waits_and_is_paid_under_the_same_attempt(api, settings, pair):
    """No scorer listens: above the stand-in's limit there is no decision."""
    one = schedule(api, pair, amount_minor=50_000)
    async with runner_of(settings, clock=AHEAD) as runner:
        assert await runner.run("demo", uuid.UUID(one))
    [(state, attempts, code, _)] = runs_of(settings, one)
    assert (state, attempts, code) == ("open", 1, None)
    assert balance(api, pair[1]) == 0


async def test_an_account_that_takes_no_money_fails_the_date_and_the_next_one_comes(api, settings, pair):
    one = schedule(api, pair, frequency="daily", max_dates=2)
    with owner(settings) as admin:
        admin.execute("update ledger.account set frozen_credits = true where id = %s", (pair[1],))
    async with runner_of(settings) as runner:
        make_due(settings, one)
        await runner.run("demo", uuid.UUID(one))
    eventually(lambda: runs_of(settings, one)[0][0] == "failed")
    assert runs_of(settings, one)[0][2] == "account-frozen"
    found = api.partner().get(f"/v1/schedules/{one}").json()
    assert (found["status"], found["dates_passed"], found["next_day"]) == (
        "active", 1, (TOMORROW + timedelta(days=1)).isoformat()
    )  # fmt: skip
