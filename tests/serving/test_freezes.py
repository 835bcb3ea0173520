"""Freezes: no money leaves from that moment, whatever the account's status, and two people lift one."""

import uuid
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.serving.conftest import Server
from tests.serving.test_casework import attached, done, flag, judged, labels_of, opened, proposed, refused, taken, verified
from tests.serving.test_transfers import account, balance, body, customer, key

pytestmark = pytest.mark.servers


@pytest.fixture(scope="module")
def ana(api: Server) -> httpx.Client:
    return api.browser("compliance")


@pytest.fixture(scope="module")
def bia(api: Server) -> httpx.Client:
    return api.browser("admin")


def frozen(who: httpx.Client, *, incoming: str = "accept", **whose: str) -> dict:
    wanted = {"cause": "suspicion", "incoming": incoming, "reason": "mule account"} | whose
    return done(who.post("/v1/freezes", json=wanted), 201)


def paid(api: Server, debit: str, credit: str) -> str:
    """Pay, and return what came of it: `posted`, or why not."""
    answer = api.partner().post("/v1/transfers", json=body(debit, credit, 100), headers=key())
    return "posted" if answer.status_code == 201 else str(answer.json()["facts"]["reason"])


def lifted(freeze: dict, by: httpx.Client, colleague: httpx.Client) -> dict:
    path = f"/v1/freezes/{freeze['freeze_id']}"
    said = done(by.post(f"{path}/lifting"))
    yes = {"approve": True, "proposed_at": said["proposed_at"]}
    refused(by.post(f"{path}/judgement", json=yes), "own-lifting")
    return done(colleague.post(f"{path}/judgement", json=yes))


def test_from_an_alert_to_a_frozen_account_and_labels_that_leave(api, ana, bia):
    """The whole way: alert, case, evidence, two people, report, freeze, next payment refused, labels."""
    who = customer(api, full_name="Ana Souza")
    debit, credit = account(api, customer_id=who), account(api, funds_minor=0)
    assert paid(api, debit, credit) == "posted"
    transactions = flag(api, who, more=2)
    case = proposed(ana, attached(ana, taken(ana, opened(api, ana, who))))
    case = done(judged(bia, case))
    freeze = frozen(ana, account_id=debit, case_id=case["case_id"])
    assert (freeze["customer_id"], freeze["reason"], freeze["state"]) == (who, "mule account", "active")
    before = balance(api, debit)
    assert paid(api, debit, credit) == "account-frozen"
    assert balance(api, debit) == before
    assert paid(api, account(api), debit) == "posted", "the incoming policy was to accept"
    [report] = [each for each in done(ana.get("/v1/reports"))["items"] if each["case_id"] == case["case_id"]]
    done(ana.post(f"/v1/reports/{report['report_id']}/export"))
    done(ana.post(f"/v1/reports/{report['report_id']}/receipt", json={"receipt": f"R{uuid.uuid4().hex[:8]}"}))
    assert sorted(each.transaction_id for each in labels_of(api, transactions)) == sorted(transactions)
    assert done(ana.get(f"/v1/cases/{case['case_id']}"))["state"] == "reported"
    assert lifted(freeze, ana, bia)["state"] == "lifted"
    assert paid(api, debit, credit) == "posted"
    assert verified(api).broken is None


def test_money_that_comes_is_refused_where_the_freeze_says_so(api, ana):
    held, payer = account(api), account(api)
    frozen(ana, account_id=held, incoming="refuse")
    assert paid(api, payer, held) == "account-frozen"


def test_a_customers_freeze_holds_all_their_accounts_and_opens_no_new_one(api, ana, bia):
    who = customer(api)
    accounts = [account(api, customer_id=who) for _ in range(2)]
    other = account(api)
    freeze = frozen(ana, customer_id=who)
    assert [paid(api, each, other) for each in accounts] == ["account-frozen"] * 2
    wanted = {"customer_id": who, "currency": "BRL"}
    refused(api.partner().post("/v1/accounts", json=wanted, headers=key()), "customer-not-active")
    lifted(freeze, ana, bia)
    assert [paid(api, each, other) for each in accounts] == ["posted"] * 2
    assert api.partner().post("/v1/accounts", json=wanted, headers=key()).status_code == 201


