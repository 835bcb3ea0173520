"""What has committed is chained once and in order, whoever dies, rolls back or seals at the same time."""

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest
from alembic import command
from alembic.config import Config

from kit.migrations import FOLDER, migrate
from kit.postgres import connect, tenant_block
from kit.settings import Chain, PostgresServer
from ledger.chain import merkle, repository
from ledger.chain import sealer as sealing_module
from ledger.chain.anchor import read_anchor
from ledger.chain.errors import ChainCutOff, SigningKeyMissing
from ledger.chain.keys import ED25519, ML_DSA, PrivateKeys
from ledger.chain.sealer import Sealer, rotate
from ledger.postings import Outcome
from ledger.repository import post_batch
from ledger.verification import Verified, verify
from tests.conftest import _fresh_database
from tests.ledger.chain.little_bank import QUICK, TENANT, LittleBank, sealer_of

pytestmark = pytest.mark.servers
WAIT_S = 60.0


@pytest.fixture
def core(servers: Any) -> Iterator[PostgresServer]:
    """A database of each test's own: a chain begins once."""
    yield from _fresh_database(servers.core, migrations="core")


@pytest.fixture
def bank(api: psycopg.Connection) -> LittleBank:
    return LittleBank(api)


@pytest.fixture
def sealer(sealing: psycopg.Connection, tmp_path: Path, bank: LittleBank) -> Sealer:
    return sealer_of(sealing, tmp_path, bank)


@pytest.fixture
def checked(auditor: psycopg.Connection, tmp_path: Path) -> Callable[[], Verified]:
    """Verifies, and fails when anything is wrong."""

    def check() -> Verified:
        verified = verify(auditor, anchor=read_anchor(tmp_path / "anchor.json"))
        assert verified.finding is None, str(verified.finding)
        return verified

    return check


def sealed_until(sealer: Sealer, done: Callable[[], bool]) -> None:
    """Seal until `done`, which other transactions of the server may put off."""
    until_s = time.monotonic() + WAIT_S
    while not done():
        sealer.seal()
        assert time.monotonic() < until_s, "the gap was never passed"


def test_each_batch_is_chained_once_and_each_transfer_has_its_leaves(
    bank: LittleBank, sealer: Sealer, checked: Callable[[], Verified], auditor: psycopg.Connection
) -> None:
    kinds = bank.everything()
    batches = sealer.seal()
    assert sealer.seal() == 0
    block = sealer.gather()
    assert block is not None
    assert sealer.gather() is None
    found = checked()
    assert (found.chain.batches, found.chain.blocks, found.chain.unsealed) == (batches, 1, 0)
    assert found.chain.digests == block.leaves
    leaves = dict(auditor.execute("select transfer_id, count(*) from chain.leaf group by transfer_id").fetchall())
    assert {name: leaves[transfer_id] for name, transfer_id in kinds.items()} == {
        "posted": 1, "held": 1, "posted whole": 2, "posted in part": 2, "voided": 2, "expired": 2, "held and posted at once": 1,
        "reversed": 1, "reversal": 1, "linked": 1, "denied": 1, "failed": 1, "observed": 1,
    }  # fmt: skip


def test_what_waits_for_the_sealer_is_counted_and_not_wrong(
    bank: LittleBank, sealer: Sealer, checked: Callable[[], Verified]
) -> None:
    bank.funds()
    assert sealer.seal() == 1
    bank.post(bank.request())
    found = checked()
    assert (found.chain.batches, found.chain.blocks, found.chain.unsealed) == (1, 0, 1)


def test_a_batch_that_changes_nothing_leaves_no_trace(bank: LittleBank, sealer: Sealer) -> None:
    bank.funds()
    request = bank.request()
    bank.post(request)
    assert sealer.seal() == 2
    assert bank.post(request)[0].outcome is Outcome.DUPLICATE
    assert sealer.seal() == 0


