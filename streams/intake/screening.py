"""Payers held against the lists. Who cannot be, for want of a list, a key or what searches run, is told; nobody else waits."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from time import monotonic
from typing import TYPE_CHECKING
from uuid import UUID

import prometheus_client
import psycopg

from cases.hit_repository import NAME_INDEX, FoundHit, hit_id
from cases.payers import sealed_under
from contracts.sealed import SCREENED_PARTY
from kit.log import get_logger
from kit.subject_keys import LocalKeys, SealedRecords, Subject
from streams.intake import payer_repository
from streams.intake.lists import InForce
from streams.intake.payer_repository import Payer

if TYPE_CHECKING:
    from streams.intake.searching import Searching

SAID_AGAIN_S = 60.0
MAX_SAID = 1_000
_KEY = (
    "a payer's name does not open: bring this machine the subjects' keys and their masters, or have the gateway name them again"
)
_failed = prometheus_client.Counter(
    "baas_intake_unscreened_total",
    "Looks at payers that could not be done, by why (the class of the error): their money waits in suspense",
    ["why"],
)


class PayerUnreadable(RuntimeError):
    """A payer's key is not on this machine, or opens nothing. Who was forgotten has no name either, and is not looked at."""


class Screening:
    """Looks at payers of one tenant at a time and keeps what they met. Keys are opened when the first name is."""

    def __init__(
        self, connection: psycopg.Connection, *, keys: Callable[[], LocalKeys],
        clock_s: Callable[[], float] = monotonic,
    ) -> None:  # fmt: skip
        self._connection = connection
        self._open_keys = keys
        self._keys: LocalKeys | None = None
        self._clock_s = clock_s
        self._searching: Searching | None = None
        self._said: dict[tuple[str, str], float] = {}

    def close(self) -> None:
        """Close the keys, where they were needed, and end what compiles."""
        if self._searching is not None:
            self._searching.close()
        if self._keys is not None:
            self._keys.close()

    def screen(self, tenant_id: str, in_force: InForce, stale: Sequence[Payer], *, now_ms: int) -> set[UUID]:
        """Hold payers against the lists and keep what they met; return the parties of those with whom that could not be done.

        Raises psycopg.Error for what the database refuses to keep, or when it is away.
        """
        try:
            records = self._records()
        except Exception as problem:
            self._say(tenant_id, problem)
            return {payer.party_id for payer in stale}
        names = self._names(tenant_id, records, stale)
        readable = [payer for payer in stale if payer.party_id in names]
        try:
            hits = self._found(tenant_id, in_force, records, readable, names) if readable else []
        except psycopg.Error:
            raise
        except Exception as problem:
            self._say(tenant_id, problem)
            return {payer.party_id for payer in stale}
        payer_repository.keep_looked_at(
            self._connection, tenant_id=tenant_id, lists=in_force.key, payers=readable, hits=hits,
            now=datetime.fromtimestamp(now_ms / 1_000, UTC),
        )  # fmt: skip
        return {payer.party_id for payer in stale} - names.keys()

    def _found(
        self, tenant_id: str, in_force: InForce, records: SealedRecords, payers: Sequence[Payer], names: dict[UUID, str]
    ) -> list[FoundHit]:
        from risk.screening.book import asked_of_party
        from streams.intake.compiled import Compiled
        from streams.intake.searching import Searching

        if self._searching is None:
            self._searching = Searching(self._connection, compiled=Compiled())
        asked = [asked_of_party(names[payer.party_id], kind=payer.kind, country=payer.country) for payer in payers]
        matches = self._searching.find(tenant_id, in_force, asked)
        return [
            FoundHit(
                hit_id(tenant_id, None, payer.party_id, match.list_id, match.entry.entry_id), None, payer.party_id,
                match.list_id, match.entry.entry_id, match.digest,
                records.keys.blind(tenant_id, NAME_INDEX, names[payer.party_id]), match.hit.score,
            )
            for payer, met in zip(payers, matches, strict=True)
            for match in met
        ]  # fmt: skip

    def _records(self) -> SealedRecords:
        if self._keys is None:
            self._keys = self._open_keys()
        return SealedRecords(self._keys)

    def _names(self, tenant_id: str, records: SealedRecords, payers: Sequence[Payer]) -> dict[UUID, str]:
        """Return the names of those whose keys are here and open them."""
        sealed = [(sealed_under(tenant_id, customer_id=None, payer_id=payer.payer_id), payer.sealed) for payer in payers]
        try:
            opened = records.open_all(sealed, kind=SCREENED_PARTY)
        except Exception:  # one of many: which it is shows when each is opened alone
            opened = [self._opened_alone(tenant_id, records, *each) for each in sealed]
        names = {
            payer.party_id: str(fields["name"])
            for payer, fields in zip(payers, opened, strict=True)
            if fields is not None and "name" in fields
        }
        if len(names) < len(payers):
            self._say(tenant_id, PayerUnreadable(_KEY))
        return names

    def _opened_alone(
        self, tenant_id: str, records: SealedRecords, subject: Subject, sealed: bytes
    ) -> dict[str, object] | None:
        try:
            return records.open(subject, sealed, kind=SCREENED_PARTY)
        except Exception as problem:
            self._say(tenant_id, problem)
            return None

    def _say(self, tenant_id: str, problem: Exception) -> None:
        """Count it, and log it once a minute."""
        why, now_s = type(problem).__name__, self._clock_s()
        _failed.labels(why).inc()
        if now_s - self._said.get((tenant_id, why), float("-inf")) < SAID_AGAIN_S:
            return
        if len(self._said) >= MAX_SAID:
            self._said.clear()
        self._said[(tenant_id, why)] = now_s
        get_logger().error(
            "payers cannot be held against the lists: their money waits in suspense", tenant_id=tenant_id, why=why,
            detail=str(problem),
        )  # fmt: skip
