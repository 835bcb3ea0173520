"""Accounts at other banks: whoever can read their statement proves that they are theirs, in three tries and a week."""

import random
import uuid

import httpx
import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.errors import Conflict
from serving.external.proof import LIFETIME_MS, MAX_LINKS_A_WEEK, MAX_TRIES, MOST_MINOR, LinkStatus, deposits, judge, standing
from tests.serving.conftest import Server
from tests.serving.test_transfers import customer, key

AMOUNTS = st.tuples(st.integers(1, 99), st.integers(1, 99))


@given(st.integers(0, 10**9))
def test_the_amounts_that_are_sent_are_small_and_differ(seed):
    first, second = deposits(random.Random(seed).randrange)
    assert 1 <= first <= MOST_MINOR
    assert 1 <= second <= MOST_MINOR
    assert first != second


def test_every_pair_of_amounts_comes_of_one_pair_of_picks():
    def picked(first: int, second: int) -> tuple[int, int]:
        left = [second, first]
        return deposits(lambda _: left.pop())

    picks = [(first, second) for first in range(MOST_MINOR) for second in range(MOST_MINOR - 1)]
    assert len({picked(*pick) for pick in picks}) == len(picks)


@given(st.lists(AMOUNTS, max_size=6), AMOUNTS)
def test_it_is_verified_by_the_right_amounts_in_any_order_within_three_tries_and_by_nothing_else(tries, sent):
    status, left = LinkStatus.PENDING, MAX_TRIES
    for number, repeated in enumerate(tries):
        if status is not LinkStatus.PENDING:
            with pytest.raises(Conflict):
                judge(status, tries_left=left, sent=sent, repeated=repeated)
            continue
        judged = judge(status, tries_left=left, sent=sent, repeated=repeated)
        right = set(repeated) == set(sent) and sum(repeated) == sum(sent)
        assert (judged.status is LinkStatus.VERIFIED) == right
        assert judged.tries_left == left - 1
        assert (judged.status is LinkStatus.FAILED) == (not right and number == MAX_TRIES - 1)
        status, left = judged.status, judged.tries_left


@pytest.mark.parametrize(
    ("status", "now_ms", "stands"),
    [("pending", LIFETIME_MS - 1, "pending"), ("pending", LIFETIME_MS, "expired"), ("verified", LIFETIME_MS, "verified")],
)
def test_only_what_is_pending_expires(status, now_ms, stands):
    assert standing(LinkStatus(status), expires_at_ms=LIFETIME_MS, now_ms=now_ms) == stands


def link(asker: httpx.Client, headers: dict[str, str] | None = None, **more: object) -> httpx.Response:
    wanted = {"holder_name": "Ana Souza", "bank_code": "60701190", "branch": "0001", "account_number": "12345-6"} | more
    return asker.post("/v1/external-accounts", json=wanted, headers=headers or key())


def sent(api: Server, external_account_id: str) -> list[int]:
    """What the statement of the account at the other bank says."""
    with psycopg.connect(api.settings.core.dsn("postgres")) as connection:
        [row] = connection.execute(
            "select first_minor, second_minor from bank.external_account where external_account_id = %s",
            (external_account_id,),
        ).fetchall()
    return list(row)


def wrong(api: Server, external_account_id: str) -> list[int]:
    right = set(sent(api, external_account_id))
    return [amount for amount in range(1, 5) if amount not in right][:2]


def prove(asker: httpx.Client, external_account_id: str, amounts: list[int], **headers: str) -> httpx.Response:
    path = f"/v1/external-accounts/{external_account_id}/proofs"
    return asker.post(path, json={"amounts_minor": amounts}, headers=headers or key())


def test_two_small_amounts_leave_at_the_bank_s_cost_once_a_key_and_are_told_to_nobody(api: Server):
    headers, customer_id = key(), customer(api)
    made = link(api.partner(), headers, customer_id=customer_id)
    assert made.status_code == 201, made.text
    assert link(api.partner(), headers, customer_id=customer_id).content == made.content
    amounts = sent(api, made.json()["external_account_id"])
    assert not {"first_minor", "second_minor"} & made.json().keys()
    with psycopg.connect(api.settings.core.dsn("postgres")) as connection:
        moved = connection.execute(
            "select t.amount_minor, t.purpose, d.code, c.code from ledger.transfer t "
            "join ledger.account d on d.id = t.debit_account_id join ledger.account c on c.id = t.credit_account_id "
            "where d.code = 'micro-deposits' and t.amount_minor = any(%s) order by t.id desc limit 2",
            (amounts,),
        ).fetchall()
    assert sorted(row[0] for row in moved) == sorted(amounts)
    assert {row[1:] for row in moved} == {("adjustment", "micro-deposits", "settlement:ted")}


