"""Who keeps the jobs, as it really runs: stopped, killed, and killed with everything that it started."""

import json
import os
import signal
from contextlib import closing
from dataclasses import replace

import httpx
import pytest

from bench.aml_traffic import candidate_reader, ledger_events, send
from kit.clock import SystemClock
from kit.localset.flink import JOB_MANAGER, TASK_MANAGER, cluster_in
from kit.localset.flink_rest import FlinkRest
from kit.settings import AmlStream, Kafka
from pipelines.aml.scenarios.single import IN_PERSON
from streams.aml.keeper import JOBS, PROJECT, sizes_of
from streams.aml.restoring import Kept, Place, restore_from
from tests.http import http

APP = "streams.aml"
READY_S = 240.0
ACCOUNT = "0193f2aa-aaaa-7aaa-8aaa-aaaaaaaaaaaa"


def cash(number: int) -> dict[str, object]:
    return {
        "transaction_id": f"0190a3f2-7c5e-5d1b-8a4f-{number:012d}", "event_time": SystemClock().now_ms(), "channel": "cash",
        "direction": "credit", "amount_minor": 6_000_000 + number, "customer_id": "c1", "account_id": ACCOUNT,
        "payee_id": None, "entry_mode": IN_PERSON[-1],
    }  # fmt: skip


@pytest.mark.servers
@pytest.mark.timeout(900)
def test_jobs_go_on_over_a_stop_a_kill_and_a_kill_of_everything(
    start, environment, kafka: Kafka, eventually, free_port, tmp_path
):
    own = {"BAAS_HEALTH": json.dumps({"aml-stream": {"port": free_port}}), "BAAS_VAR": str(tmp_path / "var")}
    folder = tmp_path / "var" / "flink-aml"

    def ready() -> bool:
        try:
            return http.get(f"http://127.0.0.1:{free_port}/readyz").status_code == 200
        except httpx.TransportError:
            return False

    def report(number: int) -> None:
        send(kafka, ledger_events([cash(number)], tenant_id="keep", ours={ACCOUNT}))

    def told() -> list[str]:
        found = [each.payments[0].transaction_id for each in reader.read_to_the_end() if each.scenario == "cash-report"]
        return sorted(identity[-1] for identity in found)

    app = start(APP, **own)
    eventually(ready, what="both jobs run", within_s=READY_S)
    with closing(candidate_reader(kafka)) as reader:
        report(1)
        eventually(lambda: told() == ["1"], what="the first payment is told")
        assert app.terminate(within_s=READY_S) == 0
        places = Kept(folder / "jobs.json").read()
        assert places.keys() == set(JOBS)
        assert all(place.savepoint for place in places.values())
        report(2)
        app = start(APP, **own)
        eventually(ready, what="both jobs go on from their savepoints", within_s=READY_S)
        eventually(lambda: told() == ["1", "2"], what="what came meanwhile is told")
        app.kill()
        app = start(APP, **own)
        eventually(ready, what="the jobs that ran on are taken over", within_s=READY_S)
        report(3)
        eventually(lambda: told() == ["1", "2", "3"], what="they still work")
        cluster = cluster_in(folder, PROJECT, sizes_of(AmlStream()))
        app.kill()
        for name in (JOB_MANAGER, TASK_MANAGER):
            os.kill(cluster.supervisor.states()[name].pid, signal.SIGKILL)
        report(4)
        app = start(APP, **own)
        eventually(ready, what="new jobs go on from the checkpoints", within_s=READY_S)
        eventually(lambda: told() == ["1", "2", "3", "4"], what="nothing is lost or told twice")
        rest, kept = FlinkRest(f"http://{cluster.address}"), Kept(folder / "jobs.json")
        assert len(rest.jobs()) >= len(JOBS)
        earlier = kept.read()["patterns"]
        app.kill()
        kept.write("patterns", replace(earlier, statements="of an earlier version"))
        app = start(APP, **own)
        eventually(ready, what="a job of other statements begins anew", within_s=READY_S)
        eventually(lambda: told() == sorted("1234" * 2), what="it tells again from the topic's beginning")
        assert rest.state(earlier.job) == "CANCELED"
        assert app.terminate(within_s=READY_S) == 0


def test_a_job_goes_on_from_its_savepoint_else_from_the_newest_checkpoint_that_was_finished(tmp_path) -> None:
    for number, finished in ((8, True), (10, True), (11, False)):
        folder = tmp_path / "job" / f"chk-{number}"
        folder.mkdir(parents=True)
        if finished:
            (folder / "_metadata").touch()

    def goes_on_from(place: Place | None) -> str | None:
        return restore_from(place, tmp_path.as_uri(), state="rocksdb", statements="s1")

    assert goes_on_from(None) is None
    assert goes_on_from(Place("other", state="rocksdb", statements="s1")) is None
    assert goes_on_from(Place("job", state="rocksdb", statements="s1")) == (tmp_path / "job" / "chk-10").as_uri()
    assert goes_on_from(Place("job", "file:///saved", statements="s1")) == "file:///saved"
    assert goes_on_from(Place("job", statements="s1")) is None, "a checkpoint of the heap's state cannot be read"
    assert goes_on_from(Place("job", "file:///saved", statements="s0")) is None, "nor anything of other statements"


def test_a_place_is_remembered_for_each_job(tmp_path) -> None:
    kept = Kept(tmp_path / "jobs.json")
    assert kept.read() == {}
    kept.write("windows", Place("a"))
    kept.write("patterns", Place("b", "file:///saved"))
    assert kept.read() == {"windows": Place("a"), "patterns": Place("b", "file:///saved")}