def test_a_batch_that_is_still_open_holds_back_those_after_it_until_it_commits(
    core: PostgresServer, bank: LittleBank, sealer: Sealer, checked: Callable[[], Verified]
) -> None:
    bank.funds()
    assert sealer.seal() == 1
    with connect(core.dsn("api"), application="slow") as slow:
        with slow.transaction():
            post_batch(slow, [bank.request()], now_ms=bank.clock.now_ms())
            bank.post(bank.request(debit_account_id=bank.source, credit_account_id=bank.elsewhere))  # fails: another tenant's
            for _ in range(3):
                assert sealer.seal() == 0
            assert sealer.waits_for_gap
        sealed_until(sealer, lambda: sealer.head == 3)
    assert not sealer.waits_for_gap
    assert checked().chain.batches == 3


def test_a_batch_is_waited_for_whose_transaction_began_after_that_of_the_one_that_is_seen(
    core: PostgresServer, bank: LittleBank, sealer: Sealer, checked: Callable[[], Verified]
) -> None:
    """Several rounds: when transactions of others end between the steps of one, it is a round like any other."""
    bank.funds()
    assert sealer.seal() == 1
    rounds = 10
    with connect(core.dsn("api"), application="slow") as slow:
        for number in range(rounds):
            with slow.transaction():
                with waiting_for_an_account(core, bank):
                    post_batch(slow, [bank.request()], now_ms=bank.clock.now_ms())
                for _ in range(3):
                    assert sealer.seal() == 0
                assert sealer.waits_for_gap
            sealed_until(sealer, lambda number=number: sealer.head == 2 * number + 3)
    assert checked().chain.batches == 1 + 2 * rounds


@contextmanager
def waiting_for_an_account(core: PostgresServer, bank: LittleBank) -> Iterator[None]:
    """Post a batch whose transaction has its id at the beginning of the block, and its place in the journal at the end."""
    batch = bank.request(debit_account_id=bank.source, credit_account_id=bank.elsewhere)  # fails: another tenant's
    with connect(core.dsn("api"), application="quick") as quick, connect(core.dsn("postgres"), application="held") as held:
        poster = threading.Thread(target=lambda: post_batch(quick, [batch], now_ms=bank.clock.now_ms()))
        with held.transaction():
            held.execute("select from ledger.account where id = %s for update", (max(bank.source, bank.elsewhere),))
            poster.start()
            waits = "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and pid = %s"
            while held.execute(waits, (quick.info.backend_pid,)).fetchone() == (0,):
                assert poster.is_alive()
            yield
        poster.join()


def test_a_batch_that_was_rolled_back_is_passed_over(
    core: PostgresServer, bank: LittleBank, sealer: Sealer, checked: Callable[[], Verified]
) -> None:
    bank.funds()
    for _ in range(2):
        with connect(core.dsn("api"), application="slow") as slow, slow.transaction(force_rollback=True):
            post_batch(slow, [bank.request()], now_ms=bank.clock.now_ms())
    bank.post(bank.request())
    sealed_until(sealer, lambda: sealer.head == 4)
    assert checked().chain.batches == 2


def test_a_journal_row_that_is_not_sealed_moves_no_others_place(
    core: PostgresServer, bank: LittleBank, sealer: Sealer, api: psycopg.Connection
) -> None:
    bank.funds()
    with connect(core.dsn("api"), application="slow") as slow, slow.transaction(force_rollback=True):
        post_batch(slow, [bank.request()], now_ms=bank.clock.now_ms())
    request = bank.request()
    bank.post(request)
    sealed_until(sealer, lambda: sealer.head == 3)
    with connect(core.dsn("postgres"), application="test") as superuser:
        superuser.execute(
            "insert into ledger.journal (id, booked_at, salt, transfer_ids, digests) overriding system value "
            "select 2, booked_at, salt, array[gen_random_uuid()], digests from ledger.journal where id = 1"
        )
        block = sealer.gather()
        assert block is not None
        places = superuser.execute("select transfer_id, position from chain.leaf order by position").fetchall()
    assert [place for _, place in places] == list(range(block.leaves))
    assert places[1][0] == request.transfer_id
    with tenant_block(api, TENANT):
        [(place, digests)] = api.execute("select place, digests from chain.proof(%s)", (request.transfer_id,)).fetchall()
    assert (place, len(digests), merkle.root(digests)) == (1, block.leaves, block.merkle_root)


