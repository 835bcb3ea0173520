"""The RPC door in this process: an engine that breaks, more requests than it can answer in time, deadlines."""

import asyncio
import json
import time
from collections import Counter

import pytest

from bench.random_model import random_export
from bench.random_traffic import champion_control
from feature_store.stream.state import StateFull
from kit.clock import SystemClock
from kit.process import Lifecycle
from scoring.engine import Engine
from scoring.features import Bounds
from streams.scorer import metrics
from streams.scorer.admission import Shed
from streams.scorer.desk import Desk
from streams.scorer.rpc import RpcDoor
from tests.streams.scorer.conftest import transaction


class Request:
    """One POST of a body, as a server gives it to an ASGI application."""

    def __init__(self, door: RpcDoor, content: object, *, path: str = "/score", deadline_ms: int | None = None) -> None:
        self._body = json.dumps(content).encode()
        self.sent: list[dict] = []
        headers = [] if deadline_ms is None else [(b"x-deadline-ms", b"%d" % deadline_ms)]
        scope = {"type": "http", "method": "POST", "path": path, "headers": headers}
        self.task = asyncio.ensure_future(door(scope, self._receive, self._send))

    async def _receive(self) -> dict:
        return {"type": "http.request", "body": self._body}

    async def _send(self, message: dict) -> None:
        self.sent.append(message)

    @property
    def status(self) -> int:
        return self.sent[0]["status"]

    @property
    def retry_after_s(self) -> int:
        return int(dict(self.sent[0]["headers"])[b"retry-after"])

    @property
    def answer(self) -> dict | list:
        return json.loads(self.sent[1]["body"])


async def all_of(requests: list[Request]) -> list[Request]:
    await asyncio.wait_for(asyncio.gather(*(request.task for request in requests)), 60)
    return requests


def desk_of(folder, *, keys: int) -> Desk:
    """A desk over an engine with a champion."""
    found = Desk(Engine(models=folder, bounds=Bounds(keys=keys)), SystemClock())
    control = champion_control(random_export(folder, trees=20, isolation_trees=10))
    assert found.apply_controls([control]).refused == []
    return found


def ready() -> Lifecycle:
    lifecycle = Lifecycle()
    lifecycle.ready()
    return lifecycle


@pytest.fixture
def desk(tmp_path) -> Desk:
    """With room for two customers."""
    return desk_of(tmp_path, keys=2)


@pytest.fixture
def roomy(tmp_path) -> Desk:
    """With room for all, and warm: the first decision of a process compiles."""
    found = desk_of(tmp_path, keys=1_000)
    (reply,) = found.decide_requests([json.dumps(transaction(9_999)).encode()], headers=[[]], arrived_s=time.perf_counter())
    assert reply.answer
    return found


async def test_more_than_it_can_answer_in_time_are_turned_away_undecided_and_the_rest_is_answered(roomy):
    door = RpcDoor(roomy, ready())
    before = roomy.engine.next_n
    requests = await all_of([Request(door, transaction(number), deadline_ms=400) for number in range(3_000)])
    statuses = Counter(request.status for request in requests)
    assert set(statuses) == {200, 503}
    assert roomy.engine.next_n - before == statuses[200]
    turned_away = next(request for request in requests if request.status == 503)
    assert turned_away.retry_after_s >= 1
    assert turned_away.answer["refusal"] == "not-ready"
    again = await all_of([Request(door, transaction(number)) for number in range(3_000, 3_020)])
    assert {request.status for request in again} == {200}


async def test_one_that_was_turned_away_is_decided_when_it_comes_again(roomy):
    door = RpcDoor(roomy, ready())
    requests = await all_of([Request(door, transaction(number), deadline_ms=400) for number in range(3_000)])
    number = next(number for number, request in enumerate(requests) if request.status == 503)
    (again,) = await all_of([Request(door, transaction(number))])
    assert again.status == 200


async def test_what_comes_too_late_for_its_caller_is_not_decided(roomy):
    door = RpcDoor(roomy, ready())
    before, shed = roomy.engine.next_n, metrics.shed.labels(Shed.LATE)._value.get()
    hasty = Request(door, transaction(2), deadline_ms=1)
    patient = Request(door, transaction(1), deadline_ms=5_000)
    loop = asyncio.get_running_loop()
    loop.call_soon(held_for_s, 0.005)  # after both were read, before their turn
    await all_of([patient, hasty])
    assert (patient.status, hasty.status) == (200, 503)
    assert "nothing was decided" in hasty.answer["detail"]
    assert roomy.engine.next_n == before + 1
    assert metrics.shed.labels(Shed.LATE)._value.get() == shed + 1


def held_for_s(seconds: float) -> None:
    """Keep the loop busy, as a long turn would."""
    until_s = time.perf_counter() + seconds
    while time.perf_counter() < until_s:
        pass


async def test_a_deadline_that_cannot_be_read_is_the_caller_s_error(roomy):
    (request,) = await all_of([Request(RpcDoor(roomy, ready()), transaction(1), deadline_ms=0)])
    assert request.status == 422
    assert "x-deadline-ms" in request.answer["detail"]


async def test_a_single_request_does_not_wait_for_the_end_of_a_whole_batch(roomy):
    door = RpcDoor(roomy, ready())
    whole = Request(door, [transaction(number) for number in range(1_000)], path="/score/batch", deadline_ms=10_000)
    single = Request(door, transaction(5_000), deadline_ms=10_000)
    await all_of([single])
    assert single.status == 200
    assert not whole.sent
    await all_of([whole])
    assert [set(item) for item in whole.answer] == [{"answer"}] * 1_000


async def test_a_caller_that_went_away_leaves_nobody_waiting_when_the_engine_fails(desk):
    lifecycle = ready()
    loop = asyncio.get_running_loop()
    unhandled: list[BaseException | None] = []
    loop.set_exception_handler(lambda _, context: unhandled.append(context.get("exception")))
    door = RpcDoor(desk, lifecycle)
    requests = [Request(door, transaction(number)) for number in range(5)]
    loop.call_soon(requests[0].task.cancel)
    answers = await asyncio.wait_for(asyncio.gather(*(each.task for each in requests), return_exceptions=True), 10)
    assert isinstance(answers[0], asyncio.CancelledError)
    assert [type(answer) for answer in answers[1:]] == [StateFull] * 4
    assert desk.failure is unhandled[0]
