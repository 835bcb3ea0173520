"""Where a customer is: a pseudonym in the transaction, from the connection or from a partner's word, and an address nowhere."""

import stat
from pathlib import Path

import httpx
import msgspec
import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.ledger_events import LedgerEvent
from contracts.transactions import Transaction
from kit.settings import Settings
from serving.edge.addresses import KEY_FILE, AddressPseudonyms, connected_from, line_of
from serving.edge.errors import InvalidRequest
from serving.edge.principals import Principal, Role, Scheme
from tests.serving.conftest import Server
from tests.serving.test_address_limits import serving
from tests.serving.test_transfers import account, body, key

HOME, OFFICE = "203.0.113.7", "198.51.100.23"
SCHEMAS = ("bank", "idempotency", "identity", "ledger", "outbox")


@pytest.fixture(scope="module")
def pair(api: Server) -> tuple[str, str]:
    return account(api), account(api, funds_minor=0)


@pytest.fixture(scope="module")
def own(api: Server) -> str:
    """An account of the customer who has a login."""
    return account(api, customer_id="c000042")


def transaction_of(api: Server, answer: httpx.Response) -> Transaction:
    """The transaction that the transfer's event carries."""
    assert answer.status_code == 201, answer.text
    with psycopg.connect(api.settings.core.dsn("postgres")) as connection:
        [[payload]] = connection.execute(
            "select payload from outbox.event where convert_from(payload, 'UTF8')::jsonb ->> 'transfer_id' = %s",
            (answer.json()["id"],),
        ).fetchall()
    found = msgspec.json.decode(payload, type=LedgerEvent).transaction
    assert found is not None
    return found


def partners(api: Server, pair: tuple[str, str], **more: object) -> str | None:
    """The address in a partner's transfer."""
    return transaction_of(api, api.partner().post("/v1/transfers", json=body(*pair, **more), headers=key())).ip


def said_from(address: str) -> dict[str, str]:
    """What a proxy on this machine, which this server believes, says of who connected to it."""
    return {"X-Forwarded-For": address}


def test_a_partner_s_word_for_where_its_customer_is_becomes_a_pseudonym(api: Server, pair):
    first = partners(api, pair, customer_ip=HOME)
    assert first is not None
    assert first.startswith("ip-")
    assert HOME not in first
    assert partners(api, pair, customer_ip=HOME) == first
    assert partners(api, pair, customer_ip=f"::ffff:{HOME}") == first
    assert partners(api, pair, customer_ip=OFFICE) != first
    theirs = account(api, tenant_id="other"), account(api, tenant_id="other", funds_minor=0)
    answer = api.partner("other").post("/v1/transfers", json=body(*theirs, customer_ip=HOME), headers=key())
    assert transaction_of(api, answer).ip != first, "two tenants cannot find out that they know the same line"


def test_where_a_partner_s_server_or_an_employee_sits_says_nothing_about_the_customer(api: Server, pair):
    for asker in (api.partner(), api.browser("admin")):
        answer = asker.post("/v1/transfers", json=body(*pair), headers=key() | said_from(HOME))
        assert transaction_of(api, answer).ip is None
    answer = api.browser("admin").post("/v1/transfers", json=body(*pair, customer_ip=HOME), headers=key() | said_from(OFFICE))
    assert transaction_of(api, answer).ip == partners(api, pair, customer_ip=HOME)


def test_a_customer_s_own_login_is_where_its_connection_comes_from(api: Server, pair, own: str):
    browser = api.browser("customer")
    answer = browser.post("/v1/transfers", json=body(own, pair[1], 10), headers=key() | said_from(HOME))
    assert transaction_of(api, answer).ip == partners(api, pair, customer_ip=HOME)
    unknown = browser.post("/v1/transfers", json=body(own, pair[1], 10), headers=key() | said_from("10.0.0.5"))
    assert transaction_of(api, unknown).ip is None, "a proxy that nobody named would be everybody's address"
    elsewhere = browser.post("/v1/transfers", json=body(own, pair[1], 10, customer_ip=OFFICE), headers=key() | said_from(HOME))
    assert (elsewhere.status_code, elsewhere.json()["facts"]) == (422, {"field": "customer_ip"})


