"""Functions that pass row-level security by: each is known here, with what it gives, and tried on another tenant's rows."""

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

from kit.postgres import connect, tenant_block
from kit.settings import PostgresServer
from ledger.accounts import NewAccount, open_accounts, system_account
from ledger.postings import Kind, PostingRequest
from ledger.repository import post_batch
from tests.ledger.chain.little_bank import seal_as_it_is

pytestmark = pytest.mark.servers
NOW_MS = 1_750_000_000_000
MARK = "zq-mark-of-the-victim"
Ids = dict[str, Any]
Call = Callable[[psycopg.Connection, Ids], object]
DEFINERS = """
select format('%%s.%%s', n.nspname, p.proname), p.proowner::regrole::text, array_to_string(p.proconfig, ';'),
    exists (select from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) x where x.grantee = 0),
    array(select r.rolname::text from aclexplode(p.proacl) x join pg_roles r on r.oid = x.grantee where x.grantee <> p.proowner)
from pg_proc p join pg_namespace n on n.oid = p.pronamespace
where p.prosecdef and n.nspname !~ '^pg_' and n.nspname <> 'information_schema' and %s
"""
LIMITED = """
insert into bank.customer (tenant_id, customer_id) values ('two', 'c1');
insert into bank.account (account_id, tenant_id, customer_id, product, currency) values (%(account)s, 'two', 'c1', 'x', 'BRL');
insert into bank.limit_settings (account_id, tenant_id) values (%(account)s, 'two')
"""
PINNED = ("search_path=pg_catalog, pg_temp", 'search_path=""')


def query(text: str) -> Call:
    return lambda connection, ids: connection.execute(text, ids).fetchall()


def posting(connection: psycopg.Connection, ids: Ids) -> object:
    """Every way to name what is another tenant's in a batch of one's own."""
    moves = [(ids["account"], ids["own"]), (ids["own"], ids["account"]), (ids["account"], ids["settlement"])]
    rows = [
        PostingRequest(
            kind=kind, transfer_id=uuid.uuid4(), tenant_id="one", occurred_at_ms=NOW_MS, amount_minor=1, currency="BRL",
            debit_account_id=debit, credit_account_id=credit,
        )
        for debit, credit in moves for kind in (Kind.POST, Kind.HOLD)
    ]  # fmt: skip
    rows += [
        PostingRequest(kind=kind, transfer_id=ids["hold"], tenant_id="one", occurred_at_ms=NOW_MS)
        for kind in (Kind.POST_PENDING, Kind.VOID_PENDING, Kind.EXPIRE)
    ]
    rows.append(
        PostingRequest(
            kind=Kind.POST, transfer_id=ids["hold"], tenant_id="one", occurred_at_ms=NOW_MS, amount_minor=1, currency="BRL",
            debit_account_id=ids["own"], credit_account_id=ids["own_settlement"], idempotency_key="k", response_status=201,
            response=b'"stolen":true}',
        )
    )  # fmt: skip
    results = post_batch(connection, rows, now_ms=NOW_MS)
    assert {result.outcome for result in results} <= {"failed", "conflict"}, results
    assert {result.status for result in results} <= {None, "failed"}, results
    return results


def proof(connection: psycopg.Connection, ids: Ids) -> object:
    """Ask for the proof of another tenant's transfer under one's own tenant, and under none."""
    asked = query("select * from chain.proof(%(hold)s)")
    with tenant_block(connection, "one"):
        told = asked(connection, ids)
    return [told, asked(connection, ids)]


