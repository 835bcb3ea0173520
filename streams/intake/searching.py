"""Names held against lists. What searches run takes memory and time to load: only who has to search loads this module."""

import subprocess
from collections import OrderedDict
from collections.abc import Callable, Sequence

import psycopg

from kit.log import get_logger
from risk.screening.book import Book, Match, entry_of, find_in
from risk.screening.index import Asked
from risk.screening.keys import book_key
from risk.screening.warm_up import COMMAND, is_warm
from streams.intake import payer_repository
from streams.intake.lists import InForce
from streams.intake.payer_repository import Versions

KEPT_TENANTS = 16
COMPILED_WITHIN_S = 240.0
"""Less than the broker waits for who takes no messages."""
_Read = tuple[Versions, Book]


class SearchesNotReady(RuntimeError):
    """What searches run could not be compiled. Nothing of the batch was posted; the next start tries again."""


class Searching:
    """The lists in memory, read again when a version is new. Of tenants' own lists those asked last are kept."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection
        self._shared: _Read | None = None
        self._own: OrderedDict[str, _Read] = OrderedDict()

    def find(self, tenant_id: str, in_force: InForce, asked: Sequence[Asked]) -> list[list[Match]]:
        """Return what each meets on the lists in these versions, or newer.

        Raises SearchesNotReady, psycopg.OperationalError, and msgspec.ValidationError for an entry that cannot be read.
        """
        require_compiled()
        if self._shared is None or self._shared[0] != in_force.shared:
            self._shared = self._read(tenant_id, in_force.shared, own=False)
        books = [self._shared[1]]
        if in_force.own:
            if tenant_id not in self._own or self._own[tenant_id][0] != in_force.own:
                self._own[tenant_id] = self._read(tenant_id, in_force.own, own=True)
            self._own.move_to_end(tenant_id)
            while len(self._own) > KEPT_TENANTS:
                self._own.popitem(last=False)
            books.append(self._own[tenant_id][1])
        filled = [book for book in books if len(book)]
        return [find_in(filled, each) if filled else [] for each in asked]

    def _read(self, tenant_id: str, versions: Versions, *, own: bool) -> _Read:
        rows = payer_repository.entries(self._connection, tenant_id=tenant_id, own=own)
        sources = ((list_id, digest, entry_of(document)) for list_id, digest, document in rows)
        return versions, Book(sources, key=book_key(versions))


def require_compiled(*, is_ready: Callable[[], bool] = is_warm, command: Sequence[str] = COMMAND) -> None:
    """Wait until searches are compiled on this machine, by a process of its own. Raises SearchesNotReady."""
    if is_ready():
        return
    get_logger().warning("inbound money waits until searches are compiled")
    try:
        done = subprocess.run(command, timeout=COMPILED_WITHIN_S, check=False)  # noqa: S603 (our own module)
    except subprocess.TimeoutExpired as problem:
        raise SearchesNotReady(f"searches were not compiled within {COMPILED_WITHIN_S} s") from problem
    if done.returncode or not is_ready():
        raise SearchesNotReady(f"searches could not be compiled: exit status {done.returncode}")
