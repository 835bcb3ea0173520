"""Money set aside: it stays the owner's, moves once, and comes back whole when the goal is closed."""

import json
import random
import uuid
from concurrent.futures import ThreadPoolExecutor

import httpx
import psycopg
import pytest

from tests.serving.conftest import Server
from tests.serving.test_accounts import move as move_account
from tests.serving.test_holders import put as put_holder
from tests.serving.test_transfers import account, balance, body, key


def set_goal(asker: httpx.Client, account_id: str, headers: dict[str, str] | None = None, **more: object) -> httpx.Response:
    wanted = {"account_id": account_id, "name": "Lisbon"} | more
    return asker.post("/v1/goals", json=wanted, headers=headers or key())


def shift(asker: httpx.Client, goal_id: str, direction: str, amount_minor: int, **headers: str) -> httpx.Response:
    wanted = {"direction": direction, "amount_minor": amount_minor}
    return asker.post(f"/v1/goals/{goal_id}/moves", json=wanted, headers=headers or key())


def goal_of(api: Server, account_id: str, **more: object) -> str:
    answer = set_goal(api.partner(), account_id, **more)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["goal_id"])


def shown(api: Server, account_id: str) -> tuple[int, int]:
    """An account's balance, and its total."""
    told = api.partner().get(f"/v1/accounts/{account_id}").json()
    return told["balance"]["amount_minor"], told["total"]["amount_minor"]


def test_money_set_aside_leaves_the_balance_and_not_the_total(api):
    parent, headers = account(api, funds_minor=1_000), key()
    goal_id = goal_of(api, parent, target_minor=300, target_date="2030-01-01")
    first = shift(api.partner(), goal_id, "in", 300, **headers)
    assert first.status_code == 201, first.text
    assert first.json()["goal"]["reached"] is True
    again = shift(api.partner(), goal_id, "in", 300, **headers)
    assert (again.content, again.headers["idempotent-replayed"]) == (first.content, "true")
    assert shown(api, parent) == (700, 1_000)
    assert shift(api.partner(), goal_id, "out", 100).json()["goal"]["balance"]["amount_minor"] == 200
    assert shown(api, parent) == (800, 1_000)
    made = api.partner().get(f"/v1/transfers/{first.json()['transfer_id']}").json()
    assert (made["purpose"], made["status"], made["decision"]) == ("allocation", "posted", None)


def test_the_event_of_a_move_says_that_it_is_an_allocation(api):
    goal_id = goal_of(api, account(api))
    done = shift(api.partner(), goal_id, "in", 5).json()
    with psycopg.connect(api.settings.core.dsn("postgres")) as connection:
        [[payload]] = connection.execute(
            "select payload from outbox.event where convert_from(payload, 'UTF8') like %s", (f"%{done['transfer_id']}%",)
        ).fetchall()
    event = json.loads(bytes(payload))
    assert (event["status"], event["purpose"], event["amount_minor"]) == ("posted", "allocation", 5)
    assert "answer" not in event


def test_no_more_is_set_aside_than_is_there_and_the_key_may_be_tried_again(api):
    parent, headers = account(api, funds_minor=100), key()
    goal_id = goal_of(api, parent)
    refused = shift(api.partner(), goal_id, "in", 101, **headers)
    assert (refused.status_code, refused.json()["facts"]["reason"]) == (422, "insufficient-funds")
    assert shift(api.partner(), goal_id, "in", 100, **headers).status_code == 201
    assert shift(api.partner(), goal_id, "out", 101).json()["facts"]["reason"] == "insufficient-funds"


def test_closing_a_goal_brings_its_money_back_and_ends_it(api):
    parent = account(api, funds_minor=500)
    goal_id = goal_of(api, parent)
    shift(api.partner(), goal_id, "in", 400)
    path = f"/v1/goals/{goal_id}"
    assert move_account(api, parent, "closed").json()["code"] == "account-not-empty"
    assert api.partner().delete(path).status_code == 428
    closed = api.partner().delete(path, headers={"If-Match": '"1"'})
    assert (closed.status_code, closed.json()["status"], closed.json()["balance"]["amount_minor"]) == (200, "closed", 0)
    assert shown(api, parent) == (500, 500)
    for answer in (shift(api.partner(), goal_id, "in", 1), api.partner().delete(path, headers={"If-Match": '"2"'})):
        assert (answer.status_code, answer.json()["code"]) == (409, "goal-closed")


