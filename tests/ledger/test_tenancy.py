"""Row-level security: a tenant sees its own rows, a forgotten tenant sees nothing, and nobody writes past the functions."""

import uuid
from collections.abc import Iterator

import psycopg
import pytest

from kit.postgres import connect
from kit.settings import PostgresServer
from ledger.accounts import (
    NewAccount,
    open_accounts,
    open_settlement_accounts,
    settlement_account,
    system_account,
    system_account_id,
)
from ledger.postings import FailureCode, Kind, Outcome, PostingRequest
from ledger.repository import post_batch

pytestmark = pytest.mark.servers
NOW_MS = 1_750_000_000_000
TABLES = ("ledger.account", "ledger.transfer", "ledger.entry", "idempotency.claim")


@pytest.fixture(scope="module")
def accounts(core: PostgresServer) -> dict[str, list[uuid.UUID]]:
    """Two tenants, each with a customer's account and a settlement account, and one transfer."""
    made = {}
    with connect(core.dsn("api"), application="test") as api:
        for tenant in ("one", "two"):
            customer = uuid.uuid4()
            settlement = system_account(tenant_id=tenant, currency="BRL", code="settlement:pix")
            open_accounts(
                api,
                [settlement, NewAccount(account_id=customer, tenant_id=tenant, currency="BRL", owner_id="c1")],
                now_ms=NOW_MS,
            )
            made[tenant] = [settlement.account_id, customer]
            api.execute(
                "select * from idempotency.claim_batch(array[%s], array['k'], array['\\x00'::bytea], array[%s::uuid], "
                "array[null::bytea], %s, 1000)",
                (tenant, uuid.uuid4(), NOW_MS),
            )
            [result] = post_batch(api, [posting(tenant, *made[tenant])], now_ms=NOW_MS)
            assert result.outcome is Outcome.POSTED
    return made


@pytest.fixture
def api(core: PostgresServer) -> Iterator[psycopg.Connection]:
    with connect(core.dsn("api"), application="test") as connection:
        yield connection


def posting(tenant: str, debit: uuid.UUID, credit: uuid.UUID) -> PostingRequest:
    return PostingRequest(
        kind=Kind.POST,
        transfer_id=uuid.uuid4(),
        tenant_id=tenant,
        occurred_at_ms=NOW_MS,
        amount_minor=5,
        currency="BRL",
        debit_account_id=debit,
        credit_account_id=credit,
    )


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("role", ["api", "intake", "alerts"])
def test_a_forgotten_tenant_sees_nothing(core: PostgresServer, accounts: dict, role: str, table: str) -> None:
    with connect(core.dsn(role), application="test") as connection:
        assert connection.execute(f"select count(*) from {table}").fetchone() == (0,)


@pytest.mark.parametrize("table", TABLES)
def test_a_tenant_sees_its_own_rows_only_and_only_in_its_transaction(
    api: psycopg.Connection, accounts: dict, table: str
) -> None:
    with api.transaction():
        api.execute("select set_config('app.tenant_id', 'one', true)")
        assert api.execute(f"select distinct tenant_id from {table}").fetchall() == [("one",)]
        assert api.execute(f"select count(*) from {table} where tenant_id = 'two'").fetchone() == (0,)
    assert api.execute(f"select count(*) from {table}").fetchone() == (0,)


@pytest.mark.parametrize(("debit", "credit"), [(("two", 0), ("one", 1)), (("one", 0), ("two", 1)), (("two", 0), ("two", 1))])
def test_a_forged_tenant_in_a_batch_is_refused_and_the_other_rows_stand(
    api: psycopg.Connection, accounts: dict, debit: tuple[str, int], credit: tuple[str, int]
) -> None:
    forged = posting("one", accounts[debit[0]][debit[1]], accounts[credit[0]][credit[1]])
    honest = posting("two", *accounts["two"])
    results = post_batch(api, [forged, honest], now_ms=NOW_MS)
    assert [(r.outcome, r.code) for r in results] == [
        (Outcome.FAILED, FailureCode.ACCOUNT_NOT_FOUND),
        (Outcome.POSTED, None),
    ]


