"""What a customer has beside accounts, and what the bank keeps for all: two of each, so that a list has a second page."""

import uuid
from itertools import count

import httpx
import psycopg

from serving.customers.documents import cpf_of
from tests.serving.conftest import Server
from tests.serving.described import SCHEMA, example_of

CURRENCY = "BRL"
MONEY = {"amount_minor": 500, "currency": CURRENCY}
ANSWERS = example_of(SCHEMA["paths"]["/v1/suitability"]["put"])["answers"]
RATE = {"bid": "5.1020", "ask": "5.1520"}
Ids = dict[str, str | int]
_NINE_DIGITS = count(100_000_001)
# A quote lives for half a minute and a test for longer.
LASTING = "update bank.exchange_quote set expires_at = now() + interval '1 hour' where quote_id = %(quote_id)s"
CHARGED = """
insert into bank.charge (charge_id, tenant_id, account_id, kind, period, amount_minor, currency, value_day, due_at, problem)
values (%(charge_id)s, %(tenant)s, %(account_id)s, 'monthly-fee', '2025-10', 990, 'BRL', '2025-11-01', now(), %(mark)s),
       (gen_random_uuid(), %(tenant)s, %(account_id)s, 'monthly-fee', '2025-11', 990, 'BRL', '2025-12-01', now(), %(mark)s)
"""
CARRIED_OUT = """
insert into bank.schedule_run (schedule_id, day, tenant_id, state, transfer_id, code, ended_at)
select %(schedule_id)s, day, %(tenant)s, 'failed', %(posted_id)s, %(mark)s, now()
from unnest(array[date '2025-11-03', '2025-11-04']) day
"""
# A request to erase them that waits, and what compliance has placed on their records.
HELD_BACK = """
insert into bank.erasure (erasure_id, tenant_id, customer_id, status, requested_by, requested_at)
values (%(erasure_id)s, %(tenant)s, %(customer_id)s, 'held', %(mark)s, now());
insert into bank.legal_hold (tenant_id, customer_id, name, law, reason, placed_by, placed_at)
values (%(tenant)s, %(customer_id)s, 'court-1', %(mark)s, %(mark)s, %(mark)s, now());
"""
WRITTEN = "insert into bank.transfer_note (tenant_id, transfer_id, description) values (%(tenant)s, %(posted_id)s, %(mark)s)"
FOLDED = """
insert into read_model.movement (generation, tenant_id, account_id, sequence, transfer_id, amount_minor, balance_after_minor,
                                 currency, purpose, channel, decided, category, counterparty_account_id, counterparty_kind,
                                 counterparty_owner, counterparty_name, description, note, words, value_at, booked_at,
                                 log_offset)
select generation, %(tenant)s, %(account_id)s, sequence, %(posted_id)s, -77, 99, 'BRL', 'transfer', 'pix', true, 'people',
    %(credit_account_id)s, 'customer', %(customer_id)s, %(mark)s, %(mark)s, %(mark)s, to_tsvector('portuguese', %(mark)s),
    now(), now(), sequence
from read_model.serving, unnest(array[1, 2]) sequence;
insert into read_model.spending (generation, tenant_id, account_id, month, category, currency, spent_minor, spent_count,
                                 received_minor, received_count)
select generation, %(tenant)s, %(account_id)s, date_trunc('month', now()), 'people', 'BRL', 154, 2, 0, 0
from read_model.serving;
"""


def a_cpf() -> str:
    """Return the number of a person who is nobody else here."""
    nine = f"{next(_NINE_DIGITS)}"
    return next(text for check in range(100) if (text := cpf_of(f"{nine}{check:02d}")))


