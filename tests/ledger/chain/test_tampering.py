"""A superuser changes one value of one row, takes a row away or puts one in: verification names the table, whatever it was.

Columns and their types are read from the database's catalogue, so that one that is added later is tried too.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from kit.postgres import connect
from kit.settings import Chain, PostgresServer
from ledger.chain.anchor import Anchor, read_anchor
from ledger.chain.keys import PrivateKeys
from ledger.chain.sealer import rotate
from ledger.close.run import close_day
from ledger.days import day_of, end_ms
from ledger.verification import verify
from ledger.verification.finding import Finding
from tests.ledger.chain.little_bank import START_MS, TENANT, LittleBank, sealer_of

pytestmark = pytest.mark.servers

TABLES = (
    "ledger.entry", "ledger.transfer", "ledger.account", "ledger.journal", "chain.batch", "chain.block", "chain.key",
    "chain.signature", "chain.leaf",
)  # fmt: skip
# What an account may do is a setting of the bank's, changed in the course of business, and no money: nothing seals it.
SETTINGS_OF_AN_ACCOUNT = {
    "owner_id", "code", "debits_must_not_exceed_credits", "credits_must_not_exceed_debits", "min_balance_minor", "closed",
    "frozen_debits", "frozen_credits", "opened_at",
}  # fmt: skip
# Other values of a column, by its type.
CHANGED = {
    "uuid": ["gen_random_uuid()"],
    "text": ["{} || 'x'", "upper({})"],
    "bigint": ["{} + 1", "{} - 1"],
    "integer": ["{} + 1"],
    "smallint": ["{} + 1"],
    "timestamp with time zone": ["{} + interval '1 microsecond'", "{} - interval '1 microsecond'"],
    "bytea": ["set_byte({0}, 0, get_byte({0}, 0) # 1)", "set_byte({0}, length({0}) - 1, get_byte({0}, length({0}) - 1) # 128)"],
    "uuid[]": ["array_cat(array[gen_random_uuid()], {}[2:])", "{}[2:]"],
    "bytea[]": ["array_cat(array[sha256('x')], {}[2:])", "{}[2:]"],
    "text[]": ["array_cat(array['x'], {}[2:])"],
}
INSTEAD_OF_NULL = {
    "uuid": "gen_random_uuid()", "text": "'x'", "bigint": "1", "timestamp with time zone": "now()", "bytea": "'\\x01'",
    "text[]": "array['x']",
}  # fmt: skip
# What names a row, in a finding about its table.
NAMES = {
    "ledger.entry": ("account_id", "transfer_id"), "ledger.transfer": ("id",), "ledger.account": ("id",),
    "ledger.journal": ("id",), "chain.batch": ("journal_id",), "chain.block": ("height",), "chain.key": ("key_id",),
    "chain.signature": ("height", "key_id"), "chain.leaf": ("height", "position"),
}  # fmt: skip
DAY_MS = 24 * 3_600_000
OTHER_KEY = {"uuid": "gen_random_uuid()", "text": "md5({})", "bigint": "{} + 1000", "integer": "{} + 1000"}


@dataclass
class Victim:
    """A sealed bank, as its superuser, with what an auditor knows of it."""

    superuser: psycopg.Connection
    auditor: psycopg.Connection
    sealing: psycopg.Connection
    bank: LittleBank
    folder: Path
    anchor: Anchor
    keys: dict[str, list[tuple[str, str]]]

    def finding(self, *, anchor: Anchor | None = None) -> Finding | None:
        return verify(self.auditor, anchor=anchor or self.anchor).finding

    def columns(self, table: str) -> list[tuple[str, str]]:
        return self.superuser.execute(
            "select attname, format_type(atttypid, null) from pg_attribute "
            "where attrelid = %s::regclass and attnum > 0 and not attisdropped",
            (table,),
        ).fetchall()

    def names(self, table: str, row: str) -> set[str]:
        """What the row at a place is known by."""
        [values] = self.superuser.execute(f"select {', '.join(NAMES[table])} from {table} where ctid = %s", (row,)).fetchall()
        return {str(value) for value in values}

    def rows(self, table: str) -> list[str]:
        """Where each row lies; of the accounts those that money has moved on."""
        only = "where version > 0" if table == "ledger.account" else ""
        return [row[0] for row in self.superuser.execute(f"select ctid::text from {table} {only}").fetchall()]


@pytest.fixture(scope="module")
def victim(core: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Victim]:
    folder = tmp_path_factory.mktemp("chain")
    with (
        connect(core.dsn("postgres"), application="test") as superuser,
        connect(core.dsn("postgres"), application="test-sealer") as sealing,
        connect(core.dsn("audit"), application="test") as auditor,
        connect(core.dsn("api"), application="test") as api,
    ):
        sealing.execute("set role sealer")
        bank = LittleBank(api)
        sealer = sealer_of(sealing, folder, bank, chain=Chain(block_ms=0, work_ms=1, ml_dsa=True))
        bank.funds()
        sealer.seal()
        assert sealer.gather()
        bank.everything()
        sealer.seal()
        assert sealer.gather()
        bank.clock.advance(DAY_MS)
        close_day(api, tenant_id=TENANT, day=day_of(START_MS), now_ms=bank.clock.now_ms())
        assert len(rotate(sealing, keys=PrivateKeys(folder / "keys"), clock=bank.clock)) == 2
        bank.post(bank.request())
        sealer.seal()
        assert sealer.gather()
        keys = primary_keys(superuser)
        free_of_checks(superuser)
        anchor = read_anchor(folder / "anchor.json")
        assert anchor is not None
        yield Victim(superuser, auditor, sealing, bank, folder, anchor, keys)


def free_of_checks(superuser: psycopg.Connection) -> None:
    """Take away what would keep a superuser from writing nonsense: they could do that too."""
    for table, constraint in superuser.execute(
        "select conrelid::regclass::text, conname from pg_constraint where contype in ('c', 'p') and conrelid = "
        "any(%s::regclass[]::oid[])",
        (list(TABLES),),
    ).fetchall():
        superuser.execute(f"alter table {table} drop constraint {constraint}")
    superuser.execute("alter table ledger.journal alter column id drop identity")


def primary_keys(superuser: psycopg.Connection) -> dict[str, list[tuple[str, str]]]:
    """Return the columns of each table's primary key with their types."""
    return {
        table: superuser.execute(
            "select a.attname, format_type(a.atttypid, null) from pg_index i join pg_attribute a "
            "on a.attrelid = i.indrelid and a.attnum = any(i.indkey) where i.indrelid = %s::regclass and i.indisprimary",
            (table,),
        ).fetchall()
        for table in TABLES
    }


