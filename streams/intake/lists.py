"""Which lists hold for a tenant, in which versions: looked up again every `LOOK_S`, without reading what they say."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import NamedTuple

import psycopg

from risk.screening.keys import book_key
from streams.intake import payer_repository
from streams.intake.payer_repository import Versions

KEPT_TENANTS = 1_000
LOOK_S = 5.0
"""How old an answer may be about whether a list has changed."""


class InForce(NamedTuple):
    """The newest versions of the shared lists and of the tenant's own, and what names both of them."""

    shared: Versions
    own: Versions
    key: bytes


@dataclass(slots=True)
class _Looked:
    versions: Versions = ()
    at_s: float = float("-inf")


class Lists:
    """What payers are held against."""

    def __init__(self, connection: psycopg.Connection, *, clock_s: Callable[[], float] = monotonic) -> None:
        self._connection = connection
        self._clock_s = clock_s
        self._shared = _Looked()
        self._own: OrderedDict[str, _Looked] = OrderedDict()

    def of(self, tenant_id: str) -> InForce | None:
        """Return the lists of a tenant; None where there is none, and nobody is screened. Raises psycopg.OperationalError."""
        own = self._own.setdefault(tenant_id, _Looked())
        self._own.move_to_end(tenant_id)
        while len(self._own) > KEPT_TENANTS:
            self._own.popitem(last=False)
        shared_versions = self._look(self._shared, tenant_id, own=False)
        own_versions = self._look(own, tenant_id, own=True)
        if not shared_versions and not own_versions:
            return None
        return InForce(shared_versions, own_versions, book_key([*shared_versions, *own_versions]))

    def _look(self, looked: _Looked, tenant_id: str, *, own: bool) -> Versions:
        if self._clock_s() - looked.at_s >= LOOK_S:
            looked.versions = payer_repository.versions(self._connection, tenant_id=tenant_id, own=own)
            looked.at_s = self._clock_s()
        return looked.versions
