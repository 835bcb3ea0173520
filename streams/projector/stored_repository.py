"""The SQL of movements that the read model has, as much of each as is needed to describe it again."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

import psycopg
from psycopg.rows import class_row

from insight.categories.asking import asked_of
from insight.categories.deciding import Asked as Question
from streams.projector.core import AccountKey, Asked, Marked
from streams.projector.described import MovementKey

TransferKey = tuple[str, uuid.UUID]


@dataclass(frozen=True, slots=True)
class Stored:
    """A movement that is there, as much as is needed to describe it again."""

    tenant_id: str
    account_id: uuid.UUID
    sequence: int
    transfer_id: uuid.UUID
    counterparty_account_id: uuid.UUID
    amount_minor: int
    purpose: str
    channel: str
    mcc: int | None
    decided: bool
    counterparty_kind: str
    counterparty_id: str | None
    description: str | None
    category: str
    category_by: str

    @property
    def asked(self) -> Asked:
        """What the core is asked about it."""
        return Asked(self.tenant_id, self.account_id, self.sequence, self.transfer_id, self.counterparty_account_id)

    @property
    def account(self) -> AccountKey:
        """Whose it is."""
        return (self.tenant_id, self.account_id)

    @property
    def place(self) -> MovementKey:
        """Where it stands."""
        return (self.account_id, self.sequence)

    @property
    def question(self) -> Question:
        """What is asked about what it was for."""
        return asked_of(
            tenant_id=self.tenant_id,
            purpose=self.purpose,
            channel=self.channel,
            mcc=self.mcc,
            kind=self.counterparty_kind,
            received=self.amount_minor > 0,
            counterparty_id=self.counterparty_id,
            counterparty_account_id=self.counterparty_account_id,
            text=self.description,
        )


_STORED = """
select tenant_id, account_id, sequence, transfer_id, counterparty_account_id, amount_minor, purpose, channel, mcc, decided,
    counterparty_kind, counterparty_id, description, category, category_by
from read_model.movement m
"""
_OF_TRANSFERS = (
    _STORED + "where generation = %(generation)s and (tenant_id, transfer_id) in "
    "(select * from unnest(%(tenants)s::text[], %(transfers)s::uuid[]))"
)
_WITH_CUSTOMER = (
    _STORED + "where generation = %(generation)s and tenant_id = %(tenant_id)s and counterparty_owner = %(customer_id)s "
    "and (account_id, sequence) > (%(account_id)s, %(sequence)s) order by account_id, sequence limit %(limit)s"
)
_OF_MARKS = (
    _STORED + "where generation = %(generation)s and (tenant_id, transfer_id, account_id) in "
    "(select * from unnest(%(tenants)s::text[], %(transfers)s::uuid[], %(accounts)s::uuid[]))"
)
_AFTER = (
    _STORED + "where generation = %(generation)s and (account_id, sequence) > (%(account_id)s, %(sequence)s) "
    "order by account_id, sequence limit %(limit)s"
)
_OF_ACCOUNT = (
    _STORED + "where generation = %(generation)s and account_id = %(account_id)s and sequence > %(sequence)s "
    "order by sequence limit %(limit)s"
)
_UNDECIDED = (
    _STORED + "where generation = %(generation)s and not decided and folded_at > now() - %(young)s * interval '1 second' "
    "and exists (select from raw.decisions d where d.tenant_id = m.tenant_id and d.transaction_id = m.transfer_id) "
    "limit %(limit)s"
)


def of_transfers(connection: psycopg.Connection, generation: int, transfers: Sequence[TransferKey]) -> list[Stored]:
    """Return the movements of transfers: two at most of each."""
    with connection.cursor(row_factory=class_row(Stored)) as cursor:
        return cursor.execute(
            _OF_TRANSFERS,
            {
                "generation": generation,
                "tenants": [tenant for tenant, _ in transfers],
                "transfers": [transfer for _, transfer in transfers],
            },
        ).fetchall()


def with_customer(
    connection: psycopg.Connection, generation: int, *, tenant_id: str, customer_id: str, after: Stored | None, limit: int
) -> list[Stored]:
    """Return a page of the movements that have a customer on the other side."""
    with connection.cursor(row_factory=class_row(Stored)) as cursor:
        return cursor.execute(
            _WITH_CUSTOMER,
            {
                "generation": generation,
                "tenant_id": tenant_id,
                "customer_id": customer_id,
                "account_id": after.account_id if after else uuid.UUID(int=0),
                "sequence": after.sequence if after else 0,
                "limit": limit,
            },
        ).fetchall()


def of_marks(
    connection: psycopg.Connection, generation: int, marked: Sequence[Marked]
) -> dict[tuple[uuid.UUID, uuid.UUID], Stored]:
    """Return the movements that were called something, by account and transfer; those that are not there yet are absent."""
    with connection.cursor(row_factory=class_row(Stored)) as cursor:
        cursor.execute(
            _OF_MARKS,
            {
                "generation": generation,
                "tenants": [mark.tenant_id for mark in marked],
                "transfers": [mark.transfer_id for mark in marked],
                "accounts": [mark.account_id for mark in marked],
            },
        )
        return {(row.account_id, row.transfer_id): row for row in cursor}


def after(connection: psycopg.Connection, generation: int, place: MovementKey, *, limit: int) -> list[Stored]:
    """Return the next movements by account and sequence."""
    with connection.cursor(row_factory=class_row(Stored)) as cursor:
        return cursor.execute(
            _AFTER, {"generation": generation, "account_id": place[0], "sequence": place[1], "limit": limit}
        ).fetchall()


def of_account(
    connection: psycopg.Connection, generation: int, account_id: uuid.UUID, *, after_sequence: int, limit: int
) -> list[Stored]:
    """Return the next movements of one account."""
    with connection.cursor(row_factory=class_row(Stored)) as cursor:
        return cursor.execute(
            _OF_ACCOUNT, {"generation": generation, "account_id": account_id, "sequence": after_sequence, "limit": limit}
        ).fetchall()


def undecided(connection: psycopg.Connection, generation: int, *, young_s: int, limit: int) -> list[Stored]:
    """Return movements of the last `young_s` seconds whose decision has arrived since they were folded."""
    with connection.cursor(row_factory=class_row(Stored)) as cursor:
        return cursor.execute(_UNDECIDED, {"generation": generation, "young": young_s, "limit": limit}).fetchall()
