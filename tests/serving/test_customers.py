"""Customers: who they are, how they stand, and that two people who change one at once do not undo each other."""

import itertools
import uuid
from concurrent.futures import ThreadPoolExecutor

import httpx
import psycopg
import pytest

from kit.errors import Conflict
from serving.customers.documents import cpf_of
from serving.customers.statuses import MOVES, CustomerStatus, check_move
from tests.serving.conftest import Server
from tests.serving.test_transfers import account, key

_NUMBERS = itertools.count(100_000_000)


def a_cpf() -> str:
    """A person's number that no test has used."""
    nine = str(next(_NUMBERS))
    return next(text for check in range(100) if (text := cpf_of(f"{nine}{check:02d}")))


def made(api: Server, **more: object) -> httpx.Response:
    answer = api.partner().post("/v1/customers", json={"customer_id": f"c{uuid.uuid4().hex[:10]}"} | more)
    assert answer.status_code == 201, answer.text
    return answer


def change(api: Server, customer: httpx.Response, tag: str | None, **wanted: object) -> httpx.Response:
    headers = {} if tag is None else {"If-Match": tag}
    return api.partner().patch(f"/v1/customers/{customer.json()['customer_id']}", json=wanted, headers=headers)


def move(api: Server, customer_id: str, tag: str, status: str) -> httpx.Response:
    wanted = {"status": status, "reason": "a test"}
    return api.partner().post(f"/v1/customers/{customer_id}/status", json=wanted, headers={"If-Match": tag})


def test_a_document_is_kept_without_punctuation_and_belongs_to_one_customer(api):
    number = a_cpf()
    spelled = f"{number[:3]}.{number[3:6]}.{number[6:9]}-{number[9:]}"
    assert made(api, document=spelled).json()["document"] == number
    twice = api.partner().post("/v1/customers", json={"customer_id": f"c{uuid.uuid4().hex[:10]}", "document": number})
    assert (twice.status_code, twice.json()["code"]) == (409, "document-taken")
    assert api.partner("other").post("/v1/customers", json={"customer_id": "c1", "document": number}).status_code == 201


@pytest.mark.parametrize(
    ("kind", "document", "status"),
    [
        ("person", "39053344706", 422),
        ("person", "16.727.230/0001-97", 422),
        ("business", "390.533.447-05", 422),
        ("business", "16.727.230/0001-97", 201),
        ("business", "12.ABC.345/01DE-35", 201),
    ],
)
def test_a_person_has_a_cpf_and_a_business_a_cnpj(api, kind, document, status):
    wanted = {"customer_id": f"c{uuid.uuid4().hex[:10]}", "kind": kind, "document": document}
    answer = api.partner().post("/v1/customers", json=wanted)
    assert answer.status_code == status, answer.text
    if status == 422:
        assert answer.json()["facts"]["field"] == "document"


def test_a_change_needs_the_version_that_was_read_and_leaves_alone_what_it_does_not_name(api):
    first = made(api, full_name="Ana Souza", email="ana@example.org", birth_year=1987)
    tag = first.headers["etag"]
    assert tag == f'"{first.json()["version"]}"'
    assert (change(api, first, None, email=None).status_code, change(api, first, "nonsense").status_code) == (428, 412)
    changed = change(api, first, tag, email=None, phone="+5571999990000")
    assert changed.status_code == 200, changed.text
    told = changed.json()
    assert (told["full_name"], told["email"], told["phone"], told["birth_year"]) == ("Ana Souza", None, "+5571999990000", 1987)
    stale = change(api, first, tag, email="x@example.org")
    assert (stale.status_code, stale.json()["code"]) == (412, "stale-version")
    assert change(api, first, changed.headers["etag"], full_name="Ana S.").json()["full_name"] == "Ana S."


def test_of_many_changes_from_one_version_one_is_made(api):
    first = made(api)

    def send(number: int) -> int:
        return change(api, first, first.headers["etag"], full_name=f"name {number}").status_code

    with ThreadPoolExecutor(8) as threads:
        statuses = sorted(threads.map(send, range(8)))
    assert statuses == [200] + [412] * 7
    assert api.partner().get(f"/v1/customers/{first.json()['customer_id']}").json()["version"] == 2


def test_a_customer_says_where_to_reach_them_and_not_who_they_are(api):
    browser = api.browser("customer")
    own = browser.get("/v1/customers/c000042")
    tag = {"If-Match": own.headers["etag"]}
    for wanted in ({"full_name": "Somebody Else"}, {"document": a_cpf()}, {"email": "a@example.org", "birth_year": 1990}):
        refused = browser.patch("/v1/customers/c000042", json=wanted, headers=tag)
        assert (refused.status_code, refused.json()["code"]) == (422, "invalid-request"), refused.text
    address = {"street": "Rua Chile", "number": "21", "city": "Salvador", "state": "BA", "postal_code": "40020000"}
    moved = browser.patch("/v1/customers/c000042", json={"address": address}, headers=tag)
    assert moved.json()["address"] == address | {"complement": None, "district": None}
    assert browser.patch(f"/v1/customers/{made(api).json()['customer_id']}", json={}, headers=tag).status_code == 404
    assert (
        browser.post("/v1/customers/c000042/status", json={"status": "closed", "reason": "x"}, headers=tag).status_code == 403
    )


@pytest.mark.parametrize("at", list(CustomerStatus))
@pytest.mark.parametrize("to", list(CustomerStatus))
def test_a_move_is_allowed_exactly_when_the_table_has_it(at, to):
    if to in MOVES[at]:
        check_move(at=at, to=to)
    else:
        with pytest.raises(Conflict):
            check_move(at=at, to=to)


