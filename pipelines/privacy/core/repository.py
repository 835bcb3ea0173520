"""The SQL of the core's side, as `eraser` under a tenant."""

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from psycopg import Connection
from psycopg.sql import SQL, Composed, Identifier
from psycopg.types.json import Jsonb

from governance.erasures.identifiers import Identifiers

Row = dict[str, Any]


class Column(NamedTuple):
    """A column in which people write what they like."""

    schema: str
    table: str
    name: str
    kind: str


# Where others may have written who somebody is. Sealed columns are not here: they are erased with their rows or their key.
WRITTEN = (
    Column("identity", "audit", "resource", "text"),
    Column("identity", "audit", "detail", "jsonb"),
    Column("cases", "alert", "subject_id", "text"),
    Column("cases", "alert_member", "transaction", "jsonb"),
    Column("cases", "finding", "customer_id", "text"),
    Column("cases", "finding_payment", "payment", "jsonb"),
    Column("cases", "case", "subject_id", "text"),
    Column("cases", "quiet", "subject_id", "text"),
    Column("governance", "list_entry", "value", "text"),
    Column("governance", "list_entry", "reason", "text"),
    Column("bank", "suspense_item", "note", "text"),
    Column("bank", "suspense_item", "resolution", "jsonb"),
    Column("bank", "legal_hold", "reason", "text"),
    Column("bank", "schedule", "payee_id", "text"),
    Column("bank", "schedule", "description", "text"),
    Column("bank", "schedule_run", "request", "bytea"),
    Column("bank", "transfer_note", "description", "text"),
    Column("bank", "transaction_mark", "note", "text"),
    Column("bank", "goal", "name", "text"),
    Column("bank", "account", "nickname", "text"),
    Column("screening", "hit", "note", "text"),
)
STORED_ANSWERS = (
    Column("idempotency", "claim", "response_body", "bytea"),
    Column("idempotency", "claim", "intent", "bytea"),
)
SWEPT_AT_ONCE = 500