def test_a_repetition_from_another_address_is_the_same_request(api: Server, pair, own: str):
    browser, headers = api.browser("customer"), key()
    first = browser.post("/v1/transfers", json=body(own, pair[1], 20), headers=headers | said_from(HOME))
    again = browser.post("/v1/transfers", json=body(own, pair[1], 20), headers=headers | said_from(OFFICE))
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["idempotent-replayed"] == "true"
    assert transaction_of(api, again).ip == partners(api, pair, customer_ip=HOME)


def test_a_body_that_says_another_address_is_another_request(api: Server, pair):
    headers = key()
    assert api.partner().post("/v1/transfers", json=body(*pair, customer_ip=HOME), headers=headers).status_code == 201
    other = api.partner().post("/v1/transfers", json=body(*pair, customer_ip=OFFICE), headers=headers)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")


@pytest.mark.parametrize("wrong", ["", "x", "203.0.113.256", "203.0.113", "2001:db8::1::2", "203.0.113.7:443", "9" * 46, 7])
def test_what_is_no_address_is_refused_by_its_field_and_not_repeated(api: Server, pair, wrong: object):
    refused = api.partner().post("/v1/transfers", json=body(*pair, customer_ip=wrong), headers=key())
    problem = refused.json()
    assert (refused.status_code, problem["code"], problem["facts"]) == (422, "invalid-request", {"field": "customer_ip"})
    if len(str(wrong)) > 1:
        assert str(wrong) not in refused.text


def test_no_table_and_no_line_of_the_log_holds_an_address(api: Server, settings: Settings, pair, own: str, tmp_path: Path):
    """At a server process as it is really started, behind a proxy that the settings name."""
    named, connected, wrong = "192.0.2.61", "192.0.2.62", "192.0.2.63.1"
    log = tmp_path / "api.log"
    with serving(settings, log, BAAS_EDGE__TRUSTED_PROXIES='["127.0.0.1"]') as url:
        there = Server(settings, url, api.logins)
        answer = there.partner().post("/v1/transfers", json=body(*pair, customer_ip=named), headers=key())
        assert transaction_of(api, answer).ip == partners(api, pair, customer_ip=named), "workers share one key"
        browser = there.browser("customer")
        answer = browser.post("/v1/transfers", json=body(own, pair[1], 10), headers=key() | said_from(connected))
        assert transaction_of(api, answer).ip == partners(api, pair, customer_ip=connected)
        refused = there.partner().post("/v1/transfers", json=body(*pair, customer_ip=wrong), headers=key())
        assert refused.status_code == 422
    written = log.read_text()
    assert "refused" in written
    for address in (named, connected, wrong):
        assert address not in written
        assert tables_with(settings, address) == []


def tables_with(settings: Settings, text: str) -> list[str]:
    """The tables of the core database in which a row holds the text, as text or within bytes."""
    found = []
    with psycopg.connect(settings.core.dsn("postgres")) as connection:
        tables = connection.execute(
            "select format('%%I.%%I', schemaname, tablename) from pg_tables where schemaname = any(%s)", (list(SCHEMAS),)
        ).fetchall()
        assert len(tables) > 10
        for (table,) in tables:
            query = f"select exists (select from {table} t where t::text like %s or t::text like %s)"
            if connection.execute(query, (f"%{text}%", f"%{text.encode().hex()}%")).fetchone() == (True,):
                found.append(table)
    return found


# -- without a server --------------------------------------------------------------------------------------------------------


def principal(*roles: Role, customer_id: str | None = None) -> Principal:
    return Principal("somebody", "demo", frozenset(roles), Scheme.COOKIE, customer_id)