# Those that take a tenant or a tenant's ids: each is called for tenant `one` with all that is known of tenant `two`.
HOLDS_TO_THE_TENANT: dict[str, Call] = {
    "ledger.post_batch": posting,
    "ledger.open_accounts": query(
        "select * from ledger.open_accounts(array[%(account)s], array['one'], array['BRL'], array['c1'], null, null, null, "
        "null, 1)"
    ),
    "ledger.open_settlement_accounts": query(
        "select ledger.open_settlement_accounts(array[%(account)s], array['one'], array['BRL'], array['settlement:pix'], 1)"
    ),
    "ledger.change_account": query("select ledger.change_account('one', %(account)s, true, true, true, -1)"),
    "ledger.available_batch": query("select available_minor from ledger.available_batch(array['one'], array[%(account)s])"),
    "idempotency.claim_batch": query(
        "select * from idempotency.claim_batch(array['one'], array['k'], array['\\x01'::bytea], array[gen_random_uuid()], "
        "array[null::bytea], 1, 1000)"
    ),
    "idempotency.release": query("select idempotency.release('one', 'k', %(claimed)s, 10000)"),
    "idempotency.complete": query("select idempotency.complete('one', 'k', %(claimed)s, 201::smallint, 'x', 1)"),
    "ledger.cut_bookings": query(f"select ledger.cut_bookings('one', {NOW_MS + 9}, '{uuid.UUID(int=0)}', 10000)"),
    "bank.limited_batch": query("select limited from bank.limited_batch(array['one'], array[%(account)s])"),
    "screening.standing_batch": query("select customer_id from screening.standing_batch(array['one'], array[%(account)s])"),
    "bank.write_notes": query("select bank.write_notes(array['one'], array[%(hold)s], array['mine'])"),
    "bank.rename_customer": query("select bank.rename_customer('one', 'c1', 'mine')"),
    "cases.rename_customer": query("select cases.rename_customer('one', 'c1', 'mine')::text"),
    "chain.proof": proof,
}  # fmt: skip
# Those that answer for one exact name or secret, before anybody's tenant is known.
ANSWERS_FOR_ONE_NAME = {
    "identity.find_login", "identity.find_client", "identity.find_session", "identity.end_session", "identity.login_wait_s",
    "identity.note_login_failure", "identity.forget_login_failures",
}  # fmt: skip
# Those that reach every tenant on purpose: whoever holds a role that may call them is trusted with that.
REACHES_EVERY_TENANT = {
    "identity.audit_writes": "appends audit rows of the tenants that it is told",
    "identity.sweep": "drops ended sessions and old failures",
    "idempotency.expired": "gives the sweeper the keys and intents of leases that ran out",
    "idempotency.forget": "drops finished claims that are older than a day",
    "ledger.expired_holds": "gives the sweeper the ids of holds that are due",
    "bank.due_schedules": "gives the sweeper the ids of schedules that are due",
    "screening.cleared_items": "gives the sweeper the ids of money in suspense that no hit on its payer keeps there any more",
    "screening.waiting_items": "gives the intake how many payments of each tenant wait in suspense for a look at their payer",
    "screening.let_go_payments": "gives the sweeper the ids of held payments that no hit holds any more",
    "bank.due_erasures": "gives the eraser the ids of requests that are due",
    "bank.sandbox_offsets": "says how far ahead each sandbox's clock is",
}
# Those that a table calls for its own rows: each writes under the tenant of the row.
TRIGGERS = {"ledger.begin_after_the_last_close", "bank.say_history_change"}


@pytest.fixture(scope="module")
def admin(core: PostgresServer) -> Iterator[psycopg.Connection]:
    with connect(core.dsn("postgres"), application="test") as connection:
        yield connection


@pytest.fixture(scope="module")
def ids(core: PostgresServer, admin: psycopg.Connection, tmp_path_factory: pytest.TempPathFactory) -> Ids:
    """Two tenants with an account each; `two` has a sealed hold, a claim, a note and limits too, all with its mark."""
    made: Ids = {name: uuid.uuid4() for name in ("account", "own", "hold", "claimed")}
    with connect(core.dsn("api"), application="test") as api:
        for tenant, account, place in (("one", made["own"], "own_settlement"), ("two", made["account"], "settlement")):
            settlement = system_account(tenant_id=tenant, currency="BRL", code="settlement:pix")
            made[place] = settlement.account_id
            owner = NewAccount(account_id=account, tenant_id=tenant, currency="BRL", owner_id=f"c1-{MARK}")
            open_accounts(api, [settlement, owner], now_ms=NOW_MS)
        hold = PostingRequest(
            kind=Kind.HOLD, transfer_id=made["hold"], tenant_id="two", occurred_at_ms=NOW_MS, amount_minor=1, currency="BRL",
            debit_account_id=made["settlement"], credit_account_id=made["account"], reason=MARK,
        )  # fmt: skip
        assert post_batch(api, [hold], now_ms=NOW_MS)[0].status == "held"
        api.execute(
            "select * from idempotency.claim_batch(array['two'], array['k'], array['\\x00'::bytea], array[%(claimed)s::uuid], "
            "array[convert_to(%(mark)s, 'UTF8')], 1, 1000)",
            made | {"mark": MARK},
        )
        api.execute("select bank.write_notes(array['two'], array[%(hold)s], array[%(mark)s])", made | {"mark": MARK})
    with psycopg.ClientCursor(admin) as limited:
        limited.execute(LIMITED, made)
    seal_as_it_is(core, tmp_path_factory.mktemp("chain"))
    return made


