"""The command line and the worker, as processes of their own."""

import json
import os
import subprocess
import sys

import pytest

from kit.settings import REPOSITORY_ROOT
from pipelines.privacy import inventory
from tests.pipelines.privacy.somebody import Bank
from tests.servers import environment_of, graph_environment
from tests.serving.conftest import eventually

pytestmark = [pytest.mark.servers, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def environment(bank: Bank) -> dict[str, str]:
    ours = bank.settings
    found = environment_of(core=ours.core, warehouse=ours.warehouse, kafka=ours.kafka, var=ours.var)
    online = ours.valkey.model_dump(mode="json", exclude_none=True) | {
        "password": ours.valkey.password.get_secret_value() if ours.valkey.password else None
    }
    keyed = {"BAAS_VALKEY": json.dumps({name: value for name, value in online.items() if value})}
    return dict(os.environ) | found | keyed | graph_environment(ours.neo4j)


def said(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pipelines.privacy", *arguments], env=environment, cwd=REPOSITORY_ROOT, capture_output=True,
        text=True, timeout=300, check=False,
    )  # fmt: skip


def test_somebody_is_erased_shown_proved_and_checked(bank, environment, tmp_path):
    who = bank.somebody(account=False)
    assert "has not left" in said(environment, "erase", who.customer_id).stderr
    bank.left(who, years_ago=0)
    done = said(environment, "erase", who.customer_id, "--by", "ana", "--now")
    assert done.returncode == 0, done.stderr
    assert "done" in done.stdout
    erasure_id = done.stdout.split()[1]
    told = json.loads(said(environment, "status", erasure_id, "--json").stdout)
    assert (told["status"], told["requested_by"], len(told["steps"])) == ("done", "ana", 12)
    file = tmp_path / "proof.json"
    assert said(environment, "proof", erasure_id, "--out", str(file)).returncode == 0
    key_id = json.loads(file.read_text())["key_id"]
    assert said(environment, "verify", str(file), "--key-id", key_id).stdout.endswith("The proof holds.\n")
    file.write_text(file.read_text().replace('"after": 0', '"after": 1', 1))
    refused = said(environment, "verify", str(file), "--key-id", key_id)
    assert (refused.returncode, "does not hold" in refused.stderr) == (1, True)


def test_who_is_held_is_told_by_which_law_and_until_when(bank, environment):
    who = bank.somebody()
    bank.left(who, years_ago=1)
    held = said(environment, "erase", who.customer_id, "--now")
    assert held.returncode == 1
    assert "3.978" in held.stdout
    assert "held" in held.stdout
    erasure_id = held.stdout.split()[1]
    assert "before the erasure is done" in said(environment, "proof", erasure_id).stderr


def test_the_inventory_and_what_would_be_dropped_are_said(environment):
    assert said(environment, "inventory").stdout == inventory.table()
    assert "this was a dry run" in said(environment, "retain", "--dry-run").stdout


def test_the_worker_carries_out_what_is_asked_over_the_api(bank, environment):
    who = bank.somebody(account=False)
    bank.left(who, years_ago=0)
    answer = bank.officer.delete(f"/v1/customers/{who.customer_id}/person")
    assert answer.status_code == 200, answer.text
    assert answer.json()["full_name"] is None
    [(erasure_id,)] = bank.sql(
        bank.settings.core, "select erasure_id from bank.erasure where customer_id = %s", (who.customer_id,)
    )
    assert bank.found(who) != {}, "the core is not all"
    worker = subprocess.Popen([sys.executable, "-m", "pipelines.privacy.worker"], env=environment, cwd=REPOSITORY_ROOT)
    try:
        eventually(lambda: bank.officer.get(f"/v1/erasures/{erasure_id}").json()["status"] == "done", within_s=120)
    finally:
        worker.terminate()
        assert worker.wait(30) == 0
    bank.valkey.delete(*bank.online(who))  # of the test's own project, which the worker does not know
    assert bank.found(who) == {}


def test_a_worker_that_is_killed_leaves_its_request_to_the_next(bank, environment):
    who = bank.somebody()
    bank.left(who, years_ago=12)
    erasure_id = bank.officer.post(f"/v1/customers/{who.customer_id}/erasure").json()["erasure_id"]

    def ended() -> list[str]:
        steps = bank.officer.get(f"/v1/erasures/{erasure_id}").json()["steps"]
        return [step["store"] for step in steps if step["ended_at"]]

    worker = subprocess.Popen([sys.executable, "-m", "pipelines.privacy.worker"], env=environment, cwd=REPOSITORY_ROOT)
    eventually(lambda: len(ended()) >= 3, within_s=120)
    worker.kill()
    worker.wait(30)
    done = ended()
    assert bank.officer.get(f"/v1/erasures/{erasure_id}").json()["status"] == "running"
    bank.sql(bank.settings.core, "update bank.erasure set taken_until = now() where erasure_id = %s", (erasure_id,))
    worker = subprocess.Popen([sys.executable, "-m", "pipelines.privacy.worker"], env=environment, cwd=REPOSITORY_ROOT)
    try:
        eventually(lambda: bank.officer.get(f"/v1/erasures/{erasure_id}").json()["status"] == "done", within_s=120)
    finally:
        worker.terminate()
        assert worker.wait(30) == 0
    assert ended()[: len(done)] == done
    bank.valkey.delete(*bank.online(who))  # of the test's own project, which the worker does not know
    assert bank.found(who) == {}