def test_one_subscriber_s_line_is_an_ipv4_address_or_an_ipv6_network():
    assert line_of(HOME) == bytes((203, 0, 113, 7))
    assert line_of(f"::ffff:{HOME}") == line_of(HOME)
    assert line_of("2001:db8:1:2::1") == line_of("2001:db8:1:2:ffff:ffff:ffff:ffff") != line_of("2001:db8:1:3::1")
    assert line_of("2001:db8:1:2::1%eth0") == line_of("2001:db8:1:2::1")
    for wrong in ("", "unknown", "203.0.113.07", " 203.0.113.7", "203.0.113.7/32", "1", "٢٠٣.0.113.7"):
        assert line_of(wrong) is None, wrong


@given(st.ip_addresses(v=4), st.ip_addresses(v=4))
def test_pseudonyms_are_equal_for_equal_addresses_alone_and_are_ids_of_the_contract(tmp_path_factory, one, other):
    pseudonyms = AddressPseudonyms(tmp_path_factory.getbasetemp() / "one-key")
    first, second = (pseudonyms.pseudonym(address.packed, tenant_id="demo") for address in (one, other))
    assert (first == second) is (one == other)
    assert first != pseudonyms.pseudonym(one.packed, tenant_id="other")
    checked = msgspec.convert({"schema": 1, **_REST, "ip": first}, Transaction)
    assert checked.ip == first


def test_the_key_is_made_once_for_its_owner_alone_and_another_deployment_has_other_pseudonyms(tmp_path: Path):
    first = AddressPseudonyms(tmp_path / "one").pseudonym(b"1234", tenant_id="demo")
    assert AddressPseudonyms(tmp_path / "one").pseudonym(b"1234", tenant_id="demo") == first
    assert AddressPseudonyms(tmp_path / "two").pseudonym(b"1234", tenant_id="demo") != first
    assert stat.S_IMODE((tmp_path / "one" / KEY_FILE).stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "inside", ["127.0.0.1", "::1", "10.1.2.3", "172.31.0.1", "192.168.1.1", "fd00::1", "::ffff:10.0.0.1", ""]
)
def test_an_inner_address_is_nobody_s(tmp_path: Path, inside: str):
    pseudonyms = AddressPseudonyms(tmp_path)
    customer = principal(Role.CUSTOMER, customer_id="c1")
    assert pseudonyms.of_customer(customer, connection=inside, named=None) is None
    assert pseudonyms.of_customer(customer, connection=HOME, named=None) is not None


def test_only_a_customer_s_connection_counts_and_only_others_may_name_an_address(tmp_path: Path):
    pseudonyms = AddressPseudonyms(tmp_path)
    customer = principal(Role.CUSTOMER, customer_id="c1")
    for other in (principal(Role.PARTNER), principal(Role.ADMIN), principal(Role.CUSTOMER, Role.RISK, customer_id="c1")):
        assert pseudonyms.of_customer(other, connection=HOME, named=None) is None
        assert pseudonyms.of_customer(other, connection=OFFICE, named=HOME) == pseudonyms.of_customer(
            customer, connection=HOME, named=None
        )
    with pytest.raises(InvalidRequest, match="customer_ip"):
        pseudonyms.of_customer(customer, connection=HOME, named=HOME)


def test_a_connection_without_an_address_comes_from_nowhere():
    assert connected_from({"client": (HOME, 443)}) == HOME
    assert connected_from({"client": None}) == connected_from({}) == ""


_REST = {
    "transaction_id": "0193f2aa-cccc-7ccc-8ccc-cccccccccccc", "tenant_id": "demo", "source": "api", "external_id": "x",
    "event_time": 1, "known_at": 1, "channel": "pix", "direction": "debit", "amount_minor": 1, "currency": "BRL",
}  # fmt: skip
