"""The core's side: what is known beside a movement, and what changed of that. Read as `audit`, which sees every tenant."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

import psycopg
from psycopg.rows import class_row, dict_row

from contracts.sealed import PERSON
from kit.postgres import connect
from kit.settings import Settings
from kit.subject_keys import SealedRecords, Subject
from streams.projector.described import Known

STATEMENT_TIMEOUT_MS = 60_000
AccountKey = tuple[str, uuid.UUID]
_MOST_ID = 2**63 - 1

# A few thousand look-ups by key, whatever the planner thinks of tables that have grown since it last looked.
_BY_KEY = "set enable_seqscan = off; set enable_hashjoin = off; set enable_mergejoin = off"
_KNOWN = """
select
    (extract(epoch from e.booked_at) * 1000)::bigint as booked_at_ms, own.owner_id as own_owner, own.code as own_code,
    other.owner_id as other_owner, other.code as other_code, p.customer_id as other_id,
    p.sealed as other_sealed, n.description, k.note, k.category
from unnest(%b::text[], %b::uuid[], %b::bigint[], %b::uuid[], %b::uuid[])
    with ordinality as m (tenant_id, account_id, sequence, transfer_id, other_id, ord)
left join ledger.entry e on e.account_id = m.account_id and e.version = m.sequence and e.transfer_id = m.transfer_id
left join ledger.account own on own.id = m.account_id
left join ledger.account other on other.id = m.other_id
left join bank.person p on p.tenant_id = m.tenant_id and p.customer_id = other.owner_id
left join bank.transfer_note n on n.tenant_id = m.tenant_id and n.transfer_id = m.transfer_id
left join bank.transaction_mark k
    on k.tenant_id = m.tenant_id and k.account_id = m.account_id and k.transfer_id = m.transfer_id
order by m.ord
"""
# What holders called their movements, the newest of each account, oldest of these first.
_MARKS = """
select a.tenant_id, a.account_id, k.transfer_id, k.category
from unnest(%b::text[], %b::uuid[]) as a (tenant_id, account_id)
cross join lateral (
    select m.transfer_id, m.category, m.marked_at from bank.transaction_mark m
    where m.tenant_id = a.tenant_id and m.account_id = a.account_id and m.category is not null
    order by m.marked_at desc, m.transfer_id desc
    limit %b
) k
order by a.account_id, k.marked_at, k.transfer_id
"""
_OWN = """
select m.ord, k.category
from unnest(%b::text[], %b::uuid[], %b::uuid[]) with ordinality as m (tenant_id, account_id, transfer_id, ord)
join bank.transaction_mark k on k.tenant_id = m.tenant_id and k.account_id = m.account_id and k.transfer_id = m.transfer_id
where k.category is not null
"""
_CHANGES = """
select xid::text::bigint as xid, id, tenant_id, kind, subject_id
from bank.history_change
where (xid, id) > (%s::text::xid8, %s) and xid < pg_snapshot_xmin(pg_current_snapshot())
order by xid, id
limit %s
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """A movement that something is asked about."""

    tenant_id: str
    account_id: uuid.UUID
    sequence: int
    transfer_id: uuid.UUID
    counterparty_account_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class Marked:
    """What a holder called a movement."""

    tenant_id: str
    account_id: uuid.UUID
    transfer_id: uuid.UUID
    category: str


@dataclass(frozen=True, slots=True, order=True)
class ChangePosition:
    """A place in bank.history_change."""

    xid: int
    id: int


@dataclass(frozen=True, slots=True)
class Change:
    """A transfer whose text or category changed, or a customer whose name did."""

    xid: int
    id: int
    tenant_id: str
    kind: Literal["transfer", "customer"]
    subject_id: str

    @property
    def position(self) -> ChangePosition:
        """Where it stands."""
        return ChangePosition(self.xid, self.id)


def connect_core(settings: Settings, *, application: str) -> psycopg.Connection:
    """Open a connection that reads every tenant's rows, by their keys."""
    connection = connect(settings.core.dsn("audit"), application=application, statement_timeout_ms=STATEMENT_TIMEOUT_MS)
    connection.execute(_BY_KEY)
    return connection


def known(connection: psycopg.Connection, records: SealedRecords, asked: Sequence[Asked]) -> list[Known]:
    """Return what is known beside each movement, in order, in one round trip; names are opened by `records`."""
    columns = (
        [one.tenant_id for one in asked],
        [one.account_id for one in asked],
        [one.sequence for one in asked],
        [one.transfer_id for one in asked],
        [one.counterparty_account_id for one in asked],
    )
    with connection.cursor(row_factory=dict_row, binary=True) as cursor:
        rows = cursor.execute(_KNOWN, columns).fetchall()
    sealed = [(row.pop("other_id"), row.pop("other_sealed")) for row in rows]
    names = _names(records, [(one.tenant_id, *who) for one, who in zip(asked, sealed, strict=True)])
    return [Known(**row, other_name=name) for row, name in zip(rows, names, strict=True)]


def _names(records: SealedRecords, sealed: Sequence[tuple[str, str | None, bytes | None]]) -> list[str | None]:
    """Each person's name, None where nobody is on the other side or nothing is known of them."""
    told = [(Subject(tenant, who), content) for tenant, who, content in sealed if who is not None and content is not None]
    opened = iter(records.open_all(told, kind=PERSON))
    found: list[str | None] = []
    for _, who, content in sealed:
        fields = None if who is None or content is None else next(opened)
        name = fields.get("full_name") if fields else None
        found.append(None if name is None else str(name))
    return found


def marks(connection: psycopg.Connection, accounts: Collection[AccountKey], *, limit: int) -> list[Marked]:
    """Return what holders called movements of accounts, up to the newest `limit` of each, oldest first."""
    columns = ([tenant for tenant, _ in accounts], [account for _, account in accounts], limit)
    with connection.cursor(row_factory=class_row(Marked), binary=True) as cursor:
        return cursor.execute(_MARKS, columns).fetchall()


def own_words(connection: psycopg.Connection, asked: Sequence[tuple[str, uuid.UUID, uuid.UUID]]) -> dict[int, str]:
    """Return what each movement's holder called this very one, by its place; (tenant, account, transfer) are asked."""
    columns = ([one[0] for one in asked], [one[1] for one in asked], [one[2] for one in asked])
    with connection.cursor(binary=True) as cursor:
        return {place - 1: category for place, category in cursor.execute(_OWN, columns).fetchall()}


def changes(connection: psycopg.Connection, *, after: ChangePosition, limit: int) -> list[Change]:
    """Return the next changes, in the order in which they are passed: only those before which nothing can still come."""
    with connection.cursor(row_factory=class_row(Change)) as cursor:
        return cursor.execute(_CHANGES, (str(after.xid), after.id, limit)).fetchall()


def newest_change(connection: psycopg.Connection) -> ChangePosition:
    """Return the place after which changes may still be invisible: whoever reads rows from now on has seen those before it."""
    row = connection.execute("select pg_snapshot_xmin(pg_current_snapshot())::text::bigint").fetchone()
    return ChangePosition((row[0] if row else 0) - 1, _MOST_ID)
