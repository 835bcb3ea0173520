"""The SQL of the read model: schema read_model in the warehouse, written as `sinks`, a generation at a time."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import psycopg

from insight.categories.deciding import Decision
from streams.projector.decided import Decided
from streams.projector.decided import decided as decided_by
from streams.projector.described import Description
from streams.projector.fold import Movement, Standing
from streams.projector.stored_repository import Stored, TransferKey

MONTHS_ZONE = "America/Sao_Paulo"


@dataclass(frozen=True, slots=True)
class Described:
    """A movement with what is said of it, what it was for, and when it was booked (ms)."""

    movement: Movement
    said: Description
    decision: Decision
    booked_at_ms: int


_STAGING = """
create temporary table batch_movement (
    tenant_id text, account_id uuid, sequence bigint, transfer_id uuid, amount_minor bigint, balance_after_minor bigint,
    currency text, purpose text, channel text, mcc integer, decided boolean, category text, category_by text,
    counterparty_account_id uuid, counterparty_id text, counterparty_kind text, counterparty_owner text, counterparty_name text,
    description text, note text, searched text, value_at_ms bigint, booked_at_ms bigint, log_offset bigint
) on commit delete rows;
create temporary table batch_description (
    account_id uuid, sequence bigint, channel text, mcc integer, decided boolean, category text, category_by text,
    counterparty_id text, counterparty_kind text, counterparty_owner text, counterparty_name text, description text, note text,
    searched text
) on commit delete rows;
create temporary table batch_category (
    account_id uuid, sequence bigint, category text, category_by text
) on commit delete rows;
set synchronous_commit = off
"""
_INSERT_MOVEMENTS = """
insert into read_model.movement (
    generation, tenant_id, account_id, sequence, transfer_id, amount_minor, balance_after_minor, currency, purpose, channel,
    mcc, decided, category, category_by, counterparty_account_id, counterparty_id, counterparty_kind, counterparty_owner,
    counterparty_name, description, note, words, value_at, booked_at, log_offset
)
select
    %s, b.tenant_id, b.account_id, b.sequence, b.transfer_id, b.amount_minor, b.balance_after_minor, b.currency, b.purpose,
    b.channel, b.mcc, b.decided, b.category, b.category_by, b.counterparty_account_id, b.counterparty_id,
    b.counterparty_kind, b.counterparty_owner, b.counterparty_name, b.description, b.note,
    to_tsvector('portuguese', b.searched),
    timestamptz 'epoch' + b.value_at_ms * interval '1 millisecond',
    timestamptz 'epoch' + b.booked_at_ms * interval '1 millisecond', b.log_offset
from batch_movement b
"""
_ADD_SPENDING = """
insert into read_model.spending as s (
    generation, tenant_id, account_id, month, category, currency, spent_minor, spent_count, received_minor, received_count
)
select
    %(generation)s, b.tenant_id, b.account_id,
    date_trunc('month', (timestamptz 'epoch' + b.booked_at_ms * interval '1 millisecond') at time zone %(zone)s)::date,
    b.category, b.currency,
    coalesce(-sum(b.amount_minor) filter (where b.amount_minor < 0), 0), count(*) filter (where b.amount_minor < 0),
    coalesce(sum(b.amount_minor) filter (where b.amount_minor > 0), 0), count(*) filter (where b.amount_minor > 0)
from batch_movement b
group by 2, 3, 4, 5, 6
on conflict (generation, account_id, month, category) do update set
    spent_minor = s.spent_minor + excluded.spent_minor, spent_count = s.spent_count + excluded.spent_count,
    received_minor = s.received_minor + excluded.received_minor, received_count = s.received_count + excluded.received_count
"""
# What moves from one category to another is taken from the one and put to the other.
_MOVE_SPENDING = """
insert into read_model.spending as s (
    generation, tenant_id, account_id, month, category, currency, spent_minor, spent_count, received_minor, received_count
)
select
    %(generation)s, m.tenant_id, m.account_id, date_trunc('month', m.booked_at at time zone %(zone)s)::date, c.category,
    m.currency,
    coalesce(-sum(c.sign * m.amount_minor) filter (where m.amount_minor < 0), 0),
    coalesce(sum(c.sign) filter (where m.amount_minor < 0), 0),
    coalesce(sum(c.sign * m.amount_minor) filter (where m.amount_minor > 0), 0),
    coalesce(sum(c.sign) filter (where m.amount_minor > 0), 0)
from {batch} d
join read_model.movement m on m.generation = %(generation)s and m.account_id = d.account_id and m.sequence = d.sequence
cross join lateral (values (m.category, -1), (d.category, 1)) as c (category, sign)
where m.category <> d.category
group by 2, 3, 4, 5, 6
on conflict (generation, account_id, month, category) do update set
    spent_minor = s.spent_minor + excluded.spent_minor, spent_count = s.spent_count + excluded.spent_count,
    received_minor = s.received_minor + excluded.received_minor, received_count = s.received_count + excluded.received_count
"""
_REDESCRIBE = """
update read_model.movement m
set channel = d.channel, mcc = d.mcc, decided = d.decided, category = d.category, category_by = d.category_by,
    counterparty_id = d.counterparty_id, counterparty_kind = d.counterparty_kind, counterparty_owner = d.counterparty_owner,
    counterparty_name = d.counterparty_name, description = d.description, note = d.note,
    words = to_tsvector('portuguese', d.searched)
