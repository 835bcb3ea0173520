"""Making the graph again from the topics' beginning, beside the one that is read, and then reading it instead."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from cases.graph.model import deployment_of
from kit.errors import Conflict
from kit.neo4j import driver
from kit.settings import Settings
from streams.graph import repository
from streams.graph.writing import Generation

PROCESS = "graph-rebuild"
# Close enough to the end: the process that takes over reads what is left.
NEAR_MESSAGES = 1_000
Progress = Callable[[int], None]


class RebuildLost(Conflict):
    """Somebody else writes to what was being made."""

    code = "graph-rebuild-lost"
    title = "Another process has taken what was being made"
    remedy = "Start the rebuild again."


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What a rebuild read, and how long it took."""

    messages: int
    seconds: float
    generation: int


def rebuild(settings: Settings, *, progress: Progress = lambda _left: None) -> Rebuilt:
    """Read both topics from where the broker begins into a new generation, switch to it, and remove the ones before.

    Whoever asks meanwhile is answered from the one before, which its writer brings on. A rebuild that is cut off leaves that as
    it was; the next one removes what it left. Raises RebuildLost.
    """
    started_s = time.monotonic()
    ours, deployment = settings.neo4j, deployment_of(settings.kafka.prefix)
    with driver(ours, application=PROCESS) as client, client.session(database=ours.database) as session:
        repository.prepare(session)
        before = repository.current(session, deployment)
        for old in repository.left_over(session, deployment):
            repository.forget(session, old)
        generation = Generation(settings, session, repository.new_generation(session, deployment), process=PROCESS)
        if not generation.take():
            raise RebuildLost(f"{generation.scope.name} has a writer already")
        try:
            generation.begin()
            messages = _catch_up(generation, progress)
        finally:
            generation.close()
        repository.switch(session, before=before, after=generation.scope)
        repository.forget(session, before)
    return Rebuilt(messages, time.monotonic() - started_s, generation.scope.generation)


def _catch_up(generation: Generation, progress: Progress) -> int:
    messages = 0
    while True:
        taken = generation.step()
        messages += taken
        left = generation.lag()
        progress(left)
        if not taken and left <= NEAR_MESSAGES:
            return messages