def made(client: httpx.Client, path: str, wanted: dict[str, object]) -> dict[str, str]:
    """Make one over HTTP and return the answer."""
    answer = client.post(path, json=wanted, headers={"Idempotency-Key": uuid.uuid4().hex})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def give_belongings(api: Server, tenant_id: str, mark: str, ids: Ids) -> None:
    """Give the customer of `ids`, who has accounts, two of everything else; the ids of the first ones go to `ids`."""
    partner, customer_id, account_id = api.partner(tenant_id), ids["customer_id"], ids["account_id"]
    joint = f"{customer_id}-joint"
    made(partner, "/v1/customers", {"customer_id": joint, "full_name": mark})
    for path, wanted in ((f"holders/{joint}", {"role": "viewer"}), ("limits/pix/day", {"amount_minor": 90_000_000})):
        assert partner.put(f"/v1/accounts/{account_id}/{path}", json=wanted).status_code == 200
    named = {"customer_id": customer_id, "holder_name": mark}
    bank_account = {"bank_code": "60701190", "branch": "0001", "account_number": "12345-6"}
    order = {
        "debit_account_id": account_id, "credit_account_id": ids["credit_account_id"], "amount": MONEY, "channel": "pix",
        "frequency": "daily", "convention": "none", "from_day": "2031-01-01", "description": mark,
    }  # fmt: skip
    for category in (None, "travel"):
        limit = {"customer_id": customer_id, "category": category, "limit_minor": 70_000}
        ids["budget_id"] = made(partner, "/v1/budgets", limit)["budget_id"]
    answered = {"customer_id": customer_id, "answers": ANSWERS}
    assert partner.put("/v1/suitability", json=answered).status_code == 200
    asked = partner.put(f"/v1/customers/{customer_id}/devices", json={"device_id": ids["device_id"]})
    assert asked.status_code == 200
    wishes: list[tuple[str, str, dict[str, object]]] = [
        ("beneficiary_id", "/v1/beneficiaries", named | {"nickname": mark, "bank_account": bank_account}),
        ("external_account_id", "/v1/external-accounts", named | bank_account),
        ("goal_id", "/v1/goals", {"account_id": account_id, "name": mark}),
        ("schedule_id", "/v1/schedules", order),
    ]
    for name, path, wanted in wishes:
        ids[name], _ = (made(partner, path, wanted)[name] for _ in range(2))
    _let_exchange(api, tenant_id, ids)
    ids["erasure_id"] = str(uuid.uuid4())
    values = ids | {"tenant": tenant_id, "mark": mark}
    with psycopg.ClientCursor(psycopg.connect(api.settings.core.dsn("postgres"), autocommit=True)) as core:
        for text in (LASTING, CARRIED_OUT, WRITTEN, HELD_BACK):
            core.execute(text, values)
        core.connection.close()
    with psycopg.ClientCursor(psycopg.connect(api.settings.warehouse.dsn("postgres"), autocommit=True)) as warehouse:
        warehouse.execute(FOLDED, values)
        warehouse.connection.close()


def _let_exchange(api: Server, tenant_id: str, ids: Ids) -> None:
    """Give the customer a quote and a second account to exchange with it."""
    admin, partner = api.browser("admin", tenant_id), api.partner(tenant_id)
    assert admin.put("/v1/exchange/rates/USD-BRL", json=RATE).status_code == 200
    ids["sell_account_id"] = ids["account_id"]
    dollars = {"customer_id": ids["customer_id"], "currency": "USD"}
    ids["buy_account_id"] = made(partner, "/v1/accounts", dollars)["account_id"]
    wanted = {"customer_id": ids["customer_id"], "buy": {"amount_minor": 100, "currency": "USD"}, "other_currency": CURRENCY}
    ids["quote_id"] = made(partner, "/v1/exchange/quotes", wanted)["quote_id"]


def keep_books(api: Server, tenant_id: str, mark: str, ids: Ids) -> None:
    """Give a bank two products, two items in suspense, and two charges that the customer of `ids` owes."""
    admin = api.browser("admin", tenant_id)
    ids["code"] = f"p-{tenant_id}-{uuid.uuid4().hex[:8]}"
    for code in (ids["code"], f"{ids['code']}-2"):
        made(admin, "/v1/products", {"code": code, "currency": CURRENCY, "name": mark, "kind": "checking"})
    lost: dict[str, object] = {"rail": "ted", "amount": MONEY, "problem": "unknown-account", "note": mark}
    ids["item_id"], _ = (made(admin, "/v1/suspense", lost)["item_id"] for _ in range(2))
    ids["charge_id"] = str(uuid.uuid4())
    with psycopg.ClientCursor(psycopg.connect(api.settings.core.dsn("postgres"), autocommit=True)) as core:
        core.execute(CHARGED, ids | {"tenant": tenant_id, "mark": mark})
        core.connection.close()
