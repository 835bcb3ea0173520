"""Money whose payer cannot be looked at yet: it waits in suspense, nobody else's waits with it, and it goes through once."""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import closing

import httpx
import psycopg
import pytest
from psycopg_pool import AsyncConnectionPool

from cases.payers import sealed_under
from contracts.topics import DECISIONS, SCREENED
from kit.clock import SystemClock
from kit.postgres import connect, pool
from kit.settings import Settings
from kit.subject_keys import LocalKeys, local_keys
from pipelines.screening.waiting import ROLE
from risk.screening.warm_up import compile_once
from serving.suspense.cleared import UNNAMED as UNNAMED_CREDITED
from streams.intake.payers import Payers
from streams.intake.screening import Screening
from tests.serving.conftest import Server, async_eventually, eventually
from tests.serving.test_inbound_payers import (
    AMOUNT,
    STAYS,
    Desk,
    ender,
    paid,
    payer,
    rows,
    statuses,
    taken,
    told,
    transfer_of,
    waiting,
)
from tests.serving.test_let_go import _somebody_waits_for
from tests.serving.test_screened_payments import detail, loaded
from tests.serving.test_screening import decided, hits
from tests.serving.test_transfers import account, balance
from tests.streams.conftest import Traffic

pytestmark = pytest.mark.servers
WITHIN_S = 60
UNNAMED = "/v1/screening/unnamed-payers"
BROKEN = '{"names": 7}'
CUT_OFF = """
select pg_terminate_backend(pid) from pg_stat_activity
where application_name = 'test' and wait_event_type = 'Lock' and datname = current_database()
"""
CLOCK = SystemClock()
Break = Callable[..., Callable[[], None]]


@pytest.fixture(scope="module")
def screener(settings: Settings) -> Iterator[psycopg.Connection]:
    compile_once()
    with connect(settings.core.dsn(ROLE), application="test") as connection:
        yield connection


@pytest.fixture(scope="module")
def admin(api: Server) -> httpx.Client:
    return api.browser("admin")


@pytest.fixture(scope="module")
def risk(api: Server) -> httpx.Client:
    return api.browser("risk")


@pytest.fixture(scope="module")
def compliance(api: Server) -> httpx.Client:
    return api.browser("compliance")


@pytest.fixture(scope="module")
def traffic(settings: Settings) -> Traffic:
    return Traffic(settings.kafka)


