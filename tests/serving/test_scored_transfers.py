"""Transfers decided by a real scorer process, and the same when it, or the API itself, dies in the middle."""

import json
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import httpx
import psycopg
import pytest
from confluent_kafka import Consumer, TopicPartition

from bench.random_model import random_export
from contracts.topics import CONTROLS, DECISIONS
from contracts.transactions import MAX_CLOCK_SKEW_MS
from kit.kafka import consumer, end_offsets, producer, take, topic_name
from kit.settings import REPOSITORY_ROOT, Settings
from serving.sweeper import sweep_once
from tests.http import http
from tests.servers import environment_of
from tests.serving.conftest import Server, eventually, free_port
from tests.serving.test_transfers import CLOCK, account, balance, body, key

LEASE_S = 10
# A busy machine's scorer may be late several times, and each time the claim waits for its lease to run out.
TRIES_S = 9 * LEASE_S
ABOVE_STAND_IN = 50_000
DEADLINE_MS = 1_500


def environment(settings: Settings, **more: str) -> dict[str, str]:
    own = environment_of(core=settings.core, warehouse=settings.warehouse, kafka=settings.kafka, var=settings.var)
    return dict(os.environ) | own | {"BAAS_SCORER__RPC__PORT": str(settings.scorer.rpc.port), **more}


def launch(module: str, variables: dict[str, str], log: Path) -> subprocess.Popen[bytes]:
    with log.open("ab") as sink:
        return subprocess.Popen(
            [sys.executable, "-m", module], cwd=REPOSITORY_ROOT, env=variables, stdout=sink, stderr=subprocess.STDOUT
        )


class Scorer:
    """The scorer process that this module's API asks; kernels compiled earlier are used again."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.log = settings.var / "scorer.log"
        kernels = REPOSITORY_ROOT / "var" / "kernels"
        kernels.mkdir(parents=True, exist_ok=True)
        (settings.var / "kernels").symlink_to(kernels)
        self.sha256 = random_export(settings.models, trees=20, isolation_trees=20)
        self.process = self.launch()

    def wait_until_ready(self) -> None:
        self.publish({"kind": "model", "alias": "champion", "name": "random", "version": 1, "export_sha256": self.sha256})
        eventually(lambda: self.what_if().get("source") == "scorer", within_s=240)

    def kill(self) -> None:
        """As a machine dies: no warning."""
        self.process.kill()
        self.process.wait(60)

    def start_again(self) -> None:
        self.process = self.launch()
        eventually(lambda: self.what_if().get("source") == "scorer", within_s=120)

    def has_unread_bytes(self) -> bool:
        """Whether a request lies in a socket of the scorer's door that it has not read (Linux's table of TCP sockets)."""
        door = f"0100007F:{self.settings.scorer.rpc.port:04X}"
        sockets = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
        return any(fields[1] == door and int(fields[4].partition(":")[2], 16) > 0 for fields in sockets)

    def decided(self) -> dict[str, dict[str, object]]:
        """Every transaction that the committed log holds a decision about, by its id."""
        source = consumer(self.settings.kafka, group=f"t-{uuid.uuid4()}", client="test")
        topic = topic_name(self.settings.kafka, DECISIONS)
        try:
            partitions = [TopicPartition(topic, number, 0) for number in source.list_topics(topic).topics[topic].partitions]
            ends = end_offsets(source, partitions)
            source.assign(partitions)
            found: dict[str, dict[str, object]] = {}
            eventually(lambda: self._read(source, found, ends), within_s=30)
            return found
        finally:
            source.close()

    @staticmethod
    def _read(source: Consumer, found: dict[str, dict[str, object]], ends: dict[tuple[str, int], int]) -> bool:
        for message in take(source, at_most=1_000, wait_s=0.5):
            record = json.loads(message.value())
            if record["record"] == "decision":
                found[record["transaction"]["transaction_id"]] = record["transaction"]
        places = source.position([TopicPartition(topic, number) for topic, number in ends])
        return all(max(place.offset, 0) >= ends[place.topic, place.partition] for place in places)

    def launch(self) -> subprocess.Popen[bytes]:
        return launch("streams.scorer", environment(self.settings), self.log)

    def publish(self, control: dict[str, object]) -> None:
        sink = producer(self.settings.kafka, client="test")
        content = {"control_id": str(uuid.uuid4()), "known_at": CLOCK.now_ms()} | control
        sink.produce(topic_name(self.settings.kafka, CONTROLS), json.dumps(content))
        assert sink.flush(10) == 0

    def decide(self, version: str, *, review_from: float, deny_from: float) -> None:
        """Make everybody's decision the same, and wait until it is."""
        self.publish(
            {
                "kind": "policy",
                "version": version,
                "review_from": review_from,
                "deny_from": deny_from,
                "control_group_ppm": 0,
                "enabled_rules": [],
            }
        )
        eventually(lambda: self.what_if().get("policy") == version, within_s=30)

    def what_if(self) -> dict[str, object]:
        if self.process.poll() is not None:
            pytest.fail(self.log.read_text()[-3000:])
        now_ms = CLOCK.now_ms()
        asked = {
            "schema": 1, "transaction_id": str(uuid.uuid4()), "tenant_id": "demo", "source": "test", "external_id": "x",
            "event_time": now_ms, "known_at": now_ms, "channel": "pix", "direction": "debit", "amount_minor": 10,
            "currency": "BRL", "account_id": "a",
        }  # fmt: skip
        try:
            answer = http.post(f"http://127.0.0.1:{self.settings.scorer.rpc.port}/what-if", json=asked, timeout=5)
        except httpx.TransportError:
            return {}
        return dict(answer.json()["answer"]) if answer.status_code == 200 else {}


