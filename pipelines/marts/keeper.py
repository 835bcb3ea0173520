"""Keeping the marts up with what the sinks write: a build when something has come, then rest in proportion to what it took."""

from datetime import UTC, datetime

import psycopg
from prometheus_client import Counter, Gauge

from kit.clock import Clock, SystemClock
from kit.log import get_logger
from kit.postgres import connect
from kit.process import Lifecycle
from kit.settings import Settings
from pipelines.drift import gauges
from pipelines.marts import repository
from pipelines.marts.build import MartsBusy, build
from pipelines.marts.dbt import BuildStopped, MartsNotBuilt
from pipelines.reference import extract

PROCESS = "marts"
EVERY_S = 300.0
# Building takes at most a tenth of the time: on a large bank the marts are older, not the machine busier.
REST_PER_BUILD = 9.0

log = get_logger()

BUILDS = Counter("baas_mart_builds_total", "Builds of the marts, by how they ended", ["ended"])
SECONDS = Gauge("baas_mart_build_seconds", "How long the last build of the marts took")
BUILT_AT = Gauge(
    "baas_mart_built_at_seconds", "When the last build of the marts began (epoch seconds); they hold what was there"
)

REFERENCE_AT = Gauge("baas_reference_at_seconds", "As of when the warehouse has the core's reference data (epoch seconds)")
REFERENCE_FAILED = Counter("baas_reference_failures_total", "Extracts of the core's reference data that came to nothing")


class MartKeeper:
    """Builds the marts for as long as its process lives; it is ready while the last build held.

    Its metrics also say what the nightly look at the champion's drift found last, which lies in the same warehouse.
    """

    def __init__(
        self, settings: Settings, lifecycle: Lifecycle, *, clock: Clock | None = None, every_s: float = EVERY_S
    ) -> None:
        self._settings = settings
        self._lifecycle = lifecycle
        self._clock = clock or SystemClock()
        self._every_s = every_s
        self._built_up_to: dict[tuple[str, int], int] | None = None
        self._built_at_ms: int | None = None
        self._seconds = 0.0

    def facts(self) -> dict[str, object]:
        """As of when the marts are, for the health port."""
        as_of = self._built_at_ms and datetime.fromtimestamp(self._built_at_ms / 1000, UTC).isoformat()
        return {"as_of": as_of, "build_s": round(self._seconds, 1), "every_s": self._rest_s}

    def run(self) -> None:
        """Build and rest until asked to end. Raises psycopg.OperationalError when the warehouse is lost."""
        while self._lifecycle.running:
            self.turn()
            self._lifecycle.wait(self._rest_s)

    @property
    def _rest_s(self) -> float:
        return max(self._every_s, REST_PER_BUILD * self._seconds)

    def turn(self) -> None:
        """Show what was found of drift, copy what the core knows, and build unless nothing has come since a build that held."""
        self._refer()
        with connect(self._settings.warehouse.dsn("audit"), application=PROCESS) as warehouse:
            gauges.show(warehouse)
            arrived = repository.arrived(warehouse)
        if arrived == self._built_up_to:
            return
        began_ms = self._clock.now_ms()
        try:
            built = build(self._settings, stopped=lambda: not self._lifecycle.running)
        except BuildStopped:
            BUILDS.labels("stopped").inc()
            return
        except (MartsNotBuilt, MartsBusy) as problem:
            BUILDS.labels(problem.code).inc()
            log.error("marts_not_built", code=problem.code, detail=problem.detail)
            self._lifecycle.not_ready(problem.title)
            return
        BUILDS.labels("built").inc()
        SECONDS.set(built.seconds)
        BUILT_AT.set(began_ms / 1000)
        self._built_up_to, self._built_at_ms, self._seconds = arrived, began_ms, built.seconds
        self._lifecycle.ready()
        log.info("marts_built", models=built.models, tests=built.tests, whole=built.whole, seconds=round(built.seconds, 1))

    def _refer(self) -> None:
        """Where the core is away, the marts are built with what it said last: they are late, and say as of when."""
        try:
            REFERENCE_AT.set(extract(self._settings).at.timestamp())
        except psycopg.OperationalError as problem:
            REFERENCE_FAILED.inc()
            log.error("reference_not_extracted", detail=str(problem).strip())
