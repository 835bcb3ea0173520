"""Where a decision's time goes: the seconds that a batch spends inside each of the calls that it is made of."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import scoring.engine
from scoring.engine import Engine
from scoring.models import Model

# A stage's own time is that of its call without those inside it that are stages too.
_INSIDE = {"rules": ("model",)}


@contextmanager
def watched(engine: Engine) -> Iterator[dict[str, float]]:
    """Give the seconds that an engine spends by stage, for as long as this is open; what is in none of them is left out.

    Stages: `scan` messages, look up in `memory`, `fold` features, ask the `model`, `rules` with policy and reasons, `encode`.
    """
    calls = {
        "scan": (scoring.engine, "scan_transactions"),
        "memory": (engine, "meet"),
        "fold": (engine.features.state, "apply"),
        "model": (Model, "score_millionths"),
        "rules": (engine.judge, "answer"),
        "encode": (scoring.engine, "encode_decisions"),
    }
    inside = dict.fromkeys(calls, 0.0)
    own: dict[str, float] = {}
    with ExitStack() as undo:
        for stage, (owner, name) in calls.items():
            undo.enter_context(_timed(owner, name, inside, stage))
        yield own
    own |= {stage: inside[stage] - sum(inside[part] for part in _INSIDE.get(stage, ())) for stage in calls}


@contextmanager
def _timed(owner: Any, name: str, spent: dict[str, float], stage: str) -> Iterator[None]:
    call: Callable[..., Any] = getattr(owner, name)
    was_own = name in vars(owner)

    def timed(*arguments: Any, **named: Any) -> Any:
        started_s = time.perf_counter()
        try:
            return call(*arguments, **named)
        finally:
            spent[stage] += time.perf_counter() - started_s

    setattr(owner, name, timed)
    try:
        yield
    finally:
        if was_own:
            setattr(owner, name, call)
        else:
            delattr(owner, name)