from batch_description d
where m.generation = %s and m.account_id = d.account_id and m.sequence = d.sequence
"""
_RECATEGORISE = """
update read_model.movement m set category = d.category, category_by = d.category_by
from batch_category d
where m.generation = %s and m.account_id = d.account_id and m.sequence = d.sequence
"""
_PUT_BALANCES = """
insert into read_model.balance as b (generation, tenant_id, account_id, currency, sequence, balance_minor)
select %s, * from unnest(%s::text[], %s::uuid[], %s::text[], %s::bigint[], %s::bigint[])
on conflict (generation, account_id) do update set sequence = excluded.sequence, balance_minor = excluded.balance_minor
"""
_STANDINGS = """
select account_id, tenant_id, currency, sequence, balance_minor from read_model.balance
where generation = %s and account_id = any (%s::uuid[])
"""
_DECIDED = """
select d.tenant_id, d.transaction_id, d.channel, d.mcc, d.direction, d.merchant_id, d.payee_id
from unnest(%s::text[], %s::uuid[]) as asked (tenant_id, transfer_id)
join raw.decisions d on d.tenant_id = asked.tenant_id and d.transaction_id = asked.transfer_id
"""


def prepare(connection: psycopg.Connection) -> None:
    """Make this session's staging tables. Commits do not wait for the disk: what is lost is read again."""
    connection.execute(_STAGING)


def standings(connection: psycopg.Connection, generation: int, accounts: Iterable[uuid.UUID]) -> dict[uuid.UUID, Standing]:
    """Return where the accounts stand; those without a movement are absent."""
    rows = connection.execute(_STANDINGS, (generation, list(accounts))).fetchall()
    return {account_id: Standing(*rest) for account_id, *rest in rows}


def decided(connection: psycopg.Connection, transfers: Iterable[TransferKey]) -> dict[TransferKey, Decided]:
    """Return what the decisions knew of transfers, as far as they have arrived in the warehouse."""
    wanted = list(set(transfers))
    if not wanted:
        return {}
    rows = connection.execute(_DECIDED, ([tenant for tenant, _ in wanted], [transfer for _, transfer in wanted])).fetchall()
    return {
        (tenant, transfer): decided_by(
            channel=channel, mcc=mcc, direction=direction, merchant_id=merchant_id, payee_id=payee_id
        )
        for tenant, transfer, channel, mcc, direction, merchant_id, payee_id in rows
    }


def write(
    connection: psycopg.Connection,
    generation: int,
    rows: Sequence[Described],
    standings: Mapping[uuid.UUID, Standing],
) -> None:
    """Write movements, what they add to spending, and the balances."""
    with connection.cursor() as cursor:
        if rows:
            with cursor.copy("copy batch_movement from stdin") as copy:
                for row in rows:
                    copy.write_row(_movement_row(row))
            cursor.execute(_INSERT_MOVEMENTS, (generation,))
            cursor.execute(_ADD_SPENDING, {"generation": generation, "zone": MONTHS_ZONE})
        touched = list(standings.items())
        cursor.execute(
            _PUT_BALANCES,
            (
                generation,
                [standing.tenant_id for _, standing in touched],
                [account_id for account_id, _ in touched],
                [standing.currency for _, standing in touched],
                [standing.sequence for _, standing in touched],
                [standing.balance_minor for _, standing in touched],
            ),
        )


def redescribe(connection: psycopg.Connection, generation: int, rows: Sequence[tuple[Stored, Description, Decision]]) -> None:
    """Say something else of movements that are there; their spending follows."""
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.execute("truncate batch_description")
        with cursor.copy("copy batch_description from stdin") as copy:
            for stored, said, decision in rows:
                copy.write_row(_description_row(stored, said, decision))
        cursor.execute(_MOVE_SPENDING.format(batch="batch_description"), {"generation": generation, "zone": MONTHS_ZONE})
        cursor.execute(_REDESCRIBE, (generation,))


def recategorise(connection: psycopg.Connection, generation: int, rows: Sequence[tuple[Stored, Decision]]) -> None:
    """Call movements that are there something else; their spending follows."""
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.execute("truncate batch_category")
        with cursor.copy("copy batch_category from stdin") as copy:
            for stored, decision in rows:
                copy.write_row((stored.account_id, stored.sequence, decision.category, decision.source))
        cursor.execute(_MOVE_SPENDING.format(batch="batch_category"), {"generation": generation, "zone": MONTHS_ZONE})
        cursor.execute(_RECATEGORISE, (generation,))


def _movement_row(row: Described) -> tuple[object, ...]:
    movement, said, decision = row.movement, row.said, row.decision
    moved = movement.moved
    return (
        moved.tenant_id, movement.account_id, movement.sequence, moved.transfer_id, movement.amount_minor,
        movement.balance_after_minor, moved.currency, moved.purpose, said.channel, said.mcc, said.decided, decision.category,
        decision.source, movement.counterparty_account_id, said.counterparty_id, said.counterparty_kind,
        said.counterparty_owner, said.counterparty_name, said.text, said.note, said.searched, moved.occurred_at_ms,
        row.booked_at_ms, moved.offset,
    )  # fmt: skip


def _description_row(stored: Stored, said: Description, decision: Decision) -> tuple[object, ...]:
    return (
        stored.account_id, stored.sequence, said.channel, said.mcc, said.decided, decision.category, decision.source,
        said.counterparty_id, said.counterparty_kind, said.counterparty_owner, said.counterparty_name, said.text, said.note,
        said.searched,
    )  # fmt: skip
