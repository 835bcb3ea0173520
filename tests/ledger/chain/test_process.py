"""The sealer as a process, killed and stopped, and the commands of an operator, from their command lines."""

import json
import os
import signal
import subprocess
import sys
import time
import uuid
from pathlib import Path

import psycopg
import pytest

from kit.postgres import connect
from kit.settings import REPOSITORY_ROOT, PostgresServer
from tests.ledger.chain.little_bank import LittleBank

pytestmark = pytest.mark.servers
WAIT_S = 60.0


@pytest.fixture(scope="module")
def environment(core: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What a process of ours finds: this database, and a folder of its own."""
    passwords = {role: secret.get_secret_value() for role, secret in core.passwords.items()}
    if "sealer" not in passwords:  # a server that was made before there was this role
        passwords["sealer"] = uuid.uuid4().hex
        with connect(core.dsn("postgres"), application="test") as superuser:
            superuser.execute(f"alter role sealer password '{passwords['sealer']}'")
    own = {name: value for name, value in os.environ.items() if not name.startswith("BAAS_")}
    return own | {
        "BAAS_VAR": str(tmp_path_factory.mktemp("var")),
        "BAAS_CORE__HOST": core.host,
        "BAAS_CORE__PORT": str(core.port),
        "BAAS_CORE__DBNAME": core.dbname,
        "BAAS_CORE__PASSWORDS": json.dumps(passwords),
        "BAAS_CHAIN__BLOCK_MS": "50",
        "BAAS_CHAIN__POLL_MS": "5",
        "BAAS_CHAIN__WORK_MS": "1",
    }


@pytest.fixture
def bank(api: psycopg.Connection) -> LittleBank:
    return LittleBank(api)


def started(environment: dict[str, str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "ledger.chain"], cwd=REPOSITORY_ROOT, env=environment, stdout=subprocess.PIPE, text=True
    )


def ledger(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "ledger", *arguments],
        cwd=REPOSITORY_ROOT, env=environment, capture_output=True, text=True, timeout=WAIT_S, check=False,
    )  # fmt: skip


@pytest.fixture
def sealed(environment: dict[str, str], bank: LittleBank, auditor: psycopg.Connection) -> LittleBank:
    """A bank whose sealer was killed again and again while it posted, and then sealed everything."""
    bank.funds()
    for _ in range(4):
        process = started(environment)
        assert process.stdout is not None
        assert "block_sealed" in process.stdout.readline()  # in the midst of it
        bank.post(bank.request(amount_minor=1))
        process.kill()
        process.wait(WAIT_S)
        bank.post(bank.request(amount_minor=1))
    process = started(environment)
    until_s = time.monotonic() + WAIT_S
    waiting = "select count(*) from ledger.transfer t where not exists (select from chain.leaf l where l.transfer_id = t.id)"
    while auditor.execute(waiting).fetchone() != (0,):
        assert time.monotonic() < until_s, "the sealer does not come to an end"
    process.send_signal(signal.SIGTERM)
    assert process.wait(WAIT_S) == 0
    return bank


def test_a_sealer_that_is_killed_again_and_again_seals_everything_once(
    sealed: LittleBank, environment: dict[str, str], core: PostgresServer
) -> None:
    said = ledger(environment, "verify", "--json")
    found = json.loads(said.stdout)
    assert said.returncode == 0, said.stdout
    assert (found["right"], found["transfers"], found["unsealed_batches"]) == (True, found["batches"], 0)
    assert "transfers" in said.stderr or "accounts" in said.stderr

    turned = ledger(environment, "rotate-key")
    assert turned.returncode == 0
    assert "ed25519" in turned.stdout

    own = Path(environment["BAAS_VAR"]) / "auditor.json"
    assert ledger(environment, "verify", "--anchor", str(own)).returncode == 0
    assert json.loads(own.read_text())["height"] == found["blocks"] - 1

    with connect(core.dsn("postgres"), application="test") as superuser:
        [[account_id, version]] = superuser.execute(
            "update ledger.entry set delta_minor = delta_minor + 1 where account_id = %s and version = 2 "
            "returning account_id, version",
            (sealed.first,),
        ).fetchall()
    said = ledger(environment, "verify", "--json")
    assert said.returncode == 1
    assert json.loads(said.stdout)["finding"]["rows"] == [{"table": "ledger.entry", "key": f"({account_id}, {version})"}]
    said = ledger(environment, "verify")
    assert said.returncode == 1
    assert f"This row is wrong:\n  ledger.entry ({account_id}, {version})\nbalance_after_minor is" in said.stdout
