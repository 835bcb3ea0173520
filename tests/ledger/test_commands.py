"""`baas ledger`: what operators type, and what the nightly job does."""

import json
import os
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import psycopg
import pytest

from kit.clock import ManualClock
from kit.settings import Kafka, PostgresServer, Settings
from pipelines.day_close import DaysNotClosed, close_books
from tests.ledger.bank import Bank, ms, night
from tests.servers import environment_of

pytestmark = pytest.mark.servers
FIRST = date(2026, 3, 30)


def baas_ledger(core: PostgresServer, tmp_path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("BAAS_")}
    named = environment_of(core=core, warehouse=core, kafka=Kafka(), var=tmp_path)
    return subprocess.run(
        [sys.executable, "-m", "ledger", *arguments], env=own | named, capture_output=True, text=True, timeout=120, check=False
    )


@pytest.fixture
def bank(core: PostgresServer) -> Bank:
    made = Bank(core)
    account = made.account("checking", opened=FIRST)
    made.deposit(account, 10_050, at_ms=ms(FIRST))
    return made


def test_a_day_is_closed_told_and_closed_again_without_a_difference(core, bank, tmp_path):
    for said in ("closed: 2 entries", "is as it was closed: 2 entries"):
        done = baas_ledger(core, tmp_path, "close", "--tenant", bank.tenant_id, "--day", str(FIRST))
        assert done.returncode == 0, done.stderr
        assert f"{bank.tenant_id}: {FIRST} {said}" in done.stdout
    refused = baas_ledger(core, tmp_path, "close", "--tenant", bank.tenant_id, "--day", str(FIRST - timedelta(days=5)))
    assert refused.returncode == 1
    assert f"{FIRST + timedelta(days=1)} comes next" in refused.stdout


def test_the_trial_balance_is_told_as_a_table_and_as_json(core, bank, tmp_path):
    done = baas_ledger(core, tmp_path, "trial-balance", "--tenant", bank.tenant_id, "--day", str(FIRST))
    assert done.returncode == 0, done.stderr
    assert "liabilities:deposits:checking" in done.stdout
    assert "100.50" in done.stdout
    told = json.loads(
        baas_ledger(core, tmp_path, "trial-balance", "--tenant", bank.tenant_id, "--day", str(FIRST), "--json").stdout
    )
    assert {line["line"]: line["closing_minor"] for line in told["lines"]} == {
        "assets:settlement:pix": -10_050,
        "liabilities:deposits:checking": 10_050,
    }


def test_the_general_ledger_is_written_to_a_file_and_a_reversed_period_refused(core, bank, tmp_path):
    out = tmp_path / "general.journal"
    period = ("--from", str(FIRST), "--to", str(FIRST))
    done = baas_ledger(core, tmp_path, "export", "--format", "hledger", "--tenant", bank.tenant_id, *period, "--out", str(out))
    assert done.returncode == 0, done.stderr
    assert "liabilities:deposits:checking  BRL -100.50" in out.read_text()
    refused = baas_ledger(core, tmp_path, "export", "--tenant", bank.tenant_id, "--from", "2026-04-01", "--to", "2026-03-01")
    assert refused.returncode == 1
    assert "ends before it begins" in refused.stderr or "is before" in refused.stderr


def test_a_day_that_is_none_is_refused_in_words(core, tmp_path):
    refused = baas_ledger(core, tmp_path, "close", "--day", "yesterday")
    assert refused.returncode == 2
    assert "'yesterday' is no day; write 2026-11-30" in refused.stderr


def test_the_night_closes_every_tenant_and_names_the_one_that_cannot_be(servers, core, bank, tmp_path):
    other = Bank(core)
    other.deposit(other.account("checking", opened=FIRST), 5, at_ms=ms(FIRST))
    settings = Settings(core=core, var=tmp_path)
    said: list[str] = []
    done = close_books(settings, clock=ManualClock(night(FIRST)), progress=said.append)
    assert (done.tenants >= 2, done.in_suspense) == (True, 0)
    assert {line.split(":")[0] for line in said} >= {bank.tenant_id, other.tenant_id}
    broken = Bank(core)
    account = broken.account("checking", opened=FIRST)
    broken.deposit(account, 5, at_ms=ms(FIRST))
    with psycopg.connect(core.dsn("postgres"), autocommit=True) as owner:
        owner.execute("delete from ledger.entry where account_id = %s", (account,))
    with pytest.raises(DaysNotClosed, match=f"{broken.tenant_id}: BRL sums to -5") as refused:
        close_books(settings, clock=ManualClock(night(FIRST)), progress=said.append)
    assert refused.value.facts == {"tenants": 1}
