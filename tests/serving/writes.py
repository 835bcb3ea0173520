"""A request for each write that is valid: what it names is there, and made for it alone."""

import itertools
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta

import httpx
import psycopg

from kit.postgres import connect
from ledger.days import day_of
from ledger.postings import Kind, PostingRequest
from ledger.repository import post_batch
from tests.serving import test_blocks as blocks
from tests.serving import test_casework as casework
from tests.serving import test_freezes as freezes
from tests.serving import test_recoveries as recoveries
from tests.serving.conftest import Server
from tests.serving.described import SCHEMA
from tests.serving.test_hostile_values import example_of
from tests.serving.test_risk import approved, tried, written
from tests.serving.test_transfers import CLOCK, account, body, customer, key


@dataclass
class Ask:
    """What is sent: `named` fills the path, `body` is laid over the description's own example."""

    named: dict[str, object] = field(default_factory=dict)
    body: dict[str, object] = field(default_factory=dict)
    if_match: str | None = None


@dataclass
class World:
    """A bank with one of everything that a write needs."""

    api: Server
    people: dict[str, httpx.Client]
    debit: str
    credit: str
    alert: str
    operator: httpx.Client
    sandbox: httpx.Client
    sandbox_account: str
    ids: Iterator[int] = field(default_factory=lambda: itertools.count(100))

    def fresh(self, prefix: str) -> str:
        return f"{prefix}{next(self.ids)}"

    def made(self, path: str, **wanted: object) -> dict:
        """Make one over HTTP."""
        answer = self.people["admin"].post(path, json=wanted, headers=key())
        assert answer.status_code in (200, 201), answer.text
        return dict(answer.json())

    def put(self, path: str, **wanted: object) -> None:
        answer = self.people["admin"].put(path, json=wanted)
        assert answer.status_code == 200, answer.text


def held(world: World) -> Ask:
    hold = PostingRequest(
        kind=Kind.HOLD, transfer_id=uuid.uuid4(), tenant_id="demo", occurred_at_ms=CLOCK.now_ms(), amount_minor=5,
        currency="BRL", debit_account_id=uuid.UUID(world.debit), credit_account_id=uuid.UUID(world.credit),
        expires_at_ms=CLOCK.now_ms() + 3_600_000,
    )  # fmt: skip
    with connect(world.api.settings.core.dsn("api"), application="test") as connection:
        post_batch(connection, [hold], now_ms=CLOCK.now_ms())
    return Ask({"transfer_id": hold.transfer_id})


def a_list(world: World) -> str:
    list_id = world.fresh("list")
    wanted = {"list_id": list_id, "kind": "deny", "field": "payee_id", "sentence": "Accounts that pass money on"}
    made = world.people["risk"].post("/v1/risk/lists", json=wanted)
    assert made.status_code == 201, made.text
    return list_id


def listed(world: World) -> Ask:
    list_id = a_list(world)
    entry = {"value": "p1", "reason": "seen"}
    assert world.people["risk"].post(f"/v1/risk/lists/{list_id}/entries", json=entry).status_code == 204
    return Ask({"list_id": list_id, "value": "p1"})


def simulated(world: World) -> Ask:
    asked = {"policy_version": written(world.people["risk"])["version"], "from_day": "2025-11-24", "to_day": "2025-11-25"}
    return Ask({"simulation_id": world.people["risk"].post("/v1/risk/simulations", json=asked).json()["simulation_id"]})


def to_judge(world: World) -> Ask:
    return Ask({"version": written(world.people["risk"])["version"]})


def to_activate(world: World) -> Ask:
    found = approved(world.people["risk"], world.people["admin"])
    tried(world.api.settings, world.people["risk"], found)
    return Ask({"version": found})


def ordered(world: World) -> Ask:
    wanted = {"debit_account_id": world.debit, "credit_account_id": world.credit, "from_day": "2031-01-01"}
    order = example_of(SCHEMA["paths"]["/v1/schedules"]["post"]) | wanted
    made = world.people["admin"].post(
        "/v1/schedules", json={name: value for name, value in order.items() if value is not None}, headers=key()
    )
    assert made.status_code == 201, made.text
    return Ask({"schedule_id": made.json()["schedule_id"]}, if_match='"1"')


