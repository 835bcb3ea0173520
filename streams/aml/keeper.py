"""The loop that keeps the jobs running: submit what does not run, look, and stop with savepoints at the end."""

from collections.abc import Mapping
from dataclasses import replace

import httpx

from contracts.topics import AML_CANDIDATES, BANKING_TRANSACTIONS
from kit.kafka import topic_name
from kit.localset.flink import FlinkCluster, FlinkProject, NotInstalled, Sizes, SubmitFailed
from kit.localset.flink_rest import ENDED
from kit.localset.readiness import NotReady
from kit.log import get_logger
from kit.process import Lifecycle
from kit.settings import REPOSITORY_ROOT, AmlStream, Kafka
from streams.aml.login import write
from streams.aml.restoring import Kept, Place, digest_of, restore_from

PROJECT = FlinkProject(REPOSITORY_ROOT / "streams" / "flink")
JOBS = ("windows", "patterns")
# Of the task manager's memory, what RocksDB may use; and what nobody needs where state lies on the heap.
MANAGED = {"rocksdb": 0.4, "hashmap": 0.1}
LOOK_S = 5.0
# Seconds between commits, and by how much payments may come out of order: together most of what an alert waits for. The ledger
# tells of payments in the order of their commits, so that little is out of order there.
CHECKPOINT_S, OUT_OF_ORDER_S = 2, 2
# A tenant's quiet hour must not hold back the others' watermark, and the topic has one partition.
IDLE_S = 5
# For how long two accounts that do not pay each other know each other: the state of who is a stranger.
KNOWN_FOR_H = 180 * 24


def sizes_of(chosen: AmlStream) -> Sizes:
    """Return what the cluster may take: a slot a job."""
    return Sizes(slots=len(JOBS), taskmanager_mb=chosen.taskmanager_mb, managed_share=MANAGED[chosen.state])


def job_flags(kafka: Kafka, job: str, *, checkpoints: str, state: str) -> list[str]:
    """Return the flags of `streams/flink/job.py` that name a job's statements, topics, group and transactions."""
    return [
        f"--name=aml-{job}",
        f"--sql={PROJECT.folder / 'aml' / job}",
        f"--bootstrap={kafka.bootstrap}",
        f"--source-topic={topic_name(kafka, BANKING_TRANSACTIONS)}",
        f"--sink-topic={topic_name(kafka, AML_CANDIDATES)}",
        f"--group={kafka.prefix}aml-{job}",
        f"--transactional-id-prefix={kafka.prefix}aml-{job}",
        f"--checkpoints={checkpoints}",
        f"--duplicates-h={KNOWN_FOR_H}",
        f"--state={state}",
    ]


class Keeper:
    """Keeps the jobs on a cluster until the process is asked to end."""

    def __init__(self, cluster: FlinkCluster, kafka: Kafka, kept: Kept, lifecycle: Lifecycle, *, state: str) -> None:
        self._cluster = cluster
        self._kafka = kafka
        self._kept = kept
        self._lifecycle = lifecycle
        self._state = state
        self._statements = {name: digest_of(PROJECT.folder / "aml" / name) for name in JOBS}
        self._log = get_logger()

    def run(self) -> None:
        """Return once asked to end, with a savepoint of each job. Without Flink it says so, and waits."""
        try:
            if not self._started():
                return
            while self._lifecycle.running:
                self._look()
                self._lifecycle.wait(LOOK_S)
        finally:
            self._stop()

    def _started(self) -> bool:
        while self._lifecycle.running:
            try:
                self._cluster.start()
            except (NotInstalled, NotReady) as problem:
                self._lifecycle.not_ready(str(problem))
                self._log.warning("there is no Flink to find money laundering with", problem=str(problem))
                self._lifecycle.wait(60)
            else:
                return True
        return False

    def _look(self) -> None:
        """Submit what does not run. A job manager that does not answer is asked again: its supervisor starts it anew."""
        try:
            states = self._cluster.rest.jobs()
            for name in JOBS:
                place = self._kept.read().get(name)
                runs = place is not None and states.get(place.job, "FAILED") not in ENDED
                if place is not None and runs and place.statements != self._statements[name]:
                    self._replace(name, place)
                elif not runs:
                    self._adopt_or_submit(name, place)
            self._say(self._cluster.rest.jobs())
        except (httpx.HTTPError, NotReady, SubmitFailed) as problem:
            self._lifecycle.not_ready(str(problem))
            self._log.warning("the jobs of money laundering are not all there", problem=str(problem))

    def _replace(self, name: str, place: Place) -> None:
        """End a job whose statements are an earlier version's, and submit it anew: nothing reads its state."""
        self._log.info("a job of other statements is ended", job=name, id=place.job)
        self._cluster.rest.cancel(place.job)
        self._submit(name, place)

    def _adopt_or_submit(self, name: str, place: Place | None) -> None:
        """Take a job that runs unremembered, because its keeper died while it submitted; else submit one."""
        running = self._cluster.rest.running(f"aml-{name}")
        if running is not None:
            self._remember(name, running)
        else:
            self._submit(name, place)

    def _submit(self, name: str, place: Place | None) -> None:
        flags = job_flags(self._kafka, name, checkpoints=self._cluster.checkpoints, state=self._state)
        flags += [f"--checkpoint-s={CHECKPOINT_S}", f"--out-of-order-s={OUT_OF_ORDER_S}", f"--idle-s={IDLE_S}"]
        login = write(self._kafka, self._cluster.folder / "kafka.properties")
        if login is not None:
            flags.append(f"--kafka-properties={login}")
        restore = restore_from(place, self._cluster.checkpoints, state=self._state, statements=self._statements[name])
        if restore is not None:
            flags.append(f"--restore={restore}")
        job = self._cluster.submit(flags)
        self._remember(name, job)
        self._log.info("a job was submitted", job=name, id=job, restored=restore)

    def _remember(self, name: str, job: str) -> None:
        self._kept.write(name, Place(job, state=self._state, statements=self._statements[name]))

    def _say(self, states: Mapping[str, str]) -> None:
        places = self._kept.read()
        waiting = [name for name in JOBS if states.get(places[name].job) != "RUNNING"]
        if waiting:
            self._lifecycle.not_ready(f"not running: {', '.join(waiting)}")
        else:
            self._lifecycle.ready()

    def _stop(self) -> None:
        for name, place in self._kept.read().items():
            if place.savepoint is None:
                self._save(name, place)
        try:
            self._cluster.stop()
        except NotReady as problem:
            self._log.error("Flink did not end", problem=str(problem))

    def _save(self, name: str, place: Place) -> None:
        """Stop a job with a savepoint. One that cannot be saved goes on from its newest checkpoint."""
        try:
            savepoint = self._cluster.rest.stop_with_savepoint(place.job, self._cluster.checkpoints)
        except (httpx.HTTPError, NotReady, RuntimeError) as problem:
            self._log.warning("a job goes on from its newest checkpoint", job=name, problem=str(problem))
            return
        self._kept.write(name, replace(place, savepoint=savepoint))