def test_what_is_asked_about_is_there_for_its_own_tenant(core, ids):
    """Without it, a function that answers nobody would pass for one that holds to the tenant."""
    with connect(core.dsn("api"), application="test") as api:
        asked = "select limited from bank.limited_batch(array['two'], array[%(account)s])"
        assert api.execute(asked, ids).fetchall() == [(True,)]
        asked = "select customer_id, stands from screening.standing_batch(array['two'], array[%(account)s])"
        assert api.execute(asked, ids).fetchall() == [("c1", "clear")]
        with tenant_block(api, "two"):
            assert len(api.execute("select * from chain.proof(%(hold)s)", ids).fetchall()) == 1


def rows_of_two(admin: psycopg.Connection) -> dict[str, object]:
    tables = ("ledger.account", "ledger.transfer", "ledger.entry", "idempotency.claim", "identity.audit", "bank.transfer_note",
              "bank.limit_settings")  # fmt: skip
    text = "select md5(coalesce(string_agg(t::text, '|' order by t::text), '')) from {} t where tenant_id = 'two'"
    return {table: admin.execute(text.format(table)).fetchone() for table in tables}


def test_every_such_function_is_known_here(admin, warehouse: PostgresServer):
    known = set(HOLDS_TO_THE_TENANT) | ANSWERS_FOR_ONE_NAME | set(REACHES_EVERY_TENANT) | TRIGGERS
    found = {row[0] for row in admin.execute(DEFINERS, (True,))}
    assert found - known == set(), "try it here with another tenant's ids, or say why it reaches every tenant"
    assert known - found == set()
    with connect(warehouse.dsn("postgres"), application="test") as there:
        assert there.execute(DEFINERS, (True,)).fetchall() == []


def test_each_belongs_to_poster_pins_its_search_path_and_is_open_to_nobody_unnamed(admin):
    for name, owner, settings, open_to_all, _ in admin.execute(DEFINERS, (True,)):
        assert owner == "poster", name
        assert settings is not None, name
        assert settings.startswith(PINNED), (name, settings)
        assert not open_to_all, name


@pytest.mark.parametrize("name", HOLDS_TO_THE_TENANT)
def test_called_for_one_tenant_with_anothers_ids_it_tells_and_changes_nothing(core, admin, ids, name):
    before = rows_of_two(admin)
    [(*_, roles)] = admin.execute(DEFINERS.replace("and %s", "and n.nspname || '.' || p.proname = %s"), (name,)).fetchall()
    assert roles, name
    for role in roles:
        with connect(core.dsn(role), application="test") as connection:
            told = HOLDS_TO_THE_TENANT[name](connection, ids)
            assert MARK not in str(told)
            assert name != "ledger.change_account" or told == [("not-found",)]
            assert name != "ledger.available_batch" or told == [(None,)]
            assert name != "bank.limited_batch" or told == [(False,)]
            assert name != "screening.standing_batch" or told == [(None,)]
            assert name != "chain.proof" or told == [[], []]
            assert name not in ("idempotency.release", "idempotency.complete") or told == [(False,)]
    assert rows_of_two(admin) == before


def test_finished_claims_are_forgotten_only_after_a_day_whatever_the_caller_says(core, admin, ids):
    claim = (
        "insert into idempotency.claim (tenant_id, key, request_hash, transfer_id, state, leased_until, created_at, "
        "completed_at) values ('two', %s, '\\x00', gen_random_uuid(), 'done', now(), now() - %s::interval, now())"
    )
    for key, age in (("fresh", "23 hours"), ("old", "25 hours")):
        admin.execute(claim, (key, age))
    with connect(core.dsn("api"), application="test") as api:
        api.execute("select idempotency.forget(%s, 10000)", (2**52,))
    left = admin.execute("select key from idempotency.claim where state = 'done' and key in ('fresh', 'old')").fetchall()
    assert left == [("fresh",)]
