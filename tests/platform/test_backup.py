"""A backup of the core is taken while it works, verified, restored into an empty server, and its books balance there."""

import uuid
from pathlib import Path

import pytest

from baas.backup.repository import read_books
from kit.localset.orphans import find_orphans
from kit.postgres import connect
from tests.platform.conftest import LocalSet

pytestmark = pytest.mark.servers
LINES = "insert into ledger.entry values (%(account)s, %(version)s, 'demo', %(transfer)s, %(delta)s, %(after)s, now(), now())"
ACCOUNT = """
insert into ledger.account (id, tenant_id, currency, owner_id, debits_posted_minor, credits_posted_minor, booked_at, opened_at)
values (%(id)s, 'demo', 'BRL', %(owner)s, %(debits)s, %(credits)s, now(), now())
"""


def book(local_set: LocalSet, *, amount_minor: int) -> None:
    """Write one transfer between two new accounts as the ledger's tables keep it."""
    payer, payee, transfer = uuid.uuid4(), uuid.uuid4(), uuid.uuid4()
    with connect(local_set.servers.core.dsn("postgres"), application="test") as connection, connection.transaction():
        for account, debits, credits in ((payer, amount_minor, 0), (payee, 0, amount_minor)):
            connection.execute(ACCOUNT, {"id": account, "owner": f"c{account.hex[:6]}", "debits": debits, "credits": credits})
            delta = credits - debits
            row = {"account": account, "version": 1, "transfer": transfer, "delta": delta, "after": delta}
            connection.execute(LINES, row)


@pytest.fixture(scope="module")
def backup(local_set, tmp_path_factory) -> Path:
    book(local_set, amount_minor=12_34)
    folder = tmp_path_factory.mktemp("backups")
    said = local_set.run("backup", "--to", str(folder)).stdout
    assert said.startswith("verified: ")
    return next(folder.iterdir())


def test_a_restored_server_holds_the_same_books_and_they_balance(local_set, backup):
    with connect(local_set.servers.core.dsn("postgres"), application="test") as connection:
        before = read_books(connection)
    assert before.entries >= 2
    restored = local_set.var / "restored"
    said = local_set.run("restore", str(backup), "--to", str(restored)).stdout
    assert f"{before.accounts:,} accounts, {before.transfers:,} transfers, {before.entries:,} entries" in said
    assert "BRL 0" in said
    assert "DO NOT BALANCE" not in said
    assert "baas reconcile" in said
    assert not (restored / "postmaster.pid").exists()
    assert len(find_orphans(str(local_set.var))) == 4


def test_books_that_do_not_balance_are_said_so(local_set, tmp_path):
    broken = uuid.uuid4()
    row = {"account": broken, "version": 1, "transfer": uuid.uuid4(), "delta": 5, "after": 5}
    with connect(local_set.servers.core.dsn("postgres"), application="test") as connection:
        connection.execute(ACCOUNT, {"id": broken, "owner": "c1", "debits": 0, "credits": 0})
        connection.execute(LINES, row)
        try:
            faults = "\n".join(read_books(connection).faults())
        finally:
            connection.execute("delete from ledger.entry where account_id = %s", (broken,))
            connection.execute("delete from ledger.account where id = %s", (broken,))
    assert "sum to 5, not 0" in faults
    assert "1 accounts whose counters differ" in faults
    assert "1 transfers whose entries do not sum to zero" in faults


def test_a_damaged_backup_is_refused(local_set, backup, tmp_path):
    victim = next(path for path in (backup / "base").rglob("*") if path.is_file() and path.stat().st_size > 8192)
    whole = victim.read_bytes()
    victim.write_bytes(whole[:4096] + b"\xff" * 16 + whole[4112:])
    try:
        refused = local_set.run("restore", str(backup), "--to", str(tmp_path / "never"), check=False)
    finally:
        victim.write_bytes(whole)
    assert refused.returncode == 1
    assert "damaged" in refused.stderr
    assert not (tmp_path / "never").exists()


def test_a_folder_that_exists_is_never_written_over(local_set, backup, tmp_path):
    (tmp_path / "mine").mkdir()
    refused = local_set.run("restore", str(backup), "--to", str(tmp_path / "mine"), check=False)
    assert refused.returncode == 1
    assert "nothing is overwritten" in refused.stderr


def test_a_folder_that_is_no_backup_is_refused(local_set, tmp_path):
    (tmp_path / "other").mkdir()
    refused = local_set.run("restore", str(tmp_path / "other"), "--to", str(tmp_path / "never"), check=False)
    assert refused.returncode == 1
    assert "is not a backup" in refused.stderr