@pytest.fixture(autouse=True)
def _sound(victim: Victim) -> Iterator[None]:
    """Each test finds the books right and leaves them so."""
    assert victim.finding() is None
    yield
    assert victim.finding() is None


def is_named(finding: Finding | None, table: str, names: set[str]) -> bool:
    """Whether a finding names this row of the table."""
    return finding is not None and any(
        row.table == table and names & set(re.findall(r"[\w-]+", row.key)) for row in finding.rows
    )


@pytest.mark.parametrize("table", TABLES)
def test_any_value_that_is_changed_is_found(victim: Victim, table: str) -> None:
    missed, tried = [], 0
    for column, kind in victim.columns(table):
        if table == "ledger.account" and column in SETTINGS_OF_AN_ACCOUNT:
            continue
        for row in victim.rows(table):
            [[before]] = victim.superuser.execute(f"select {column}::text from {table} where ctid = %s", (row,)).fetchall()
            names = victim.names(table, row)
            changes = [INSTEAD_OF_NULL[kind]] if before is None else [change.format(column) for change in CHANGED[kind]]
            for change in changes:
                [[now_at, after]] = victim.superuser.execute(
                    f"update {table} set {column} = {change} where ctid = %s returning ctid::text, {column}::text", (row,)
                ).fetchall()
                if after != before:
                    tried += 1
                    finding = victim.finding()
                    if not is_named(finding, table, names | victim.names(table, now_at)):
                        missed.append(f"{column}: {before} became {after}: {finding}")
                [[row]] = victim.superuser.execute(
                    f"update {table} set {column} = %s::{kind} where ctid = %s returning ctid::text", (before, now_at)
                ).fetchall()
    assert missed == []
    assert tried >= len(victim.columns(table)) - len(SETTINGS_OF_AN_ACCOUNT)


