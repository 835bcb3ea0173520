"""Which lists hold for a tenant, in which versions, and whether it wants payers named: looked up again every `LOOK_S`."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic
from typing import Generic, NamedTuple, TypeVar

import psycopg

from risk.screening.keys import book_key
from streams.intake import payer_repository
from streams.intake.payer_repository import Versions

Found = TypeVar("Found")
KEPT_TENANTS = 1_000
LOOK_S = 5.0
"""How old an answer may be about whether a list, or what the tenant wants, has changed."""


class InForce(NamedTuple):
    """The newest versions of the shared lists and of the tenant's own, what names both, and whether payers are to be named."""

    shared: Versions
    own: Versions
    key: bytes
    names_wanted: bool


@dataclass(slots=True)
class _Looked(Generic[Found]):
    found: Found
    at_s: float = float("-inf")


@dataclass(slots=True)
class _OfTenant:
    lists: _Looked[Versions] = field(default_factory=lambda: _Looked(()))
    names_wanted: _Looked[bool] = field(default_factory=lambda: _Looked(False))


class Lists:
    """What payers are held against."""

    def __init__(self, connection: psycopg.Connection, *, clock_s: Callable[[], float] = monotonic) -> None:
        self._connection = connection
        self._clock_s = clock_s
        self._shared: _Looked[Versions] = _Looked(())
        self._own: OrderedDict[str, _OfTenant] = OrderedDict()

    def of(self, tenant_id: str) -> InForce | None:
        """Return the lists of a tenant; None where there is none, and nobody is screened. Raises psycopg.OperationalError."""
        own = self._own.setdefault(tenant_id, _OfTenant())
        self._own.move_to_end(tenant_id)
        while len(self._own) > KEPT_TENANTS:
            self._own.popitem(last=False)
        shared_versions = self._look(self._shared, lambda: self._versions(tenant_id, own=False))
        own_versions = self._look(own.lists, lambda: self._versions(tenant_id, own=True))
        if not shared_versions and not own_versions:
            return None
        wanted = self._look(own.names_wanted, lambda: payer_repository.are_names_wanted(self._connection, tenant_id=tenant_id))
        return InForce(shared_versions, own_versions, book_key([*shared_versions, *own_versions]), wanted)

    def _versions(self, tenant_id: str, *, own: bool) -> Versions:
        return payer_repository.versions(self._connection, tenant_id=tenant_id, own=own)

    def _look(self, looked: _Looked[Found], find: Callable[[], Found]) -> Found:
        if self._clock_s() - looked.at_s >= LOOK_S:
            looked.found = find()
            looked.at_s = self._clock_s()
        return looked.found