@pytest.fixture(scope="module")
def desk(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    found = Desk(settings, tmp_path_factory.mktemp("intake"))
    yield found
    found.stop()


@pytest.fixture
async def opened(settings: Settings) -> AsyncIterator[AsyncConnectionPool]:
    async with pool(settings.core.dsn("api"), application="test", max_size=4) as found:
        yield found


@pytest.fixture
def broken(settings, screener, tmp_path, desk) -> Break:
    """Load a list with somebody on it whose entry nothing can read; what comes back loads the next version, which is whole."""

    def _broken(name: str, who: str, *, tenant: str | None) -> Callable[[], None]:
        entry = f"b1,person,{who},,,"
        loaded(screener, tmp_path, [STAYS, entry], name=name, tenant=tenant)
        with psycopg.connect(settings.core.dsn("postgres"), autocommit=True) as operator:
            change = "update screening.entry set document = %s where list_id = %s and entry_id = 'b1'"
            assert operator.execute(change, (BROKEN, name)).rowcount == 1
        desk.end()
        return lambda: loaded(screener, tmp_path, [STAYS, entry.replace(",,,", ",,,BR")], name=name, tenant=tenant)

    return _broken


def problems(api: Server, who: httpx.Client, payer_id: str) -> list[tuple[str, str]]:
    return [(item["problem"], item["status"]) for item in waiting(api, who, payer_id)]


def becomes(api: Server, who: httpx.Client, payer_id: str, *wanted: tuple[str, str]) -> None:
    eventually(lambda: problems(api, who, payer_id) == list(wanted), within_s=WITHIN_S)


def test_a_tenants_own_list_that_cannot_be_read_holds_up_its_money_alone_and_that_goes_through_once(
    api, settings, desk, traffic, admin, risk, compliance, broken
):  # fmt: skip
    free, met, seen, there = (
        payer(api, "Philippa Unbescholten"), payer(api, "Sieglinde Unleserlich"), payer(api, "Walburga Gesehen"),
        payer(api, "Philippa Unbescholten", tenant_id="other"),
    )  # fmt: skip
    mine, theirs = account(api, funds_minor=0), account(api, tenant_id="other", funds_minor=0)
    mend = broken("own-broken", "Sieglinde Unleserlich", tenant="demo")
    messages = [
        paid(traffic, mine, free),
        paid(traffic, mine, met),
        paid(traffic, mine, None),
        paid(traffic, theirs, there, tenant_id="other"),
        paid(traffic, mine, seen, verdict="review"),
    ]
    assert taken(settings, desk, traffic, *messages) == ["denied", "denied", "posted", "posted", "denied"]
    assert (balance(api, mine), balance(api, theirs, "other")) == (AMOUNT, AMOUNT), "who is named by nobody, and the other bank"
    assert [problems(api, admin, each) for each in (free, met, seen)] == [[("payer-not-screened", "open")]] * 3
    assert taken(settings, desk, traffic, *messages, paid(traffic, mine, None))[-1] == "posted", "read again"
    assert balance(api, mine) == 2 * AMOUNT
    assert [len(waiting(api, admin, each)) for each in (free, met, seen)] == [1, 1, 1]
    said = desk.intake().output()
    assert "own lists of demo (own-broken version 1) cannot be read: an entry of own-broken" in said
    assert "ListUnreadable" in said
    [item] = waiting(api, admin, free)
    path = f"/v1/suspense/{item['item_id']}/resolution"
    refused = admin.post(path, json={"action": "credit", "account_id": mine})
    assert (refused.status_code, refused.json()["code"]) == (409, "payer-not-screened")

    desk.end()  # one that runs tries ever less often
    mend()
    desk.intake()
    becomes(api, admin, free, ("payer-screened", "resolved"))
    becomes(api, admin, met, ("payer-may-be-listed", "open"))
    becomes(api, admin, seen, ("review-wanted", "open"))
    assert balance(api, mine) == 3 * AMOUNT
    [hit] = [each for each in hits(risk, limit="200") if each["payer_id"] == met]
    [payment] = detail(risk, hit)["payments"]
    assert (payment["transfer_id"], payment["became"]) == (transfer_of(messages[1]), "suspended")
    decided(hit, risk, compliance, "cleared")
    becomes(api, admin, met, ("payer-may-be-listed", "resolved"))
    assert taken(settings, desk, traffic, *messages) == ["denied", "denied", "posted", "posted", "denied"], "read once more"
    assert balance(api, mine) == 4 * AMOUNT
    assert [len(waiting(api, admin, each)) for each in (free, met, seen)] == [1, 1, 1]


def stands(settings: Settings, tenant_id: str, *payer_ids: str, keys: Callable[[], LocalKeys] | None = None) -> list[str]:
    """How an intake that has just started would find them."""
    with (
        connect(settings.core.dsn("intake"), application="test") as connection,
        closing(Screening(connection, keys=keys or (lambda: local_keys(settings)))) as screening,
    ):
        found = Payers(connection, screening=screening).standing(tenant_id, payer_ids, now_ms=CLOCK.now_ms())
    return [found.payers[each].stands if each in found.payers else found.others for each in payer_ids]


def test_a_list_of_all_tenants_that_cannot_be_read_concerns_whom_it_could_mean_and_nobody_else(api, settings, broken):
    here, there = payer(api, "Notburga Allerorten"), payer(api, "Notburga Allerorten", tenant_id="other")
    mend = broken("shared-broken", "Gotthold Irgendjemand", tenant=None)
    assert stands(settings, "demo", here, "nobody-said-who") == ["unscreened", "unknown"]
    assert stands(settings, "other", there) == ["unscreened"]
    mend()
    assert stands(settings, "demo", here) == stands(settings, "other", there) == ["clear"]
    with psycopg.connect(settings.core.dsn("postgres"), autocommit=True) as operator:
        operator.execute("update screening.entry set document = %s where list_id = 'shared-broken'", (BROKEN,))
        late = payer(api, "Notburga Nachzuegler")
        assert stands(settings, "demo", here, late) == ["clear", "unscreened"], "who was looked at under this version is known"
        operator.execute("delete from screening.entry where list_id = 'shared-broken'")
    assert stands(settings, "demo", late) == ["clear"]


def test_a_payer_whose_key_is_gone_waits_alone_until_they_are_named_again(api, settings, screener, tmp_path):
    loaded(screener, tmp_path, [STAYS], name="key-list")
    lost, kept = payer(api, "Wunibald Schluessellos"), payer(api, "Adelgunde Schluesselfest")
    with closing(local_keys(settings)) as keys:
        assert keys.destroy(sealed_under("demo", customer_id=None, payer_id=lost))
    assert stands(settings, "demo", lost, kept) == ["unscreened", "clear"]
    assert told(api, lost, "Wunibald Schluessellos").status_code == 200
    assert stands(settings, "demo", lost) == ["clear"]


def test_keys_that_cannot_be_opened_concern_whoever_was_not_looked_at_before(api, settings, screener, tmp_path):
    loaded(screener, tmp_path, [STAYS], name="no-keys")
    seen, late = payer(api, "Walburga Gesehen"), payer(api, "Walburga Spaeter")
    assert stands(settings, "demo", seen) == ["clear"]
    (tmp_path / "file").write_text("not a folder")
    found = stands(
        settings, "demo", seen, late, "nobody-said-who", keys=lambda: LocalKeys(tmp_path / "file", masters=tmp_path / "masters")
    )
    assert found == ["clear", "unscreened", "unknown"]


async def test_an_intake_that_is_killed_at_either_step_leaves_all_of_it_or_nothing(
    api, settings, desk, traffic, admin, broken, opened
):  # fmt: skip
    who, target = payer(api, "Edeltraud Zwischenfall"), account(api, funds_minor=0)
    mend = broken("killed", "Gotthold Irgendjemand", tenant="demo")
    assert taken(settings, desk, traffic, paid(traffic, target, who)) == ["denied"]
    message = paid(traffic, target, who)
    with (
        psycopg.connect(settings.core.dsn("postgres")) as holder,
        psycopg.connect(settings.core.dsn("postgres"), autocommit=True) as watcher,
    ):
        holder.execute("select from ledger.account where tenant_id = 'demo' and code = 'suspense:pix' for update")
        intake = desk.intake()
        traffic.send(DECISIONS, [message])
        eventually(lambda: _somebody_waits_for(watcher, holder), within_s=WITHIN_S)
        intake.kill()
    assert (statuses(settings, message), len(waiting(api, admin, who))) == ([None], 1)
    assert taken(settings, desk, traffic, paid(traffic, target, None)) == ["posted"], "and it was taken before that"
    assert (statuses(settings, message), len(waiting(api, admin, who))) == (["denied"], 2)

    first, second = (uuid.UUID(item["item_id"]) for item in waiting(api, admin, who))
    with (
        psycopg.connect(settings.core.dsn("postgres")) as holder,
        psycopg.connect(settings.core.dsn("postgres"), autocommit=True) as watcher,
    ):
        holder.execute("select from bank.suspense_item where item_id = %s for update", (second,))
        mend()
        eventually(lambda: _somebody_waits_for(watcher, holder), within_s=WITHIN_S)
        desk.intake().kill()
    assert problems(api, admin, who) == [("payer-not-screened", "open")] * 2
    desk.intake()
    becomes(api, admin, who, *[("payer-screened", "resolved")] * 2)
    for each in (first, second):
        assert not await ender(opened).end("demo", each), "it has left suspense"
    assert balance(api, target) == 3 * AMOUNT
    query = "select count(*) from ledger.entry where account_id = %s"
    assert rows(settings, query, target) == [(3,)]


def chosen(risk: httpx.Client, compliance: httpx.Client, admin: httpx.Client, choice: str) -> None:
    made = compliance.post(UNNAMED, json={"choice": choice, "why": "as asked"}).json()
    said = admin.post(f"{UNNAMED}/{made['unnamed_change_id']}/judgement", json={"approve": True})
    assert (said.status_code, said.json()["status"]) == (200, "approved"), said.text
    assert risk.get(UNNAMED).json()["choice"] == choice


def test_whether_unnamed_payers_are_held_is_chosen_by_two_people(api, risk, compliance, admin):
    before = risk.get(UNNAMED).json()
    assert (before["choice"], before["items"]) == ("credit", [])
    assert risk.post(UNNAMED, json={"choice": "hold", "why": "x"}).status_code == 403
    machine = admin.post("/v1/clients", json={"client_id": "chooser", "name": "chooser", "roles": ["compliance"]}).json()
    assert api.client(**{"X-Api-Key": machine["api_key"]}).post(UNNAMED, json={"choice": "hold", "why": "x"}).status_code == 403
    made = compliance.post(UNNAMED, json={"choice": "hold", "why": "every payer is to be screened"})
    assert (made.status_code, made.json()["status"]) == (201, "proposed")
    path = f"{UNNAMED}/{made.json()['unnamed_change_id']}"
    own = compliance.post(f"{path}/judgement", json={"approve": True})
    assert (own.status_code, own.json()["code"]) == (422, "own-unnamed-change")
    assert admin.post(f"{path}/withdrawal", json={}).json()["code"] == "own-unnamed-change"
    assert risk.get(UNNAMED).json()["choice"] == "credit", "nobody has approved it"
    assert api.browser("compliance", "other").post(f"{path}/judgement", json={"approve": True}).status_code == 404
    assert admin.post(f"{path}/judgement", json={"approve": False, "note": "not yet"}).json()["status"] == "rejected"
    again = admin.post(f"{path}/judgement", json={"approve": True})
    assert (again.status_code, again.json()["code"]) == (409, "unnamed-change-decided")
    second = compliance.post(UNNAMED, json={"choice": "hold", "why": "again"}).json()
    assert compliance.post(f"{UNNAMED}/{second['unnamed_change_id']}/withdrawal", json={}).json()["status"] == "withdrawn"
    assert [each["status"] for each in risk.get(UNNAMED).json()["items"]] == ["withdrawn", "rejected"]
    assert risk.get(UNNAMED).json()["choice"] == "credit"


def test_a_bank_that_wants_payers_named_holds_what_comes_from_others_until_they_are_or_two_people_decide(
    api, settings, desk, traffic, admin, risk, compliance, screener, tmp_path
):  # fmt: skip
    loaded(screener, tmp_path, [STAYS, "n1,person,Rotraud Nachgenannt,,,"], name="named-later")
    mine, theirs = account(api, funds_minor=0), account(api, tenant_id="other", funds_minor=0)
    clear, met = f"p-{uuid.uuid4().hex[:10]}", f"p-{uuid.uuid4().hex[:10]}"
    chosen(risk, compliance, admin, "hold")
    desk.end()
    messages = [
        paid(traffic, mine, clear), paid(traffic, mine, met), paid(traffic, mine, None, amount_minor=77),
        paid(traffic, theirs, clear, tenant_id="other"),
    ]  # fmt: skip
    assert taken(settings, desk, traffic, *messages) == ["denied", "denied", "denied", "posted"]
    assert taken(settings, desk, traffic, *messages) == ["denied", "denied", "denied", "posted"], "read again"
    assert [problems(api, admin, each) for each in (clear, met)] == [[("payer-not-named", "open")]] * 2
    assert (balance(api, mine), balance(api, theirs, "other")) == (0, AMOUNT)

    assert told(api, clear, "Philippa Unbescholten").status_code == 200
    assert told(api, met, "Rotraud Nachgenannt").status_code == 200
    becomes(api, admin, clear, ("payer-screened", "resolved"))
    becomes(api, admin, met, ("payer-may-be-listed", "open"))
    assert balance(api, mine) == AMOUNT
    items = admin.get("/v1/suspense", params={"limit": 200}).json()["items"]
    [nobody] = [each for each in items if each["problem"] == "payer-not-named"]
    assert (nobody["payer_id"], nobody["amount"]["amount_minor"]) == (None, 77)
    path = f"/v1/suspense/{nobody['item_id']}"
    made = admin.post("/v1/clients", json={"client_id": "asker", "name": "asker", "roles": ["operator"]}).json()
    asker = api.client(**{"X-Api-Key": made["api_key"]})
    proposed = asker.post(f"{path}/resolution", json={"action": "credit", "account_id": mine}).json()
    yes = {"approve": True, "proposed_at": proposed["proposed_at"]}
    assert admin.post(f"{path}/judgement", json=yes).json()["status"] == "resolved"
    assert balance(api, mine) == AMOUNT + 77
    assert stands(settings, "demo", "nobody-said-who") == ["unnamed"]
    chosen(risk, compliance, admin, "credit")
    assert stands(settings, "demo", "nobody-said-who") == ["unknown"]


def told_of(settings: Settings, message: dict) -> list[dict]:
    """What compliance is told of a payment by the topic of later looks."""
    query = """
    select payload from outbox.event where topic = %s
      and convert_from(payload, 'UTF8')::jsonb -> 'transaction' ->> 'transaction_id' = %s
    """
    return [json.loads(payload) for (payload,) in rows(settings, query, SCREENED, transfer_of(message))]


def alerts_of(settings: Settings, *messages: dict) -> list[tuple[str, list[str]]]:
    query = "select verdict, reasons from cases.alert_member where transaction_id::text = any(%s)"
    return rows(settings, query, [transfer_of(each) for each in messages])


def test_a_hit_that_only_the_later_look_finds_is_an_alert_as_the_first_looks_would_be_and_one_for_any_kill(
    api, settings, desk, traffic, admin, risk, broken
):  # fmt: skip
    met, free, target = payer(api, "Wiltrud Spaeterkannt"), payer(api, "Philippa Unbescholten"), account(api, funds_minor=0)
    mend = broken("alerted", "Wiltrud Spaeterkannt", tenant="demo")
    message, other = paid(traffic, target, met), paid(traffic, target, free)
    assert taken(settings, desk, traffic, message, other) == ["denied", "denied"]
    assert told_of(settings, message) == [], "nobody has found anything yet"
    with (
        psycopg.connect(settings.core.dsn("postgres")) as holder,
        psycopg.connect(settings.core.dsn("postgres"), autocommit=True) as watcher,
    ):
        # What the look ends with, after all else: that the payment waits for the hits.
        holder.execute("lock table screening.payment in share row exclusive mode")
        desk.end()
        mend()
        desk.intake()
        eventually(lambda: _somebody_waits_for(watcher, holder), within_s=WITHIN_S)
        desk.intake().kill()
    assert (problems(api, admin, met), told_of(settings, message)) == ([("payer-not-screened", "open")], [])
    desk.intake()
    becomes(api, admin, met, ("payer-may-be-listed", "open"))
    becomes(api, admin, free, ("payer-screened", "resolved"))
    [told] = told_of(settings, message)
    assert told["answer"]["verdict"] == "review"
    assert (told["answer"]["rules"][-1], told["answer"]["reasons"][0]) == ("screening_hit", "screening_hit")
    assert (told["n"], told["transaction"]["payee_id"]) == (message["n"], met)
    assert told_of(settings, other) == []
    assert taken(settings, desk, traffic, message, other, paid(traffic, target, None)) == ["denied", "denied", "posted"]
    assert len(told_of(settings, message)) == 1, "read again"
    kept = "select count(*) from bank.suspense_item where if_listed is not null and problem <> 'payer-not-screened'"
    assert rows(settings, kept) == [(0,)], "nothing is kept that has no more to say"

    with desk.beside("streams.relay"), desk.beside("streams.alerts"):
        eventually(lambda: alerts_of(settings, message), within_s=WITHIN_S)
        late = traffic.flagged(tenant_id="demo")
        traffic.send(SCREENED, [told, late])
        eventually(lambda: alerts_of(settings, late), within_s=WITHIN_S)
    [(verdict, reasons)] = alerts_of(settings, message, other)
    assert (verdict, reasons[0]) == ("review", "screening_hit")


def test_a_list_that_changes_before_cleared_money_is_credited_has_its_payer_looked_at_again(
    api, settings, desk, traffic, admin, risk, compliance, broken, screener, tmp_path
):  # fmt: skip
    screened, cleared = payer(api, "Gundula Dazwischen"), payer(api, "Hartwig Zweimal")
    target = account(api, funds_minor=0)
    loaded(screener, tmp_path, [STAYS, "h1,person,Hartwig Zweimal,,,"], name="first")
    desk.end()
    assert taken(settings, desk, traffic, paid(traffic, target, cleared)) == ["denied"]
    mend = broken("between", "Gotthold Irgendjemand", tenant="demo")
    assert taken(settings, desk, traffic, paid(traffic, target, screened)) == ["denied"]
    desk.end()
    with psycopg.connect(settings.core.dsn("postgres")) as holder:
        mend()
        [hit] = [each for each in hits(risk, limit="200") if each["payer_id"] == cleared]
        decided(hit, risk, compliance, "cleared")
        # The sweeper waits for this, and so credits nothing yet.
        holder.execute("select pg_advisory_xact_lock(hashtextextended('screening.verdict/demo', 0))")
        desk.intake()
        becomes(api, admin, screened, ("payer-screened", "open"))
        desk.end()
        loaded(screener, tmp_path, [STAYS, "n1,person,Gundula Dazwischen,,,", "n2,person,Hartwig Zweimal,,,"], name="new")
    becomes(api, admin, screened, ("payer-not-screened", "open"))
    desk.intake()
    becomes(api, admin, screened, ("payer-may-be-listed", "open"))
    becomes(api, admin, cleared, ("payer-may-be-listed", "open"))
    assert balance(api, target) == 0
    for hit in [
        each for each in hits(risk, limit="200") if each["payer_id"] in (screened, cleared) and each["status"] == "open"
    ]:
        decided(hit, risk, compliance, "cleared")
    becomes(api, admin, screened, ("payer-may-be-listed", "resolved"))
    becomes(api, admin, cleared, ("payer-may-be-listed", "resolved"))
    assert balance(api, target) == 2 * AMOUNT


async def test_a_bank_that_credits_unnamed_payers_again_frees_what_it_held_for_want_of_a_name_once(
    api, settings, desk, traffic, admin, risk, compliance, screener, tmp_path, opened
):  # fmt: skip
    loaded(screener, tmp_path, [STAYS, "f1,person,Sigrun Nachgereicht,,,"], name="freed")
    mine, theirs = account(api, funds_minor=0), account(api, tenant_id="other", funds_minor=0)
    ids = {name: f"p-{uuid.uuid4().hex[:10]}" for name in ("plain", "doubted", "met", "asked")}
    chosen(risk, compliance, admin, "hold")
    desk.end()
    messages = [
        paid(traffic, mine, None, amount_minor=71), paid(traffic, mine, ids["plain"]),
        paid(traffic, mine, ids["doubted"], verdict="review"), paid(traffic, mine, ids["met"]),
        paid(traffic, mine, ids["asked"]), paid(traffic, theirs, ids["plain"], tenant_id="other"),
    ]  # fmt: skip
    assert taken(settings, desk, traffic, *messages) == ["denied"] * 5 + ["posted"]
    desk.end()
    assert told(api, ids["met"], "Sigrun Nachgereicht").status_code == 200
    [asked] = waiting(api, admin, ids["asked"])
    proposed = admin.post(f"/v1/suspense/{asked['item_id']}/resolution", json={"action": "return"})
    assert (proposed.status_code, risk.get(UNNAMED).json()["waiting"]) == (200, 3)
    made = compliance.post(UNNAMED, json={"choice": "credit", "why": "as before"}).json()
    [plain] = waiting(api, admin, ids["plain"])
    assert not await ender(opened).end("demo", uuid.UUID(plain["item_id"])), "one person frees nothing"
    with (
        psycopg.connect(settings.core.dsn("postgres")) as holder,
        psycopg.connect(settings.core.dsn("postgres"), autocommit=True) as watcher,
    ):
        holder.execute("select from bank.suspense_item where item_id = %s for update", (plain["item_id"],))
        assert admin.post(f"{UNNAMED}/{made['unnamed_change_id']}/judgement", json={"approve": True}).status_code == 200
        killed = asyncio.create_task(ender(opened).end("demo", uuid.UUID(plain["item_id"])))
        await async_eventually(lambda: watcher.execute(CUT_OFF).fetchall(), within_s=WITHIN_S)
        with pytest.raises(psycopg.OperationalError):
            await killed
        assert problems(api, admin, ids["plain"]) == [("payer-not-named", "open")], "cut off on its way"
    await asyncio.gather(*(ender(opened).end("demo", uuid.UUID(plain["item_id"])) for _ in range(3)))
    becomes(api, admin, ids["plain"], ("payer-not-named", "resolved"))
    becomes(api, admin, ids["doubted"], ("review-wanted", "open"))
    eventually(lambda: balance(api, mine) == 71 + AMOUNT, within_s=WITHIN_S)
    eventually(lambda: risk.get(UNNAMED).json()["waiting"] == 0, within_s=WITHIN_S)
    assert problems(api, admin, ids["met"]) == [("payer-not-named", "open")], "who is named now is looked at"
    assert problems(api, admin, ids["asked"]) == [("payer-not-named", "proposed")], "people have said where it goes"
    assert taken(settings, desk, traffic, *messages, paid(traffic, mine, ids["plain"])) == ["denied"] * 5 + ["posted"] * 2
    becomes(api, admin, ids["met"], ("payer-may-be-listed", "open"))
    assert [len(told_of(settings, each)) for each in messages] == [0, 0, 0, 1, 0, 0], "compliance is told of the hit"
    assert balance(api, mine) == 71 + 2 * AMOUNT
    audit = "select count(*) from identity.audit where action = %s and resource = %s"
    assert rows(settings, audit, UNNAMED_CREDITED, f"suspense/{plain['item_id']}") == [(1,)]
    assert rows(settings, "select count(*) from ledger.entry where account_id = %s", mine) == [(3,)]


def test_while_searches_compile_only_who_has_to_be_searched_for_waits_and_goes_through_once_they_are_ready(
    api, settings, desk, traffic, admin, screener, tmp_path
):  # fmt: skip
    loaded(screener, tmp_path, [STAYS], name="slow")
    seen, new, target = payer(api, "Kunibert Bekannt"), payer(api, "Kunibert Geduldig"), account(api, funds_minor=0)
    desk.end()
    assert taken(settings, desk, traffic, paid(traffic, target, seen)) == ["posted"]
    message = paid(traffic, target, new)
    with desk.on_a_new_machine(tmp_path / "cache") as (intake, is_compiling):
        found = taken(settings, desk, traffic, message, paid(traffic, target, seen), paid(traffic, target, None))
        assert found == ["denied", "posted", "posted"]
        assert is_compiling()
        assert intake.terminate(within_s=WITHIN_S) == 0, intake.output()
    assert (problems(api, admin, new), balance(api, target)) == ([("payer-not-screened", "open")], 3 * AMOUNT)
    desk.intake()
    becomes(api, admin, new, ("payer-screened", "resolved"))
    assert balance(api, target) == 4 * AMOUNT
