"""The RPC door in this process, over an engine that breaks."""

import asyncio
import json

import pytest

from bench.random_model import random_export
from bench.random_traffic import champion_control
from feature_store.stream.state import StateFull
from kit.clock import SystemClock
from kit.process import Lifecycle
from scoring.engine import Engine
from scoring.features import Bounds
from streams.scorer.desk import Desk
from streams.scorer.rpc import RpcDoor
from tests.streams.scorer.conftest import transaction


class Request:
    """One POST of a body, as a server gives it to an ASGI application."""

    def __init__(self, door: RpcDoor, content: dict) -> None:
        self._body = json.dumps(content).encode()
        self.sent: list[dict] = []
        scope = {"type": "http", "method": "POST", "path": "/score", "headers": []}
        self.task = asyncio.ensure_future(door(scope, self._receive, self._send))

    async def _receive(self) -> dict:
        return {"type": "http.request", "body": self._body}

    async def _send(self, message: dict) -> None:
        self.sent.append(message)


@pytest.fixture
def desk(tmp_path) -> Desk:
    """An engine with a champion and with room for two customers."""
    found = Desk(Engine(models=tmp_path, bounds=Bounds(keys=2)), SystemClock())
    control = champion_control(random_export(tmp_path, trees=20, isolation_trees=10))
    assert found.apply_controls([control]).refused == []
    return found


async def test_a_caller_that_went_away_leaves_nobody_waiting_when_the_engine_fails(desk):
    lifecycle = Lifecycle()
    lifecycle.ready()
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