def a_client(world: World) -> Ask:
    client_id = world.fresh("client-")
    made = world.people["admin"].post("/v1/clients", json={"client_id": client_id, "name": "x", "roles": ["partner"]})
    assert made.status_code == 201, made.text
    return Ask({"client_id": client_id})


def an_account(world: World) -> Ask:
    return Ask({"account_id": account(world.api)}, if_match='"1"')


def shared(world: World, *, with_them: bool = False) -> Ask:
    named: dict[str, object] = {"account_id": account(world.api), "customer_id": customer(world.api)}
    if with_them:
        world.put("/v1/accounts/{account_id}/holders/{customer_id}".format(**named), role="viewer")
    return Ask(named)


def limited(world: World, *, already: bool = False) -> Ask:
    named: dict[str, object] = {"account_id": account(world.api), "channel": "pix", "scope": "day"}
    if already:
        world.put("/v1/accounts/{account_id}/limits/{channel}/{scope}".format(**named), amount_minor=5)
    return Ask(named)


def a_device(world: World) -> Ask:
    named: dict[str, object] = {"customer_id": customer(world.api), "device_id": world.fresh("d")}
    world.put(f"/v1/customers/{named['customer_id']}/devices", device_id=named["device_id"])
    return Ask(named)


def a_notice(world: World, *, already: bool = False) -> Ask:
    day = day_of(CLOCK.now_ms()) + timedelta(days=30)
    named: dict[str, object] = {"account_id": account(world.api), "day": day.isoformat()}
    if already:
        world.put("/v1/accounts/{account_id}/withdrawal-notices/{day}".format(**named), amount_minor=6_000_000)
    return Ask(named)


def transferred(world: World) -> Ask:
    payer = account(world.api)
    made = world.made("/v1/transfers", **body(payer, world.credit, 9_000))
    return Ask({"account_id": payer, "transfer_id": made["id"]})


def charged(world: World) -> Ask:
    charge_id = uuid.uuid4()
    with psycopg.connect(world.api.settings.core.dsn("postgres")) as connection:
        connection.execute(
            "insert into bank.charge (charge_id, tenant_id, account_id, kind, period, amount_minor, currency, value_day, "
            "due_at) values (%s, 'demo', %s, 'monthly-fee', '2025-10', 990, 'BRL', '2025-11-01', now())",
            (charge_id, world.debit),
        )
    return Ask({"charge_id": charge_id})


def a_customer(world: World) -> Ask:
    made = world.made("/v1/customers", customer_id=world.fresh("person"), full_name="Ana Souza")
    return Ask({"customer_id": made["customer_id"]}, if_match='"1"')


def who_left(world: World) -> Ask:
    found = a_customer(world)
    closed = {"status": "closed", "reason": "moved away"}
    answer = world.people["admin"].post(
        f"/v1/customers/{found.named['customer_id']}/status", json=closed, headers={"If-Match": '"1"'}
    )
    assert answer.status_code == 200, answer.text
    return found


def held_back(world: World) -> Ask:
    """A customer whom something keeps from being erased."""
    found = a_customer(world)
    hold = {"law": "CPC, art. 536", "reason": "order of the court"}
    found.named["name"] = "court-1"
    answer = world.people["compliance"].put("/v1/customers/{customer_id}/holds/{name}".format(**found.named), json=hold)
    assert answer.status_code == 200, answer.text
    return found


def quotable(world: World) -> Ask:
    world.put("/v1/exchange/rates/USD-BRL", bid="5.1020", ask="5.1520")
    return Ask(body={"customer_id": customer(world.api)})


