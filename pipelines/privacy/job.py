"""The job: take a request, ask the law once more, go through the stores, destroy the key, sign the proof.

What is looked for is gathered from the core before anything is erased there, and kept sealed under a key of the request's own:
a job that was killed, wherever it was, goes on with the same. Each store is counted, erased and counted again; a store that is
done is not gone through twice.
"""

from collections.abc import Callable, Iterable
from dataclasses import asdict
from datetime import UTC, datetime
from uuid import UUID

from psycopg import Connection

from contracts.sealed import PERSON
from governance.erasures import memory
from governance.erasures import repository as erasures
from governance.erasures.erasure import Store
from governance.erasures.holds import Hold, due_at, holds
from governance.erasures.identifiers import Identifiers, identifiers_of
from kit.clock import Clock
from kit.errors import Conflict
from kit.ids import uuid7
from kit.postgres import connect, tenant_block
from kit.settings import Settings
from kit.subject_keys import SealedRecords, Subject, local_keys
from pipelines.privacy.core import repository
from pipelines.privacy.core.rows import CoreRows, StoredAnswers
from pipelines.privacy.features import OnlineProfiles, ProfileFiles
from pipelines.privacy.graph.nodes import GraphNodes
from pipelines.privacy.keys import PersonKey
from pipelines.privacy.lake import LakeFiles
from pipelines.privacy.proof import ProofKey, document_of
from pipelines.privacy.requests import repository as requests
from pipelines.privacy.store import PersonStore
from pipelines.privacy.topics import RefusedMessages, Topics
from pipelines.privacy.warehouse.rows import Marts, RawRows, ReadModel
from pipelines.profiles.store import PROJECT

PROCESS = "privacy"
ROLE, MARTS_ROLE = "eraser", "transform"
# Longer than any store takes to be counted: while one is, nobody says that the work goes on.
LEASE_S = 600
RETRY_S = 60
STATEMENT_TIMEOUT_MS = 600_000
AT_ONCE = 100


# Hears of each store that is done how much of the person it had, and has.
Progress = Callable[[Store, int, int], None]


class NotTaken(Conflict):
    """The request is done, held or worked on by another."""

    code = "erasure-not-taken"
    title = "The erasure is not waiting for a worker"
    remedy = "Read how it stands: `baas privacy status`."