def test_another_tenants_transfer_id_tells_nothing_about_it(api: psycopg.Connection, accounts: dict) -> None:
    first = posting("one", *accounts["one"])
    post_batch(api, [first], now_ms=NOW_MS)
    [stolen] = post_batch(api, [posting_with_id(first.transfer_id, "two", accounts)], now_ms=NOW_MS)
    assert (stolen.outcome, stolen.field, stolen.status, stolen.code) == (Outcome.CONFLICT, "tenant_id", None, None)
    end = PostingRequest(kind=Kind.VOID_PENDING, transfer_id=first.transfer_id, tenant_id="two", occurred_at_ms=NOW_MS)
    [ended] = post_batch(api, [end], now_ms=NOW_MS)
    assert (ended.code, ended.status) == (FailureCode.TRANSFER_NOT_FOUND, None)


def posting_with_id(transfer_id: uuid.UUID, tenant: str, accounts: dict) -> PostingRequest:
    base = posting(tenant, *accounts[tenant])
    return PostingRequest(
        kind=base.kind,
        transfer_id=transfer_id,
        tenant_id=tenant,
        occurred_at_ms=NOW_MS,
        amount_minor=base.amount_minor,
        currency=base.currency,
        debit_account_id=base.debit_account_id,
        credit_account_id=base.credit_account_id,
    )


@pytest.mark.parametrize("role", ["api", "intake", "alerts", "audit", "relay"])
@pytest.mark.parametrize(
    "statement",
    [
        "update ledger.account set credits_posted_minor = 1",
        "delete from ledger.entry",
        "insert into ledger.entry values (gen_random_uuid(), 1, 'one', gen_random_uuid(), 1, 1, now(), now())",
        "update ledger.transfer set status = 'posted'",
        "delete from idempotency.claim",
        "update outbox.event set payload = ''",
        "set role poster",
        "create table public.mine (id int)",
    ],
)
def test_no_role_touches_the_tables_directly(core: PostgresServer, role: str, statement: str) -> None:
    with connect(core.dsn(role), application="test") as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(statement)


@pytest.mark.parametrize("role", ["alerts", "audit", "relay"])
def test_only_those_who_post_may_call_the_posting_function(core: PostgresServer, accounts: dict, role: str) -> None:
    with connect(core.dsn(role), application="test") as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        post_batch(connection, [posting("one", *accounts["one"])], now_ms=NOW_MS)


def test_audit_reads_every_tenant(core: PostgresServer, accounts: dict) -> None:
    with connect(core.dsn("audit"), application="test") as audit:
        tenants = {row[0] for row in audit.execute("select distinct tenant_id from ledger.account")}
    assert tenants == {"one", "two"}


def test_a_system_account_has_one_id_for_everybody() -> None:
    one = system_account_id(tenant_id="demo", currency="BRL", code="settlement:pix")
    assert one == system_account_id(tenant_id="demo", currency="BRL", code="settlement:pix")
    assert one != system_account_id(tenant_id="demo", currency="USD", code="settlement:pix")


def test_the_intake_opens_settlement_accounts_of_tenants_with_customers_and_nothing_else(
    core: PostgresServer, accounts: dict
) -> None:
    with connect(core.dsn("intake"), application="test") as intake:
        wanted = settlement_account(tenant_id="one", currency="USD", channel="ted")
        for _ in range(2):
            open_settlement_accounts(intake, [wanted], now_ms=NOW_MS)
        for refused in (
            system_account(tenant_id="one", currency="BRL", code="opening"),
            NewAccount(account_id=uuid.uuid4(), tenant_id="one", currency="BRL", owner_id="c9"),
            settlement_account(tenant_id="nobody", currency="BRL", channel="pix"),
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                open_settlement_accounts(intake, [refused], now_ms=NOW_MS)
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                open_accounts(intake, [refused], now_ms=NOW_MS)
    with psycopg.connect(core.dsn("postgres")) as owner:
        opened = "select id, owner_id, code, min_balance_minor from ledger.account where tenant_id = 'one' and currency = 'USD'"
        assert owner.execute(opened).fetchall() == [(wanted.account_id, None, "settlement:ted", None)]