_ACCOUNTS = "select account_id from bank.account where tenant_id = %s and customer_id = any(%s)"
# What is the person's own: rows that go, and texts of theirs on rows that stay.
_OWN = """
select
    (select count(*) from bank.person where tenant_id = %(tenant)s and customer_id = any(%(who)s))
    + (select count(*) from bank.beneficiary where tenant_id = %(tenant)s and customer_id = any(%(who)s))
    + (select count(*) from bank.external_account where tenant_id = %(tenant)s and customer_id = any(%(who)s))
    + (select count(*) from bank.account_holder where tenant_id = %(tenant)s and customer_id = any(%(who)s))
    + (select count(*) from bank.budget where tenant_id = %(tenant)s and customer_id = any(%(who)s))
    + (select count(*) from bank.suitability where tenant_id = %(tenant)s and customer_id = any(%(who)s))
    + (select count(*) from bank.declared_income where tenant_id = %(tenant)s and customer_id = any(%(who)s))
    + (select count(*) from bank.device where tenant_id = %(tenant)s and customer_id = any(%(who)s))
    + (select count(*) from screening.hit where tenant_id = %(tenant)s and customer_id = any(%(who)s))
    + (select count(*) from screening.party where tenant_id = %(tenant)s and customer_id = any(%(who)s))
    + (select count(*) from screening.screened where tenant_id = %(tenant)s and customer_id = any(%(who)s))
    + (
        select count(*) from cases.note join cases.case using (tenant_id, case_id)
        where tenant_id = %(tenant)s and customer_id = any(%(who)s)
    )
    + (
        select count(*) from cases.evidence join cases.case using (tenant_id, case_id)
        where tenant_id = %(tenant)s and customer_id = any(%(who)s)
    )
    + (
        select count(*) from cases.report_document join cases.report using (tenant_id, report_id)
        join cases.case using (tenant_id, case_id) where tenant_id = %(tenant)s and customer_id = any(%(who)s)
    )
    + (
        select count(*) from cases.freeze
        where tenant_id = %(tenant)s and customer_id = any(%(who)s) and sealed is not null
    )
    + (
        select count(*) from cases.block
        where tenant_id = %(tenant)s and customer_id = any(%(who)s) and sealed is not null
    )
    + (select count(*) from identity.login_user where tenant_id = %(tenant)s and customer_id = any(%(who)s))
    + (
        select count(*) from bank.transfer_note n join ledger.transfer t on t.id = n.transfer_id
        where n.tenant_id = %(tenant)s and t.debit_account_id = any(%(accounts)s)
    )
    + (select count(*) from bank.transaction_mark where tenant_id = %(tenant)s and account_id = any(%(accounts)s))
    + (
        select count(*) from bank.account
        where tenant_id = %(tenant)s and account_id = any(%(accounts)s) and nickname is not null
    )
    + (
        select count(*) from bank.goal
        where tenant_id = %(tenant)s and parent_account_id = any(%(accounts)s) and name <> %(erased)s
    )
    + (
        select count(*) from bank.schedule
        where tenant_id = %(tenant)s and debit_account_id = any(%(accounts)s) and description is not null
    )
    + (
        select count(*) from bank.schedule_run r join bank.schedule s using (schedule_id)
        where r.tenant_id = %(tenant)s and s.debit_account_id = any(%(accounts)s) and r.request is not null
    )
"""
_ERASE_OWN = (
    "delete from bank.person where tenant_id = %(tenant)s and customer_id = any(%(who)s)",
    "delete from bank.beneficiary where tenant_id = %(tenant)s and customer_id = any(%(who)s)",
    "delete from bank.external_account where tenant_id = %(tenant)s and customer_id = any(%(who)s)",
    "delete from bank.account_holder where tenant_id = %(tenant)s and customer_id = any(%(who)s)",
    "delete from bank.budget where tenant_id = %(tenant)s and customer_id = any(%(who)s)",
    "delete from bank.suitability where tenant_id = %(tenant)s and customer_id = any(%(who)s)",
    "delete from bank.declared_income where tenant_id = %(tenant)s and customer_id = any(%(who)s)",
    "delete from bank.device where tenant_id = %(tenant)s and customer_id = any(%(who)s)",
    "delete from screening.hit where tenant_id = %(tenant)s and customer_id = any(%(who)s)",
    "delete from screening.party where tenant_id = %(tenant)s and customer_id = any(%(who)s)",
    "delete from screening.screened where tenant_id = %(tenant)s and customer_id = any(%(who)s)",
    "delete from cases.note n using cases.case c where c.tenant_id = n.tenant_id and c.case_id = n.case_id "
    "and n.tenant_id = %(tenant)s and c.customer_id = any(%(who)s)",
    "delete from cases.evidence e using cases.case c where c.tenant_id = e.tenant_id and c.case_id = e.case_id "
    "and e.tenant_id = %(tenant)s and c.customer_id = any(%(who)s)",
    "delete from cases.report_document d using cases.report r, cases.case c "
    "where r.tenant_id = d.tenant_id and r.report_id = d.report_id and c.tenant_id = r.tenant_id and c.case_id = r.case_id "
    "and d.tenant_id = %(tenant)s and c.customer_id = any(%(who)s)",
    "update cases.freeze set sealed = null where tenant_id = %(tenant)s and customer_id = any(%(who)s)",
    "update cases.block set sealed = null where tenant_id = %(tenant)s and customer_id = any(%(who)s)",
    "delete from identity.login_user where tenant_id = %(tenant)s and customer_id = any(%(who)s)",
    "delete from bank.transfer_note n using ledger.transfer t "
    "where t.id = n.transfer_id and n.tenant_id = %(tenant)s and t.debit_account_id = any(%(accounts)s)",
    "delete from bank.transaction_mark where tenant_id = %(tenant)s and account_id = any(%(accounts)s)",
    "update bank.account set nickname = null where tenant_id = %(tenant)s and account_id = any(%(accounts)s)",
    "update bank.goal set name = %(erased)s where tenant_id = %(tenant)s and parent_account_id = any(%(accounts)s)",
    "update bank.schedule_run r set request = null from bank.schedule s where s.schedule_id = r.schedule_id "
    "and r.tenant_id = %(tenant)s and s.debit_account_id = any(%(accounts)s)",
    "update bank.schedule set description = null where tenant_id = %(tenant)s and debit_account_id = any(%(accounts)s)",
)
_IN_TEXT = "position(lower(n) in lower(t.{column}::text)) > 0"
_IN_BYTES = "position(convert_to(n, 'UTF8') in t.{column}) > 0"
_COUNT_WRITTEN = """
select count(*) from {table} t
where t.tenant_id = %(tenant)s and exists (select from unnest(%(needles)s::text[]) n where {tells})
"""
_FIND_WRITTEN = """
select t.ctid::text, {shown} from {table} t
where t.tenant_id = %(tenant)s and exists (select from unnest(%(needles)s::text[]) n where {tells})
limit %(limit)s for update
"""


def ahead_ms(connection: Connection, *, tenant_id: str) -> int:
    """Return how far a sandbox's clock is ahead; 0 for a real tenant."""
    row = connection.execute("select offset_ms from bank.sandbox_clock where tenant_id = %s", (tenant_id,)).fetchone()
    return int(row[0]) if row else 0