def quoted(world: World) -> Ask:
    owner = quotable(world).body["customer_id"]
    buy = {"amount_minor": 100, "currency": "USD"}
    quote = world.made("/v1/exchange/quotes", customer_id=owner, buy=buy, other_currency="BRL")
    dollars = world.made("/v1/accounts", customer_id=owner, currency="USD")["account_id"]
    reais = account(world.api, customer_id=str(owner))
    return Ask(body={"quote_id": quote["quote_id"], "sell_account_id": reais, "buy_account_id": dollars})


def one_of(path: str, name: str) -> Callable[[World], Ask]:
    """Make what the description shows, for an account and a customer of its own where it has them."""

    def ask(world: World) -> Ask:
        example = {field: value for field, value in example_of(SCHEMA["paths"][path]["post"]).items() if value is not None}
        own = {"account_id": account, "customer_id": customer}
        made = world.made(path, **example | {field: make(world.api) for field, make in own.items() if field in example})
        return Ask({name: made[name]}, if_match='"1"')

    return ask


def a_product(world: World) -> Ask:
    made = world.made("/v1/products", code=world.fresh("product-"), currency="BRL", name="Everyday", kind="checking")
    return Ask({"code": made["code"], "currency": "BRL"}, if_match='"1"')


def lost(world: World) -> Ask:
    return one_of("/v1/suspense", "item_id")(world)


def credited(world: World) -> Ask:
    return Ask(lost(world).named, {"account_id": world.credit})


def proposed(world: World) -> Ask:
    named = lost(world).named
    answer = world.operator.post(f"/v1/suspense/{named['item_id']}/resolution", json={"action": "return"})
    assert answer.status_code == 200, answer.text
    return Ask(named, {"proposed_at": answer.json()["proposed_at"]})


def met(world: World, *, proposed: bool = False) -> Ask:
    """A customer who may be somebody on a list."""
    named: dict[str, object] = {"hit_id": str(uuid.uuid4())}
    with psycopg.connect(world.api.settings.core.dsn("postgres")) as connection:
        connection.execute(MET, named | {"customer_id": customer(world.api)})
    if not proposed:
        return Ask(named)
    wanted = {"verdict": "cleared", "note": "another date of birth"}
    answer = world.people["compliance"].post(f"/v1/screening/hits/{named['hit_id']}/verdict", json=wanted)
    assert answer.status_code == 200, answer.text
    return Ask(named, {"proposed_at": answer.json()["proposed_at"]})


def a_proposal(world: World, *, by: str = "compliance") -> Ask:
    """Values of a scenario that wait for a colleague, and whose trial has failed."""
    wanted = {"valid_from": "2099-12-01", "values": {"amount_minor": 200_000 + next(world.ids)}, "why": "as asked"}
    answer = world.people[by].post("/v1/scenarios/pix-at-night/versions", json=wanted)
    assert answer.status_code == 201, answer.text
    with psycopg.connect(world.api.settings.core.dsn("postgres")) as connection:
        connection.execute("update governance.scenario_trial set status = 'failed', problem = 'x', ended_at = now()")
    return Ask({"scenario": "pix-at-night", "version_id": answer.json()["version_id"]})


def a_list_change(world: World, *, by: str = "compliance") -> Ask:
    """A list of the bank's own that waits for a colleague."""
    rows = [{"id": "1", "kind": "person", "name": "Made Up"}]
    wanted = {"list_id": world.fresh("own-"), "licence": "made up", "why": "as asked", "entries": rows}
    answer = world.people[by].post("/v1/screening/changes", json=wanted)
    assert answer.status_code == 201, answer.text
    return Ask({"change_id": answer.json()["change_id"]})


def an_unnamed_change(world: World, *, by: str = "compliance") -> Ask:
    """A choice about payers whom nobody names that waits for a colleague."""
    answer = world.people[by].post("/v1/screening/unnamed-payers", json={"choice": "hold", "why": "as asked"})
    assert answer.status_code == 201, answer.text
    return Ask({"unnamed_change_id": answer.json()["unnamed_change_id"]})


def an_alert(world: World) -> str:
    who = customer(world.api)
    casework.flag(world.api, who)
    return casework.alert_of(world.api, who)


