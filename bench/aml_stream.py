"""`baas bench aml-stream`: payments through the Flink jobs of money laundering, and how soon an alert is there.

First a backlog is worked off, from the jobs' start in the cluster to their end. Then payments are offered at a rate as they are
posted, with schemes planted among them: a delay is from the broker's getting the last payment of a scheme to the alert in the
database, through Flink and the alerts process. At last the task manager is killed under the same load. Everything runs on
databases and topics of the bench's own. Exit code 1 when a scheme was lost or found twice. It needs `make flink`.
"""

import os
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass

import numpy as np
import psycopg

from bench.aml_load import PAYERS, TENANT, Planted, Traffic, offer
from bench.aml_traffic import candidate_reader, send, submit_jobs
from bench.report import Report, parser
from bench.transfers_http import own_places, process_of
from contracts.topics import AML_CANDIDATES, BANKING_TRANSACTIONS, broker_topics
from kit.kafka import ADMIN_TIMEOUT_S, admin, ensure_topics, topic_name
from kit.localset.flink import TASK_MANAGER, FlinkCluster, running_cluster
from kit.localset.flink_rest import FlinkRest
from kit.localset.readiness import wait_until_ready
from kit.settings import AmlStream, Kafka, Settings, settings
from streams.aml.keeper import CHECKPOINT_S, IDLE_S, JOBS, MANAGED, OUT_OF_ORDER_S, PROJECT, sizes_of

RATE_PER_S, SCHEMES_PER_S = 3_000, 4.0
GOAL_P95_S = 10.0
FULL, QUICK = (100_000, 90.0), (20_000, 8.0)
READY_S, FOUND_S, MOST_S = 180.0, 300.0, 600.0
SAY_S = 10.0
_FOUND = (
    "select f.account_id::text, f.payments, extract(epoch from f.changed_at)::double precision, a.kind "
    "from cases.finding f join cases.alert a using (tenant_id, alert_id) where f.tenant_id = %s and f.scenario = 'fan-in'"
)


@dataclass(frozen=True, slots=True)
class Found:
    """A finding of a planted scheme: its payments, and when the last of them was in it (seconds since 1970)."""

    payments: int
    at_s: float


def main() -> int:
    """Run the bench and print its report; exit code 1 when something was lost or doubled."""
    options = parser("aml-stream", "Money laundering on live payments: rate, alert delay, recovery")
    options.add_argument("--rate", type=int, default=RATE_PER_S, help=f"payments a second offered ({RATE_PER_S})")
    options.add_argument("--state", choices=tuple(MANAGED), default=AmlStream().state, help="where the jobs' state lies")
    options.add_argument("--taskmanager-mb", type=int, default=AmlStream().taskmanager_mb, help="memory of the task manager")
    chosen = options.parse_args()
    held = AmlStream(state=chosen.state, taskmanager_mb=chosen.taskmanager_mb)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # leave nothing running, however it ends
    backlog, lasts_s = QUICK if chosen.quick else FULL
    report = Report("aml-stream")
    with report.loaded(), ExitStack() as stack:
        own = stack.enter_context(own_places(settings()))
        cluster = stack.enter_context(running_cluster(own.var / "flink", PROJECT, sizes_of(held)))
        report.progress("the cluster is there")
        _backlog(report, own.kafka, cluster, backlog, held.state)
        lost = _live(report, own, cluster, stack, held, rate_per_s=chosen.rate, lasts_s=lasts_s)
    report.settings |= {
        "offered_per_s": chosen.rate, "schemes_per_s": SCHEMES_PER_S, "checkpoint_s": CHECKPOINT_S,
        "out_of_order_s": OUT_OF_ORDER_S, "goal_p95_s": GOAL_P95_S, **held.model_dump(),
    }  # fmt: skip
    report.publish()
    return 1 if lost else 0


def _flags(*more: str) -> tuple[str, ...]:
    return (f"--checkpoint-s={CHECKPOINT_S}", f"--out-of-order-s={OUT_OF_ORDER_S}", f"--idle-s={IDLE_S}", *more)


def _backlog(report: Report, kafka: Kafka, cluster: FlinkCluster, count: int, state: str) -> None:
    """Work off what is there, both jobs at once, on topics of its own."""
    own = kafka.model_copy(update={"prefix": f"{kafka.prefix}backlog."})
    wanted = broker_topics()
    names = (BANKING_TRANSACTIONS, AML_CANDIDATES)
    ensure_topics(own, {name: wanted[name] for name in names})
    try:
        traffic = Traffic(np.random.default_rng(1))
        begin_ms = int(time.time() * 1000) - count
        events = (event for row in range(0, count, 100) for event in traffic.ordinary(100, at_ms=begin_ms + row))
        send(own, events)
        report.progress(f"{count} payments are there")
        running = submit_jobs(cluster, own, JOBS, *_flags("--bounded"), state=state)
        for job in running:
            cluster.rest.wait_until_finished(job, timeout_s=MOST_S)
        durations = [cluster.rest.duration_s(job) for job in running]
        rate_per_s = report.figure("backlog_events_per_s", count / max(durations))
        report.progress(f"worked off at {rate_per_s:.0f} a second")
        for name, duration_s in zip(JOBS, durations, strict=True):
            report.figure(f"backlog_{name}_s", duration_s)
        with closing(candidate_reader(own)) as reader:
            report.figure("candidates_per_1000_events", len(reader.read_to_the_end()) * 1_000 / count)
    finally:
        client = admin(own)  # its answers come while it lives
        for removed in client.delete_topics([topic_name(own, name) for name in names]).values():
            removed.result(ADMIN_TIMEOUT_S)


