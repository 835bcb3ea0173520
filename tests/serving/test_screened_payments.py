"""Payments whose parties may be on a watch-list: held or refused before money moves, ended by two people, each once."""

import gc
import json
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from psycopg_pool import AsyncConnectionPool

from cases.hit_repository import NAME_INDEX, FoundHit, hit_id
from kit.clock import SystemClock
from kit.postgres import connect, tenant_transaction
from kit.settings import Settings
from kit.subject_keys import SealedRecords, local_keys
from pipelines.screening.formats import FORMATS
from pipelines.screening.load import Wanted, load
from pipelines.screening.rescreen import rescreen
from pipelines.screening.waiting import ROLE
from risk.screening.warm_up import compile_once
from serving.screening import books
from serving.screening.compiled import Compiled
from serving.screening.met import Became, Met, MetHit, Side
from serving.screening.parties import PaymentScreening
from tests.serving.conftest import Server
from tests.serving.test_screening import decided, hits
from tests.serving.test_transfers import account, balance, body, customer, key

pytestmark = pytest.mark.servers
CLOCK = SystemClock()
HEADER = "id,kind,name,aliases,births,countries"
LISTED = [
    "b1,person,Baltasar Querimonia,,1961,BR",
    "b2,person,Zenobia Trastamundo,,,",
    "b3,organisation,Quarzolith Schattenhandel GmbH,,,DE",
    "b4,person,Eufrasio Bentocardo,,,",
    "b5,person,Hildeburga Nocturnia,,,",
    "b6,person,Pompilio Gravatassi,,,",
]


def loaded(screener: psycopg.Connection, folder: Path, rows: list[str], *, name: str, tenant: str | None = None) -> None:
    path = folder / f"{name}.csv"
    path.write_text("\n".join([HEADER, *rows]) + "\n")
    load(screener, path, FORMATS["own"], Wanted(name, tenant, "test", "made up for a test", True), clock=CLOCK)


@pytest.fixture(scope="module", autouse=True)
def _looks_each_time() -> Iterator[None]:
    """A list that was just loaded holds for the next payment, and kernels are there: the machine compiles them once."""
    compile_once()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(books, "LOOK_S", 0.0)
        yield


@pytest.fixture(scope="module")
def screener(settings: Settings) -> Iterator[psycopg.Connection]:
    with connect(settings.core.dsn(ROLE), application="test") as connection:
        yield connection