class Job:
    """Carries out requests, one at a time."""

    def __init__(
        self, settings: Settings, clock: Clock, *, project: str = PROJECT, progress: Progress = lambda _store, _was, _is: None
    ) -> None:
        self._settings = settings
        self._progress = progress
        self._clock = clock
        self._project = project
        self._keys = local_keys(settings)
        self._records = SealedRecords(self._keys)
        self._core = connect(settings.core.dsn(ROLE), application=PROCESS, statement_timeout_ms=STATEMENT_TIMEOUT_MS)
        self._warehouse = connect(settings.warehouse.dsn(ROLE), application=PROCESS, statement_timeout_ms=STATEMENT_TIMEOUT_MS)

    def close(self) -> None:
        """Close the connections and the keys."""
        self._core.close()
        self._warehouse.close()
        self._keys.close()

    def due(self) -> list[tuple[str, UUID]]:
        """Return (tenant, erasure) of what may be worked on now."""
        return requests.due(self._core, now_ms=self._clock.now_ms(), limit=AT_ONCE)

    def carry_out(self, tenant_id: str, erasure_id: UUID) -> bool:
        """Erase whom a request is about; False where a hold has come since, which the request then says. Raises NotTaken."""
        with tenant_block(self._core, tenant_id):
            taken = requests.take(self._core, tenant_id=tenant_id, erasure_id=erasure_id, lease_s=LEASE_S)
            if taken is None:
                raise NotTaken(f"erasure {erasure_id} is done, or somebody works on it")
            if taken["memory"] is None and self._held(tenant_id, erasure_id, taken["customer_id"]):
                return False
        try:
            self._erase(tenant_id, erasure_id, taken)
        except NotTaken:
            raise
        except Exception as problem:
            with tenant_block(self._core, tenant_id):
                told = f"{type(problem).__name__}: {problem}"
                requests.note_problem(
                    self._core,
                    tenant_id=tenant_id,
                    erasure_id=erasure_id,
                    attempts=taken["attempts"],
                    problem=told,
                    retry_s=RETRY_S,
                )
            raise
        return True

    def _held(self, tenant_id: str, erasure_id: UUID, customer_id: str) -> bool:
        """Whether a hold has come since the request was made."""
        now = self._now(tenant_id)
        found = holds(erasures.facts_now(self._core, tenant_id=tenant_id, customer_id=customer_id), now=now)
        if found:
            told = [_told(hold) for hold in found]
            requests.put_back(self._core, tenant_id=tenant_id, erasure_id=erasure_id, holds=told, due_at=due_at(found, now=now))
        return bool(found)

    def _erase(self, tenant_id: str, erasure_id: UUID, taken: repository.Row) -> None:
        who = self._remembered(tenant_id, erasure_id, taken)

        def alive() -> None:
            with tenant_block(self._core, tenant_id):
                if not requests.keep(
                    self._core, tenant_id=tenant_id, erasure_id=erasure_id, attempts=taken["attempts"], lease_s=LEASE_S
                ):
                    raise NotTaken(f"another worker has erasure {erasure_id}")

        with tenant_block(self._core, tenant_id):
            ended = requests.ended_steps(self._core, tenant_id=tenant_id, erasure_id=erasure_id)
        for position, (name, store) in enumerate(self._stores(tenant_id, who)):
            if name in ended:
                continue
            before = store.count()
            with tenant_block(self._core, tenant_id):
                requests.begin_step(
                    self._core, tenant_id=tenant_id, erasure_id=erasure_id, store=name, position=position, rows_before=before
                )
            store.erase(alive)
            alive()
            after = store.count()
            with tenant_block(self._core, tenant_id):
                requests.end_step(
                    self._core,
                    tenant_id=tenant_id,
                    erasure_id=erasure_id,
                    store=name,
                    rows_after=after,
                    note=store.note(),
                    now=self._now(tenant_id),
                )
            self._progress(name, before, after)
            alive()
        self._end(tenant_id, erasure_id, taken)

    def _stores(self, tenant_id: str, who: Identifiers) -> Iterable[tuple[Store, PersonStore]]:
        ours = self._settings

        def marts() -> Connection:
            return connect(ours.warehouse.dsn(MARTS_ROLE), application=PROCESS, statement_timeout_ms=STATEMENT_TIMEOUT_MS)

        yield Store.CORE, CoreRows(self._core, tenant_id=tenant_id, who=who)
        yield Store.STORED_ANSWERS, StoredAnswers(self._core, tenant_id=tenant_id, who=who)
        yield Store.READ_MODEL, ReadModel(self._warehouse, tenant_id=tenant_id, who=who)
        yield Store.WAREHOUSE, RawRows(self._warehouse, tenant_id=tenant_id, who=who)
        yield Store.MARTS, Marts(marts, tenant_id=tenant_id, who=who)
        yield Store.LAKE, LakeFiles(ours.lake, tenant_id=tenant_id, who=who)
        yield Store.PROFILES, ProfileFiles(ours.profiles, tenant_id=tenant_id, who=who)
        yield Store.ONLINE_STORE, OnlineProfiles(ours, tenant_id=tenant_id, who=who, project=self._project)
        yield Store.GRAPH, GraphNodes(ours, tenant_id=tenant_id, who=who)
        yield Store.REFUSED_MESSAGES, RefusedMessages(ours.kafka, who=who)
        yield Store.TOPICS, Topics(ours.kafka, who=who)
        yield Store.SUBJECT_KEY, PersonKey(self._keys, Subject(tenant_id, who.customer_id))

    def _remembered(self, tenant_id: str, erasure_id: UUID, taken: repository.Row) -> Identifiers:
        """Return what is looked for: what an earlier attempt kept, or what the core says now."""
        if taken["memory"] is not None:
            return memory.recalled(self._keys, taken["memory"], tenant_id=tenant_id, erasure_id=erasure_id)
        customer_id = str(taken["customer_id"])
        with tenant_block(self._core, tenant_id):
            sealed = repository.sealed_person(self._core, tenant_id=tenant_id, customer_id=customer_id)
            subject = Subject(tenant_id, customer_id)
            person = None if sealed is None else self._records.open(subject, sealed, kind=PERSON)
            who = identifiers_of(
                customer_id,
                person or {},
                replacement=f"erased-{uuid7(self._clock)}",
                accounts=repository.accounts_of(self._core, tenant_id=tenant_id, customer_ids=[customer_id]),
                logins=repository.logins_of(self._core, tenant_id=tenant_id, customer_id=customer_id),
            )
            kept = memory.kept(self._keys, who, tenant_id=tenant_id, erasure_id=erasure_id)
            requests.remember(self._core, tenant_id=tenant_id, erasure_id=erasure_id, memory=kept, replacement=who.replacement)
        return who

    def _end(self, tenant_id: str, erasure_id: UUID, taken: repository.Row) -> None:
        """Sign the proof and forget what was looked for."""
        now = self._now(tenant_id)
        with tenant_block(self._core, tenant_id):
            found = erasures.find_now(self._core, tenant_id=tenant_id, erasure_id=erasure_id)
            if found is None:
                raise NotTaken(f"erasure {erasure_id} is gone")
            document = document_of(
                erasure_id=str(erasure_id),
                tenant_id=tenant_id,
                requested_at=taken["requested_at"],
                ended_at=now,
                steps=found[1],
                laws=[str(hold["law"]) for hold in taken["holds"]],
            )
            proof = ProofKey(self._settings.secrets / "privacy").sign(document, now_ms=self._clock.now_ms())
            requests.end(self._core, tenant_id=tenant_id, erasure_id=erasure_id, now=now, proof=proof)
            repository.note_audit(
                self._core,
                tenant_id=tenant_id,
                actor=PROCESS,
                action="erase a person",
                resource=f"erasures/{erasure_id}",
                detail={"digest_sha256": proof["digest_sha256"]},
            )
        self._keys.destroy(memory.subject_of(tenant_id=tenant_id, erasure_id=erasure_id))

    def _now(self, tenant_id: str) -> datetime:
        """The tenant's present."""
        ahead = repository.ahead_ms(self._core, tenant_id=tenant_id)
        return datetime.fromtimestamp((self._clock.now_ms() + ahead) / 1_000, UTC)


def _told(hold: Hold) -> dict[str, object]:
    return asdict(hold) | {"until": hold.until.isoformat() if hold.until else None}
