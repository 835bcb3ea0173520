"""Payments that waited for a hit whose list has let go of the entry: they move, each once, whoever races or is killed."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import httpx
import psycopg
import pytest
from psycopg_pool import AsyncConnectionPool

from cases.hit_repository import NAME_INDEX, FoundHit, hit_id
from kit.clock import SystemClock
from kit.postgres import connect, pool
from kit.settings import Settings
from kit.subject_keys import local_keys
from pipelines.screening import found_repository
from pipelines.screening.rescreen import rescreen
from pipelines.screening.waiting import ROLE, waits
from risk.screening.warm_up import compile_once
from serving.edge import metrics
from serving.edge.clocks import TenantClocks
from serving.screening import books
from serving.screening.let_go import ACTION, LetGo
from tests.serving.conftest import Server
from tests.serving.test_screened_payments import events, held, loaded, pay, status
from tests.serving.test_screening import decided, hits
from tests.serving.test_transfers import account, balance, customer

pytestmark = pytest.mark.servers
CLOCK = SystemClock()
# As whatever is wrong with one payment alone would have it.
REFUSES = """
create function refuse_one() returns trigger language plpgsql as $$
begin
    raise exception 'this one cannot be ended' using errcode = 'P0001';
end $$;
create trigger refuses before delete on screening.let_go for each row when (old.transfer_id = '{transfer}')
    execute function refuse_one();