@pytest.fixture(scope="module")
def listed(api: Server, screener: psycopg.Connection, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A list that holds for everybody. Before it is loaded nobody is screened."""
    payer, payee = account(api), account(api, customer_id=customer(api, full_name="Baltasar Querimonia"), funds_minor=0)
    assert pay(api, payer, payee).status_code == 201
    loaded(screener, tmp_path_factory.mktemp("lists"), LISTED, name="bad")


@pytest.fixture(scope="module")
def compliance(api: Server) -> httpx.Client:
    return api.browser("compliance")


@pytest.fixture(scope="module")
def risk(api: Server) -> httpx.Client:
    return api.browser("risk")


def pay(api: Server, debit: str, credit: str | None, amount_minor: int = 1_250, *, headers: dict | None = None, **more: Any):
    wanted = body(debit, credit, amount_minor, **more)
    return api.partner().post("/v1/transfers", json=wanted, headers=headers or key())


def held(answer: httpx.Response) -> str:
    assert (answer.status_code, answer.json()["status"]) == (202, "held"), answer.text
    return str(answer.json()["id"])


def status(api: Server, transfer_id: str) -> str:
    return str(api.partner().get(f"/v1/transfers/{transfer_id}").json()["status"])


def detail(who: httpx.Client, hit: dict[str, Any]) -> dict[str, Any]:
    answer = who.get(f"/v1/screening/hits/{hit['hit_id']}")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def events(api: Server, transfer_id: str) -> list[dict[str, Any]]:
    with psycopg.connect(api.settings.core.dsn("postgres")) as connection:
        rows = connection.execute(
            "select payload from outbox.event where convert_from(payload, 'UTF8')::jsonb ->> 'transfer_id' = %s order by id",
            (transfer_id,),
        ).fetchall()
    return [json.loads(payload) for (payload,) in rows]


def test_a_payee_whom_a_list_may_mean_is_screened_at_once_and_held_until_two_people_clear_it(api, listed, compliance, risk):
    payer, met = account(api), customer(api, full_name="Zenobia Trastamundo")
    payee = account(api, customer_id=met, funds_minor=0)
    before, headers = balance(api, payer), key()
    answer = pay(api, payer, payee, headers=headers)
    transfer = held(answer)
    assert pay(api, payer, payee, headers=headers).json() == answer.json(), "the same key is the same payment"
    assert (balance(api, payer), balance(api, payee)) == (before, 0)
    [hit] = hits(risk, customer_id=met)
    assert (hit["about"], hit["list_id"], hit["entry_id"], hit["status"]) == ("customer", "bad", "b2", "open")
    [payment] = detail(risk, hit)["payments"]
    assert (payment["transfer_id"], payment["side"], payment["became"], payment["status"]) == (
        transfer,
        "payee",
        "held",
        "held",
    )

    refused = risk.post(f"/v1/transfers/{transfer}/resolution", json={"action": "release"})
    assert (refused.status_code, refused.json()["code"]) == (409, "held-by-screening")
    assert decided(hit, risk, compliance, "cleared")["payments"][0]["status"] == "posted"
    assert (balance(api, payer), balance(api, payee)) == (before - 1_250, 1_250)
    assert [event["status"] for event in events(api, transfer)] == ["held", "posted"]
    assert pay(api, payer, payee).status_code == 201, "a good guy is not asked about again"
    assert rescreen(api.settings, clock=CLOCK)
    assert hits(risk, customer_id=met) == [], "nor is what was found in line found again by the look at all customers"


def test_nothing_that_the_payer_is_told_says_why(api, listed):
    payer = account(api, customer_id=customer(api, full_name="Eufrasio Bentocardo"))
    answer = pay(api, payer, account(api, funds_minor=0))
    transfer = held(answer)
    plain = pay(api, account(api), account(api, funds_minor=0))
    assert answer.json().keys() == plain.json().keys()
    assert answer.json()["decision"] == {"verdict": "review", "source": "stand_in", "reasons": []}
    told = answer.text + api.partner().get(f"/v1/transfers/{transfer}").text
    assert "screen" not in told
    assert "list" not in told
    [event] = events(api, transfer)
    assert (event["answer"]["verdict"], event["answer"]["rules"][-1]) == ("review", "screening_hit"), "the bank's people know"


def test_a_confirmed_party_is_refused_and_what_waited_goes_back(api, listed, compliance, risk):
    met = customer(api, full_name="Hildeburga Nocturnia")
    payer, payee = account(api, customer_id=met), account(api, funds_minor=0)
    assert sum(each.hits for each in rescreen(api.settings, clock=CLOCK)) >= 1
    before = balance(api, payer)
    waiting = held(pay(api, payer, payee))
    [hit] = hits(risk, customer_id=met)
    shown = decided(hit, risk, compliance, "confirmed")
    assert ([each["status"] for each in shown["payments"]], balance(api, payer)) == (["voided"], before)
    headers = key()
    answer = pay(api, payer, payee, headers=headers)
    assert (answer.status_code, answer.json()["code"], answer.json().get("reasons", [])) == (403, "transfer-denied", [])
    assert pay(api, payer, payee, headers=headers).json()["facts"] == answer.json()["facts"]
    refused = answer.json()["facts"]["transfer_id"]
    became = {each["transfer_id"]: each["became"] for each in detail(risk, hit)["payments"]}
    assert became == {waiting: "held", refused: "refused"}
    assert api.partner().get(f"/v1/transfers/{refused}").json()["reason"] == "denied"
    assert balance(api, payer) == before


def test_whom_the_money_leaves_the_bank_for_is_held_by_name_until_cleared_for_this_payer(api, listed, compliance, risk):
    who = customer(api, full_name="Somebody Entirely Else")
    payer = account(api, customer_id=who)
    wanted = {"payee_name": "QUARZOLITH Schattenhandel", "payee_country": "DE"}
    transfer = held(pay(api, payer, None, **wanted))
    [hit] = hits(risk, customer_id=who)
    shown = detail(risk, hit)
    assert (hit["about"], shown["payee_name"], shown["customer_name"]) == (
        "payee", "QUARZOLITH Schattenhandel", "Somebody Entirely Else",
    )  # fmt: skip
    assert (shown["why"]["countries"], shown["entry"]["countries"]) == ("shared", ["DE"])
    twice = held(pay(api, payer, None, **wanted))
    assert [each["hit_id"] for each in hits(risk, customer_id=who)] == [hit["hit_id"]], "found twice, it is there once"
    rescreen(api.settings, clock=CLOCK)
    assert len(hits(risk, customer_id=who)) == 1, "the look at all customers lets a payee's hit be"
    decided(hit, risk, compliance, "cleared")
    assert [status(api, each) for each in (transfer, twice)] == ["posted", "posted"]
    assert pay(api, payer, None, **wanted).status_code == 201
    assert held(pay(api, account(api), None, **wanted)), "what one customer's payee was cleared of says nothing of another's"
    assert pay(api, payer, None, payee_name="Maria Aparecida").status_code == 201
    assert pay(api, payer, account(api, funds_minor=0), **wanted).status_code == 422


def test_a_saved_payee_and_a_linked_account_are_held_by_the_name_that_was_saved(api, listed):
    who = customer(api, full_name="Joana Ninguém")
    payer = account(api, customer_id=who)
    place = {"bank_code": "60701190", "branch": "0001", "account_number": "12345-6"}
    saved = api.partner().post(
        "/v1/beneficiaries", headers=key(),
        json={"customer_id": who, "nickname": "P", "holder_name": "Pompilio Gravatassi", "bank_account": place},
    )  # fmt: skip
    assert saved.status_code == 201, saved.text
    assert held(pay(api, payer, None, payee_id=saved.json()["beneficiary_id"]))
    assert pay(api, account(api), None, payee_id=saved.json()["beneficiary_id"]).status_code == 201, "it is another's payee"
    assert pay(api, payer, None, payee_id="p-17").status_code == 201


def test_an_account_at_another_bank_is_linked_and_paid_to_only_once_its_holder_is_cleared(api, listed, compliance, risk):
    who = customer(api, full_name="Rosa Modesta")
    wanted = {"customer_id": who, "holder_name": "Zenobia Trastamundo", "bank_code": "60701190", "branch": "1"}
    wanted["account_number"] = "12-3"
    headers = key()
    for _ in range(2):
        refused = api.partner().post("/v1/external-accounts", json=wanted, headers=headers)
        assert (refused.status_code, refused.json()["code"]) == (409, "link-not-possible"), refused.text
    [hit] = hits(risk, customer_id=who)
    assert (hit["about"], detail(risk, hit)["payee_name"]) == ("payee", "Zenobia Trastamundo")
    decided(hit, risk, compliance, "cleared")
    assert api.partner().post("/v1/external-accounts", json=wanted, headers=headers).status_code == 201
    unknown = api.partner().post("/v1/external-accounts", json=wanted | {"customer_id": "nobody-here"}, headers=key())
    assert unknown.status_code == 404


def test_denying_what_screening_holds_is_open_to_one_person(api, listed, risk):
    payer = account(api)
    transfer = held(pay(api, payer, None, payee_name="Baltasar Querimonia"))
    answer = risk.post(f"/v1/transfers/{transfer}/resolution", json={"action": "deny"})
    assert (answer.status_code, answer.json()["status"]) == (200, "voided")


def test_what_is_short_of_money_is_not_held(api, listed):
    payer = account(api, funds_minor=100)
    answer = pay(api, payer, None, payee_name="Baltasar Querimonia")
    assert (answer.status_code, answer.json()["facts"]["reason"]) == (422, "insufficient-funds")


def test_a_tenants_own_list_holds_for_nobody_else(api, listed, screener, tmp_path):
    loaded(screener, tmp_path, ["o1,person,Ottokar Vizemunde,,,"], name="own-other", tenant="other")
    assert pay(api, account(api), None, payee_name="Ottokar Vizemunde").status_code == 201
    debit = account(api, tenant_id="other")
    answer = api.partner("other").post(
        "/v1/transfers", json=body(debit, None, payee_name="Ottokar Vizemunde"), headers=key()
    )  # fmt: skip
    assert held(answer)
    assert hits(api.browser("risk"), status="open") == [
        each for each in hits(api.browser("risk"), status="open") if each["list_id"] == "bad"
    ]


def test_a_dry_run_says_held_and_leaves_nothing(api, listed, risk):
    who = customer(api)
    answer = api.partner().post(
        "/v1/transfers", params={"dry_run": "true"}, headers=key(),
        json=body(account(api, customer_id=who), None, payee_name="Baltasar Querimonia"),
    )  # fmt: skip
    assert held(answer)
    assert hits(risk, customer_id=who) == []


def test_lists_that_cannot_be_read_let_nothing_move_and_the_key_is_free_again(api, listed, screener, tmp_path, settings):
    loaded(screener, tmp_path, ["u1,person,Ulfilas Brokenbrod,,,"], name="own-other", tenant="other")
    debit = account(api, tenant_id="other")
    before, headers = balance(api, debit, "other"), key()
    spoil = "update screening.entry set document = %s where list_id = 'own-other' and entry_id = 'u1' returning document"
    with psycopg.connect(settings.core.dsn("postgres"), autocommit=True) as admin:
        [whole] = admin.execute("select document from screening.entry where entry_id = 'u1'").fetchone()
        admin.execute(spoil, (json.dumps({}),))
        wanted = body(debit, None, payee_name="Ulfilas Brokenbrod")
        answer = api.partner("other").post("/v1/transfers", json=wanted, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (503, "parties-not-screened")
        assert int(answer.headers["retry-after"]) > 0
        assert balance(api, debit, "other") == before
        admin.execute(spoil, (json.dumps(whole),))
    assert held(api.partner("other").post("/v1/transfers", json=wanted, headers=headers))


def test_payments_of_one_moment_are_held_by_one_hit(api, listed, risk):
    who = customer(api, full_name="Luísa de Tal")
    payer = account(api, customer_id=who)
    with ThreadPoolExecutor(6) as several:
        answers = list(several.map(lambda _: pay(api, payer, None, payee_name="Zenobia Trastamundo"), range(6)))
    assert len({held(answer) for answer in answers}) == 6
    [hit] = hits(risk, customer_id=who)
    assert len(detail(risk, hit)["payments"]) == 6


async def test_lists_that_cannot_be_read_leave_their_connection_to_who_has_it_next(api, listed, settings, monkeypatch):
    def unreadable(_document: object) -> None:
        raise ValueError("no entry")

    monkeypatch.setattr(books, "entry_of", unreadable)
    async with AsyncConnectionPool(settings.core.dsn("api"), min_size=1, max_size=1, open=False) as core:
        found = books.Books(core)
        with pytest.raises(ValueError, match="no entry"):
            await found.of("demo")
        async with core.connection() as connection, tenant_transaction(connection, "demo"):
            del found
            gc.collect()
            for _ in range(3):
                assert await (await connection.execute("select 1")).fetchone() == (1,)


async def test_what_was_cleared_while_a_payment_was_on_its_way_no_longer_holds_it(api, listed, settings):
    """And what was confirmed meanwhile refuses it: the hits are read again under lock, in the payment's own transaction."""
    who = customer(api)
    keys = local_keys(settings)
    screening = PaymentScreening(None, books=None, compiled=Compiled(), records=SealedRecords(keys), people=None)  # type: ignore[arg-type]
    met_id = hit_id("demo", who, None, "bad", "b1")
    found = FoundHit(met_id, who, None, "bad", "b1", b"d" * 32, keys.blind("demo", NAME_INDEX, "x"), 0.9)
    met, now = Met((MetHit(met_id, Side.PAYER, found),)), datetime.now(UTC)
    verdict = (
        "update screening.hit set status = %(v)s, verdict = %(v)s, proposed_by = 'a', proposed_at = now(), judged_by = 'b', "
        "judged_at = now() where hit_id = %(id)s"
    )
    async with await psycopg.AsyncConnection.connect(settings.core.dsn("api"), autocommit=True) as connection:
        became = []
        for judged in (None, "cleared", "confirmed"):
            async with tenant_transaction(connection, "demo"):
                if judged is not None:
                    await connection.execute(verdict, {"v": judged, "id": met_id})
                became.append(await screening.keep(connection, "demo", met, now=now))
        assert became == [Became.HELD, None, Became.REFUSED]
        async with tenant_transaction(connection, "demo"):
            await screening.note(connection, "demo", uuid.uuid4(), met, became=Became.REFUSED, goes_on=False, now=now)
    keys.close()
