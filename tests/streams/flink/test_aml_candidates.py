"""The jobs of money laundering on a real Flink cluster and a real Kafka, held against the detectors over history.

One story is played once for the module: planted schemes, near misses and twins among payments of ordinary people, out of order
within the watermark and tied; the task manager killed in the middle; a payment that comes too late for any window.
"""

import os
import signal
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import polars as pl
import pytest

from bench.aml_traffic import candidate_reader, ledger_events, send, submit_jobs
from cases.findings import Found
from contracts.aml import Candidate
from contracts.ledger_events import LedgerEvent
from contracts.topics import AML_CANDIDATES, BANKING_TRANSACTIONS, broker_topics
from kit.clock import SystemClock
from kit.ids import INBOUND_NAMESPACE, derived_id
from kit.kafka import ensure_topics
from kit.localset.flink import TASK_MANAGER, FlinkCluster, running_cluster
from kit.localset.readiness import wait_until_ready
from kit.settings import AmlStream, Kafka
from ledger.days import day_of, start_ms
from pipelines.aml.scenarios.payments import History
from pipelines.aml.scenarios.run import found
from pipelines.aml.scenarios.simulated import FIELDS
from risk.scenarios.catalogue import DAY_MS, HOUR_MS, SCENARIOS
from risk.scenarios.compiler import FOLDER, compiled
from risk.scenarios.statements import jobs, streamed
from simulator.laundering.draw import Kind
from simulator.laundering.planting import LONGEST_MS, Planted, plant
from streams.alerts.candidates import STREAMED, judge_batch
from streams.alerts.held import Values
from streams.aml.keeper import PROJECT, sizes_of

pytestmark = [pytest.mark.servers, pytest.mark.timeout(900)]

TENANT = "aml-test"
EACH = 3
OUT_OF_ORDER_S = 30
RUNNING_S = 180.0
SAME = sorted(STREAMED)


@dataclass(frozen=True)
class Story:
    """What took place, what the jobs said of it, and what they went through."""

    planted: Planted
    payments: pl.DataFrame
    late: str
    candidates: Sequence[Candidate]
    committed_before_kill: int
    restores: Sequence[int]
    last_day: date


def test_the_statements_are_what_the_catalogue_says() -> None:
    written = {str(path.relative_to(FOLDER)): path.read_text() for path in FOLDER.glob("*/*.sql")}
    assert written == compiled()


def test_whatever_is_streamed_is_judged_and_the_other_way_round() -> None:
    assert set(streamed()) == STREAMED <= set(SCENARIOS)


def shuffled(rows: Sequence[Mapping[str, Any]], *, by_ms: int) -> list[Mapping[str, Any]]:
    """Rows out of order, none of them more than so long behind the newest before it."""
    rng = np.random.default_rng(5)
    arrival = [row["event_time"] + int(rng.integers(by_ms)) for row in rows]
    return [rows[place] for place in np.argsort(arrival, kind="stable")]


def tied(planted: Planted, at: int) -> list[dict[str, Any]]:
    """Payers of one account in one millisecond, and one who pays twice in it."""
    account = planted.accounts[0]
    return [
        {
            "transaction_id": str(derived_id(INBOUND_NAMESPACE, "tied", str(number))), "event_time": at, "channel": "pix",
            "direction": "credit", "amount_minor": 70_000 + number, "customer_id": account.customer_id,
            "account_id": account.account_id, "payee_id": f"tied-{min(number, 5)}", "entry_mode": "transfer",
        }
        for number in range(7)
    ]  # fmt: skip


@pytest.fixture(scope="module")
def cluster(tmp_path_factory) -> Iterator[FlinkCluster]:
    if not (PROJECT.folder / ".venv").exists():
        pytest.fail("Flink is not installed: run make flink")
    with running_cluster(tmp_path_factory.mktemp("flink"), PROJECT, sizes_of(AmlStream())) as started:
        yield started