def a_case(world: World, *, by: str = "compliance") -> dict:
    wanted = {"alert_id": an_alert(world), "scheme": "structuring"}
    return casework.done(world.people[by].post("/v1/cases", json=wanted), 201)


def case_at_work(world: World) -> Ask:
    case = casework.taken(world.people["admin"], a_case(world))
    return Ask({"case_id": case["case_id"]}, if_match=f'"{case["version"]}"')


def case_to_judge(world: World) -> Ask:
    by = world.people["compliance"]
    case = casework.proposed(by, casework.attached(by, casework.taken(by, a_case(world))))
    return Ask({"case_id": case["case_id"]}, {"proposed_at": case["proposed_at"]})


def a_report(world: World, *, exported: bool = False) -> Ask:
    asked = case_to_judge(world)
    path = f"/v1/cases/{asked.named['case_id']}/judgement"
    casework.done(world.people["admin"].post(path, json={"approve": True} | asked.body))
    found = casework.done(world.people["admin"].get("/v1/reports", params={"limit": 200}))["items"]
    [report_id] = [each["report_id"] for each in found if each["case_id"] == asked.named["case_id"]]
    if exported:
        casework.done(world.people["admin"].post(f"/v1/reports/{report_id}/export"))
    return Ask({"report_id": report_id}, {"receipt": world.fresh("receipt-")} if exported else {})


def a_freeze(world: World, *, lifting: bool = False) -> Ask:
    found = freezes.frozen(world.people["compliance"], account_id=account(world.api))
    named: dict[str, object] = {"freeze_id": found["freeze_id"]}
    if not lifting:
        return Ask(named)
    said = casework.done(world.people["compliance"].post(f"/v1/freezes/{found['freeze_id']}/lifting"))
    return Ask(named, {"proposed_at": said["proposed_at"]})


def a_block(world: World, *, proposed: bool = False) -> Ask:
    transfer, _, _ = blocks.received(world.api)
    found = blocks.blocked(world.people["compliance"], transfer)
    named: dict[str, object] = {"block_id": found["block_id"]}
    if not proposed:
        return Ask(named)
    path = f"/v1/blocks/{found['block_id']}/proposal"
    said = casework.done(world.people["compliance"].post(path, json={"outcome": "keep"}))
    return Ask(named, {"proposed_at": said["proposed_at"]})


def a_dispute(world: World, *steps: str) -> Ask:
    transfer, _, _ = blocks.received(world.api)
    found = blocks.disputed(world.people["compliance"], transfer)
    path, said = f"/v1/med/{found['dispute_id']}", {}
    bodies: dict[str, dict] = {"acknowledgement": {}, "analysis": {"analysis": "agreed"}, "judgement": {"approve": True}}
    for step in steps:
        who = world.people["admin" if step == "judgement" else "compliance"]
        said = casework.done(who.post(f"{path}/{step}", json=bodies[step] | said))
        said = {"proposed_at": said["proposed_at"]} if step == "analysis" else {}
    return Ask({"dispute_id": found["dispute_id"]}, said)


def a_recovery(world: World, *steps: str) -> Ask:
    """Money of a Pix that left, asked back, and so many steps on."""
    found = recoveries.asked_back(world.people["compliance"], recoveries.left(world.api)[0])
    path, said = f"/v1/recoveries/{found['recovery_id']}", {}
    bodies: dict[str, dict] = {"sending": {"external_id": world.fresh("FR-")}, "answer": {"analysis": "agreed"}}
    for step in steps:
        said = casework.done(world.people["compliance"].post(f"{path}/{step}", json=bodies.get(step, {})))
    more = {"proposed_at": said["proposed_at"]} if "return" in steps else {}
    return Ask({"recovery_id": found["recovery_id"]}, more)