def test_of_two_freezes_the_account_is_free_when_both_are_lifted(api, ana, bia):
    who = customer(api)
    held, other = account(api, customer_id=who), account(api)
    first, second = frozen(ana, account_id=held), frozen(ana, customer_id=who)
    lifted(first, ana, bia)
    assert paid(api, held, other) == "account-frozen"
    lifted(second, bia, ana)
    assert paid(api, held, other) == "posted"


def test_a_change_of_status_neither_lifts_a_freeze_nor_is_undone_by_lifting_one(api, ana, bia):
    held, other = account(api), account(api)
    freeze = frozen(ana, account_id=held)
    path = f"/v1/accounts/{held}"

    def move(**wanted: object) -> None:
        version = ana.get(path).headers["etag"]
        done(ana.post(f"{path}/status", json={"reason": "asked for"} | wanted, headers={"If-Match": version}))

    block = {"cause": "customer-request", "sides": "both"}
    move(status="blocked", block=block)
    move(status="active")
    assert paid(api, held, other) == "account-frozen"
    move(status="blocked", block=block)
    lifted(freeze, ana, bia)
    assert paid(api, held, other) == "account-frozen", "the block of its status is still there"
    move(status="active")
    assert paid(api, held, other) == "posted"


def test_a_proposal_to_lift_can_be_declined_and_made_again_and_a_freeze_ends_once(api, ana, bia):
    freeze = frozen(ana, account_id=account(api))
    path = f"/v1/freezes/{freeze['freeze_id']}"
    said = done(ana.post(f"{path}/lifting"))
    refused(bia.post(f"{path}/judgement", json={"approve": True, "proposed_at": "2020-01-01T00:00:00Z"}), "lifting-changed")
    kept = done(bia.post(f"{path}/judgement", json={"approve": False, "proposed_at": said["proposed_at"]}))
    assert (kept["state"], kept["proposed_by"]) == ("active", None)
    assert lifted(freeze, ana, bia)["state"] == "lifted"
    refused(ana.post(f"{path}/lifting"), "freeze-move-not-allowed")


def test_while_payments_run_none_leaves_after_the_freeze_was_answered(api, ana):
    held, other = account(api), account(api, funds_minor=0)
    with ThreadPoolExecutor(6) as pool:
        running = [pool.submit(paid, api, held, other) for _ in range(12)]
        freeze = pool.submit(frozen, ana, account_id=held)
        assert freeze.result()["state"] == "active"
        after = [pool.submit(paid, api, held, other) for _ in range(6)]
        assert {each.result() for each in after} == {"account-frozen"}
        assert {each.result() for each in running} <= {"posted", "account-frozen"}


@pytest.mark.parametrize("wanted", [{}, {"account_id": str(uuid.uuid4()), "customer_id": "c1"}])
def test_a_freeze_names_an_account_or_a_customer(ana, wanted):
    refused(
        ana.post("/v1/freezes", json={"cause": "suspicion", "incoming": "accept", "reason": "x"} | wanted), "invalid-request"
    )


def test_who_is_not_there_a_machine_and_other_roles_freeze_nothing(api, ana):
    wanted = {"cause": "suspicion", "incoming": "accept", "reason": "x", "account_id": str(uuid.uuid4())}
    assert ana.post("/v1/freezes", json=wanted).status_code == 404
    assert api.browser("risk").post("/v1/freezes", json=wanted).status_code == 403
    others = api.browser("compliance", "other")
    assert others.post("/v1/freezes", json=wanted | {"account_id": account(api)}).status_code == 404