@pytest.mark.parametrize("table", TABLES)
def test_any_row_that_is_taken_away_is_found(victim: Victim, table: str) -> None:
    missed = []
    for row in victim.rows(table):
        names = victim.names(table, row)
        [[taken]] = victim.superuser.execute(
            f"delete from {table} t where ctid = %s returning to_jsonb(t)::text", (row,)
        ).fetchall()
        finding = victim.finding()
        if not is_named(finding, table, names):
            missed.append(f"{taken}: {finding}")
        put(victim.superuser, table, taken)
    assert missed == []


@pytest.mark.parametrize("table", TABLES)
def test_any_row_that_is_put_in_is_found(victim: Victim, table: str) -> None:
    missed = []
    for row in victim.rows(table):
        for key, kind in victim.keys[table]:
            [[copy]] = victim.superuser.execute(
                f"select (to_jsonb(t) || jsonb_build_object('{key}', {OTHER_KEY[kind].format(key)}))::text from {table} t "
                "where ctid = %s",
                (row,),
            ).fetchall()
            put_at = put(victim.superuser, table, copy)
            finding = victim.finding()
            if finding is None or table not in {named.table for named in finding.rows}:
                missed.append(f"{copy}: {finding}")
            victim.superuser.execute(f"delete from {table} where ctid = %s", (put_at,))
    assert missed == []


def booked_ahead(victim: Victim, at_ms: int) -> Finding | None:
    """What is found while the first account's next entry would be booked at a moment or after it."""
    account = str(victim.bank.first)
    set_to = "update ledger.account set booked_at = {} where id = %s"
    [[before]] = victim.superuser.execute("select booked_at::text from ledger.account where id = %s", (account,)).fetchall()
    victim.superuser.execute(set_to.format(f"ledger.at({at_ms})"), (account,))
    finding = victim.finding()
    victim.superuser.execute(set_to.format(f"timestamptz '{before}'"), (account,))
    return finding


def test_an_account_may_be_booked_from_a_day_on_that_is_being_closed_and_from_no_later_moment(victim: Victim) -> None:
    closed = end_ms(day_of(START_MS))
    assert booked_ahead(victim, closed + DAY_MS) is None
    for wrong_ms in (closed + DAY_MS - 1, closed + DAY_MS + 1, closed + 2 * DAY_MS):
        assert is_named(booked_ahead(victim, wrong_ms), "ledger.account", {str(victim.bank.first)})


def put(superuser: psycopg.Connection, table: str, row: str) -> str:
    """Insert a row that is given as JSON; returns where it lies."""
    [[at]] = superuser.execute(
        f"insert into {table} overriding system value select (jsonb_populate_record(null::{table}, %s::jsonb)).* "
        "returning ctid::text",
        (row,),
    ).fetchall()
    return str(at)


def test_a_chain_whose_end_is_cut_off_is_found_by_what_was_seen_of_it(victim: Victim) -> None:
    kept = {
        table: [
            row[0]
            for row in victim.superuser.execute(
                f"delete from {table} t where {place} > %s returning to_jsonb(t)::text", (last,)
            )
        ]
        for table, place, last in (
            ("chain.signature", "height", 1),
            ("chain.leaf", "height", 1),
            ("chain.block", "height", 1),
        )
    }
    finding = victim.finding()
    assert finding is not None
    assert str(finding.rows[0]) == "chain.block 2"
    for table, rows in kept.items():
        for row in rows:
            put(victim.superuser, table, row)


def test_a_chain_that_is_written_anew_with_other_keys_is_found_by_its_first_key(victim: Victim) -> None:
    tables = ("batch", "block", "key", "signature", "leaf")
    for table in tables:
        victim.superuser.execute(f"create table kept_{table} as table chain.{table}")
    victim.superuser.execute(f"truncate {', '.join(f'chain.{table}' for table in tables)}")
    forger = sealer_of(victim.sealing, victim.folder / "forged", victim.bank)
    forger.seal()
    assert forger.gather()
    forged = read_anchor(victim.folder / "forged" / "anchor.json")
    assert victim.finding(anchor=forged) is None
    finding = victim.finding()
    assert finding is not None
    assert finding.rows[0].table == "chain.key"
    victim.superuser.execute(f"truncate {', '.join(f'chain.{table}' for table in tables)}")
    for table in tables:
        victim.superuser.execute(f"insert into chain.{table} table kept_{table}")