def customer_status(connection: Connection, *, tenant_id: str, customer_id: str) -> str | None:
    """Return how a customer stands, who is locked; None when there is none."""
    row = connection.execute(
        "select status from bank.customer where tenant_id = %s and customer_id = %s for update", (tenant_id, customer_id)
    ).fetchone()
    return None if row is None else str(row[0])


def sealed_person(connection: Connection, *, tenant_id: str, customer_id: str) -> bytes | None:
    """Return what is sealed of who a customer is."""
    row = connection.execute(
        "select sealed from bank.person where tenant_id = %s and customer_id = %s", (tenant_id, customer_id)
    ).fetchone()
    return None if row is None else row[0]


def accounts_of(connection: Connection, *, tenant_id: str, customer_ids: Sequence[str]) -> tuple[UUID, ...]:
    """Return the accounts that were opened by the customer."""
    return tuple(account for (account,) in connection.execute(_ACCOUNTS, (tenant_id, list(customer_ids))))


def logins_of(connection: Connection, *, tenant_id: str, customer_id: str) -> tuple[str, ...]:
    """Return the addresses that a customer signs in with."""
    rows = connection.execute(
        "select email from identity.login_user where tenant_id = %s and customer_id = %s", (tenant_id, customer_id)
    )
    return tuple(email for (email,) in rows)


def count_own(connection: Connection, *, tenant_id: str, who: Identifiers, erased: str) -> int:
    """Return how many rows are the person's own and tell of them."""
    row = connection.execute(_OWN, _values(tenant_id, who, erased)).fetchone()
    return int(row[0]) if row else 0


def erase_own(connection: Connection, *, tenant_id: str, who: Identifiers, erased: str) -> None:
    """Erase them. Entries and balances know accounts alone, and stay."""
    for statement in _ERASE_OWN:
        connection.execute(statement, _values(tenant_id, who, erased))


def count_written(connection: Connection, column: Column, *, tenant_id: str, who: Identifiers) -> int:
    """Return in how many rows of a column somebody wrote what tells."""
    query = SQL(_COUNT_WRITTEN).format(table=_table(column), tells=_tells(column))
    row = connection.execute(query, {"tenant": tenant_id, "needles": who.needles}).fetchone()
    return int(row[0]) if row else 0


def find_written(connection: Connection, column: Column, *, tenant_id: str, who: Identifiers) -> list[tuple[str, Any]]:
    """Return some of them, locked, as (place, what stands there)."""
    shown = SQL("t.{column}" if column.kind == "bytea" else "t.{column}::text").format(column=Identifier(column.name))
    query = SQL(_FIND_WRITTEN).format(table=_table(column), tells=_tells(column), shown=shown)
    return connection.execute(query, {"tenant": tenant_id, "needles": who.needles, "limit": SWEPT_AT_ONCE}).fetchall()


def rewrite(connection: Connection, column: Column, *, place: str, value: str | bytes) -> None:
    """Write what stands in a row that `find_written` locked in this transaction."""
    query = SQL("update {table} set {column} = %s::{kind} where ctid = %s::tid").format(
        table=_table(column), column=Identifier(column.name), kind=Identifier(column.kind)
    )
    connection.execute(query, (value, place))


def rename(connection: Connection, *, tenant_id: str, old: str, new: str) -> bool:
    """Give a customer another id wherever the core has theirs; False when they have it."""
    row = connection.execute("select bank.rename_customer(%s, %s, %s)", (tenant_id, old, new)).fetchone()
    renamed = bool(row and row[0])
    if renamed:
        connection.execute("select cases.rename_customer(%s, %s, %s)", (tenant_id, old, new))
    return renamed


def still_named(connection: Connection, *, tenant_id: str, customer_id: str) -> bool:
    """Whether a customer has this id."""
    row = connection.execute(
        "select exists (select from bank.customer where tenant_id = %s and customer_id = %s)", (tenant_id, customer_id)
    ).fetchone()
    return bool(row and row[0])


def note_audit(connection: Connection, *, tenant_id: str, actor: str, action: str, resource: str, detail: Row) -> None:
    """Say in the audit log what was done."""
    connection.execute(
        "insert into identity.audit (tenant_id, actor, action, resource, correlation_id, status, detail) "
        "values (%s, %s, %s, %s, %s, 200, %s)",
        (tenant_id, actor, action, resource, resource, Jsonb(detail)),
    )


def _values(tenant_id: str, who: Identifiers, erased: str) -> Row:
    return {"tenant": tenant_id, "who": who.customer_ids, "accounts": list(who.accounts), "erased": erased}


def _table(column: Column) -> Identifier:
    return Identifier(column.schema, column.table)


def _tells(column: Column) -> Composed:
    return SQL(_IN_BYTES if column.kind == "bytea" else _IN_TEXT).format(column=Identifier(column.name))