@pytest.fixture(scope="module")
def settings(settings: Settings) -> Settings:
    """A deadline that a busy machine can keep; the API killed in the middle is given a longer one."""
    return settings.model_copy(update={"scorer": settings.scorer.model_copy(update={"deadline_ms": DEADLINE_MS})})


@pytest.fixture(scope="module")
def scorer(settings: Settings) -> Iterator[Scorer]:
    running = Scorer(settings)
    try:
        running.wait_until_ready()
        running.decide("allow-all", review_from=1.0, deny_from=1.0)
        yield running
    finally:
        running.process.send_signal(signal.SIGCONT)
        running.process.kill()
        running.process.wait(60)


@pytest.fixture(scope="module")
def pair(api: Server) -> tuple[str, str]:
    return account(api), account(api, funds_minor=0)


def send(api: Server, pair: tuple[str, str], amount_minor: int, headers: dict[str, str] | None = None) -> httpx.Response:
    return api.partner().post("/v1/transfers", json=body(*pair, amount_minor), headers=headers or key())


def events_of(api: Server, transfer_id: str) -> list[str]:
    with psycopg.connect(api.settings.core.dsn("postgres")) as connection:
        rows = connection.execute(
            "select convert_from(payload, 'UTF8')::jsonb ->> 'status' from outbox.event "
            "where convert_from(payload, 'UTF8')::jsonb ->> 'transfer_id' = %s order by id",
            (transfer_id,),
        ).fetchall()
    return [row[0] for row in rows]


def test_an_allowed_transfer_above_the_stand_in_limit_is_posted_with_the_scorers_decision(api, scorer, pair):
    scorer.decide("allow-all", review_from=1.0, deny_from=1.0)
    before = balance(api, pair[0])
    answer = send(api, pair, ABOVE_STAND_IN)
    assert answer.status_code == 201, answer.text
    assert answer.json()["decision"]["source"] == "scorer"
    shown = api.browser("risk").get(f"/v1/transfers/{answer.json()['id']}").json()["decision"]
    assert shown["policy"] == "allow-all"
    assert shown["sequence"]["n"] >= 1
    assert 0 <= shown["probability"] <= 1
    assert balance(api, pair[0]) == before - ABOVE_STAND_IN


def test_the_scorer_is_told_what_the_payer_may_spend_before_it_pays(api, scorer, pair):
    scorer.decide("allow-all", review_from=1.0, deny_from=1.0)
    payer = account(api, funds_minor=100_000), pair[1]
    paid = [send(api, payer, amount).json()["id"] for amount in (ABOVE_STAND_IN, 20_000)]
    scorer.decide("review-all", review_from=0.0, deny_from=1.0)
    held = [send(api, payer, amount).json()["id"] for amount in (10_000, 5_000)]
    asked = [*paid, *held]
    decided = eventually(lambda: (found := scorer.decided()).keys() >= set(asked) and found, within_s=30)
    told = [decided[transfer_id]["balance_minor"] for transfer_id in asked]
    assert told == [100_000, 100_000 - ABOVE_STAND_IN, 80_000 - ABOVE_STAND_IN, 70_000 - ABOVE_STAND_IN]


