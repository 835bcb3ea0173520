"""Money that comes in from somebody whom a list may mean: into suspense, decided by two people, credited once or never."""

import asyncio
import fcntl
import json
import os
import subprocess
import sys
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psycopg
import pytest
from psycopg_pool import AsyncConnectionPool

from cases.payers import sealed_under
from contracts.topics import DECISIONS
from kit.clock import SystemClock
from kit.postgres import connect, pool
from kit.settings import REPOSITORY_ROOT, Settings
from kit.subject_keys import local_keys
from pipelines.privacy.retention import PAYERS_DAYS
from pipelines.privacy.retention.run import _payers
from pipelines.screening.rescreen import rescreen
from pipelines.screening.waiting import ROLE
from risk.screening.warm_up import compile_once
from serving.edge.clocks import TenantClocks
from serving.suspense.cleared import CLEARED, ClearedPayers
from tests.servers import environment_of
from tests.serving.conftest import Server, eventually
from tests.serving.test_let_go import _somebody_waits_for
from tests.serving.test_screened_payments import detail, loaded
from tests.serving.test_screening import decided, hits
from tests.serving.test_transfers import account, balance
from tests.streams.conftest import Running, Traffic

pytestmark = pytest.mark.servers
CLOCK = SystemClock()
AMOUNT = 4_200
STAYS = "s1,person,Wendelgard Immerdastein,,,"
LISTED = [
    STAYS, "i1,person,Balduin Kummerspeck,,,", "i2,person,Kreszentia Wolkenbruch,,,", "i3,person,Ottokar Zwielichter,,,",
    "i4,organisation,Morgendunst Handels GmbH,,,DE", "i5,person,Isolde Torschluss,,,", "i6,person,Gebhard Nimmersatt,,,",
    "i7,person,Amalie Fernweher,,,", "i8,person,Tassilo Backpfeifer,,,", "i9,person,Hedwig Schattenparker,,,",
]  # fmt: skip


@pytest.fixture(scope="module")
def screener(settings: Settings) -> Iterator[psycopg.Connection]:
    compile_once()
    with connect(settings.core.dsn(ROLE), application="test") as connection:
        yield connection


@pytest.fixture(scope="module")
def listed(api: Server, screener: psycopg.Connection, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A list that holds for everybody."""
    loaded(screener, tmp_path_factory.mktemp("lists"), LISTED, name="bad")


@pytest.fixture(scope="module")
def compliance(api: Server) -> httpx.Client:
    return api.browser("compliance")


@pytest.fixture(scope="module")
def risk(api: Server) -> httpx.Client:
    return api.browser("risk")


@pytest.fixture(scope="module")
def admin(api: Server) -> httpx.Client:
    return api.browser("admin")


@pytest.fixture(scope="module")
def traffic(settings: Settings) -> Traffic:
    return Traffic(settings.kafka)


@pytest.fixture
async def opened(settings: Settings) -> AsyncIterator[AsyncConnectionPool]:
    async with pool(settings.core.dsn("api"), application="test", max_size=4) as found:
        yield found


class Desk:
    """The intake as it really runs, on this module's servers and keys; started when it is needed."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self._environment = dict(os.environ) | environment_of(
            core=settings.core, warehouse=settings.warehouse, kafka=settings.kafka, var=settings.var
        )
        self._folder = folder
        self._started: list[Running] = []

    def intake(self) -> Running:
        """Return the one that runs."""
        if not self._started or self._started[-1].ended is not None:
            log = self._folder / f"{len(self._started)}.log"
            self._started.append(Running("streams.intake", self._environment, log))
        return self._started[-1]

    @contextmanager
    def beside(self, module: str) -> Iterator[Running]:
        """Run another process of the product, until the block ends."""
        running = Running(module, self._environment, self._folder / f"{module}.log")
        try:
            yield running
        finally:
            running.stop()

    def end(self) -> None:
        """End the one that runs: the next one looks at the lists at once."""
        if self._started and self._started[-1].ended is None:
            assert self._started[-1].terminate() == 0, self._started[-1].output()

    @contextmanager
    def on_a_new_machine(self, cache: Path) -> Iterator[tuple[Running, Callable[[], bool]]]:
        """Start one where nothing is compiled yet and compiling does not end; give it, and whether it compiles."""
        self.end()
        script = "from risk.screening.letters import KERNELS; print(KERNELS.folder)"
        own = self._environment | {"BAAS_CACHE": str(cache)}
        folder = Path(subprocess.check_output([sys.executable, "-c", script], env=own, cwd=REPOSITORY_ROOT, text=True).strip())
        with (folder / "compiling").open("a") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)  # as by another who compiles
            self._started.append(Running("streams.intake", own, self._folder / f"{len(self._started)}.log"))
            yield self._started[-1], lambda: "searches are being compiled" in self._started[-1].output()

    def stop(self) -> None:
        for each in self._started:
            each.stop()