def test_writers_at_once_are_chained_in_the_order_in_which_their_accounts_moved(
    core: PostgresServer, bank: LittleBank, sealer: Sealer, checked: Callable[[], Verified], auditor: psycopg.Connection
) -> None:
    bank.funds()
    writers, batches = 4, 25
    chance = random.Random(7)
    plans = [
        [[bank.request(amount_minor=1) for _ in range(chance.randint(1, 4))] for _ in range(batches)] for _ in range(writers)
    ]

    def write(plan: list[list[Any]]) -> None:
        with connect(core.dsn("api"), application="writer") as connection:
            for requests in plan:
                post_batch(connection, requests, now_ms=bank.clock.now_ms())

    threads = [threading.Thread(target=write, args=(plan,)) for plan in plans]
    for thread in threads:
        thread.start()
    sealed_until(sealer, lambda: auditor.execute("select count(*) from chain.batch").fetchone() == (1 + writers * batches,))
    for thread in threads:
        thread.join()
    assert sealer.gather()
    assert checked().chain.batches == 1 + writers * batches
    versions = [
        version
        for (version,) in auditor.execute(
            "select e.version from chain.leaf l join ledger.entry e on e.transfer_id = l.transfer_id and e.account_id = %s "
            "order by l.height, l.position",
            (bank.first,),
        )
    ]
    assert versions == list(range(1, len(versions) + 1))


