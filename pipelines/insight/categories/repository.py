"""The SQL of learning: movements and holders' words of every tenant, read as `audit`; models, written as `transform`."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from psycopg import Connection

from insight.categories.asking import asked_of
from ledger.days import TIMEZONE
from pipelines.insight.categories.labelled import Line

_MARKS = f"""
select account_id, transfer_id, category, (marked_at at time zone '{TIMEZONE}')::date
from bank.transaction_mark where category is not null and marked_at < %s
order by marked_at desc, transfer_id limit %s
"""
# Movements with a text, and all of whoever has called one something: what they left as it was tells, too.
_LINES = f"""
select m.tenant_id, m.account_id, m.transfer_id, (m.booked_at at time zone '{TIMEZONE}')::date, m.purpose, m.channel, m.mcc,
  m.counterparty_kind, m.amount_minor > 0, m.counterparty_id, m.counterparty_account_id, m.description
from read_model.movement m
where m.generation = (select generation from read_model.serving) and m.booked_at < %(past)s
  and (m.description is not null or m.account_id = any(%(accounts)s))
order by m.booked_at desc, m.account_id, m.sequence
limit %(limit)s
"""
_NEWEST = "select model_id, sha256, learned_until from read_model.category_model order by model_id desc limit 1"
_PUT = """
insert into read_model.category_model (sha256, learned_from, learned_until, texts, merchants, made_at)
values (%(sha256)s, %(learned_from)s, %(learned_until)s, %(texts)s, %(merchants)s, %(made_at)s)
returning model_id
"""


class Marked(NamedTuple):
    """What a holder called a movement, and on which day."""

    account_id: UUID
    transfer_id: UUID
    category: str
    day: date


class Published(NamedTuple):
    """A model that the projector knows of."""

    model_id: int
    sha256: str
    learned_until: date


def line_id(account_id: UUID, transfer_id: UUID) -> str:
    """Return what an account's movement is called among lines."""
    return f"{account_id}:{transfer_id}"


def marks(core: Connection, *, past: datetime, limit: int) -> list[Marked]:
    """Return the newest words of holders before `past`, newest first."""
    return [Marked(*row) for row in core.execute(_MARKS, (past, limit)).fetchall()]


def lines(warehouse: Connection, *, accounts: Sequence[UUID], past: datetime, limit: int) -> list[Line]:
    """Return the newest movements that there is something to learn from, and all of `accounts`, in the order of days."""
    rows = warehouse.execute(_LINES, {"past": past, "accounts": list(accounts), "limit": limit}).fetchall()
    return [
        Line(
            line_id(account_id, transfer_id), str(account_id), day,
            asked_of(
                tenant_id=tenant_id, purpose=purpose, channel=channel, mcc=mcc, kind=kind, received=received,
                counterparty_id=counterparty_id, counterparty_account_id=other, text=text,
            ),
        )
        for (
            tenant_id, account_id, transfer_id, day, purpose, channel, mcc, kind, received, counterparty_id, other, text,
        ) in reversed(rows)
    ]  # fmt: skip


def newest(warehouse: Connection) -> Published | None:
    """Return the model that there is; None before the first."""
    row = warehouse.execute(_NEWEST).fetchone()
    return Published(*row) if row else None


def publish(warehouse: Connection, row: dict[str, object]) -> int:
    """Say that there is a model: the projector takes it up. Return its id."""
    found = warehouse.execute(_PUT, row).fetchone()
    if found is None:
        raise RuntimeError("a row that was written has no id")
    return int(found[0])
