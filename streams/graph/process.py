"""The process: be the one writer of the generation that is read, until asked to end or until another is read in its place."""

from neo4j import Session
from prometheus_client import Gauge

from cases.graph.model import deployment_of
from kit.log import get_logger
from kit.neo4j import driver
from kit.process import Lifecycle
from kit.settings import Settings
from streams.graph import repository
from streams.graph.writing import Generation

PROCESS = "graph"
STANDBY_CHECK_S = 0.5
# An idle writer says that it is there this often, well within its lease.
IDLE_S = 1.0
_lag = Gauge("baas_graph_lag_messages", "Messages between the graph and the topics' ends")


class GraphWriter:
    """One writer; at most one writes to a generation at a time, another waits for its turn."""

    def __init__(self, settings: Settings, lifecycle: Lifecycle) -> None:
        self._settings = settings
        self._lifecycle = lifecycle
        self._deployment = deployment_of(settings.kafka.prefix)
        self._generation: Generation | None = None
        self._behind: int | None = None

    def facts(self) -> dict[str, object]:
        """Lag, generation and positions, for the health port."""
        generation = self._generation
        at = generation.positions if generation else {}
        return {
            "lag": self._behind,
            "generation": generation.scope.name if generation else None,
            "positions": {f"{topic}[{partition}]": offset for (topic, partition), offset in sorted(at.items())},
        }

    def run(self) -> None:
        """Write until asked to end. Raises when the broker or the graph does; the next start goes on from the positions."""
        ours = self._settings.neo4j
        with driver(ours, application=PROCESS) as client, client.session(database=ours.database) as session:
            repository.prepare(session)
            while self._lifecycle.running:
                scope = repository.current(session, self._deployment)
                generation = Generation(self._settings, session, scope, process=PROCESS)
                if not generation.take():
                    self._lifecycle.not_ready("another process is writing the graph, or was until a moment ago")
                    self._lifecycle.wait(STANDBY_CHECK_S)
                    continue
                if repository.current(session, self._deployment) != scope:  # a rebuild has ended in between
                    generation.close()
                    continue
                self._follow(session, generation)

    def _follow(self, session: Session, generation: Generation) -> None:
        try:
            generation.begin()
            self._generation = generation
            self._lifecycle.ready()
            while self._lifecycle.running:
                try:
                    taken = generation.step()
                except repository.Fenced:
                    if repository.current(session, self._deployment) == generation.scope:
                        raise
                    get_logger().info("another generation is read now", before=generation.scope.name)
                    return
                self._behind = generation.lag()
                _lag.set(self._behind)
                if not taken:
                    self._lifecycle.wait(IDLE_S)
        finally:
            generation.close()