@pytest.fixture(scope="module")
def story(cluster: FlinkCluster, kafka: Kafka) -> Story:
    last_day = day_of(SystemClock().now_ms() - 2 * DAY_MS)
    until_ms = start_ms(last_day)
    first_ms = until_ms - LONGEST_MS - 6 * DAY_MS
    planted = plant(seed=11, tenant_id=TENANT, first_ms=first_ms, until_ms=until_ms, each=EACH)
    ties = tied(planted, until_ms - HOUR_MS)
    rows = sorted([*planted.rows, *ties], key=lambda row: (row["event_time"], row["transaction_id"]))
    ours = {each.account_id for each in planted.accounts}

    def events_of(some: Sequence[Mapping[str, Any]]) -> list[LedgerEvent]:
        return ledger_events(some, tenant_id=TENANT, ours=ours)

    arriving = shuffled(rows, by_ms=OUT_OF_ORDER_S * 1000 - 1)
    half = len(arriving) * 2 // 3
    late = ties[0] | {"transaction_id": str(derived_id(INBOUND_NAMESPACE, "late")), "event_time": first_ms, "channel": "cash",
                      "amount_minor": 9_000_000, "payee_id": None}  # fmt: skip
    closing_row = ties[0] | {"transaction_id": str(derived_id(INBOUND_NAMESPACE, "end")), "event_time": until_ms + HOUR_MS,
                             "channel": "boleto", "direction": "debit", "amount_minor": 100}  # fmt: skip
    ensure_topics(kafka, {name: broker_topics()[name] for name in (BANKING_TRANSACTIONS, AML_CANDIDATES)})
    with closing(candidate_reader(kafka)) as reader:
        send(kafka, events_of(arriving[:half]))
        flags = ("--checkpoint-s=2", f"--out-of-order-s={OUT_OF_ORDER_S}", "--idle-s=3600")
        running = submit_jobs(cluster, kafka, sorted(jobs()), *flags)
        for job in running:
            cluster.rest.wait_until_running(job, timeout_s=RUNNING_S)
        reader.read_until(lambda: {each.job.split("-")[1] for each in reader.found} == set(jobs()))
        send(kafka, events_of(arriving[half : half + 20]))
        before = len(reader.read_to_the_end())
        os.kill(cluster.supervisor.states()[TASK_MANAGER].pid, signal.SIGKILL)
        send(kafka, events_of([*arriving[half + 20 :], late, closing_row]))
        for job in running:
            wait_until_ready("restart", lambda job=job: require_restart(cluster, job), timeout_s=RUNNING_S)
            cluster.rest.wait_until_running(job, timeout_s=RUNNING_S)
        ended = {"patterns": "cash-report", "windows": "fan-in"}
        last_ms = {code: max(each["event_time"] for each in rows if is_of(code, each)) for code in ended.values()}
        reader.read_until(
            lambda: all(any(c.scenario == code and c.last_at == at for c in reader.found) for code, at in last_ms.items())
        )
        for job in running:
            cluster.rest.stop_with_savepoint(job, cluster.checkpoints)
        candidates = reader.read_to_the_end()
        restores = [cluster.rest.restores(job) for job in running]
    frame = pl.DataFrame(
        [{name: row.get(name) for name in FIELDS} for row in rows],
        schema=dict.fromkeys(FIELDS, pl.String)
        | dict.fromkeys(("event_time", "amount_minor", "latitude_e5", "longitude_e5"), pl.Int64),
    )
    return Story(planted, frame, late["transaction_id"], candidates, before, restores, last_day)


def is_of(code: str, row: Mapping[str, Any]) -> bool:
    """Whether a payment ends a job's work: the last cash that is large, and the tied payers of one account."""
    if code == "cash-report":
        return bool(row["channel"] == "cash" and row["amount_minor"] >= 1_000_000)
    return str(row.get("payee_id", "")).startswith("tied-")


def require_restart(cluster: FlinkCluster, job: str) -> None:
    if not cluster.rest.restores(job):
        raise RuntimeError("the job has not gone on from a checkpoint yet")


@pytest.fixture(scope="module")
def judged(story: Story) -> Sequence[Found]:
    ordered = sorted(story.candidates, key=lambda each: each.last_at)
    return judge_batch(ordered, Values(), {}, since_ms=0).found


def history_of(story: Story) -> History:
    accounts = pl.DataFrame(
        {name: [getattr(one, name) for one in story.planted.accounts] for name in ("account_id", "customer_id")}
    ).with_columns(opened_at=pl.lit(None, dtype=pl.Int64))
    return History(story.payments, accounts, since=0)


def key_of(candidate: Candidate) -> tuple[str, str, tuple[str, ...]]:
    return candidate.scenario, candidate.account_id, tuple(sorted(p.transaction_id for p in candidate.payments))


def made_of(rows: Sequence[Any]) -> dict[str, set[str]]:
    made: dict[str, set[str]] = defaultdict(set)
    for account, transactions in rows:
        made[account] |= set(transactions)
    return made


@pytest.mark.parametrize("scenario", SAME)
def test_the_stream_finds_what_the_detectors_over_history_find(story, judged, scenario) -> None:
    over_history = found(history_of(story), scenario=scenario, day=story.last_day)
    expected = made_of([(each.account_id, each.transactions) for each in over_history])
    on_stream = [(each.account_id, {p.transaction_id for p in each.payments}) for each in judged if each.scenario == scenario]
    assert made_of([each for each in on_stream if each[1] != {story.late}]) == expected
    assert expected


@pytest.mark.parametrize("scenario", [code for code in SAME if code != "pix-at-night"])
def test_schemes_are_found_and_near_misses_and_twins_are_not(story, judged, scenario) -> None:
    hit = {p.transaction_id for each in judged if each.scenario == scenario for p in each.payments}
    own = [each for each in story.planted.schemes if each.scenario == scenario]
    found_of = {kind: sum(bool(hit & set(each.transactions)) for each in own if each.kind is kind) for kind in Kind}
    assert found_of == {Kind.SCHEME: EACH, Kind.NEAR_MISS: 0, Kind.TWIN: 0}


def test_over_a_killed_task_manager_no_candidate_is_there_twice_and_none_is_lost(story) -> None:
    assert list(story.restores) == [1, 1]
    assert 0 < story.committed_before_kill < len(story.candidates)
    # Payments of one moment see each other: each of them has a candidate, all with the same payments.
    told = Counter(key_of(each) for each in story.candidates)
    at_once = {key_of(each): sum(p.at == each.last_at for p in each.payments) for each in story.candidates}
    assert {key for key, times in told.items() if times > at_once[key]} == set()
    assert sum(times > 1 for times in told.values()) < len(told) / 10


def test_payers_in_one_millisecond_are_counted_each_and_one_is_new_once(story) -> None:
    account = story.planted.accounts[0].account_id
    ends = [each for each in story.candidates if each.scenario == "fan-in" and each.account_id == account][-1]
    ties = [each for each in ends.payments if (each.other or "").startswith("tied-")]
    assert (len(ties), sum(each.is_first for each in ties)) == (7, 6)


def test_a_payment_behind_the_watermark_is_in_no_window_and_met_by_the_rules_of_single_payments(story) -> None:
    told = {each.scenario for each in story.candidates if story.late in {p.transaction_id for p in each.payments}}
    assert told == {"cash-report"}
