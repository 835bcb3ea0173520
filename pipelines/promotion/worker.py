"""`python -m pipelines.promotion.worker`: copies what the registry says of models for the API, and carries out their moves."""

import os
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime

import msgspec
import psycopg
from mlflow.exceptions import MlflowException

from governance.jobs import Held
from governance.models import repository
from governance.models.model import ModelMove, ModelVersion, MoveKind
from kit import log
from kit.behind import work_behind
from kit.clock import SystemClock
from kit.errors import DomainError
from pipelines.jobs import JobWorker, Progress
from pipelines.promotion import moves
from pipelines.versions import Listed, NotPublished, card, listed

PROCESS = "models"
COPY_EVERY_S = 10.0
MOST_OF_A_CARD = 400_000


class RegistryAway(DomainError):
    """The registry did not answer, or Kafka did not take the control: asking again is safe."""

    code = "registry-away"
    title = "The model registry or the broker did not answer"
    remedy = "See `baas status`, and ask for the same again: nothing is done twice."


class Worker(JobWorker):
    """Moves of models, one at a time; between them the registry's word about versions is copied."""

    process = PROCESS
    queue = repository.queue
    _copied_s = -COPY_EVERY_S
    _looked_at: set[str] | None = None

    def carry_out(self, connection: psycopg.Connection, held: Held, progress: Progress) -> bytes:
        """Do what a move asks for; one that an earlier attempt carried out before it died is not carried out twice."""
        move = repository.move(connection, held)
        try:
            made = moves.affirm(self.settings, move.move_id) if held.attempts > 1 else None
            found = self._do(move, progress) if made is None else msgspec.json.encode({"version": made})
        except (NotPublished, MlflowException) as problem:
            raise RegistryAway(str(problem)) from problem
        self._copy(connection)
        return found

    def _do(self, move: ModelMove, progress: Progress) -> bytes:
        ours, version = self.settings, move.version
        if move.kind is MoveKind.ROLLBACK or version is None:
            return msgspec.json.encode({"version": moves.rollback(ours, by=move.asked_by, why=move.why, move_id=move.move_id)})
        if move.kind is MoveKind.CHALLENGE:
            moves.challenge(ours, version)
            return b"{}"
        gate = moves.hold_to_the_gate(ours, version, progress=progress)
        if gate.passed and not move.dry_run:
            moves.promote(ours, version, gate, by=move.asked_by, why=move.why, move_id=move.move_id)
        return msgspec.json.encode(gate)

    def between(self, connection: psycopg.Connection) -> None:
        """Copy what the registry says, now and then."""
        if time.monotonic() - self._copied_s < COPY_EVERY_S:
            return
        self._copy(connection)
        self._copied_s = time.monotonic()

    def _copy(self, connection: psycopg.Connection) -> None:
        """While the registry is away the last copy stands: whatever was done there is copied the next time."""
        try:
            self._copy_what_is_listed(connection)
        except MlflowException as problem:
            log.get_logger().warning("the registry does not answer", problem=str(problem))

    def _copy_what_is_listed(self, connection: psycopg.Connection) -> None:
        if self._looked_at is None:
            self._looked_at = repository.described(connection)
        for each in listed(self.settings):
            if not each.tenant_id:
                continue
            model = _version_of(each)
            if model.run_id not in self._looked_at:  # a run has its card before its version, or none for ever
                text = card(self.settings, model.run_id)
                model = replace(model, card=None if text is None else text[:MOST_OF_A_CARD])
            if repository.copy(connection, tenant_id=each.tenant_id, model=model):
                log.get_logger().info("model copied", version=model.version, aliases=model.aliases)
            self._looked_at.add(model.run_id)


def _version_of(each: Listed) -> ModelVersion:
    promoted_at = each.notes.get("promoted_at")
    return ModelVersion(
        version=each.model.version,
        name=each.model.name,
        run_id=each.model.run_id,
        made_at=datetime.fromtimestamp(each.made_at_ms / 1000, UTC),
        known_until=datetime.fromtimestamp(each.model.cutoff_ms / 1000, UTC),
        aliases=list(each.aliases),
        metrics=each.metrics,
        promoted_by=each.notes.get("promoted_by"),
        promoted_at=None if promoted_at is None else datetime.fromisoformat(promoted_at),
        promoted_why=each.notes.get("promoted_why"),
        seen_at=datetime.fromtimestamp(SystemClock().now_ms() / 1000, UTC),
    )


if __name__ == "__main__":
    # While the registry is away somebody waits for an answer, and the process for its end.
    os.environ |= {"MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2", "MLFLOW_HTTP_REQUEST_TIMEOUT": "20"}
    sys.exit(work_behind(PROCESS, Worker))