"""
STAYS = "s1,person,Wendelgard Immerdastein,,,"


@pytest.fixture(scope="module", autouse=True)
def _looks_each_time() -> Iterator[None]:
    compile_once()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(books, "LOOK_S", 0.0)
        yield


@pytest.fixture(scope="module")
def screener(settings: Settings) -> Iterator[psycopg.Connection]:
    with connect(settings.core.dsn(ROLE), application="test") as connection:
        yield connection


@pytest.fixture(scope="module")
def compliance(api: Server) -> httpx.Client:
    return api.browser("compliance")


@pytest.fixture(scope="module")
def risk(api: Server) -> httpx.Client:
    return api.browser("risk")


@pytest.fixture
async def opened(settings: Settings) -> AsyncIterator[AsyncConnectionPool]:
    async with pool(settings.core.dsn("api"), application="test", max_size=4) as found:
        yield found


def ender(opened: AsyncConnectionPool) -> LetGo:
    return LetGo(opened, clocks=TenantClocks(opened, clock=CLOCK))


def noted(settings: Settings, transfer_id: str) -> int:
    with psycopg.connect(settings.core.dsn("postgres")) as admin:
        row = admin.execute("select count(*) from screening.let_go where transfer_id = %s", (transfer_id,)).fetchone()
    return int(row[0]) if row else 0


def failed() -> float:
    return metrics.SWEPT_FAILED.labels(LetGo.step)._value.get()


def audited(settings: Settings, transfer_id: str) -> list[dict]:
    with psycopg.connect(settings.core.dsn("postgres")) as admin:
        rows = admin.execute(
            "select detail from identity.audit where action = %s and resource = %s", (ACTION, transfer_id)
        ).fetchall()
    return [detail for (detail,) in rows]


async def test_a_customers_hit_that_goes_lets_its_payments_move_once(api, settings, screener, tmp_path, risk, opened):
    loaded(screener, tmp_path, [STAYS, "g1,person,Ansgar Verschwindibus,,,"], name="goes")
    met = customer(api, full_name="Ansgar Verschwindibus")
    payer, payee = account(api, customer_id=met), account(api, funds_minor=0)
    before = balance(api, payer)
    transfer = held(pay(api, payer, payee))
    [hit] = hits(risk, customer_id=met)
    loaded(screener, tmp_path, [STAYS], name="goes")
    assert rescreen(settings, clock=CLOCK)
    assert hits(risk, customer_id=met) == []
    await asyncio.gather(*(ender(opened).sweep() for _ in range(3)))
    assert status(api, transfer) == "posted"
    assert (balance(api, payer), balance(api, payee)) == (before - 1_250, 1_250)
    assert [event["status"] for event in events(api, transfer)] == ["held", "posted"], "whoever raced, it moved once"
    [said] = audited(settings, transfer)
    assert said == {"outcome": "posted", "hits": [{"hit_id": hit["hit_id"], "list_id": "goes", "entry_id": "g1"}]}
    assert noted(settings, transfer) == 0


async def test_whom_a_customer_pays_is_looked_at_again_when_the_entry_says_something_else(
    api, settings, screener, tmp_path, risk, opened
):  # fmt: skip
    loaded(screener, tmp_path, [STAYS, "p1,person,Kunigund Wandelbarius,,,"], name="changes")
    who = customer(api)
    payer = account(api, customer_id=who)
    transfer = held(pay(api, payer, None, payee_name="Kunigund Wandelbarius"))
    rescreen(settings, clock=CLOCK)
    assert not waits(settings)
    loaded(screener, tmp_path, [STAYS, "p1,person,Kunigund Wandelbarius,Kuni Wandelbar,,"], name="changes")
    assert waits(settings)
    rescreen(settings, clock=CLOCK)
    assert len(hits(risk, customer_id=who)) == 1, "it says more and means them still"
    assert not waits(settings), "nobody is looked at for ever"
    loaded(screener, tmp_path, [STAYS, "p1,person,Ulfhild Ganzanders,,,"], name="changes")
    rescreen(settings, clock=CLOCK)
    assert hits(risk, customer_id=who) == []
    await ender(opened).sweep()
    assert status(api, transfer) == "posted"


async def test_what_another_hit_holds_waits_for_that_one(api, settings, screener, tmp_path, risk, compliance, opened):
    loaded(screener, tmp_path, [STAYS, "a1,person,Adalbero Zweifach,,,"], name="first")
    loaded(screener, tmp_path, ["a2,person,Adalbero Zweifach,,,"], name="second")
    who = customer(api)
    transfer = held(pay(api, account(api, customer_id=who), None, payee_name="Adalbero Zweifach"))
    assert len(hits(risk, customer_id=who)) == 2
    loaded(screener, tmp_path, [STAYS], name="first")
    rescreen(settings, clock=CLOCK)
    await ender(opened).sweep()
    assert (status(api, transfer), noted(settings, transfer)) == ("held", 1)
    [left] = hits(risk, customer_id=who)
    decided(left, risk, compliance, "cleared")
    assert status(api, transfer) == "posted"
    await ender(opened).sweep()
    assert noted(settings, transfer) == 0
    assert [event["status"] for event in events(api, transfer)] == ["held", "posted"]
    assert audited(settings, transfer) == []


async def test_what_the_scorer_held_as_well_is_a_persons(api, settings, screener, tmp_path, risk, opened):
    loaded(screener, tmp_path, [STAYS, "b1,person,Burkhard Doppelhalt,,,"], name="both")
    transfer = held(pay(api, account(api), None, payee_name="Burkhard Doppelhalt"))
    with psycopg.connect(settings.core.dsn("postgres"), autocommit=True) as admin:
        admin.execute("update screening.payment set goes_on = false where transfer_id = %s", (transfer,))
    loaded(screener, tmp_path, [STAYS], name="both")
    rescreen(settings, clock=CLOCK)
    await ender(opened).sweep()
    assert (status(api, transfer), noted(settings, transfer)) == ("held", 0)
    answer = risk.post(f"/v1/transfers/{transfer}/resolution", json={"action": "release"})
    assert (answer.status_code, answer.json()["status"]) == (200, "posted")


async def test_who_is_ended_on_the_way_leaves_all_of_it_for_the_next(api, settings, screener, tmp_path, opened):
    loaded(screener, tmp_path, [STAYS, "k1,person,Kasimir Abgebrochen,,,"], name="killed")
    transfer = held(pay(api, account(api), None, payee_name="Kasimir Abgebrochen"))
    loaded(screener, tmp_path, [STAYS], name="killed")
    with psycopg.connect(settings.core.dsn("postgres")) as judge:
        judge.execute("select pg_advisory_xact_lock(hashtextextended('screening.verdict/demo', 0))")
        rescreen(settings, clock=CLOCK)
        ending = asyncio.create_task(ender(opened).end("demo", uuid.UUID(transfer)))
        with psycopg.connect(settings.core.dsn("postgres"), autocommit=True) as admin:
            while not _somebody_waits_for(admin, judge):
                await asyncio.sleep(0)
        ending.cancel()
        await asyncio.gather(ending, return_exceptions=True)
        assert (status(api, transfer), noted(settings, transfer)) == ("held", 1)
    await ender(opened).sweep()
    assert (status(api, transfer), noted(settings, transfer)) == ("posted", 0)
    assert [event["status"] for event in events(api, transfer)] == ["held", "posted"]


async def test_a_payment_that_cannot_be_ended_holds_up_no_other(api, settings, screener, tmp_path, opened):
    loaded(screener, tmp_path, [STAYS, "f1,person,Friedhelm Dauerfehler,,,", "f2,person,Mechthild Weiterlauf,,,"], name="fails")
    names = ("Friedhelm Dauerfehler", "Mechthild Weiterlauf")
    fails, goes = (held(pay(api, account(api), None, payee_name=name)) for name in names)
    with psycopg.connect(settings.core.dsn("postgres"), autocommit=True) as operator:
        operator.execute(REFUSES.format(transfer=fails))
    loaded(screener, tmp_path, [STAYS], name="fails")
    rescreen(settings, clock=CLOCK)
    before = failed()
    sweeper = ender(opened)
    await sweeper.sweep()
    assert (status(api, fails), status(api, goes)) == ("held", "posted")
    assert failed() > before
    with psycopg.connect(settings.core.dsn("postgres"), autocommit=True) as operator:
        operator.execute("drop trigger refuses on screening.let_go")
    await sweeper.sweep()
    assert (status(api, fails), noted(settings, fails)) == ("posted", 0)


def test_a_hit_waits_for_the_payment_that_it_is_about_to_hold(api, settings, screener, tmp_path):
    """Otherwise the hit would go, and with it that the payment waited for it, before anybody could have noted the payment."""
    loaded(screener, tmp_path, [STAYS, "w1,person,Wolfram Wartemal,,,"], name="awaited")
    who, transfer, now = customer(api), str(uuid.uuid4()), datetime.now(UTC)
    keys = local_keys(settings)
    met = hit_id("demo", who, None, "awaited", "w1")
    found = FoundHit(met, who, None, "awaited", "w1", b"d" * 32, keys.blind("demo", NAME_INDEX, "x"), 0.9)
    keys.close()
    looked = {"tenant_id": "demo", "lists": b"l" * 32, "looked_at": [(who, 1)], "now": now}
    found_repository.keep_found(screener, **looked, hits=[found])
    with psycopg.connect(settings.core.dsn("postgres")) as paying, ThreadPoolExecutor(1) as apart:
        paying.execute("select from screening.hit where hit_id = %s for share", (met,))
        paying.execute(
            "insert into screening.payment (tenant_id, transfer_id, hit_id, side, became, goes_on, at) "
            "values ('demo', %s, %s, 'payer', 'held', true, %s)",
            (transfer, met, now),
        )
        with psycopg.connect(settings.core.dsn("postgres"), autocommit=True) as admin:
            going = apart.submit(found_repository.keep_found, screener, **looked, hits=[])
            while not _somebody_waits_for(admin, paying):
                assert not going.done(), "the hit has gone under the payment"
        paying.commit()
        going.result(timeout=30)
    assert noted(settings, transfer) == 1


def _somebody_waits_for(admin: psycopg.Connection, holder: psycopg.Connection) -> bool:
    text = "select exists (select from pg_stat_activity where %s = any(pg_blocking_pids(pid)))"
    row = admin.execute(text, (holder.info.backend_pid,)).fetchone()
    return bool(row and row[0])
