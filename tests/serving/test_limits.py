"""Limits over HTTP: refused in words, counted exactly under concurrency, and free of cost for accounts that have none."""

import random
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import httpx
import psycopg
import pytest

from contracts.ledger_events import Purpose
from kit.clock import SystemClock
from ledger.postings import Kind, PostingRequest
from ledger.repository import post_batch
from serving.edge.limits import Limits, Rate
from serving.resources import Options
from tests.serving.conftest import Server
from tests.serving.test_holders import put as put_holder
from tests.serving.test_transfers import account, balance, body, key

PLENTY = Rate(per_s=10_000, burst=10_000)


@pytest.fixture(scope="module")
def options() -> Options:
    return Options(limits=Limits(per_address=PLENTY, per_address_sign_in=PLENTY, per_person=PLENTY, per_machine=PLENTY))


def limit(api: Server, account_id: str, channel: str, scope: str, amount_minor: int) -> dict:
    answer = api.partner().put(f"/v1/accounts/{account_id}/limits/{channel}/{scope}", json={"amount_minor": amount_minor})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def pay(api: Server, debit: str, credit: str, amount_minor: int, channel: str = "pix", **headers: str) -> httpx.Response:
    wanted = body(debit, credit, amount_minor) | {"channel": channel}
    return api.partner().post("/v1/transfers", json=wanted, headers=headers or key())


def used(api: Server, account_id: str, channel: str, scope: str) -> int | None:
    shown = api.partner().get(f"/v1/accounts/{account_id}/limits").json()["limits"]
    found = next(row for row in shown if (row["channel"], row["scope"]) == (channel, scope))
    return found["used"] and found["used"]["amount_minor"]


@pytest.fixture(scope="module")
def other(api: Server) -> str:
    return account(api, funds_minor=0)


def test_an_account_without_limits_says_so_and_is_not_counted(api, other):
    free = account(api)
    assert api.partner().get(f"/v1/accounts/{free}/limits").json() == {
        "time_zone": "America/Sao_Paulo", "night_start": "20:00", "night_end": "06:00", "limits": []
    }  # fmt: skip
    assert pay(api, free, other, 10).status_code == 201
    with psycopg.connect(api.settings.core.dsn("postgres")) as connection:
        counted = connection.execute("select count(*) from bank.limit_use where account_id = %s", (free,)).fetchone()
    assert counted == (0,)


def test_a_transfer_over_a_limit_is_refused_with_what_is_left_and_when_it_is_free_again(api, other):
    payer = account(api)
    limit(api, payer, "pix", "day", 1_000)
    assert pay(api, payer, other, 600).status_code == 201
    refused = pay(api, payer, other, 401)
    assert (refused.status_code, refused.json()["code"]) == (422, "limit-exceeded")
    facts = refused.json()["facts"]
    assert {name: facts[name] for name in ("channel", "scope", "limit_minor", "used_minor", "amount_minor")} == {
        "channel": "pix", "scope": "day", "limit_minor": 1_000, "used_minor": 600, "amount_minor": 401
    }  # fmt: skip
    free_in = datetime.fromisoformat(facts["free_at"]) - datetime.now(UTC)
    assert timedelta(0) < free_in <= timedelta(hours=24)
    assert pay(api, payer, other, 400).status_code == 201
    assert used(api, payer, "pix", "day") == 1_000
    assert pay(api, payer, other, 401, channel="internal").status_code == 201


def test_a_key_that_was_refused_may_be_used_again(api, other):
    payer, headers = account(api), key()
    limit(api, payer, "any", "transfer", 100)
    refused = pay(api, payer, other, 101, **headers)
    assert (refused.json()["code"], refused.json()["facts"]["free_at"]) == ("limit-exceeded", None)
    made = pay(api, payer, other, 100, **headers)
    assert made.status_code == 201
    again = pay(api, payer, other, 100, **headers)
    assert (again.json()["id"], again.headers["idempotent-replayed"]) == (made.json()["id"], "true")


def test_lowering_takes_effect_at_once_and_raising_in_a_day(api, other):
    payer = account(api)
    limit(api, payer, "pix", "transfer", 500)
    assert pay(api, payer, other, 500).status_code == 201
    limit(api, payer, "pix", "transfer", 100)
    assert pay(api, payer, other, 101).status_code == 422
    [shown] = limit(api, payer, "pix", "transfer", 900)["limits"]
    assert (shown["amount"]["amount_minor"], shown["coming"]["amount"]["amount_minor"]) == (100, 900)
    waits = datetime.fromisoformat(shown["coming"]["at"]) - datetime.now(UTC)
    assert timedelta(hours=23, minutes=59) < waits <= timedelta(hours=24)
    assert pay(api, payer, other, 101).status_code == 422
    ended = api.partner().delete(f"/v1/accounts/{payer}/limits/pix/transfer").json()["limits"]
    assert [(row["amount"]["amount_minor"], row["coming"]["amount"]) for row in ended] == [(100, None)]
    with psycopg.connect(api.settings.core.dsn("postgres")) as connection:
        connection.execute("update bank.account_limit set coming_at = now() where account_id = %s", (payer,))
    assert pay(api, payer, other, 101).status_code == 201
    assert api.partner().get(f"/v1/accounts/{payer}/limits").json()["limits"] == []