def test_a_dry_run_is_decided_by_the_scorer_and_leaves_no_decision_behind(api, scorer, pair):
    scorer.decide("allow-all", review_from=1.0, deny_from=1.0)
    before = balance(api, pair[0])
    tried = api.partner().post("/v1/transfers?dry_run=true", json=body(*pair, ABOVE_STAND_IN), headers=key())
    assert (tried.status_code, tried.json()["decision"]["source"]) == (201, "scorer")
    scorer.decide("deny-all", review_from=0.0, deny_from=0.0)
    denied = api.partner().post("/v1/transfers?dry_run=true", json=body(*pair, ABOVE_STAND_IN), headers=key())
    assert (denied.status_code, denied.json()["code"]) == (403, "transfer-denied")
    assert denied.headers["dry-run"] == "true"
    scorer.decide("allow-all", review_from=1.0, deny_from=1.0)
    real = send(api, pair, ABOVE_STAND_IN).json()["id"]
    decided = eventually(lambda: (found := scorer.decided()).keys() >= {real} and found, within_s=30)
    assert not {tried.json()["id"], denied.json()["facts"]["transfer_id"]} & decided.keys()
    assert balance(api, pair[0]) == before - ABOVE_STAND_IN


def test_what_may_be_asked_of_the_scorer_changes_nothing_and_is_refused_in_words(api, scorer):
    risk = api.browser("risk")
    question = {"channel": "pix", "amount": {"amount_minor": 900_000, "currency": "BRL"}, "customer_id": "c000042"}
    answer = risk.post("/v1/score", json=question)
    assert answer.status_code == 200, answer.text
    assert set(answer.json()) == {"answer", "features", "stand_outs"}
    assert answer.json()["features"]
    for ahead_s, status in ((MAX_CLOCK_SKEW_MS // 1000 - 60, 200), (MAX_CLOCK_SKEW_MS // 1000 + 60, 422), (9e8, 422)):
        moment = datetime.fromtimestamp(CLOCK.now_ms() / 1000 + ahead_s, UTC).isoformat()
        far = risk.post("/v1/score", json=question | {"event_time": moment})
        assert far.status_code == status, far.text
        assert status == 200 or (far.json()["code"], far.json()["facts"]) == ("invalid-request", {"field": "event_time"})
    naive = risk.post("/v1/score", json=question | {"event_time": "2025-11-24T16:00:00"})
    assert (naive.status_code, naive.json()["facts"]["field"]) == (422, "body.event_time")
    wrong = risk.post("/v1/score", json=question | {"amount": {"amount_minor": 5, "currency": "XXX"}})
    assert (wrong.status_code, wrong.json()["code"], wrong.json()["facts"]["field"]) == (
        422,
        "invalid-request",
        "amount.currency",
    )
    assert api.browser("customer").post("/v1/score", json=question).status_code == 403


def test_what_the_scorer_is_asked_from_an_address_rests_on_what_came_from_there(api, scorer, pair):
    scorer.decide("allow-all-from-there", review_from=1.0, deny_from=1.0)
    paid = api.partner().post("/v1/transfers", json=body(*pair, 1_000, customer_ip="203.0.113.80"), headers=key())
    assert paid.status_code == 201, paid.text
    question = {"channel": "pix", "amount": {"amount_minor": 1_000, "currency": "BRL"}, "customer_id": "c000042"}
    risk = api.browser("risk")

    def earlier(**more: str) -> float | None:
        answer = risk.post("/v1/score", json=question | more)
        assert answer.status_code == 200, answer.text
        return answer.json()["features"].get("ip_count_1d")

    assert earlier() is None
    elsewhere = earlier(customer_ip="203.0.113.81")
    assert earlier(customer_ip="203.0.113.80") == elsewhere + 1
    wrong = risk.post("/v1/score", json=question | {"customer_ip": "here"})
    assert (wrong.status_code, wrong.json()["facts"]) == (422, {"field": "customer_ip"})


def test_a_transfer_under_review_is_held_until_risk_releases_it_or_denies_it(api, scorer, pair):
    scorer.decide("review-all", review_from=0.0, deny_from=1.0)
    debit = pair[0]
    before = balance(api, debit)
    held = [send(api, pair, 1_000) for _ in range(2)]
    assert [answer.status_code for answer in held] == [202, 202]
    assert balance(api, debit) == before
    shown = api.partner().get(f"/v1/accounts/{debit}").json()
    assert shown["balance"]["amount_minor"] - shown["available"]["amount_minor"] == 2_000
    released, denied = (answer.json()["id"] for answer in held)
    risk = api.browser("risk")
    assert api.partner().post(f"/v1/transfers/{released}/resolution", json={"action": "release"}).status_code == 403
    answer = risk.post(f"/v1/transfers/{released}/resolution", json={"action": "release", "note": "known payee"})
    assert (answer.status_code, answer.json()["status"]) == (200, "posted"), answer.text
    answer = risk.post(f"/v1/transfers/{denied}/resolution", json={"action": "deny"})
    assert (answer.status_code, answer.json()["status"]) == (200, "voided"), answer.text
    late = risk.post(f"/v1/transfers/{released}/resolution", json={"action": "deny"})
    assert (late.status_code, late.json()["code"]) == (409, "not-held")
    assert risk.post(f"/v1/transfers/{uuid.uuid4()}/resolution", json={"action": "deny"}).status_code == 404
    assert risk.post(f"/v1/transfers/{released}/resolution", json={"action": "maybe"}).status_code == 422
    assert balance(api, debit) == before - 1_000
    assert events_of(api, released) == ["held", "posted"]
    assert events_of(api, denied) == ["held", "denied"]


def test_a_denied_transfer_moves_nothing_is_recorded_and_replays_as_the_same_refusal(api, scorer, pair):
    scorer.decide("deny-all", review_from=0.0, deny_from=0.0)
    before = balance(api, pair[0])
    headers = key()
    denied = send(api, pair, 1_000, headers)
    assert (denied.status_code, denied.json()["code"]) == (403, "transfer-denied"), denied.text
    again = send(api, pair, 1_000, headers)
    assert (again.status_code, again.headers["idempotent-replayed"]) == (403, "true")
    same = ("type", "facts", "reasons", "detail")
    assert [again.json().get(name) for name in same] == [denied.json().get(name) for name in same]
    transfer_id = denied.json()["facts"]["transfer_id"]
    assert balance(api, pair[0]) == before
    assert events_of(api, transfer_id) == ["denied"]
    assert api.browser("risk").get(f"/v1/transfers/{transfer_id}").json()["status"] == "denied"


def test_requests_that_wait_together_are_each_answered_for_themselves(api, scorer, pair):
    scorer.decide("allow-again", review_from=1.0, deny_from=1.0)
    with ThreadPoolExecutor(16) as threads:
        answers = list(threads.map(lambda n: send(api, pair, 100 + n), range(64)))
    assert {answer.status_code for answer in answers} == {201}
    assert [answer.json()["amount"]["amount_minor"] for answer in answers] == [100 + n for n in range(64)]
    assert len({answer.json()["id"] for answer in answers}) == 64


def test_while_the_scorer_hangs_small_amounts_pass_and_a_large_one_keeps_its_key_until_it_answers(api, scorer, pair):
    before = balance(api, pair[0])
    headers = key()
    scorer.process.send_signal(signal.SIGSTOP)
    try:
        started_s = time.monotonic()
        small = send(api, pair, 500)
        assert (small.status_code, small.json()["decision"]["source"]) == (201, "stand_in")
        assert time.monotonic() - started_s < DEADLINE_MS / 1000 + 5
        eventually(lambda: send(api, pair, 500).elapsed.total_seconds() < 1)
        time_to_ask_again(api)
        large = send(api, pair, ABOVE_STAND_IN, headers)
        assert (large.status_code, large.json()["code"]) == (503, "decision-unavailable")
    finally:
        scorer.process.send_signal(signal.SIGCONT)
    answer = eventually(lambda: (a := send(api, pair, ABOVE_STAND_IN, headers)).status_code == 201 and a, within_s=TRIES_S)
    assert answer.json()["decision"]["source"] == "scorer"
    assert balance(api, pair[0]) <= before - 500 - ABOVE_STAND_IN
    assert events_of(api, answer.json()["id"]) == ["posted"]


def time_to_ask_again(api: Server) -> None:
    """Wait out the moment in which the API does not ask a scorer that was just away."""
    deadline = time.monotonic() + 0.4
    eventually(lambda: time.monotonic() > deadline)


def test_an_api_killed_between_claim_and_posting_leaves_a_claim_that_a_repetition_takes_over(api, scorer, pair, tmp_path):
    second = free_port()
    variables = environment(api.settings, BAAS_API__PORT=str(second), BAAS_SCORER__DEADLINE_MS="60000")
    url = f"http://127.0.0.1:{second}"
    headers = key() | {"X-Api-Key": api.secret("demo-partner")}
    before = balance(api, pair[0])
    doomed = launch("serving", variables, tmp_path / "api.log")
    try:
        eventually(lambda: is_ready(url), within_s=30)
        scorer.process.send_signal(signal.SIGSTOP)
        with ThreadPoolExecutor(1) as threads:
            lost = threads.submit(
                httpx.post, f"{url}/v1/transfers", json=body(*pair, ABOVE_STAND_IN), headers=headers, timeout=60
            )
            claimed = eventually(lambda: claim_of(api, headers["Idempotency-Key"]))
            doomed.kill()
            doomed.wait(60)
            with pytest.raises(httpx.TransportError):
                lost.result()
    finally:
        scorer.process.send_signal(signal.SIGCONT)
        doomed.kill()
        doomed.wait(60)
    twin = send(api, pair, ABOVE_STAND_IN, headers)
    assert (twin.status_code, twin.json()["code"]) == (409, "transfer-in-progress")
    assert balance(api, pair[0]) == before
    answer = eventually(lambda: (a := send(api, pair, ABOVE_STAND_IN, headers)).status_code == 201 and a, within_s=TRIES_S)
    assert answer.json()["id"] == claimed
    assert balance(api, pair[0]) == before - ABOVE_STAND_IN
    assert events_of(api, answer.json()["id"]) == ["posted"]


def test_a_claim_that_nobody_takes_over_is_abandoned_once_and_says_so(api, scorer, pair):
    time_to_ask_again(api)
    headers = key()
    scorer.process.send_signal(signal.SIGSTOP)
    try:
        assert send(api, pair, ABOVE_STAND_IN, headers).status_code == 503
    finally:
        scorer.process.send_signal(signal.SIGCONT)
    transfer_id = claim_of(api, headers["Idempotency-Key"])
    if transfer_id is None:
        pytest.fail("the claim was given back although the scorer may hold a decision")
    late_ms = CLOCK.now_ms() + 120_000
    assert sweep_once(api.settings.core.dsn("api"), now_ms=late_ms).abandoned >= 1
    assert events_of(api, str(transfer_id)) == ["abandoned"]
    again = send(api, pair, ABOVE_STAND_IN, headers)
    assert (again.status_code, again.json()["code"]) == (409, "transfer-abandoned")


def test_a_scorer_killed_in_mid_traffic_leaves_no_decision_without_a_claim_or_a_transfer(api, scorer, pair):
    time_to_ask_again(api)
    scorer.decide("allow-before-the-kill", review_from=1.0, deny_from=1.0)
    assert send(api, pair, ABOVE_STAND_IN).status_code == 201  # so that the API holds a connection that has served
    keys = [key() for _ in range(12)]
    with ThreadPoolExecutor(12) as threads:
        under_way = [threads.submit(send, api, pair, ABOVE_STAND_IN + n, keys[n]) for n in range(6)]
        scorer.process.send_signal(signal.SIGSTOP)
        under_way += [threads.submit(send, api, pair, ABOVE_STAND_IN + n, keys[n]) for n in range(6, 12)]
        eventually(scorer.has_unread_bytes, within_s=DEADLINE_MS / 1000)
        scorer.kill()
        answers = [each.result() for each in under_way]
    assert {answer.status_code for answer in answers} <= {201, 503}
    away = [n for n, answer in enumerate(answers) if answer.status_code == 503]
    kept = {n for n in away if claim_of(api, keys[n]["Idempotency-Key"]) is not None}
    assert {n for n in away if answers[n].headers["retry-after"] == str(LEASE_S)} == kept
    assert kept, "what lay on the wire when the scorer died was given back, although it may have been decided"

    scorer.start_again()
    assert set(scorer.decided()) <= claimed_or_ended(api)
    for n in away:
        again = eventually(
            lambda n=n: (a := send(api, pair, ABOVE_STAND_IN + n, keys[n])).status_code == 201 and a, within_s=60
        )
        assert events_of(api, again.json()["id"]) == ["posted"]
    assert set(scorer.decided()) <= claimed_or_ended(api)


def test_a_claim_taken_over_is_kept_while_the_scorer_is_away_because_its_first_holder_may_have_asked(api, scorer, pair):
    scorer.decide("allow-before-the-take-over", review_from=1.0, deny_from=1.0)
    headers = key()
    scorer.process.send_signal(signal.SIGSTOP)
    assert send(api, pair, ABOVE_STAND_IN, headers).headers["retry-after"] == str(LEASE_S)
    transfer_id = claim_of(api, headers["Idempotency-Key"])
    scorer.kill()
    with psycopg.connect(api.settings.core.dsn("postgres")) as connection:
        connection.execute("update idempotency.claim set leased_until = now() where transfer_id = %s", (transfer_id,))
    time_to_ask_again(api)
    again = send(api, pair, ABOVE_STAND_IN, headers)
    assert (again.status_code, again.json()["code"]) == (503, "decision-unavailable")
    assert claim_of(api, headers["Idempotency-Key"]) == transfer_id
    scorer.start_again()


def test_a_claim_taken_over_from_another_address_is_the_transaction_that_was_sent_first(api, scorer, pair):
    time_to_ask_again(api)
    scorer.decide("allow-from-anywhere", review_from=1.0, deny_from=1.0)
    own, browser, headers = account(api, customer_id="c000042"), api.browser("customer"), key()

    def send_from(address: str) -> httpx.Response:
        more = headers | {"X-Forwarded-For": address}
        return browser.post("/v1/transfers", json=body(own, pair[1], ABOVE_STAND_IN), headers=more)

    scorer.process.send_signal(signal.SIGSTOP)
    try:
        assert send_from("203.0.113.7").status_code == 503
    finally:
        scorer.process.send_signal(signal.SIGCONT)
    transfer_id = claim_of(api, headers["Idempotency-Key"])
    eventually(lambda: transfer_id in scorer.decided(), within_s=60)
    with psycopg.connect(api.settings.core.dsn("postgres")) as connection:
        connection.execute("update idempotency.claim set leased_until = now() where transfer_id = %s", (transfer_id,))
    time_to_ask_again(api)
    answer = eventually(lambda: (a := send_from("198.51.100.23")).status_code not in (409, 503) and a, within_s=30)
    assert (answer.status_code, answer.json().get("id")) == (201, transfer_id), answer.text
    first = api.partner().post("/v1/transfers", json=body(*pair, 10, customer_ip="203.0.113.7"), headers=key())
    assert ip_of(api, transfer_id) == ip_of(api, first.json()["id"]) is not None


def ip_of(api: Server, transfer_id: str) -> str | None:
    with psycopg.connect(api.settings.core.dsn("postgres")) as connection:
        [(ip,)] = connection.execute(
            "select convert_from(payload, 'UTF8')::jsonb -> 'transaction' ->> 'ip' from outbox.event "
            "where convert_from(payload, 'UTF8')::jsonb ->> 'transfer_id' = %s",
            (transfer_id,),
        ).fetchall()
    return ip


def claimed_or_ended(api: Server) -> set[str]:
    with psycopg.connect(api.settings.core.dsn("postgres")) as connection:
        rows = connection.execute(
            "select transfer_id::text from idempotency.claim union select id::text from ledger.transfer"
        ).fetchall()
    return {row[0] for row in rows}


def is_ready(url: str) -> bool:
    try:
        return http.get(f"{url}/readyz").status_code == 200
    except httpx.TransportError:
        return False


def claim_of(api: Server, idempotency_key: str) -> str | None:
    with psycopg.connect(api.settings.core.dsn("postgres")) as connection:
        row = connection.execute(
            "select transfer_id::text from idempotency.claim where key like %s and state = 'running'", (f"%/{idempotency_key}",)
        ).fetchone()
    return row[0] if row else None