def test_every_status_can_be_reached_and_closed_is_the_end():
    assert {to for targets in MOVES.values() for to in targets} == set(CustomerStatus)
    assert MOVES[CustomerStatus.CLOSED] == frozenset()


def test_a_customer_with_an_open_account_does_not_leave_and_each_move_is_audited_with_its_reason(api):
    first = made(api)
    customer_id = first.json()["customer_id"]
    blocked = move(api, customer_id, first.headers["etag"], "blocked")
    assert (blocked.status_code, blocked.json()["status"]) == (200, "blocked")
    active = move(api, customer_id, blocked.headers["etag"], "active")
    account(api, customer_id=customer_id, funds_minor=0)
    refused = move(api, customer_id, active.headers["etag"], "closed")
    assert (refused.status_code, refused.json()["code"]) == (409, "customer-has-accounts")
    rows = api.browser("admin").get("/v1/audit", params={"resource": f"customers/{customer_id}"}).json()["items"]
    assert [row["detail"] for row in rows if row["status"] == 200] == [
        {"from": "blocked", "to": "active", "reason": "a test"},
        {"from": "active", "to": "blocked", "reason": "a test"},
    ]


def test_who_has_left_can_be_forgotten_and_no_word_about_them_is_left(api):
    secret = f"Nobody Remembers {uuid.uuid4().hex}"
    first = made(api, full_name=secret, document=a_cpf(), email="n@example.org")
    path = f"/v1/customers/{first.json()['customer_id']}"
    officer = api.browser("compliance")
    early = officer.delete(f"{path}/person")
    assert (early.status_code, early.json()["code"]) == (409, "customer-not-closed")
    move(api, first.json()["customer_id"], first.headers["etag"], "closed")
    erased = officer.delete(f"{path}/person")
    assert erased.status_code == 200, erased.text
    assert [erased.json()[name] for name in ("full_name", "document", "email")] == [None, None, None]
    assert officer.delete(f"{path}/person").status_code == 200
    with psycopg.connect(api.settings.core.dsn("postgres")) as connection:
        [tables] = connection.execute(
            "select array_agg(format('%I.%I', schemaname, tablename)) from pg_tables "
            "where schemaname in ('bank', 'identity', 'ledger', 'outbox', 'idempotency')"
        ).fetchone() or ([],)
        for table in tables:
            [found] = connection.execute(
                f"select count(*) from {table} t where t::text like %s", (f"%{secret}%",)
            ).fetchone() or (1,)
            assert found == 0, table


def test_who_has_left_begins_nothing_and_is_on_nobodys_account(api):
    who, theirs = made(api), account(api)
    customer_id = who.json()["customer_id"]
    partner = api.partner()
    assert partner.put(f"/v1/accounts/{theirs}/holders/{customer_id}", json={"role": "holder"}).status_code == 200
    closed = move(api, customer_id, who.headers["ETag"], "closed")
    assert closed.status_code == 200, closed.text
    holders = partner.get(f"/v1/accounts/{theirs}/holders").json()["items"]
    assert customer_id not in {row["customer_id"] for row in holders}
    payee = {"customer_id": customer_id, "nickname": "x", "account_id": theirs}
    link = {"customer_id": customer_id, "holder_name": "A", "bank_code": "60701190", "branch": "1", "account_number": "12"}
    answers = [
        partner.put(f"/v1/accounts/{theirs}/holders/{customer_id}", json={"role": "viewer"}),
        partner.post("/v1/beneficiaries", json=payee, headers=key()),
        partner.post("/v1/external-accounts", json=link, headers=key()),
        partner.post("/v1/accounts", json={"customer_id": customer_id, "currency": "BRL"}, headers=key()),
        change(api, who, closed.headers["ETag"], email="ana@example.org"),
    ]
    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(409, "customer-not-active")] * 5


def test_an_address_is_of_lines_without_control_characters(api):
    address = {"street": "\x01" * 120, "number": "1", "city": "Salvador", "state": "BA", "postal_code": "40020000"}
    wanted = {"customer_id": f"c{uuid.uuid4().hex[:10]}", "address": address}
    refused = api.partner().post("/v1/customers", json=wanted)
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid-request")
    longest = {
        "street": "\u00e7" * 120,
        "number": '"' * 20,
        "complement": "\\" * 60,
        "district": "\u4e00" * 60,
        "city": "\U0001f3e0" * 60,
    }
    assert api.partner().post("/v1/customers", json=wanted | {"address": address | longest}).status_code == 201


@pytest.mark.parametrize("customer_id", ["ana@example.org", "39053344705", "ana-souza"])
def test_an_id_that_tells_who_somebody_is_is_refused(api, customer_id):
    refused = api.partner().post("/v1/customers", json={"customer_id": customer_id, "full_name": "Ana Souza"})
    assert (refused.status_code, refused.json()["code"]) == (422, "customer-id-tells")


def test_the_time_that_the_law_counts_starts_when_somebody_leaves(api):
    customer_id = made(api, full_name="Rui Lima").json()["customer_id"]
    since = "select closed_at is not null from bank.customer where customer_id = %s"
    with psycopg.connect(api.settings.core.dsn("postgres"), autocommit=True) as connection:
        assert connection.execute(since, (customer_id,)).fetchone() == (False,)
        assert move(api, customer_id, '"1"', "closed").status_code == 200
        assert connection.execute(since, (customer_id,)).fetchone() == (True,)
