"""Received money that is held back: blocks of 72 hours and disputes, with what they do in the ledger."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import httpx
import psycopg
import pytest

from cases.blocks.states import MAX_BLOCK_MS
from kit.clock import SystemClock
from kit.postgres import connect
from ledger.verification.run import verify as verify_books
from serving.sweeper import sweep_once
from tests.serving.conftest import Server
from tests.serving.test_casework import done, refused, verified
from tests.serving.test_freezes import frozen, lifted
from tests.serving.test_transfers import account, balance, body, key

pytestmark = pytest.mark.servers
CLOCK = SystemClock()
HOUR_MS = 3_600_000


@pytest.fixture(scope="module")
def ana(api: Server) -> httpx.Client:
    return api.browser("compliance")


@pytest.fixture(scope="module")
def bia(api: Server) -> httpx.Client:
    return api.browser("admin")


def paid(api: Server, debit: str, credit: str, amount_minor: int = 1_000) -> str:
    made = api.partner().post("/v1/transfers", json=body(debit, credit, amount_minor), headers=key())
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


def received(api: Server, amount_minor: int = 1_000) -> tuple[str, str, str]:
    """Return a payment, who paid and who has the money."""
    payer, payee = account(api), account(api, funds_minor=0)
    return paid(api, payer, payee, amount_minor), payer, payee


def available(api: Server, account_id: str) -> int:
    return int(done(api.partner().get(f"/v1/accounts/{account_id}"))["available"]["amount_minor"])


def blocked(who: httpx.Client, transfer_id: str) -> dict:
    return done(who.post("/v1/blocks", json={"transfer_id": transfer_id, "reason": "payer telephoned"}), 201)


def decided(block: dict, outcome: str, by: httpx.Client, colleague: httpx.Client) -> dict:
    path = f"/v1/blocks/{block['block_id']}"
    said = done(by.post(f"{path}/proposal", json={"outcome": outcome}))
    yes = {"approve": True, "proposed_at": said["proposed_at"]}
    refused(by.post(f"{path}/judgement", json=yes), "own-block-proposal")
    return done(colleague.post(f"{path}/judgement", json=yes))


def test_blocked_money_stays_where_it_is_and_cannot_be_spent(api, ana, bia):
    transfer, payer, payee = received(api)
    block = blocked(ana, transfer)
    assert (block["state"], block["amount"]["amount_minor"], block["reason"]) == ("held", 1_000, "payer telephoned")
    assert datetime.fromisoformat(block["expires_at"]) - datetime.fromisoformat(block["placed_at"]) == timedelta(hours=72)
    assert (balance(api, payee), available(api, payee)) == (1_000, 0)
    refused(ana.post("/v1/blocks", json={"transfer_id": transfer, "reason": "x"}), "nothing-left-to-hold")
    released = decided(block, "release", ana, bia)
    assert (released["state"], available(api, payee)) == ("released", 1_000)
    refused(ana.post(f"/v1/blocks/{block['block_id']}/proposal", json={"outcome": "keep"}), "block-ended")
    refused(ana.post("/v1/blocks", json={"transfer_id": transfer, "reason": "x"}), "already-blocked")
    assert available(api, payee) == 1_000, "the second hold went with its refusal"
    assert balance(api, payer) == 999_000


def test_kept_money_goes_back_to_who_paid_once(api, ana, bia):
    transfer, payer, payee = received(api)
    block = decided(blocked(ana, transfer), "keep", ana, bia)
    assert (block["state"], balance(api, payee), balance(api, payer)) == ("kept", 0, 1_000_000)
    back = done(api.browser("risk").get(f"/v1/transfers/{transfer}"))
    assert block["refund_id"] is not None
    refused(
        bia.post(f"/v1/blocks/{block['block_id']}/judgement", json={"approve": True, "proposed_at": block["proposed_at"]}),
        "block-ended",
    )
    assert balance(api, payer) == 1_000_000, back
    again = bia.post(f"/v1/transfers/{transfer}/reversals", json={"reason": "x"}, headers=key())
    assert again.status_code in (409, 422), "what went back cannot be taken back twice"


def test_what_was_spent_before_cannot_be_blocked_but_what_is_left_can(api, ana):
    transfer, _, payee = received(api)
    paid(api, payee, account(api), 700)
    assert blocked(ana, transfer)["amount"]["amount_minor"] == 300


def test_after_72_hours_the_money_is_free_and_nobody_decides_any_more(api, ana, bia):
    transfer, _, payee = received(api)
    block = blocked(ana, transfer)
    said = done(ana.post(f"/v1/blocks/{block['block_id']}/proposal", json={"outcome": "keep"}))
    dsn = api.settings.core.dsn("api")
    sweep_once(dsn, now_ms=CLOCK.now_ms() + MAX_BLOCK_MS - HOUR_MS)
    assert available(api, payee) == 0
    sweep_once(dsn, now_ms=CLOCK.now_ms() + MAX_BLOCK_MS + HOUR_MS)
    shown = done(ana.get(f"/v1/blocks/{block['block_id']}"))
    assert (shown["state"], available(api, payee)) == ("expired", 1_000)
    late = bia.post(f"/v1/blocks/{block['block_id']}/judgement", json={"approve": True, "proposed_at": said["proposed_at"]})
    refused(late, "block-ended")
    assert balance(api, payee) == 1_000


def listed(who: httpx.Client, path: str, key: str, **asked: str) -> list[str]:
    """The ids that a list gives, page by page of two."""
    found: list[str] = []
    cursor = None
    while True:
        answer = done(who.get(path, params=asked | {"limit": "2"} | ({"cursor": cursor} if cursor else {})))
        found += [row[key] for row in answer["items"]]
        if (cursor := answer["next_cursor"]) is None:
            return found


def test_blocks_that_wait_are_listed_by_their_end_and_have_a_clock_until_they_have_ended(api, ana, bia):
    made = [blocked(ana, received(api)[0])["block_id"] for _ in range(3)]
    assert [each for each in listed(ana, "/v1/blocks", "block_id", show="waiting") if each in made] == made
    due = {each["id"]: each for each in done(ana.get("/v1/cases/due", params={"clock": "block"}))["items"]}
    shown = done(ana.get(f"/v1/blocks/{made[0]}"))
    assert (shown["urgency"], due[made[0]]["urgency"]) == ("on_time", "on_time")
    assert datetime.fromisoformat(due[made[0]]["due_at"]) == datetime.fromisoformat(shown["expires_at"])
    ended = decided(shown, "release", ana, bia)
    assert ended["urgency"] is None
    assert made[0] not in listed(ana, "/v1/blocks", "block_id", show="waiting")
    assert listed(ana, "/v1/blocks", "block_id", show="ended")[0] == made[0]
    assert made[0] not in {each["id"] for each in done(ana.get("/v1/cases/due", params={"clock": "block"}))["items"]}


def test_one_person_cannot_end_a_block_as_if_it_were_a_payment_that_waits(api, ana):
    transfer, _, payee = received(api)
    blocked(ana, transfer)
    with psycopg.connect(api.settings.core.dsn("postgres")) as connection:
        row = connection.execute("select hold_id::text from cases.block where transfer_id = %s", (transfer,)).fetchone()
    assert row is not None
    for action in ("release", "deny"):
        refused(ana.post(f"/v1/transfers/{row[0]}/resolution", json={"action": action}), "hold-of-a-block")
    assert available(api, payee) == 0


def disputed(who: httpx.Client, transfer_id: str, *, days_ago: float = 0.01, **more: object) -> dict:
    reported = datetime.now(UTC) - timedelta(days=days_ago)
    wanted = {"external_id": f"IR-{uuid.uuid4()}", "transfer_id": transfer_id, "situation": "scam",
              "reported_at": reported.isoformat()}  # fmt: skip
    return done(who.post("/v1/med", json=wanted | more), 201)


def analysed(dispute: dict, analysis: str, by: httpx.Client, colleague: httpx.Client) -> dict:
    path = f"/v1/med/{dispute['dispute_id']}"
    done(by.post(f"{path}/acknowledgement"))
    said = done(by.post(f"{path}/analysis", json={"analysis": analysis}))
    yes = {"approve": True, "proposed_at": said["proposed_at"]}
    refused(by.post(f"{path}/judgement", json=yes), "own-analysis")
    return done(colleague.post(f"{path}/judgement", json=yes))


def test_a_dispute_that_two_agree_to_returns_the_whole_sum_once(api, ana, bia):
    transfer, payer, payee = received(api)
    dispute = disputed(ana, transfer)
    assert (dispute["state"], dispute["infraction"], dispute["held"]["amount_minor"]) == ("open", "OPEN", 1_000)
    assert available(api, payee) == 0
    again = {"external_id": "other", "transfer_id": transfer, "situation": "scam", "reported_at": dispute["reported_at"]}
    refused(ana.post("/v1/med", json=again), "already-disputed")
    dispute = analysed(dispute, "agreed", ana, bia)
    assert (dispute["state"], dispute["infraction"], balance(api, payee)) == ("agreed", "CLOSED", 1_000)
    path = f"/v1/med/{dispute['dispute_id']}/refund"
    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(lambda _: bia.post(path, json={}), range(3)))
    assert sorted(each.status_code for each in answers) == [200, 409, 409]
    dispute = done(ana.get(f"/v1/med/{dispute['dispute_id']}"))
    assert (dispute["result"], dispute["refunded"]["amount_minor"]) == ("totally-accepted", 1_000)
    assert (balance(api, payee), balance(api, payer)) == (0, 1_000_000)


def test_what_is_left_goes_back_in_part_and_where_nothing_is_the_refund_is_rejected(api, ana, bia):
    transfer, _, payee = received(api)
    paid(api, payee, account(api), 600)
    dispute = analysed(disputed(ana, transfer), "agreed", ana, bia)
    found = done(ana.post(f"/v1/med/{dispute['dispute_id']}/refund", json={}))
    assert (found["result"], found["refunded"]["amount_minor"], found["state"]) == ("partially-accepted", 400, "refunded")
    transfer, _, payee = received(api)
    paid(api, payee, account(api), 1_000)
    dispute = disputed(ana, transfer)
    assert dispute["held"]["amount_minor"] == 0
    dispute = analysed(dispute, "agreed", ana, bia)
    found = done(ana.post(f"/v1/med/{dispute['dispute_id']}/refund", json={}))
    assert (found["result"], found["state"], found["refund_id"]) == ("no-balance", "rejected", None)


def test_a_dispute_that_is_disagreed_to_or_taken_back_lets_the_money_go(api, ana, bia):
    for end in ("disagreed", "cancelled"):
        transfer, _, payee = received(api)
        dispute = disputed(ana, transfer)
        assert available(api, payee) == 0
        if end == "disagreed":
            dispute = analysed(dispute, "disagreed", ana, bia)
        else:
            dispute = done(ana.post(f"/v1/med/{dispute['dispute_id']}/cancellation"))
        assert (dispute["state"], available(api, payee)) == (end, 1_000)
        refused(ana.post(f"/v1/med/{dispute['dispute_id']}/refund", json={}), "dispute-move-not-allowed")


def test_a_frozen_account_returns_nothing_until_its_freeze_is_lifted(api, ana, bia):
    transfer, payer, payee = received(api)
    dispute = analysed(disputed(ana, transfer), "agreed", ana, bia)
    freeze = frozen(ana, account_id=payee)
    path = f"/v1/med/{dispute['dispute_id']}/refund"
    assert refused(ana.post(path, json={}), "money-not-moved")["facts"]["reason"] == "account-frozen"
    assert (balance(api, payee), available(api, payee)) == (1_000, 0), "nothing was let go either"
    lifted(freeze, ana, bia)
    assert done(ana.post(path, json={}))["result"] == "totally-accepted"
    assert balance(api, payer) == 1_000_000


def test_a_dispute_says_by_when_and_whether_that_has_passed(api, ana):
    transfer, _, _ = received(api)
    dispute = disputed(ana, transfer, days_ago=8)
    reported = datetime.fromisoformat(dispute["reported_at"])
    assert datetime.fromisoformat(dispute["analysis_due_at"]) == reported + timedelta(days=7)
    assert datetime.fromisoformat(dispute["refund_due_at"]) == reported + timedelta(days=11)
    assert dispute["late"] is True
    due = next(each for each in done(ana.get("/v1/cases/due"))["items"] if each["id"] == dispute["dispute_id"])
    assert (due["clock"], due["urgency"], dispute["urgency"]) == ("med_analysis", "late", "late")
    assert dispute["due_at"] == dispute["analysis_due_at"]
    future = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    wanted = {"external_id": "x", "transfer_id": transfer, "situation": "scam", "reported_at": future}
    refused(ana.post("/v1/med", json=wanted), "invalid-request")


def test_disputes_that_run_are_listed_by_their_deadline_and_ended_ones_apart(api, ana, bia):
    made = [disputed(ana, received(api)[0], days_ago=days) for days in (6.5, 1, 3)]
    ids = [each["dispute_id"] for each in made]
    assert [each for each in listed(ana, "/v1/med", "dispute_id", show="waiting") if each in ids] == [ids[0], ids[2], ids[1]]
    assert [each["urgency"] for each in made] == ["warning", "on_time", "on_time"]
    ended = analysed(made[1], "disagreed", ana, bia)
    assert (ended["due_at"], ended["urgency"]) == (None, None)
    assert ids[1] not in listed(ana, "/v1/med", "dispute_id", show="waiting")
    assert ids[1] in listed(ana, "/v1/med", "dispute_id", show="ended")
    assert listed(ana, "/v1/med", "dispute_id", show="ended", state="open") == []


def test_a_dispute_s_trail_tells_who_did_what_in_order(api, ana, bia):
    dispute = analysed(disputed(ana, received(api)[0]), "agreed", ana, bia)
    path = f"/v1/med/{dispute['dispute_id']}/trail"
    done(bia.post(f"/v1/med/{dispute['dispute_id']}/refund", json={}))
    first = done(ana.get(path, params={"limit": 3}))
    rest = done(ana.get(path, params={"cursor": first["next_cursor"]}))
    rows = first["items"] + rest["items"]
    assert [row["act"] for row in rows] == ["open", "acknowledge", "propose", "agree", "refund"]
    assert rows[0]["actor"] == dispute["opened_by"] != rows[3]["actor"] == dispute["judged_by"]
    refused(ana.get(f"/v1/med/{uuid.uuid4()}/trail"), "not-found")


def test_what_was_not_received_here_is_neither_blocked_nor_disputed(api, ana):
    for transfer in (str(uuid.uuid4()), received(api)[0]):
        others = api.browser("compliance", "other")
        assert others.post("/v1/blocks", json={"transfer_id": transfer, "reason": "x"}).status_code == 404
    payer = account(api)
    gone = api.partner().post("/v1/transfers", json=body(payer, None, 100) | {"channel": "boleto"}, headers=key())
    assert gone.status_code == 201, gone.text
    assert ana.post("/v1/blocks", json={"transfer_id": gone.json()["id"], "reason": "x"}).status_code == 404


def test_after_all_that_the_trail_is_whole_and_the_books_agree(api):
    assert verified(api).broken is None
    with connect(api.settings.core.dsn("audit"), application="test", statement_timeout_ms=0) as connection:
        assert verify_books(connection, anchor=None, progress=lambda *_: None).finding is None