@pytest.fixture(scope="module")
def desk(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    found = Desk(settings, tmp_path_factory.mktemp("intake"))
    yield found
    found.stop()


def told(api: Server, payer_id: str, name: str, *, tenant_id: str = "demo", **more: str) -> httpx.Response:
    return api.partner(tenant_id).put(f"/v1/inbound-payers/{payer_id}", json={"name": name} | more)


def payer(api: Server, name: str, *, tenant_id: str = "demo", **more: str) -> str:
    payer_id = f"p-{uuid.uuid4().hex[:10]}"
    answer = told(api, payer_id, name, tenant_id=tenant_id, **more)
    assert answer.status_code == 200, answer.text
    return payer_id


def paid(traffic: Traffic, account_id: str, payer_id: str | None, *, tenant_id: str = "demo", **more: object) -> dict:
    fields: dict[str, object] = {
        "tenant_id": tenant_id, "account_id": account_id, "payee_id": payer_id, "direction": "credit", "channel": "pix",
        "amount_minor": AMOUNT, "currency": "BRL",
    }  # fmt: skip
    return traffic.decision(**(fields | more))


def transfer_of(message: dict) -> str:
    return str(message["transaction"]["transaction_id"])


def rows(settings: Settings, query: str, *values: object) -> list[tuple]:
    with psycopg.connect(settings.core.dsn("postgres")) as connection:
        return connection.execute(query, values).fetchall()


def statuses(settings: Settings, *messages: dict) -> list[str | None]:
    """How the payments stand in the ledger, None while it knows nothing of one."""
    ids = [transfer_of(each) for each in messages]
    found = dict(rows(settings, "select id::text, status from ledger.transfer where id::text = any(%s)", ids))
    return [found.get(each) for each in ids]


def taken(settings: Settings, desk: Desk, traffic: Traffic, *messages: dict) -> list[str | None]:
    """Bring payments, let the intake take all of them, and say how they stand."""
    intake = desk.intake()
    traffic.send(DECISIONS, list(messages))
    eventually(lambda: None not in statuses(settings, *messages) or intake.ended is not None, within_s=60)
    assert intake.ended is None, intake.output()
    return statuses(settings, *messages)


def closed(settings: Settings, account_id: str) -> None:
    with psycopg.connect(settings.core.dsn("api"), autocommit=True) as connection:
        change = "select ledger.change_account('demo', %s, true, null, null, null)"
        assert connection.execute(change, (account_id,)).fetchone() == ("changed",)


def waiting(api: Server, who: httpx.Client, payer_id: str) -> list[dict]:
    items = who.get("/v1/suspense", params={"resolved": "true", "limit": 200}).json()["items"]
    return [item for item in items if item["payer_id"] == payer_id]


def events(settings: Settings, transfer_id: str) -> list[dict]:
    query = "select payload from outbox.event where convert_from(payload, 'UTF8')::jsonb ->> 'transfer_id' = %s order by id"
    return [json.loads(payload) for (payload,) in rows(settings, query, transfer_id)]


def hit_of(who: httpx.Client, payer_id: str) -> dict:
    [hit] = [each for each in hits(who, limit="200") if each["payer_id"] == payer_id]
    return hit


def ender(opened: AsyncConnectionPool) -> ClearedPayers:
    return ClearedPayers(opened, clocks=TenantClocks(opened, clock=CLOCK))


async def test_money_of_a_listed_payer_lies_in_suspense_once_and_is_credited_once_when_two_people_clear_them(
    api, settings, listed, desk, traffic, risk, compliance, admin, opened
):  # fmt: skip
    who, target = payer(api, "Balduin Kummerspeck"), account(api, funds_minor=0)
    message = paid(traffic, target, who)
    assert taken(settings, desk, traffic, message) == ["denied"]
    assert taken(settings, desk, traffic, message, paid(traffic, target, None)) == ["denied", "posted"], "read again"
    [item] = waiting(api, admin, who)
    assert (item["problem"], item["status"], item["account_id"]) == ("payer-may-be-listed", "open", target)
    assert balance(api, target) == AMOUNT, "of him who is named to nobody"
    [event] = events(settings, transfer_of(message))
    assert (event["status"], event["reason"], event["door"]) == ("denied", "payer-may-be-listed", "inbound")
    assert (event["answer"]["verdict"], event["answer"]["reasons"][0]) == ("review", "screening_hit")

    hit = hit_of(risk, who)
    assert (hit["about"], hit["customer_id"], hit["list_id"], hit["entry_id"]) == ("payer", None, "bad", "i1")
    shown = detail(risk, hit)
    assert (shown["payer_name"], shown["payee_name"], shown["customer_name"]) == ("Balduin Kummerspeck", None, None)
    assert shown["why"]["met"]
    [payment] = shown["payments"]
    assert (payment["transfer_id"], payment["side"], payment["became"]) == (transfer_of(message), "payer", "suspended")

    await ender(opened).sweep()
    path = f"/v1/suspense/{item['item_id']}"
    refused = admin.post(f"{path}/resolution", json={"action": "credit", "account_id": target})
    assert (refused.status_code, refused.json()["code"]) == (409, "payer-may-be-listed")
    decided(hit, risk, compliance, "cleared")
    await asyncio.gather(*(ender(opened).end("demo", uuid.UUID(item["item_id"])) for _ in range(3)))
    [done] = waiting(api, admin, who)
    assert (done["status"], done["resolved_by"]) == ("resolved", "screening")
    assert balance(api, target) == 2 * AMOUNT, "whoever raced, it was credited once"
    query = "select count(*) from identity.audit where action = %s and resource = %s"
    assert rows(settings, query, CLEARED, f"suspense/{item['item_id']}") == [(1,)]
    assert taken(settings, desk, traffic, message, paid(traffic, target, who)) == ["denied", "posted"], "a good guy is paid"
    assert (balance(api, target), len(waiting(api, admin, who))) == (3 * AMOUNT, 1)


def test_an_intake_that_is_killed_on_the_way_leaves_all_of_it_or_nothing(
    api, settings, listed, desk, traffic, risk, admin
):  # fmt: skip
    who, target = payer(api, "Kreszentia Wolkenbruch"), account(api, funds_minor=0)
    assert taken(settings, desk, traffic, paid(traffic, target, who)) == ["denied"]
    hit, message = hit_of(risk, who), paid(traffic, target, who)
    with psycopg.connect(settings.core.dsn("postgres")) as judge:
        judge.execute("select from screening.hit where hit_id = %s for update", (hit["hit_id"],))
        intake = desk.intake()
        traffic.send(DECISIONS, [message])
        with psycopg.connect(settings.core.dsn("postgres"), autocommit=True) as watcher:
            eventually(lambda: _somebody_waits_for(watcher, judge), within_s=60)
        intake.kill()
    assert (statuses(settings, message), len(waiting(api, admin, who))) == ([None], 1)
    desk.intake()
    eventually(lambda: statuses(settings, message) == ["denied"], within_s=60)
    assert (len(waiting(api, admin, who)), balance(api, target)) == (2, 0)
    assert len([each for each in hits(risk, limit="200") if each["payer_id"] == who]) == 1


async def test_money_of_a_confirmed_payer_is_never_credited(
    api, settings, listed, desk, traffic, risk, compliance, admin, opened
):  # fmt: skip
    who, target = payer(api, "Ottokar Zwielichter"), account(api, funds_minor=0)
    assert taken(settings, desk, traffic, paid(traffic, target, who)) == ["denied"]
    decided(hit_of(risk, who), risk, compliance, "confirmed")
    assert taken(settings, desk, traffic, paid(traffic, target, who)) == ["denied"], "nor is what comes afterwards"
    await ender(opened).sweep()
    first, second = waiting(api, admin, who)
    assert (first["status"], second["status"], balance(api, target)) == ("open", "open", 0)
    path = f"/v1/suspense/{first['item_id']}"
    refused = admin.post(f"{path}/resolution", json={"action": "credit", "account_id": target})
    assert (refused.status_code, refused.json()["code"]) == (409, "payer-may-be-listed")
    assert admin.post(f"{path}/resolution", json={"action": "return"}).status_code == 200


def test_a_credit_that_was_proposed_before_the_payer_was_met_is_not_approved(
    api, settings, listed, desk, traffic, risk, admin, screener, tmp_path
):  # fmt: skip
    who, target, other = payer(api, "Rosamunde Spaetentdeckt"), account(api, funds_minor=0), account(api, funds_minor=0)
    closed(settings, target)
    assert taken(settings, desk, traffic, paid(traffic, target, who)) == ["failed"]
    eventually(lambda: waiting(api, admin, who))
    [item] = waiting(api, admin, who)
    assert (item["problem"], item["account_id"]) == ("account-closed", target)
    made = admin.post("/v1/clients", json={"client_id": "desk", "name": "desk", "roles": ["operator"]})
    back_office = api.client(**{"X-Api-Key": made.json()["api_key"]})
    path = f"/v1/suspense/{item['item_id']}"
    proposed = back_office.post(f"{path}/resolution", json={"action": "credit", "account_id": other})
    assert proposed.status_code == 200, proposed.text
    loaded(screener, tmp_path, [STAYS, "l1,person,Rosamunde Spaetentdeckt,,,"], name="later")
    desk.end()
    assert taken(settings, desk, traffic, paid(traffic, other, who)) == ["denied"]
    refused = admin.post(f"{path}/judgement", json={"approve": True, "proposed_at": proposed.json()["proposed_at"]})
    assert (refused.status_code, refused.json()["code"]) == (409, "payer-may-be-listed")
    assert balance(api, other) == 0


def test_what_the_scorer_holds_is_held_and_not_released_while_a_hit_is_not_cleared(
    api, settings, listed, desk, traffic, risk, compliance, admin
):  # fmt: skip
    who, target = payer(api, "Morgendunst Handels GmbH", kind="business", country="DE"), account(api, funds_minor=0)
    message = paid(traffic, target, who, verdict="review")
    assert taken(settings, desk, traffic, message) == ["held"]
    assert waiting(api, admin, who) == []
    path = f"/v1/transfers/{transfer_of(message)}/resolution"
    refused = risk.post(path, json={"action": "release"})
    assert (refused.status_code, refused.json()["code"]) == (409, "held-by-screening")
    decided(hit_of(risk, who), risk, compliance, "cleared")
    assert statuses(settings, message) == ["held"], "the scorer held it too: a person releases it"
    released = risk.post(path, json={"action": "release"})
    assert (released.status_code, balance(api, target)) == (200, AMOUNT)


async def test_a_hit_whose_list_lets_go_lets_the_money_be_credited(
    api, settings, listed, desk, traffic, risk, admin, opened, screener, tmp_path
):  # fmt: skip
    loaded(screener, tmp_path, [STAYS, "g1,person,Adelheid Vergaenglich,,,"], name="goes")
    desk.end()
    who, target = payer(api, "Adelheid Vergaenglich"), account(api, funds_minor=0)
    assert taken(settings, desk, traffic, paid(traffic, target, who)) == ["denied"]
    loaded(screener, tmp_path, [STAYS], name="goes")
    rescreen(settings, clock=CLOCK)
    assert [each for each in hits(risk, limit="200") if each["payer_id"] == who] == []
    await ender(opened).sweep()
    desk.intake()
    eventually(lambda: [item["status"] for item in waiting(api, admin, who)] == ["resolved"], within_s=60)
    assert balance(api, target) == AMOUNT, "looked at once more, under the list as it is now"


async def test_what_cannot_be_credited_any_more_stays_for_people_under_that_problem(
    api, settings, listed, desk, traffic, risk, compliance, admin, opened
):  # fmt: skip
    who, target, other = payer(api, "Isolde Torschluss"), account(api, funds_minor=0), account(api, funds_minor=0)
    assert taken(settings, desk, traffic, paid(traffic, target, who)) == ["denied"]
    closed(settings, target)
    decided(hit_of(risk, who), risk, compliance, "cleared")
    await ender(opened).sweep()
    eventually(lambda: [item["problem"] for item in waiting(api, admin, who)] == ["account-closed"])
    [item] = waiting(api, admin, who)
    assert item["status"] == "open"
    made = admin.post("/v1/clients", json={"client_id": "window", "name": "window", "roles": ["operator"]})
    proposed = api.client(**{"X-Api-Key": made.json()["api_key"]}).post(
        f"/v1/suspense/{item['item_id']}/resolution", json={"action": "credit", "account_id": other}
    )
    yes = {"approve": True, "proposed_at": proposed.json()["proposed_at"]}
    approved = admin.post(f"/v1/suspense/{item['item_id']}/judgement", json=yes)
    assert (approved.status_code, approved.json()["status"], balance(api, other)) == (200, "resolved", AMOUNT)


def test_who_is_not_named_or_not_listed_or_another_tenants_is_credited(
    api, settings, listed, desk, traffic, admin
):  # fmt: skip
    listed_here, unlisted = payer(api, "Gebhard Nimmersatt"), payer(api, "Philippa Unbescholten")
    here, there = account(api, funds_minor=0), account(api, tenant_id="other", funds_minor=0)
    messages = [
        paid(traffic, here, "nobody-said-who"),
        paid(traffic, here, None),
        paid(traffic, here, unlisted),
        paid(traffic, there, listed_here, tenant_id="other"),
        # From an account elsewhere: the payer is that account.
        paid(traffic, listed_here, here, direction="debit"),
    ]
    assert taken(settings, desk, traffic, *messages) == ["posted", "posted", "posted", "posted", "denied"]
    assert (balance(api, here), balance(api, there, "other")) == (3 * AMOUNT, AMOUNT)
    assert api.partner("other").get(f"/v1/inbound-payers/{listed_here}").status_code == 404
    assert api.partner("demo").get(f"/v1/inbound-payers/{listed_here}").json()["name"] == "Gebhard Nimmersatt"


def test_what_was_credited_before_a_list_was_loaded_is_not_moved_when_it_is_read_again(
    api, settings, listed, desk, traffic, admin, screener, tmp_path
):  # fmt: skip
    who, target = payer(api, "Notburga Nachtraeglich"), account(api, funds_minor=0)
    message = paid(traffic, target, who)
    assert taken(settings, desk, traffic, message) == ["posted"]
    loaded(screener, tmp_path, [STAYS, "n1,person,Notburga Nachtraeglich,,,"], name="afterwards")
    desk.end()
    assert taken(settings, desk, traffic, message, paid(traffic, target, who)) == ["posted", "denied"]
    assert (balance(api, target), len(waiting(api, admin, who))) == (AMOUNT, 1)


def test_a_payer_is_told_once_again_or_otherwise_and_not_while_people_decide(
    api, settings, listed, desk, traffic, risk, compliance
):  # fmt: skip
    who, target = payer(api, "Amalie Fernweher"), account(api, funds_minor=0)
    first = told(api, who, "  Amalie   Fernweher ").json()
    assert told(api, who, "Amalie Fernweher").json() == first, "the same again changes nothing"
    assert told(api, who, "Amalie Heimkehrer", kind="person", country="BR").json()["country"] == "BR"
    assert told(api, who, "Amalie Fernweher").json()["kind"] is None
    [(sealed,)] = rows(settings, "select sealed from screening.party where payer_id = %s", who)
    assert b"Fernweher" not in sealed
    assert taken(settings, desk, traffic, paid(traffic, target, who)) == ["denied"]
    assert told(api, who, "Amalie Fernweher").status_code == 200
    refused = told(api, who, "Amalie Heimkehrer")
    assert (refused.status_code, refused.json()["code"]) == (409, "payer-kept-as-told")
    decided(hit_of(risk, who), risk, compliance, "cleared")
    assert told(api, who, "Tassilo Backpfeifer").status_code == 200
    assert taken(settings, desk, traffic, paid(traffic, target, who)) == ["denied"], "under the new name they are another's"
    assert told(api, "p-blank", " ").status_code == 422
    assert told(api, "no/id", "Somebody").status_code == 404
    assert risk.put(f"/v1/inbound-payers/{who}", json={"name": "X"}).status_code == 403


def test_a_payer_whom_nobody_names_is_forgotten_with_their_key_and_one_who_waits_is_not(
    api, settings, listed, desk, traffic, admin
):  # fmt: skip
    gone, young, waits = (
        payer(api, name) for name in ("Wilhelmine Altbekannt", "Ludmilla Jungbekannt", "Hedwig Schattenparker")
    )
    assert taken(settings, desk, traffic, paid(traffic, account(api), waits)) == ["denied"]
    before = CLOCK.now_ms() / 1_000 - PAYERS_DAYS * 86_400
    with psycopg.connect(settings.core.dsn("postgres"), autocommit=True) as operator:
        change = "update screening.party set met_at = to_timestamp(%s) where payer_id = any(%s)"
        operator.execute(change, (before - 60, [gone, waits]))
    with connect(settings.core.dsn("audit"), application="test") as audit:
        [(moment,)] = audit.execute("select to_timestamp(%s)", (before,)).fetchall()
        for dry_run, left in ((True, 3), (False, 2)):
            assert _payers(settings, audit, before=moment, dry_run=dry_run).rows == 1
            known = "select count(*) from screening.party where payer_id = any(%s)"
            assert rows(settings, known, [gone, young, waits]) == [(left,)]
    keys = local_keys(settings)
    subjects = {each: sealed_under("demo", customer_id=None, payer_id=each) for each in (gone, young, waits)}
    assert keys.found(subjects.values()).keys() == {subjects[young], subjects[waits]}
    keys.close()
    assert api.partner().get(f"/v1/inbound-payers/{gone}").status_code == 404
    assert told(api, gone, "Wilhelmine Altbekannt").json()["name"] == "Wilhelmine Altbekannt"
    assert len(waiting(api, admin, waits)) == 1
