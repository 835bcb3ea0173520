"""The customer in the graph, what only they acted from, and nodes whose id tells."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from neo4j import Session

from cases.graph.erased import Digests
from cases.graph.model import deployment_of
from cases.graph.reading import told
from governance.erasures.identifiers import Identifiers
from kit.neo4j import driver
from kit.settings import Settings
from pipelines.privacy.graph import repository
from pipelines.privacy.store import Alive

APPLICATION = "privacy"


class GraphNodes:
    """Every generation of the graph. Accounts and payments between them stay: nothing is left that says whose they were."""

    def __init__(self, settings: Settings, *, tenant_id: str, who: Identifiers) -> None:
        self._settings = settings
        self._deployment = deployment_of(settings.kafka.prefix)
        self._tenant_id = tenant_id
        self._who = who

    @property
    def _kept(self) -> bool:
        return self._settings.neo4j.kept or self._settings.neo4j.external

    def count(self) -> int:
        """How many nodes are theirs, or have an id that tells. Raises GraphAway."""
        if not self._kept:
            return 0
        with self._session() as session:
            found = repository.scopes(session, self._deployment)
            return repository.count(session, found, **self._named)

    def erase(self, alive: Alive) -> None:
        """Note who is not to be written again, and remove what there is. Raises GraphAway."""
        if not self._kept:
            return
        digests = Digests(self._settings.secrets)
        ids = {*self._who.customer_ids, *self._who.ids}
        with self._session() as session:
            repository.note(session, self._deployment, sorted(digests.of(self._tenant_id, each) for each in ids))
            while repository.remove_some(session, repository.scopes(session, self._deployment), **self._named):
                alive()

    def note(self) -> str | None:
        """Payments stay."""
        return "payments between accounts stay, as pseudonyms'" if self._kept else "no graph is kept here"

    @property
    def _named(self) -> dict[str, Any]:
        return {"tenant_id": self._tenant_id, "customers": self._who.customer_ids, "telling": list(self._who.ids)}

    @contextmanager
    def _session(self) -> Iterator[Session]:
        ours = self._settings.neo4j
        with told(), driver(ours, application=APPLICATION) as client, client.session(database=ours.database) as session:
            yield session
