"""Saved payees: the shapes in which they can be paid, whose they are, and that a change does not undo another."""

import uuid

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.beneficiaries.destinations import PixKeyKind, pix_key
from tests.serving.conftest import Server
from tests.serving.test_transfers import account, customer, key

RANDOM_KEY = "123e4567-e89b-42d3-a456-426655440000"


@pytest.mark.parametrize(
    ("kind", "text", "spelled"),
    [
        ("cpf", "390.533.447-05", "39053344705"),
        ("cpf", "39053344706", None),
        ("cnpj", "12.abc.345/01de-35", "12ABC34501DE35"),
        ("cnpj", "39053344705", None),
        ("email", "Ana.Souza@Example.org", "ana.souza@example.org"),
        ("email", "ana@", None),
        ("email", "a b@example.org", None),
        ("phone", "+5571999990000", "+5571999990000"),
        ("phone", "71999990000", None),
        ("random", RANDOM_KEY, RANDOM_KEY),
        ("random", RANDOM_KEY.upper(), None),
        ("random", "", None),
    ],
)
def test_a_pix_key_is_spelled_as_the_directory_does_or_refused(kind, text, spelled):
    assert pix_key(PixKeyKind(kind), text) == spelled


@given(st.sampled_from(PixKeyKind), st.text(max_size=100))
def test_a_key_that_is_taken_is_taken_again_as_it_was_spelled(kind, text):
    found = pix_key(kind, text)
    assert found is None or pix_key(kind, found) == found


def save(asker: httpx.Client, headers: dict[str, str] | None = None, **wanted: object) -> httpx.Response:
    return asker.post("/v1/beneficiaries", json={"nickname": "Mum"} | wanted, headers=headers or key())


@pytest.mark.parametrize(
    "way",
    [
        {"pix_key": {"kind": "random", "key": RANDOM_KEY}},
        {"bank_account": {"bank_code": "60701190", "branch": "0001", "account_number": "12345-6"}},
    ],
)
def test_a_payee_is_saved_once_a_key_and_cools_for_a_day(api: Server, way):
    customer_id, headers = customer(api), key()
    made = save(api.partner(), headers, customer_id=customer_id, **way)
    assert made.status_code == 201, made.text
    again = save(api.partner(), headers, customer_id=customer_id, **way)
    assert (again.content, again.headers["idempotent-replayed"]) == (made.content, "true")
    told = made.json()
    [name] = way
    assert (told[name], told["cooling"], told["customer_id"]) == (way[name], True, customer_id)
    listed = api.partner().get("/v1/beneficiaries", params={"customer_id": customer_id}).json()["items"]
    assert listed == [told]


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        ({}, "account_id"),
        ({"pix_key": {"kind": "email", "key": "nobody"}}, "pix_key.key"),
        ({"account_id": str(uuid.uuid4())}, "account_id"),
        ({"account_id": str(uuid.uuid4()), "pix_key": {"kind": "random", "key": RANDOM_KEY}}, "account_id"),
    ],
)
def test_a_payee_has_exactly_one_way_to_be_paid_and_it_is_one(api: Server, wanted, field):
    refused = save(api.partner(), customer_id=customer(api), **wanted)
    assert (refused.status_code, refused.json()["facts"]["field"]) == (422, field), refused.text


def test_a_customer_saves_and_sees_their_own_payees_only(api: Server):
    browser, here = api.browser("customer"), account(api, funds_minor=0)
    own = save(browser, account_id=here).json()
    theirs = save(api.partner(), customer_id=customer(api), account_id=here).json()
    assert own["customer_id"] == "c000042"
    assert [row["beneficiary_id"] for row in browser.get("/v1/beneficiaries").json()["items"]] == [own["beneficiary_id"]]
    path = f"/v1/beneficiaries/{theirs['beneficiary_id']}"
    assert browser.get(path).status_code == 404
    assert browser.patch(path, json={"nickname": "x"}, headers={"If-Match": '"1"'}).status_code == 404
    assert browser.delete(path).status_code == 404
    assert save(browser, customer_id="somebody", account_id=here).status_code == 422
    assert api.partner("other").get(path).status_code == 404
    assert save(api.partner("other"), customer_id="c000042", account_id=here).status_code == 422
    assert save(api.partner(), customer_id="nobody-here", account_id=here).status_code == 404


def test_a_payee_is_renamed_under_the_version_that_was_read_and_forgotten(api: Server):
    made = save(api.partner(), customer_id=customer(api), pix_key={"kind": "random", "key": RANDOM_KEY})
    path = f"/v1/beneficiaries/{made.json()['beneficiary_id']}"
    tag = api.partner().get(path).headers["etag"]
    assert tag == made.headers["etag"]
    assert api.partner().patch(path, json={"nickname": "x"}).status_code == 428
    renamed = api.partner().patch(path, json={"nickname": "x"}, headers={"If-Match": tag})
    assert renamed.json() == made.json() | {"nickname": "x", "version": 2}
    assert api.partner().patch(path, json={"nickname": "y"}, headers={"If-Match": tag}).status_code == 412
    assert api.partner().delete(path).status_code == 204
    assert api.partner().delete(path).status_code == 404


def test_payees_come_in_pages_in_the_order_in_which_they_were_saved(api: Server):
    customer_id = customer(api)
    ids = [
        save(api.partner(), customer_id=customer_id, pix_key={"kind": "random", "key": RANDOM_KEY}).json()["beneficiary_id"]
        for _ in range(5)
    ]
    seen, cursor = [], None
    while True:
        asked = {"customer_id": customer_id, "limit": 2} | ({"cursor": cursor} if cursor else {})
        page = api.partner().get("/v1/beneficiaries", params=asked).json()
        seen, cursor = seen + [row["beneficiary_id"] for row in page["items"]], page["next_cursor"]
        if cursor is None:
            break
    assert seen == sorted(ids)