def _live(
    report: Report, own: Settings, cluster: FlinkCluster, stack: ExitStack, held: AmlStream, *, rate_per_s: int, lasts_s: float
) -> int:
    """Offer payments, twice, the second time with a kill; return how many schemes were lost or found twice."""
    running = submit_jobs(cluster, own.kafka, JOBS, *_flags(), state=held.state)
    for job in running:
        cluster.rest.wait_until_running(job, timeout_s=READY_S)
    stack.enter_context(process_of(own, "streams.alerts"))
    traffic = Traffic(np.random.default_rng(2))
    warm = offer(own.kafka, traffic, rate_per_s=rate_per_s, lasts_s=3.0, schemes_per_s=SCHEMES_PER_S)
    _wait_for(report, own, warm, cluster.rest, running)
    report.progress("payments become alerts")
    planted = offer(own.kafka, traffic, rate_per_s=rate_per_s, lasts_s=lasts_s, schemes_per_s=SCHEMES_PER_S)
    found = _wait_for(report, own, planted, cluster.rest, running)
    delays_s = [found[account].at_s - ended_s for account, ended_s in planted.ended_s.items()]
    for percent in (50, 95, 99):
        report.figure(f"alert_delay_p{percent}_s", float(np.percentile(delays_s, percent)))
    report.figure("alert_delay_max_s", max(delays_s))
    report.progress(f"alerts after {np.percentile(delays_s, [50, 95, 99]).round(1).tolist()} s (p50, p95, p99)")
    report.figure("schemes", len(delays_s))
    report.progress("the task manager is killed")
    killed = _killed(own, cluster, traffic, rate_per_s=rate_per_s, lasts_s=lasts_s)
    found = _wait_for(report, own, killed.planted, cluster.rest, running)
    first_s = min(found[account].at_s for account, ended_s in killed.planted.ended_s.items() if ended_s > killed.at_s)
    recovery_s = report.figure("recovery_s", first_s - killed.at_s)
    report.progress(f"alerts again {recovery_s:.1f} s after the kill")
    after_s = [found[account].at_s - ended_s for account, ended_s in killed.planted.ended_s.items()]
    report.figure("alert_delay_over_a_kill_max_s", max(after_s))
    report.figure("restarts", sum(cluster.rest.restores(job) for job in running))
    everything = {**warm.ended_s, **planted.ended_s, **killed.planted.ended_s}
    wrong = _wrong(own, everything, _found(own))
    report.figure("lost_or_doubled", wrong)
    return wrong


@dataclass(frozen=True, slots=True)
class _Killed:
    planted: Planted
    at_s: float


def _killed(own: Settings, cluster: FlinkCluster, traffic: Traffic, *, rate_per_s: int, lasts_s: float) -> _Killed:
    """Offer payments, and kill the task manager when a third of them are sent."""
    killed: list[float] = []

    def kill() -> None:
        os.kill(cluster.supervisor.states()[TASK_MANAGER].pid, signal.SIGKILL)
        killed.append(time.time())

    timer = threading.Timer(lasts_s / 3, kill)
    timer.start()
    planted = offer(own.kafka, traffic, rate_per_s=rate_per_s, lasts_s=lasts_s, schemes_per_s=SCHEMES_PER_S)
    timer.join()
    return _Killed(planted, killed[0])


def _found(own: Settings) -> dict[str, Found]:
    with psycopg.connect(own.core.dsn("postgres")) as connection:
        rows = connection.execute(_FOUND, (TENANT,)).fetchall()
    return {account: Found(payments, at_s) for account, payments, at_s, kind in rows if kind == "scenario"}


def _wait_for(report: Report, own: Settings, planted: Planted, rest: FlinkRest, jobs: Sequence[str]) -> dict[str, Found]:
    """Return what was found once it holds every planted scheme whole. Raises NotReady, at once when a job has ended."""
    found: dict[str, Found] = {}
    said_s = 0.0

    def all_there() -> None:
        found.update(_found(own))
        missing = sum(account not in found or found[account].payments < PAYERS for account in planted.ended_s)
        if missing:
            raise RuntimeError(f"{missing} of {len(planted.ended_s)} schemes are not found yet")

    def obstacle(waited_s: float) -> str | None:
        nonlocal said_s
        if waited_s - said_s > SAY_S:
            said_s = waited_s
            missing = len(planted.ended_s.keys() - found.keys())
            report.progress(f"{missing} of {len(planted.ended_s)} schemes are not found yet")
        return next(filter(None, map(rest.end, jobs)), None)

    wait_until_ready("alerts", all_there, timeout_s=FOUND_S, obstacle=obstacle)
    return found


def _wrong(own: Settings, planted: dict[str, float], found: dict[str, Found]) -> int:
    """Count schemes that are not there with all of their payments once, and candidates that are on the topic twice."""
    wrong = sum(account not in found or found[account].payments != PAYERS for account in planted)
    with closing(candidate_reader(own.kafka)) as reader:
        told = Counter((each.account_id, len(each.payments)) for each in reader.read_to_the_end() if each.scenario == "fan-in")
    return wrong + sum(told[account, PAYERS] != 1 for account in planted)


if __name__ == "__main__":
    sys.exit(main())