MET = """
with made as (
    insert into screening.list (list_id, format, licence, source, made_at)
    values ('made-up', 'own', 'made up', 'made up', now()) on conflict do nothing
)
insert into screening.hit (hit_id, tenant_id, customer_id, list_id, entry_id, digest, name_index, score, status, found_at)
values (%(hit_id)s, 'demo', %(customer_id)s, 'made-up', '1', sha256('a'), sha256('b'), 0.9, 'open', now())
"""
CASES: dict[tuple[str, str], Callable[[World], Ask]] = {
    ("POST", "/v1/clients"): lambda world: Ask(body={"client_id": world.fresh("new-")}),
    ("DELETE", "/v1/clients/{client_id}"): a_client,
    ("POST", "/v1/customers"): lambda world: Ask(body={"customer_id": world.fresh("c")}),
    ("POST", "/v1/accounts"): lambda _: Ask(),
    ("POST", "/v1/transfers"): lambda world: Ask(body=body(world.debit, world.credit, 150)),
    ("POST", "/v1/transfers/{transfer_id}/resolution"): held,
    ("POST", "/v1/alerts/{alert_id}/status"): lambda world: Ask({"alert_id": world.alert}),
    ("POST", "/v1/schedules"): lambda world: Ask(body={"debit_account_id": world.debit, "credit_account_id": world.credit}),
    ("PATCH", "/v1/schedules/{schedule_id}"): ordered,
    ("DELETE", "/v1/schedules/{schedule_id}"): ordered,
    ("POST", "/v1/schedules/{schedule_id}/action"): ordered,
    ("POST", "/v1/sandbox/clock"): lambda _: Ask(),
    ("POST", "/v1/sandbox/deposits"): lambda world: Ask(body={"account_id": world.sandbox_account}),
    ("POST", "/v1/score"): lambda _: Ask(),
    ("POST", "/v1/risk/policies"): lambda _: Ask(),
    ("POST", "/v1/risk/policies/check"): lambda _: Ask(),
    ("POST", "/v1/risk/policies/{version}/judgement"): to_judge,
    ("POST", "/v1/risk/policies/{version}/activation"): to_activate,
    ("POST", "/v1/risk/lists"): lambda world: Ask(body={"list_id": world.fresh("list")}),
    ("POST", "/v1/risk/lists/{list_id}/entries"): lambda world: Ask({"list_id": a_list(world)}),
    ("DELETE", "/v1/risk/lists/{list_id}/entries/{value}"): listed,
    ("POST", "/v1/risk/simulations"): lambda world: Ask(body={"policy_version": written(world.people["risk"])["version"]}),
    ("POST", "/v1/risk/simulations/{simulation_id}/cancellation"): simulated,
    ("PUT", "/v1/inbound-payers/{payer_id}"): lambda world: Ask({"payer_id": world.fresh("p-")}),
    ("POST", "/v1/screening/search"): lambda _: Ask(),
    ("POST", "/v1/screening/hits/{hit_id}/verdict"): met,
    ("POST", "/v1/screening/hits/{hit_id}/judgement"): lambda world: met(world, proposed=True),
    ("POST", "/v1/screening/unnamed-payers"): lambda _: Ask(),
    ("POST", "/v1/screening/unnamed-payers/{unnamed_change_id}/judgement"): an_unnamed_change,
    ("POST", "/v1/screening/unnamed-payers/{unnamed_change_id}/withdrawal"): lambda world: an_unnamed_change(world, by="admin"),
    ("POST", "/v1/screening/changes"): lambda _: Ask(),
    ("POST", "/v1/screening/changes/check"): lambda _: Ask(),
    ("POST", "/v1/screening/changes/{change_id}/judgement"): a_list_change,
    ("POST", "/v1/screening/changes/{change_id}/withdrawal"): lambda world: a_list_change(world, by="admin"),
    ("POST", "/v1/scenarios/{scenario}/versions"): lambda _: Ask({"scenario": "pix-at-night"}),
    ("POST", "/v1/scenarios/{scenario}/versions/{version_id}/trial"): a_proposal,
    ("POST", "/v1/scenarios/{scenario}/versions/{version_id}/judgement"): a_proposal,
    ("POST", "/v1/scenarios/{scenario}/versions/{version_id}/withdrawal"): lambda world: a_proposal(world, by="admin"),
    ("POST", "/v1/cases"): lambda world: Ask(body={"alert_id": an_alert(world)}),
    ("POST", "/v1/cases/{case_id}/assignment"): lambda world: Ask({"case_id": a_case(world)["case_id"]}, if_match='"1"'),
    ("POST", "/v1/cases/{case_id}/notes"): lambda world: Ask({"case_id": a_case(world)["case_id"]}),
    ("POST", "/v1/cases/{case_id}/evidence"): lambda world: Ask({"case_id": a_case(world)["case_id"]}),
    ("POST", "/v1/cases/{case_id}/decision"): case_at_work,
    ("POST", "/v1/cases/{case_id}/judgement"): case_to_judge,
    ("POST", "/v1/reports"): lambda _: Ask(),
    ("POST", "/v1/reports/{report_id}/export"): a_report,
    ("POST", "/v1/reports/{report_id}/receipt"): lambda world: a_report(world, exported=True),
    ("POST", "/v1/freezes"): lambda world: Ask(body={"account_id": account(world.api)}),
    ("POST", "/v1/freezes/{freeze_id}/lifting"): a_freeze,
    ("POST", "/v1/freezes/{freeze_id}/judgement"): lambda world: a_freeze(world, lifting=True),
    ("POST", "/v1/blocks"): lambda world: Ask(body={"transfer_id": blocks.received(world.api)[0]}),
    ("POST", "/v1/blocks/{block_id}/proposal"): a_block,
    ("POST", "/v1/blocks/{block_id}/judgement"): lambda world: a_block(world, proposed=True),
    ("POST", "/v1/med"): lambda world: Ask(
        body={"transfer_id": blocks.received(world.api)[0], "external_id": world.fresh("IR-")}
    ),
    ("POST", "/v1/med/{dispute_id}/acknowledgement"): a_dispute,
    ("POST", "/v1/med/{dispute_id}/cancellation"): a_dispute,
    ("POST", "/v1/med/{dispute_id}/analysis"): lambda world: a_dispute(world, "acknowledgement"),
    ("POST", "/v1/med/{dispute_id}/judgement"): lambda world: a_dispute(world, "acknowledgement", "analysis"),
    ("POST", "/v1/med/{dispute_id}/refund"): lambda world: a_dispute(world, "acknowledgement", "analysis", "judgement"),
    ("POST", "/v1/recoveries"): lambda world: Ask(body={"transfer_id": recoveries.left(world.api)[0]}),
    ("POST", "/v1/recoveries/{recovery_id}/sending"): a_recovery,
    ("POST", "/v1/recoveries/{recovery_id}/cancellation"): a_recovery,
    ("POST", "/v1/recoveries/{recovery_id}/answer"): lambda world: a_recovery(world, "sending"),
    ("POST", "/v1/recoveries/{recovery_id}/request"): lambda world: a_recovery(world, "sending", "answer"),
    ("POST", "/v1/recoveries/{recovery_id}/return"): lambda world: a_recovery(world, "sending", "answer", "request"),
    ("POST", "/v1/recoveries/{recovery_id}/refusal"): lambda world: a_recovery(world, "sending", "answer", "request"),
    ("POST", "/v1/recoveries/{recovery_id}/judgement"): lambda world: a_recovery(
        world, "sending", "answer", "request", "return"
    ),
    ("POST", "/v1/risk/moves"): lambda _: Ask(),
    ("PATCH", "/v1/accounts/{account_id}"): an_account,
    ("POST", "/v1/accounts/{account_id}/status"): an_account,
    ("PUT", "/v1/accounts/{account_id}/holders/{customer_id}"): shared,
    ("DELETE", "/v1/accounts/{account_id}/holders/{customer_id}"): lambda world: shared(world, with_them=True),
    ("PATCH", "/v1/accounts/{account_id}/limits"): an_account,
    ("PUT", "/v1/accounts/{account_id}/limits/{channel}/{scope}"): limited,
    ("DELETE", "/v1/accounts/{account_id}/limits/{channel}/{scope}"): lambda world: limited(world, already=True),
    ("PATCH", "/v1/accounts/{account_id}/transactions/{transfer_id}"): transferred,
    ("POST", "/v1/beneficiaries"): lambda _: Ask(),
    ("PATCH", "/v1/beneficiaries/{beneficiary_id}"): one_of("/v1/beneficiaries", "beneficiary_id"),
    ("DELETE", "/v1/beneficiaries/{beneficiary_id}"): one_of("/v1/beneficiaries", "beneficiary_id"),
    ("POST", "/v1/budgets"): lambda world: Ask(body={"customer_id": customer(world.api)}),
    ("PATCH", "/v1/budgets/{budget_id}"): one_of("/v1/budgets", "budget_id"),
    ("DELETE", "/v1/budgets/{budget_id}"): one_of("/v1/budgets", "budget_id"),
    ("PUT", "/v1/suitability"): lambda world: Ask(body={"customer_id": customer(world.api)}),
    ("PUT", "/v1/customers/{customer_id}/income"): lambda world: Ask({"customer_id": customer(world.api)}),
    ("PUT", "/v1/customers/{customer_id}/devices"): lambda world: Ask({"customer_id": customer(world.api)}),
    ("POST", "/v1/customers/{customer_id}/devices/{device_id}/confirmation"): a_device,
    ("DELETE", "/v1/customers/{customer_id}/devices/{device_id}"): a_device,
    ("PUT", "/v1/accounts/{account_id}/withdrawal-notices/{day}"): a_notice,
    ("DELETE", "/v1/accounts/{account_id}/withdrawal-notices/{day}"): lambda world: a_notice(world, already=True),
    ("POST", "/v1/charges/{charge_id}/waiver"): charged,
    ("PATCH", "/v1/customers/{customer_id}"): a_customer,
    ("POST", "/v1/customers/{customer_id}/status"): a_customer,
    ("DELETE", "/v1/customers/{customer_id}/person"): who_left,
    ("POST", "/v1/customers/{customer_id}/erasure"): who_left,
    ("PUT", "/v1/customers/{customer_id}/holds/{name}"): lambda world: Ask(a_customer(world).named | {"name": "court-1"}),
    ("DELETE", "/v1/customers/{customer_id}/holds/{name}"): held_back,
    ("PUT", "/v1/exchange/rates/{pair}"): lambda _: Ask({"pair": "EUR-BRL"}),
    ("POST", "/v1/exchange/quotes"): quotable,
    ("POST", "/v1/exchanges"): quoted,
    ("POST", "/v1/external-accounts"): lambda _: Ask(),
    ("DELETE", "/v1/external-accounts/{external_account_id}"): one_of("/v1/external-accounts", "external_account_id"),
    ("POST", "/v1/external-accounts/{external_account_id}/statement"): one_of("/v1/external-accounts", "external_account_id"),
    ("POST", "/v1/goals"): lambda world: Ask(body={"account_id": world.debit}),
    ("PATCH", "/v1/goals/{goal_id}"): one_of("/v1/goals", "goal_id"),
    ("DELETE", "/v1/goals/{goal_id}"): one_of("/v1/goals", "goal_id"),
    ("POST", "/v1/goals/{goal_id}/moves"): one_of("/v1/goals", "goal_id"),
    ("POST", "/v1/products"): lambda world: Ask(body={"code": world.fresh("product-")}),
    ("PATCH", "/v1/products/{code}/{currency}"): a_product,
    ("POST", "/v1/suspense"): lambda _: Ask(),
    ("POST", "/v1/suspense/{item_id}/resolution"): credited,
    ("POST", "/v1/suspense/{item_id}/judgement"): proposed,
    ("POST", "/v1/transfers/{transfer_id}/reversals"): transferred,
}  # fmt: skip