def test_the_right_amounts_in_any_order_are_proof(api: Server):
    linked = link(api.partner(), customer_id=customer(api)).json()["external_account_id"]
    proved = prove(api.partner(), linked, sent(api, linked)[::-1])
    assert proved.status_code == 201, proved.text
    assert (proved.json()["status"], proved.json()["proof"]) == ("verified", "micro-deposits")
    late = prove(api.partner(), linked, sent(api, linked))
    assert (late.status_code, late.json()["code"]) == (409, "link-not-pending")


def test_three_wrong_tries_are_the_end_and_one_that_is_sent_again_is_one(api: Server):
    linked = link(api.partner(), customer_id=customer(api)).json()["external_account_id"]
    headers = key()
    for _ in range(3):
        again = prove(api.partner(), linked, wrong(api, linked), **headers)
        assert (again.json()["status"], again.json()["tries_left"]) == ("pending", 2)
    prove(api.partner(), linked, wrong(api, linked))
    assert prove(api.partner(), linked, wrong(api, linked)).json()["status"] == "failed"
    assert prove(api.partner(), linked, sent(api, linked)).json()["code"] == "link-not-pending"


def test_a_week_later_the_amounts_prove_nothing_and_a_statement_does(api: Server):
    linked = link(api.partner(), customer_id=customer(api)).json()["external_account_id"]
    with psycopg.connect(api.settings.core.dsn("postgres")) as connection:
        connection.execute("update bank.external_account set expires_at = now() where external_account_id = %s", (linked,))
    path = f"/v1/external-accounts/{linked}"
    assert api.partner().get(path).json()["status"] == "expired"
    assert prove(api.partner(), linked, sent(api, linked)).json()["code"] == "link-not-pending"
    seen = {"reference": "dossier 12"}
    assert api.partner().post(f"{path}/statement", json=seen).status_code == 403
    for _ in range(2):
        vouched = api.browser("compliance").post(f"{path}/statement", json=seen)
        assert (vouched.json()["status"], vouched.json()["proof"]) == ("verified", "statement")
    other = api.browser("compliance").post(f"{path}/statement", json={"reference": "dossier 13"})
    assert other.json()["code"] == "link-not-pending"


def test_a_customer_links_proves_sees_and_unlinks_their_own_only(api: Server):
    browser = api.browser("customer")
    own = link(browser).json()["external_account_id"]
    theirs = link(api.partner(), customer_id=customer(api)).json()["external_account_id"]
    listed = browser.get("/v1/external-accounts").json()["items"]
    assert [row["external_account_id"] for row in listed] == [own]
    assert browser.get(f"/v1/external-accounts/{theirs}").status_code == 404
    assert prove(browser, theirs, sent(api, theirs)).status_code == 404
    assert browser.delete(f"/v1/external-accounts/{theirs}").status_code == 404
    assert prove(browser, own, sent(api, own)).json()["status"] == "verified"
    for _ in range(2):
        assert browser.delete(f"/v1/external-accounts/{own}").status_code == 204
    assert browser.get(f"/v1/external-accounts/{own}").json()["status"] == "removed"
    assert link(browser, customer_id="somebody").status_code == 422
    assert link(api.partner(), customer_id="nobody-here").status_code == 404
    assert link(api.partner(), customer_id=customer(api), currency="XXX").status_code == 422
    assert api.partner().get(f"/v1/external-accounts/{uuid.uuid4()}").status_code == 404


def test_a_customer_links_a_bounded_number_of_accounts_a_week(api: Server):
    customer_id = customer(api)
    for _ in range(MAX_LINKS_A_WEEK):
        assert link(api.partner(), customer_id=customer_id).status_code == 201
    many = link(api.partner(), customer_id=customer_id)
    assert (many.status_code, many.json()["code"]) == (409, "too-many-links")


def test_a_try_of_the_amounts_is_a_try_and_cannot_be_rehearsed(api):
    made = link(api.partner(), customer_id=customer(api)).json()
    path = f"/v1/external-accounts/{made['external_account_id']}"
    tried = api.partner().post(f"{path}/proofs?dry_run=true", json={"amounts_minor": [1, 2]}, headers=key())
    assert (tried.status_code, tried.json()["code"]) == (422, "dry-run-not-offered")
    assert api.partner().get(path).json()["tries_left"] == MAX_TRIES