def test_a_night_limit_holds_in_the_account_s_own_night(api, other):
    payer = account(api)
    limit(api, payer, "pix", "night", 100)
    now = datetime.now(UTC)
    around = [(now + timedelta(hours=hours)).strftime("%H:%M") for hours in (-2, 2, 4)]
    path = f"/v1/accounts/{payer}/limits"
    night = {"time_zone": "UTC", "night_start": around[0], "night_end": around[1]}
    assert api.partner().patch(path, json=night).json()["night_start"] == around[0]
    assert pay(api, payer, other, 60).status_code == 201
    refused = pay(api, payer, other, 60)
    assert refused.json()["facts"]["scope"] == "night"
    assert refused.json()["facts"]["free_at"][11:16] == around[1]
    api.partner().patch(path, json={"night_start": around[1], "night_end": around[2]})
    assert pay(api, payer, other, 60).status_code == 201
    for wrong in ({"time_zone": "Mars/Base"}, {"time_zone": "../etc/passwd"}, {"night_end": around[1]}, {"night_end": "24:00"}):
        assert api.partner().patch(path, json=wrong).status_code == 422, wrong
    assert api.browser("customer").patch(path, json={}).status_code == 403


def test_customers_set_limits_on_what_they_use(api, other):
    theirs, browser = account(api), api.browser("customer")
    path = f"/v1/accounts/{theirs}/limits"
    assert browser.get(path).status_code == 404
    put_holder(api.partner(), theirs, "c000042", "viewer")
    assert browser.get(path).status_code == 200
    assert browser.put(f"{path}/pix/day", json={"amount_minor": 5}).status_code == 403
    put_holder(api.partner(), theirs, "c000042", "holder")
    assert browser.put(f"{path}/pix/day", json={"amount_minor": 5}).status_code == 200
    refused = browser.post("/v1/transfers", json=body(theirs, other, 6), headers=key())
    assert refused.json()["code"] == "limit-exceeded"
    rows = api.browser("admin").get("/v1/audit", params={"resource": f"accounts/{theirs}"}).json()["items"]
    assert {"channel": "pix", "scope": "day", "amount_minor": 5, "effective": "now"} in [row["detail"] for row in rows]


def test_what_ends_without_money_moving_does_not_count(api, other):
    poor = account(api, funds_minor=50)
    limit(api, poor, "pix", "day", 100)
    failed = pay(api, poor, other, 60)
    assert failed.json()["facts"]["reason"] == "insufficient-funds"
    assert used(api, poor, "pix", "day") == 0
    too_large_to_decide = account(api)
    limit(api, too_large_to_decide, "pix", "day", 50_000)
    assert pay(api, too_large_to_decide, other, 20_001).json()["code"] == "decision-unavailable"
    assert used(api, too_large_to_decide, "pix", "day") == 0


@pytest.mark.parametrize(
    ("end", "posted_minor", "counts"),
    [(None, None, 70), (Kind.POST_PENDING, None, 70), (Kind.POST_PENDING, 30, 30), (Kind.VOID_PENDING, None, 0)],
)
def test_a_hold_counts_until_it_ends_and_then_by_what_it_moved(api, other, end, posted_minor, counts):
    payer, transfer_id, now_ms = account(api), uuid.uuid4(), SystemClock().now_ms()
    limit(api, payer, "pix", "day", 1_000)
    hold = PostingRequest(
        kind=Kind.HOLD, transfer_id=transfer_id, tenant_id="demo", occurred_at_ms=now_ms, amount_minor=70, currency="BRL",
        debit_account_id=uuid.UUID(payer), credit_account_id=uuid.UUID(other), purpose=Purpose.TRANSFER,
    )  # fmt: skip
    with psycopg.connect(api.settings.core.dsn("postgres"), autocommit=True) as connection:
        connection.execute(
            "insert into bank.limit_use (transfer_id, tenant_id, account_id, key, channel, at, amount_minor) "
            "values (%s, 'demo', %s, 'k', 'pix', now(), 70)",
            (transfer_id, payer),
        )
        assert used(api, payer, "pix", "day") == 0  # neither claimed nor posted
        post_batch(connection, [hold], now_ms=now_ms)
        if end is not None:
            ending = PostingRequest(
                kind=end, transfer_id=transfer_id, tenant_id="demo", occurred_at_ms=now_ms, amount_minor=posted_minor
            )
            [result] = post_batch(connection, [ending], now_ms=now_ms)
            assert result.outcome != "failed"
    assert used(api, payer, "pix", "day") == counts


@pytest.mark.parametrize("seed", range(4))
def test_no_limit_is_broken_whoever_pays_at_once_and_nothing_is_refused_that_would_have_fitted(api, other, seed):
    chance = random.Random(seed)
    payer = account(api)
    limits = {("pix", "day"): chance.randint(500, 3_000), ("any", "month"): chance.randint(1_000, 4_000),
              ("ted", "transfer"): chance.randint(50, 300)}  # fmt: skip
    for (channel, scope), amount in limits.items():
        limit(api, payer, channel, scope, amount)
    wanted = [(chance.choice(["pix", "ted", "internal"]), chance.randint(1, 400)) for _ in range(48)]
    before = balance(api, payer)

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda each: pay(api, payer, other, each[1], channel=each[0]), wanted))
    assert {answer.status_code for answer in answers} <= {201, 422}
    moved: Counter[str] = Counter()
    for (channel, amount), answer in zip(wanted, answers, strict=True):
        if answer.status_code == 201:
            moved.update({channel: amount, "any": amount})
            assert channel != "ted" or amount <= limits["ted", "transfer"]
    assert moved["pix"] <= limits["pix", "day"]
    assert moved["any"] <= limits["any", "month"]
    assert balance(api, payer) == before - moved["any"]
    for (channel, amount), answer in zip(wanted, answers, strict=True):
        if answer.status_code == 422:
            facts = answer.json()["facts"]
            assert answer.json()["code"] == "limit-exceeded", answer.text
            broken = (facts["channel"], facts["scope"])
            final = 0 if broken == ("ted", "transfer") else moved[broken[0]]
            assert final + amount > limits[broken], (channel, amount, facts)
