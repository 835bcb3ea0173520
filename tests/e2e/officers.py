"""Two people of compliance on the running product, over HTTP."""

import base64
import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from cases.reports.document import problems
from simulator.files import read_manifest, simulated_folder
from tests.e2e.conftest import Product

SOON_S = 120.0


@contextmanager
def officers(product: Product) -> Iterator[tuple[httpx.Client, httpx.Client]]:
    """Whoever works a case, and the colleague who has to agree; both signed in."""
    with _signed_in(product, "compliance@demo.example") as one, _signed_in(product, "admin@demo.example") as other:
        yield one, other


@contextmanager
def _signed_in(product: Product, email: str) -> Iterator[httpx.Client]:
    api = product.settings().api
    with httpx.Client(base_url=f"http://{api.host}:{api.port}", timeout=30) as client:
        session = done(client.post("/v1/session", json={"email": email, "password": product.login(email)}))
        client.headers["X-CSRF-Token"] = session["csrf_token"]
        yield client


def done(answer: httpx.Response, status: int = 200) -> dict:
    assert answer.status_code == status, answer.text
    return dict(answer.json())


def alert_of_the_ring(product: Product, officer: httpx.Client) -> dict:
    """An open alert about a member of the planted ring, as soon as there is one."""
    ring = read_manifest(simulated_folder(product.var))["ring"]
    members, found = {*ring["hubs"], *ring["collectors"]}, []

    def there() -> bool:
        found.extend(
            each for each in _open_alerts(officer) if each["subject_kind"] == "customer" and each["subject_id"] in members
        )
        return found != []

    product.until("an alert tells of the ring", there, within_s=SOON_S)
    return dict(found[0])


def _open_alerts(officer: httpx.Client) -> Iterator[dict]:
    """All of them, the newest first: the longer the product has run, the further down the ring's first alert stands."""
    asked: dict[str, str | int] = {"status": "open", "limit": 200}
    while True:
        page = done(officer.get("/v1/alerts", params=asked))
        yield from page["items"]
        if page["next_cursor"] is None:
            return
        asked["cursor"] = page["next_cursor"]


def reported(officer: httpx.Client, colleague: httpx.Client, alert: dict) -> bytes:
    """Take an alert to a report that was sent, by two people, and return the document that validates."""
    wanted = {"alert_id": alert["alert_id"], "scheme": "mule_fan_in", "severity": "high"}
    case = done(officer.post("/v1/cases", json=wanted), 201)
    path = f"/v1/cases/{case['case_id']}"
    case = done(officer.post(f"{path}/assignment", json={}, headers=_as_read(case)))
    piece = {
        "name": "alert.json",
        "media_type": "application/json",
        "content": base64.b64encode(json.dumps(alert).encode()).decode(),
    }
    case = done(officer.post(f"{path}/evidence", json=piece))
    decision = {"outcome": "report", "label": "mule_fan_in", "rationale": "many payers, and on at once"}
    case = done(officer.post(f"{path}/decision", json=decision, headers=_as_read(case)))
    case = done(colleague.post(f"{path}/judgement", json={"approve": True, "proposed_at": case["proposed_at"]}))
    assert case["state"] == "to_report"
    [report] = [each for each in done(officer.get("/v1/reports"))["items"] if each["case_id"] == case["case_id"]]
    of_report = f"/v1/reports/{report['report_id']}"
    done(officer.post(f"{of_report}/export"))
    document = officer.get(f"{of_report}/document").content
    assert problems(document) == []
    done(officer.post(f"{of_report}/receipt", json={"receipt": "2026.0001-5"}))
    assert done(officer.get(path))["state"] == "reported"
    return document


def _as_read(case: dict) -> dict[str, str]:
    return {"If-Match": f'"{case["version"]}"'}


def refused_after_a_freeze(product: Product, officer: httpx.Client, customer_id: str) -> str:
    """Freeze a customer's money, try a payment from it, and return why that did not take place."""
    freeze = {"customer_id": customer_id, "cause": "suspicion", "incoming": "accept", "reason": "a ring of mules"}
    done(officer.post("/v1/freezes", json=freeze), 201)
    partner = {"X-Api-Key": product.login("demo-partner"), "Idempotency-Key": str(uuid.uuid4())}
    accounts = done(officer.get("/v1/accounts", params={"customer_id": customer_id}))["items"]
    others = done(officer.get("/v1/accounts"))["items"]
    debit = accounts[0]["account_id"]
    credit = next(each["account_id"] for each in others if each["customer_id"] != customer_id)
    transfer = {
        "debit_account_id": debit, "credit_account_id": credit, "channel": "pix",
        "amount": {"amount_minor": 100, "currency": "BRL"},
    }  # fmt: skip
    with httpx.Client(base_url=officer.base_url, timeout=30) as outside:
        refused = outside.post("/v1/transfers", json=transfer, headers=partner)
    assert refused.status_code != 201, refused.text
    return str(refused.json()["facts"]["reason"])
