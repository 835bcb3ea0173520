"""Making the read model again while it is read and written, and holding it against the ledger."""

import random
import subprocess
import sys
import uuid
from pathlib import Path

import psycopg
import pytest
from confluent_kafka import TopicPartition

from contracts.topics import BANKING_TRANSACTIONS
from kit.kafka import ADMIN_TIMEOUT_S, admin, topic_name
from kit.settings import REPOSITORY_ROOT, Settings
from streams.projector.beginning import HistoryIncomplete, lake_end
from streams.projector.checking import compare
from streams.projector.rebuild import AnotherRebuild, rebuild
from tests.streams.projector.bank import CLOCK, Bank, records_of, rows

pytestmark = pytest.mark.servers
PROJECTOR = "streams.projector"
GENERATIONS = "select generation, count(*) from read_model.movement group by 1 order by 1"


@pytest.fixture(scope="module")
def bank(core, warehouse, traffic, environment) -> Bank:
    found = Bank(core, warehouse, traffic, records_of(environment)).open()
    found.live(random.Random(3), batches=8)
    found.carry()
    return found


@pytest.fixture(scope="module")
def settings(core, warehouse, kafka, environment) -> Settings:
    return Settings(core=core, warehouse=warehouse, kafka=kafka, var=Path(environment["BAAS_VAR"]))


@pytest.fixture
def projector(bank, start, eventually):
    process = start(PROJECTOR)
    bank.carry()
    eventually(bank.is_projected, what="the projector has what the ledger has")
    return process


def again(settings: Settings, account_id: uuid.UUID | None = None):
    seen: list[tuple[int, int]] = []
    done = rebuild(settings, clock=CLOCK, progress=lambda *told: seen.append(told), account_id=account_id)
    assert seen[-1][0] == seen[-1][1] == done.offsets
    assert [told for told, _ in seen] == sorted(told for told, _ in seen)
    return done


def spoil(bank: Bank, statement: str, *parameters: object) -> None:
    with psycopg.connect(bank.warehouse.dsn("postgres")) as connection:
        connection.execute(statement, parameters)


def difference(settings: Settings) -> str | None:
    return compare(settings, wait_s=5).difference


@pytest.mark.parametrize(("statement", "said"), [
    ("update read_model.movement set balance_after_minor = 1 where sequence = 3 and account_id = %s", "movement 3: "),
    ("delete from read_model.movement where sequence = 2 and account_id = %s", "movement 2 is not in the read model"),
    ("delete from read_model.movement where sequence > 4 and account_id = %s", "movement 5 is not in the read model"),
    ("update read_model.balance set balance_minor = balance_minor - 1 where account_id = %s", "a balance of"),
    ("update read_model.spending set spent_minor = spent_minor + 1 where account_id = %s", "spending of account"),
    ("delete from read_model.balance where account_id = %s", "0 movements in the read model"),
])  # fmt: skip
def test_a_read_model_that_is_wrong_is_named_and_made_again(bank, projector, settings, statement, said):
    spoilt = bank.accounts[1]
    assert difference(settings) is None
    spoil(bank, statement, spoilt)
    found = difference(settings)
    assert found is not None
    assert said in found
    assert str(spoilt) in found
    done = again(settings)
    assert rows(bank.warehouse, "select generation from read_model.serving") == [(done.generation,)]
    assert [generation for generation, _ in rows(bank.warehouse, GENERATIONS)] == [done.generation]
    assert difference(settings) is None


def test_the_projector_goes_on_with_the_generation_that_is_read_now(bank, projector, settings, eventually):
    done = again(settings)
    bank.live(random.Random(4), batches=3)
    bank.carry()
    eventually(bank.is_projected, what="the projector goes on")
    bank.check()
    assert [generation for generation, _ in rows(bank.warehouse, GENERATIONS)] == [done.generation]
    assert projector.ended is None


def test_one_account_is_made_again_while_money_moves_and_the_others_stay(bank, projector, settings, eventually):
    spoilt, other = bank.accounts[2], bank.accounts[3]
    spoil(bank, "update read_model.movement set amount_minor = 7, category = 'other' where account_id = %s", spoilt)
    spoil(bank, "update read_model.movement set note = 'kept' where account_id = %s and sequence = 1", other)
    bank.live(random.Random(5), batches=2)
    bank.carry()
    before = rows(bank.warehouse, "select generation from read_model.serving")
    again(settings, spoilt)
    assert rows(bank.warehouse, "select generation from read_model.serving") == before
    bank.live(random.Random(6), batches=2)
    bank.carry()
    eventually(bank.is_projected, what="the projector goes on")
    bank.check()
    assert difference(settings) is None
    assert rows(bank.warehouse, "select count(*) from read_model.movement where note = 'kept'") == [(1,)]
    assert len(rows(bank.warehouse, GENERATIONS)) == 1


def test_what_a_rebuild_that_was_cut_off_left_is_cleared_away(bank, projector, settings):
    [(serving,)] = rows(bank.warehouse, "select generation from read_model.serving")
    left = serving + 1
    spoil(bank, "insert into read_model.position values (%s, 5, 0, 0, now())", left)
    spoil(
        bank,
        "insert into read_model.balance select %s, tenant_id, account_id, currency, 999, 999 from read_model.balance",
        left,
    )
    assert difference(settings) is None
    again(settings)
    assert difference(settings) is None


def test_two_rebuilds_do_not_run_at_once(bank, projector, settings):
    with psycopg.connect(bank.warehouse.dsn("sinks")) as other:
        other.execute("select pg_advisory_lock(5160417235)")
        with pytest.raises(AnotherRebuild):
            again(settings)


def test_the_command_rebuilds_checks_and_says_so(bank, projector, environment):
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "streams.projector.command", *arguments],
            cwd=REPOSITORY_ROOT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    done = run("rebuild", "--check")
    assert done.returncode == 0, done.stderr
    assert "the read model is made again from" in done.stdout
    assert "movements are the ledger's" in done.stdout
    assert run("rebuild", "--account", str(bank.accounts[0])).returncode == 0
    spoil(bank, "update read_model.balance set balance_minor = 1 where account_id = %s", bank.accounts[0])
    wrong = run("check", "--wait-s", "5")
    assert (wrong.returncode, wrong.stdout.startswith(f"DIFF  account {bank.accounts[0]}")) == (1, True)
    assert run("rebuild", "--check").returncode == 0


def test_what_the_topic_has_forgotten_comes_from_the_lake_and_without_it_nothing_is_made(
    bank, projector, settings, start, eventually, tmp_path
):
    sink = start("streams.sinks.lake")
    end = bank.traffic.end(BANKING_TRANSACTIONS, 0).offset
    eventually(lambda: lake_end(settings.lake) >= end - 1, what="the lake has what the topic has")
    assert sink.terminate() == 0
    name = topic_name(bank.traffic.kafka, BANKING_TRANSACTIONS)
    client = admin(bank.traffic.kafka)
    [gone] = client.delete_records([TopicPartition(name, 0, end // 2)]).values()
    gone.result(ADMIN_TIMEOUT_S)
    without = Settings(core=bank.core, warehouse=bank.warehouse, kafka=bank.traffic.kafka, var=tmp_path / "nothing")
    with pytest.raises(HistoryIncomplete):
        again(without)
    assert difference(settings) is None
    again(settings)
    assert difference(settings) is None
    bank.check()