def test_an_account_with_an_open_goal_is_not_closed_and_a_closed_one_takes_none(api):
    parent = account(api, funds_minor=0)
    goal_id = goal_of(api, parent)
    assert move_account(api, parent, "closed").json()["code"] == "account-not-empty"
    api.partner().delete(f"/v1/goals/{goal_id}", headers={"If-Match": '"1"'})
    assert move_account(api, parent, "closed").status_code == 200
    assert set_goal(api.partner(), parent).json()["code"] == "goal-closed"


def test_nobody_pays_from_or_to_a_goal_or_the_bank_s_own_accounts(api):
    payer = account(api)
    goal_id = goal_of(api, payer)
    shift(api.partner(), goal_id, "in", 50)
    outside = api.partner().post("/v1/transfers", json=body(payer, None, 10, payee_id="p1"), headers=key())
    settlement = outside.json()["credit_account_id"]
    for wanted in (body(goal_id, payer, 10), body(payer, goal_id, 10), body(settlement, payer, 10)):
        refused = api.partner().post("/v1/transfers", json=wanted, headers=key())
        assert (refused.status_code, refused.json()["code"]) == (404, "not-found"), refused.text


def test_a_goal_is_its_account_s_holders_and_nobody_else_s(api):
    browser, theirs = api.browser("customer"), account(api)
    goal_id = goal_of(api, theirs)
    path = f"/v1/goals/{goal_id}"
    assert browser.get(path).status_code == 404
    assert shift(browser, goal_id, "in", 1).status_code == 404
    assert set_goal(browser, theirs).status_code == 404
    put_holder(api.partner(), theirs, "c000042", "viewer")
    assert browser.get(path).status_code == 200
    assert shift(browser, goal_id, "in", 1).status_code == 403
    assert browser.delete(path, headers={"If-Match": '"1"'}).status_code == 403
    put_holder(api.partner(), theirs, "c000042", "holder")
    assert shift(browser, goal_id, "in", 1).status_code == 201
    assert goal_id in {row["goal_id"] for row in browser.get("/v1/goals").json()["items"]}
    assert api.partner("other").get(path).status_code == 404
    assert set_goal(api.partner(), str(uuid.uuid4())).status_code == 404


def test_a_goal_is_changed_under_the_version_that_was_read(api):
    goal_id = goal_of(api, account(api), target_minor=300, target_date="2030-01-01")
    path = f"/v1/goals/{goal_id}"
    changed = api.partner().patch(path, json={"target_date": None, "name": None}, headers={"If-Match": '"1"'})
    told = changed.json()
    assert (told["target"]["amount_minor"], told["target_date"], told["name"]) == (300, None, "Lisbon")
    assert api.partner().patch(path, json={"target_minor": 5}, headers={"If-Match": '"1"'}).status_code == 412
    assert api.partner().patch(path, json={"target_minor": None}, headers={"If-Match": '"2"'}).json()["target"] is None


@pytest.mark.parametrize("seed", range(2))
def test_whatever_moves_at_once_the_total_stays(api, seed):
    chance = random.Random(seed)
    parent = account(api, funds_minor=1_000)
    goals = [goal_of(api, parent) for _ in range(3)]
    wanted = [(chance.choice(goals), chance.choice(["in", "out"]), chance.randint(1, 400)) for _ in range(32)]

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda each: shift(api.partner(), *each), wanted))
    assert {answer.status_code for answer in answers} <= {201, 422}
    held = dict.fromkeys(goals, 0)
    for (goal_id, direction, amount), answer in zip(wanted, answers, strict=True):
        if answer.status_code == 201:
            held[goal_id] += amount if direction == "in" else -amount
    listed = api.partner().get("/v1/goals", params={"account_id": parent}).json()["items"]
    assert {row["goal_id"]: row["balance"]["amount_minor"] for row in listed} == held
    assert min(held.values()) >= 0
    assert balance(api, parent) == 1_000 - sum(held.values())
    assert shown(api, parent)[1] == 1_000
