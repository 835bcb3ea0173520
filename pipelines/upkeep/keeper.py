"""Does what comes round, one thing after another, for as long as its process lives; what fails is tried again later."""

import time

import psycopg
from prometheus_client import Counter, Gauge

from kit.apart import Apart, Interrupted
from kit.clock import Clock, SystemClock
from kit.log import get_logger
from kit.process import Lifecycle
from kit.settings import Settings
from pipelines.upkeep.chores import (
    ApprovedLists,
    Chore,
    CompactedLake,
    LearnedCategories,
    MoneyForecasts,
    OwnMoney,
    ScenarioNights,
    ScreenedCustomers,
)

PROCESS = "upkeep"
LOOK_S = 30.0
RETRY_MS = 600_000

log = get_logger()

RUNS = Counter("baas_upkeep_runs_total", "What comes round by the clock, by how it ended", ["chore", "ended"])
DONE_AT = Gauge("baas_upkeep_done_at_seconds", "When it was last done (epoch seconds)", ["chore"])


class Upkeep:
    """Is ready while the last try of each chore went well."""

    def __init__(
        self, settings: Settings, lifecycle: Lifecycle, *, clock: Clock | None = None, chores: tuple[Chore, ...] | None = None
    ) -> None:
        self._clock = clock or SystemClock()
        self._lifecycle = lifecycle
        apart = Apart(lifecycle, process=PROCESS)
        self._chores = chores or (
            CompactedLake(settings, self._clock),
            MoneyForecasts(settings, self._clock, apart),
            OwnMoney(settings, self._clock, apart),
            LearnedCategories(settings, self._clock, apart),
            ScenarioNights(settings, self._clock, apart),
            ApprovedLists(settings, self._clock),
            ScreenedCustomers(settings, self._clock, apart),
        )
        self._done: dict[str, str] = {}
        self._again_ms: dict[str, int] = {}

    def facts(self) -> dict[str, object]:
        """What was done last, for the health port."""
        return dict(self._done)

    def run(self) -> None:
        """Look and rest until asked to end. Raises psycopg.OperationalError when the warehouse is lost."""
        while self._lifecycle.running:
            self.turn()
            self._lifecycle.wait(LOOK_S)

    def turn(self) -> None:
        """Do what is due."""
        for chore in self._chores:
            now_ms = self._clock.now_ms()
            if not self._lifecycle.running or now_ms < self._again_ms.get(chore.name, 0):
                continue
            if chore.due(now_ms):
                self._try(chore, now_ms)
        if not self._again_ms:
            self._lifecycle.ready()

    def _try(self, chore: Chore, now_ms: int) -> None:
        began_s = time.monotonic()
        try:
            told = chore.do()
        except psycopg.OperationalError:
            raise
        except Interrupted:
            log.info("upkeep_interrupted", chore=chore.name)
            return
        except Exception as problem:
            # One that fails holds back no other; what it is about is told of, and it is tried again.
            self._again_ms[chore.name] = now_ms + RETRY_MS
            RUNS.labels(chore.name, "failed").inc()
            log.error("upkeep_failed", chore=chore.name, exc_info=problem)
            self._lifecycle.not_ready(f"{chore.name} failed")
            return
        self._again_ms.pop(chore.name, None)
        self._done[chore.name] = told
        RUNS.labels(chore.name, "done").inc()
        DONE_AT.labels(chore.name).set(now_ms / 1000)
        log.info("upkeep_done", chore=chore.name, told=told, seconds=round(time.monotonic() - began_s, 1))