class Killed(Exception):
    """The sealer's end, at one of its statements."""


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_sealer_that_dies_at_any_statement_is_carried_on_without_a_loss_or_a_repetition(
    core: PostgresServer, bank: LittleBank, tmp_path: Path, checked: Callable[[], Verified], when: str
) -> None:
    bank.everything()
    made = 0

    def life(statements: int) -> bool:
        """Seal and gather until the given statement; True when it came to its end before."""
        left = [statements]

        class Mortal(psycopg.Cursor[Any]):
            def execute(self, *arguments: Any, **options: Any) -> Any:
                return self._at_its_time(super().execute, *arguments, **options)

            def executemany(self, *arguments: Any, **options: Any) -> Any:
                return self._at_its_time(super().executemany, *arguments, **options)

            def _at_its_time(self, statement: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
                left[0] -= 1
                if left[0] == 0 and when == "before":
                    raise Killed
                done = statement(*arguments, **options)
                if left[0] == 0:
                    raise Killed
                return done

        with connect(core.dsn("postgres"), application="test-sealer") as connection:
            connection.execute("set role sealer")
            connection.cursor_factory = Mortal
            try:
                sealer = sealer_of(connection, tmp_path, bank)
                sealer.seal()
                sealer.gather()
            except Killed:
                connection.pgconn.finish()  # as the kernel does it: no farewell
                return False
        return True

    for statements in count(1):
        bank.post(bank.request())
        if life(statements):
            break
        checked()
        made += 1
    assert made >= 10
    assert life(10_000)
    found = checked()
    assert found.chain.unsealed == 0
    assert found.chain.batches == 16 + made + 1


def test_of_two_sealers_one_waits_for_its_turn(core: PostgresServer, sealing: psycopg.Connection) -> None:
    with connect(core.dsn("postgres"), application="test-sealer") as other:
        assert repository.take_turn(sealing)
        assert not repository.take_turn(other)
    sealing.execute("select pg_advisory_unlock_all()")
    with connect(core.dsn("postgres"), application="test-sealer") as other:
        assert repository.take_turn(other)


def test_what_is_too_much_for_one_block_goes_into_several(
    bank: LittleBank, sealer: Sealer, checked: Callable[[], Verified], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealing_module, "MAX_BLOCK_LEAVES", 4)
    bank.funds()
    for size in (1, 2, 6, 1):
        bank.post(*[bank.request(amount_minor=1) for _ in range(size)])
    sealer.seal()
    blocks = []
    while (block := sealer.gather()) is not None:
        blocks.append(block.leaves)
    assert blocks == [4, 6, 1]
    assert checked().chain.blocks == 3


def test_a_block_is_made_when_its_time_has_come(
    bank: LittleBank, sealing: psycopg.Connection, tmp_path: Path, checked: Callable[[], Verified]
) -> None:
    sealer = sealer_of(sealing, tmp_path, bank, chain=Chain(block_ms=10_000, work_ms=1))
    bank.funds()
    sealer.seal()
    assert sealer.gather() is not None
    bank.post(bank.request())
    sealer.seal()
    assert sealer.gather() is None
    bank.clock.advance(10_000)
    assert sealer.gather() is not None
    assert checked().chain.blocks == 2


def test_difficulty_follows_the_work_and_verification_agrees(
    bank: LittleBank, sealer: Sealer, checked: Callable[[], Verified]
) -> None:
    bank.funds()
    difficulties = []
    for _ in range(33):
        bank.post(bank.request(amount_minor=1))
        sealer.seal()
        block = sealer.gather()
        assert block is not None
        difficulties.append(block.difficulty)
    assert len(set(difficulties[:16])) == len(set(difficulties[16:32])) == 1
    assert difficulties[16] < difficulties[0]
    assert checked().chain.blocks == 33


def test_a_new_key_is_endorsed_by_the_one_before_and_signs_from_the_next_block_on(
    bank: LittleBank, sealing: psycopg.Connection, tmp_path: Path, checked: Callable[[], Verified]
) -> None:
    sealer = sealer_of(sealing, tmp_path, bank, chain=Chain(block_ms=0, work_ms=1, ml_dsa=True))
    keys = PrivateKeys(tmp_path / "keys")
    assert rotate(sealing, keys=keys, clock=bank.clock) == []
    bank.funds()
    sealer.seal()
    first = sealer.gather()
    made = rotate(sealing, keys=keys, clock=bank.clock)
    bank.post(bank.request())
    sealer.seal()
    second = sealer.gather()
    assert first is not None
    assert second is not None
    assert [key.algorithm for key in made] == [ED25519, ML_DSA]
    assert {key.endorsed_by for key in made} == {first.key_ids[0]}
    assert second.key_ids == [key.key_id for key in made]
    assert set(first.key_ids).isdisjoint(second.key_ids)
    assert checked().chain.keys == 4


@pytest.mark.parametrize("beside", [0, 1])
def test_a_key_that_was_replaced_endorses_no_other(
    bank: LittleBank, sealer: Sealer, sealing: psycopg.Connection, tmp_path: Path, auditor: psycopg.Connection, beside: int
) -> None:
    """Who has the leaked key and the database puts a key of their own after the one that replaced it, or at its very moment."""
    bank.funds()
    sealer.seal()
    assert sealer.gather()
    keys = PrivateKeys(tmp_path / "keys")
    [leaked] = repository.read_keys(sealing)
    [replaced_by] = rotate(sealing, keys=keys, clock=bank.clock)
    moment_us = replaced_by.made_at_us + beside
    forged = keys.make(ED25519, from_height=replaced_by.from_height, made_at_us=moment_us, endorsed_by=leaked)
    repository.insert_key(sealing, forged)
    bank.post(bank.request())
    sealer.seal()
    assert sealer.gather()
    finding = verify(auditor, anchor=read_anchor(tmp_path / "anchor.json")).finding
    assert finding is not None
    named = {row.key for row in finding.rows if row.table == "chain.key"}
    assert named & {forged.key_id, replaced_by.key_id}


def test_keys_that_are_replaced_in_one_moment_of_the_clock_come_one_after_another(
    bank: LittleBank, sealer: Sealer, sealing: psycopg.Connection, tmp_path: Path, checked: Callable[[], Verified]
) -> None:
    bank.funds()
    sealer.seal()
    assert sealer.gather()
    keys = PrivateKeys(tmp_path / "keys")
    [first], [second] = (rotate(sealing, keys=keys, clock=bank.clock) for _ in range(2))
    assert second.endorsed_by == first.key_id
    bank.post(bank.request())
    sealer.seal()
    block = sealer.gather()
    assert block is not None
    assert block.key_ids == [second.key_id]
    assert checked().chain.keys == 3


def test_private_keys_are_for_their_owner_alone(bank: LittleBank, sealer: Sealer, tmp_path: Path) -> None:
    bank.funds()
    sealer.seal()
    sealer.gather()
    [kept] = (tmp_path / "keys").iterdir()
    assert kept.stat().st_mode & 0o777 == 0o600


def test_without_its_key_no_block_is_made_and_nothing_is_lost(
    bank: LittleBank, sealer: Sealer, sealing: psycopg.Connection, tmp_path: Path, checked: Callable[[], Verified]
) -> None:
    bank.funds()
    sealer.seal()
    assert sealer.gather()
    [kept] = (tmp_path / "keys").iterdir()
    away = kept.rename(tmp_path / kept.name)
    bank.post(bank.request())
    sealer.seal()
    with pytest.raises(SigningKeyMissing):
        sealer.gather()
    assert checked().chain.blocks == 1
    away.rename(kept)
    assert sealer.gather()
    assert checked().chain.blocks == 2


def test_a_chain_that_ends_before_what_was_seen_is_not_carried_on(
    core: PostgresServer, bank: LittleBank, sealer: Sealer, sealing: psycopg.Connection, tmp_path: Path
) -> None:
    bank.funds()
    sealer.seal()
    assert sealer.gather()
    with connect(core.dsn("postgres"), application="test") as superuser:
        superuser.execute("truncate chain.block")
    with pytest.raises(ChainCutOff):
        sealer_of(sealing, tmp_path, bank)


def test_what_was_booked_before_there_was_a_journal_is_sealed_as_it_is(servers: Any, tmp_path: Path) -> None:
    for core in _fresh_database(servers.core, migrations="core"):
        with psycopg.connect(core.dsn("postgres"), autocommit=True) as owner:
            name = core.dbname + "_old"
            owner.execute(f"create database {name}")
        old = core.model_copy(update={"dbname": name})
        try:
            config = Config()
            config.set_main_option("script_location", str(FOLDER / "core"))
            config.attributes["url"] = old.url("postgres").replace("postgresql://", "postgresql+psycopg://", 1)
            command.upgrade(config, "0014_products")
            with connect(old.dsn("api"), application="test") as api:
                bank = LittleBank(api)
                bank.everything()
                bank.post(*[bank.request(amount_minor=1) for _ in range(1_500)])
            migrate(old.url("postgres"), server="core")
            with (
                connect(old.dsn("api"), application="test") as api,
                connect(old.dsn("postgres"), application="test-sealer") as sealing,
                connect(old.dsn("audit"), application="test") as auditor,
            ):
                sealing.execute("set role sealer")
                bank.api = api
                bank.post(bank.request())
                sealer = sealer_of(sealing, tmp_path, bank, chain=QUICK)
                assert sealer.seal() == 3
                assert sealer.gather()
                found = verify(auditor, anchor=read_anchor(tmp_path / "anchor.json"))
                assert found.finding is None, str(found.finding)
                assert found.transfers == found.chain.digests == 1_517
        finally:
            with psycopg.connect(core.dsn("postgres"), autocommit=True) as owner:
                owner.execute(f"drop database {name} with (force)")
