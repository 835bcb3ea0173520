"""What a verification reads: streams in the order in which they are compared, and the books' own sums."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from psycopg import Connection

from ledger.chain.repository import BLOCK_COLUMNS, JOURNAL_COLUMNS, RawLoader, read_raw
from ledger.days import TIMEZONE
from ledger.trial_balance import HOLDS

ROWS_AT_ONCE = 2_000
# A journal row may have thousands of digests.
JOURNAL_ROWS_AT_ONCE = 100
_RECORD = 2249

BLOCKS = f"select {BLOCK_COLUMNS} from chain.block order by height"
JOURNAL = f"select {JOURNAL_COLUMNS} from ledger.journal j order by j.id"
BATCHES = "select journal_id, shard, leaves, hash from chain.batch order by journal_id"
SIGNATURES = "select height, key_id, algorithm, signature from chain.signature order by height, key_id"
LEAVES = "select height, position, transfer_id from chain.leaf order by height, position"

_TRANSFER = (
    "id", "tenant_id", "status", "purpose", "debit_account_id", "credit_account_id", "amount_minor", "posted_minor", "currency",
    "reverses_id", "door", "reason", "expires_at", "occurred_at", "booked_at", "resolved_at",
)  # fmt: skip
_ENTRY = (
    "account_id", "version", "tenant_id", "transfer_id", "delta_minor", "balance_after_minor", "value_at", "booked_at",
)  # fmt: skip
_SHOWN = ", ".join(f"t.{name}" for name in _TRANSFER)
_MOVED = ", ".join(f"{leg}.{name}" for leg in "dc" for name in _ENTRY)
# A transfer once for each digest that the journal has of it, the oldest first. Records come over the wire in the same binary
# form that was hashed, made by the server of the plain columns, by no function of the ledger's.
TRANSFERS = f"""
select
    row({_SHOWN}), row(j.salt, t.answer, {_MOVED}), j.digest, j.held_reason, j.journal_id, t.id, t.status, t.reason,
    t.resolved_at is not null, d.version is not null, c.version is not null
from ledger.transfer t
left join (
    select u.transfer_id, u.digest, u.held_reason, j.id as journal_id, j.salt
    from ledger.journal j, unnest(j.transfer_ids, j.digests, j.held_reasons) as u (transfer_id, digest, held_reason)
) j on j.transfer_id = t.id
left join ledger.entry d on d.transfer_id = t.id and d.delta_minor < 0
left join ledger.entry c on c.transfer_id = t.id and c.delta_minor >= 0
order by t.id, j.journal_id
"""
WITHOUT_TRANSFER = """
select u.transfer_id, j.id
from ledger.journal j, unnest(j.transfer_ids) as u (transfer_id)
where not exists (select from ledger.transfer t where t.id = u.transfer_id)
order by j.id
limit 1
"""

# What is asked of the books, in order; each answers with a row for the first that is wrong, none when all are right.
ENTRIES = """
select e.account_id, e.version, e.should_be, e.recounted, e.balance_after_minor
from (
    select
        account_id, version, balance_after_minor, booked_at,
        row_number() over w as should_be, sum(delta_minor) over w as recounted, lag(booked_at) over w as before
    from ledger.entry
    window w as (partition by account_id order by version)
) e
where e.version <> e.should_be or e.balance_after_minor <> e.recounted or e.booked_at < e.before
limit 1
"""
# An account is booked from its last entry on, or from where a close has cut it: the beginning of one of the bank's days, no
# later than the end of the first that is not closed, which somebody may be closing.
ACCOUNTS = f"""
select coalesce(a.id, c.account_id), a.id is null
from ledger.account a
full join (
    select
        account_id, count(*) as entries, max(booked_at) as booked_at,
        sum(delta_minor) filter (where delta_minor > 0) as credits, -sum(delta_minor) filter (where delta_minor < 0) as debits
    from ledger.entry
    group by account_id
) c on c.account_id = a.id
left join (
    select tenant_id, (max(ends_at) at time zone '{TIMEZONE}')::date + 1 as last_cut from ledger.day_close group by tenant_id
) d on d.tenant_id = a.tenant_id
cross join lateral (select (a.booked_at at time zone '{TIMEZONE}')::date as day) b
where a.id is null
    or a.version <> coalesce(c.entries, 0)
    or a.credits_posted_minor <> coalesce(c.credits, 0)
    or a.debits_posted_minor <> coalesce(c.debits, 0)
    or a.booked_at < coalesce(c.booked_at, timestamptz 'epoch')
    or a.booked_at > coalesce(c.booked_at, timestamptz 'epoch')
        and (a.booked_at <> b.day::timestamp at time zone '{TIMEZONE}' or b.day > d.last_cut)
limit 1
"""
MOVED = """
select coalesce(t.id, e.transfer_id), t.id is null
from (select id, posted_minor from ledger.transfer where posted_minor > 0) t
full join (
    select
        transfer_id, count(*) as entries, sum(delta_minor) filter (where delta_minor > 0) as credits,
        -sum(delta_minor) filter (where delta_minor < 0) as debits
    from ledger.entry
    group by transfer_id
) e on e.transfer_id = t.id
where (e.entries, e.credits, e.debits) is distinct from (2, t.posted_minor::numeric, t.posted_minor::numeric)
limit 1
"""
REVERSED = """
select t.id
from ledger.transfer t
left join (
    select reverses_id, sum(posted_minor) as minor from ledger.transfer where reverses_id is not null group by reverses_id
) r on r.reverses_id = t.id
where t.reversed_minor <> coalesce(r.minor, 0)
limit 1
"""
KEPT_UNDER = """
select a.id, a.tenant_id, a.currency, t.id
from ledger.transfer t
join ledger.account a on a.id in (t.debit_account_id, t.credit_account_id)
where t.status in ('posted', 'held') and (a.currency <> t.currency or a.tenant_id <> t.tenant_id)
limit 1
"""
TOTALS = """
select tenant_id, currency
from ledger.account
group by tenant_id, currency
having sum(debits_posted_minor) <> sum(credits_posted_minor) or sum(debits_pending_minor) <> sum(credits_pending_minor)
limit 1
"""


@contextmanager
def one_snapshot(connection: Connection) -> Iterator[None]:
    """Read everything as it is at one moment, for as long as it takes; the bank goes on meanwhile."""
    read_raw(connection)
    connection.adapters.register_loader(_RECORD, RawLoader)
    with connection.transaction():
        connection.execute("set transaction isolation level repeatable read, read only")
        for setting in (
            "statement_timeout = 0", "idle_in_transaction_session_timeout = 0", "work_mem = '64MB'", "enable_nestloop = off",
        ):  # fmt: skip
            connection.execute(f"set local {setting}".encode())
        yield


def stream(connection: Connection, query: str, *, name: str, at_once: int = ROWS_AT_ONCE) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of a query in bounded memory, ids and hashes as bytes."""
    with connection.cursor(name=name) as cursor:
        cursor.itersize = at_once
        cursor.execute(query.encode(), binary=True)
        yield from cursor


def first(connection: Connection, query: str) -> Sequence[Any] | None:
    """Return the first row that a question about the books finds."""
    return connection.execute(query.encode()).fetchone()


def first_with_wrong_holds(connection: Connection) -> Sequence[Any] | None:
    """Return the first account whose pending amounts are not those of its holds."""
    return connection.execute(HOLDS, (1,)).fetchone()


def entries(connection: Connection) -> int:
    """Return how many entries there are."""
    row = connection.execute("select count(*) from ledger.entry").fetchone()
    return int(row[0]) if row else 0
