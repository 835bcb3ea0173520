"""Pix that customers were defrauded of: asked back from where they went, and credited once, by two people."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from kit.postgres import connect
from ledger.verification.run import verify as verify_books
from tests.serving.conftest import Server
from tests.serving.test_casework import done, refused, verified
from tests.serving.test_transfers import account, balance, body, key

pytestmark = pytest.mark.servers


@pytest.fixture(scope="module")
def ana(api: Server) -> httpx.Client:
    return api.browser("compliance")


@pytest.fixture(scope="module")
def bia(api: Server) -> httpx.Client:
    return api.browser("admin")


def left(api: Server, amount_minor: int = 1_000) -> tuple[str, str]:
    """Return a Pix that left this bank, and who paid it."""
    payer = account(api)
    wanted = body(payer, None, amount_minor) | {"channel": "pix"}
    made = api.partner().post("/v1/transfers", json=wanted, headers=key())
    assert made.status_code == 201, made.text
    return str(made.json()["id"]), payer


def asked_back(who: httpx.Client, transfer_id: str, *, days_ago: float = 0.01, **more: object) -> dict:
    reported = datetime.now(UTC) - timedelta(days=days_ago)
    wanted = {"transfer_id": transfer_id, "situation": "scam", "reported_at": reported.isoformat()}
    return done(who.post("/v1/recoveries", json=wanted | more), 201)


def agreed(recovery: dict, who: httpx.Client) -> dict:
    """Sent, agreed to by the other side, and requested."""
    path = f"/v1/recoveries/{recovery['recovery_id']}"
    done(who.post(f"{path}/sending", json={"external_id": f"FR-{uuid.uuid4()}"}))
    done(who.post(f"{path}/answer", json={"analysis": "agreed"}))
    return done(who.post(f"{path}/request"))


def test_what_comes_back_is_credited_once_when_a_second_person_agrees(api, ana, bia):
    transfer, payer = left(api)
    assert balance(api, payer) == 999_000
    recovery = asked_back(ana, transfer)
    assert (recovery["state"], recovery["directory"], recovery["amount"]["amount_minor"]) == ("created", "CREATED", 1_000)
    wanted = {"transfer_id": transfer, "situation": "other", "reported_at": recovery["reported_at"]}
    refused(ana.post("/v1/recoveries", json=wanted), "already-recovering")
    recovery = agreed(recovery, ana)
    assert (recovery["state"], balance(api, payer)) == ("refunding", 999_000)
    path = f"/v1/recoveries/{recovery['recovery_id']}"
    said = done(ana.post(f"{path}/return", json={}))
    assert (said["proposed"]["amount_minor"], balance(api, payer)) == (1_000, 999_000), "nothing moves yet"
    yes = {"approve": True, "proposed_at": said["proposed_at"]}
    refused(ana.post(f"{path}/judgement", json=yes), "own-return")
    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(lambda _: bia.post(f"{path}/judgement", json=yes), range(3)))
    assert sorted(each.status_code for each in answers) == [200, 409, 409]
    recovery = done(ana.get(path))
    assert (recovery["state"], recovery["result"], recovery["returned"]["amount_minor"]) == (
        "completed",
        "totally-accepted",
        1_000,
    )
    assert balance(api, payer) == 1_000_000
    again = bia.post(f"/v1/transfers/{transfer}/reversals", json={"reason": "x"}, headers=key())
    assert again.status_code in (409, 422), "what came back cannot come back twice"
    refused(ana.post("/v1/recoveries", json=wanted), "not-sent")


def test_a_part_that_comes_back_is_called_so_and_no_more_is_credited_than_was_asked_for(api, ana, bia):
    transfer, payer = left(api)
    recovery = agreed(asked_back(ana, transfer, amount_minor=600), ana)
    path = f"/v1/recoveries/{recovery['recovery_id']}"
    refused(ana.post(f"{path}/return", json={"amount_minor": 601}), "invalid-request")
    said = done(ana.post(f"{path}/return", json={"amount_minor": 500}))
    no = {"approve": False, "proposed_at": said["proposed_at"]}
    assert done(bia.post(f"{path}/judgement", json=no))["state"] == "refunding"
    second = done(ana.post(f"{path}/return", json={"amount_minor": 400}))
    refused(bia.post(f"{path}/judgement", json=no | {"approve": True}), "return-changed")
    done(bia.post(f"{path}/judgement", json={"approve": True, "proposed_at": second["proposed_at"]}))
    recovery = done(ana.get(path))
    assert (recovery["result"], recovery["returned"]["amount_minor"], balance(api, payer)) == (
        "partially-accepted",
        400,
        999_400,
    )


def test_the_other_side_may_find_no_fraud_or_have_nothing_to_return_and_the_customer_may_take_it_back(api, ana):
    sent = {"external_id": f"FR-{uuid.uuid4()}"}
    path = f"/v1/recoveries/{asked_back(ana, left(api)[0])['recovery_id']}"
    done(ana.post(f"{path}/sending", json=sent))
    ended = done(ana.post(f"{path}/answer", json={"analysis": "disagreed"}))
    assert (ended["state"], ended["result"], ended["due_at"]) == ("refused", "disagreed", None)
    recovery = agreed(asked_back(ana, left(api)[0]), ana)
    ended = done(ana.post(f"/v1/recoveries/{recovery['recovery_id']}/refusal", json={"refused": "no-balance"}))
    assert (ended["state"], ended["result"]) == ("refused", "no-balance")
    path = f"/v1/recoveries/{asked_back(ana, left(api)[0])['recovery_id']}"
    refused(ana.post(f"{path}/sending", json=sent), "already-recovering")
    assert done(ana.post(f"{path}/cancellation"))["state"] == "cancelled"
    refused(ana.post(f"{path}/sending", json={"external_id": "x"}), "recovery-move-not-allowed")


def test_each_state_has_its_deadline_and_the_office_sees_it(api, ana):
    recovery = asked_back(ana, left(api)[0], days_ago=1)
    path = f"/v1/recoveries/{recovery['recovery_id']}"
    reported = datetime.fromisoformat(recovery["reported_at"])

    def due(recovery: dict) -> datetime:
        [listed] = [each for each in done(ana.get("/v1/recoveries"))["items"] if each["recovery_id"] == recovery["recovery_id"]]
        [clock] = [
            each for each in done(ana.get("/v1/cases/due", params={"clock": "recovery"}))["items"]
            if each["id"] == recovery["recovery_id"]
        ]  # fmt: skip
        moments = {datetime.fromisoformat(each["due_at"]) for each in (listed, clock, recovery)}
        assert len(moments) == 1
        return moments.pop()

    assert (due(recovery) - reported, recovery["urgency"]) == (timedelta(days=7), "on_time")
    done(ana.post(f"{path}/sending", json={"external_id": f"FR-{uuid.uuid4()}"}))
    recovery = done(ana.post(f"{path}/answer", json={"analysis": "agreed"}))
    assert due(recovery) - datetime.fromisoformat(recovery["analysed_at"]) == timedelta(hours=6)
    assert recovery["urgency"] == "warning"
    assert due(done(ana.post(f"{path}/request"))) - reported == timedelta(days=11)
    trail = done(ana.get(f"{path}/trail"))["items"]
    assert [row["act"] for row in trail] == ["open", "send", "agreed", "request"]


def test_what_was_paid_here_is_disputed_and_not_asked_back(api, ana):
    payer, payee = account(api), account(api, funds_minor=0)
    made = api.partner().post("/v1/transfers", json=body(payer, payee, 500), headers=key())
    wanted = {"transfer_id": made.json()["id"], "situation": "scam", "reported_at": datetime.now(UTC).isoformat()}
    refused(ana.post("/v1/recoveries", json=wanted), "paid-within")
    refused(ana.post("/v1/recoveries", json=wanted | {"transfer_id": str(uuid.uuid4())}), "not-found")
    others = api.browser("compliance", "other").post("/v1/recoveries", json=wanted | {"transfer_id": left(api)[0]})
    refused(others, "not-found")


def test_after_all_that_the_trail_is_whole_and_the_books_agree(api):
    assert verified(api).broken is None
    with connect(api.settings.core.dsn("audit"), application="test", statement_timeout_ms=0) as connection:
        assert verify_books(connection, anchor=None, progress=lambda *_: None).finding is None
