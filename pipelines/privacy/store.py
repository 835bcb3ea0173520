"""What the job asks of each store."""

from collections.abc import Callable
from typing import Protocol

# Says that the work goes on, so that nobody takes it over.
Alive = Callable[[], None]


class PersonStore(Protocol):
    """One store, for one person. What it does may be done again after a kill, and then changes nothing more."""

    def count(self) -> int:
        """How many rows, records or files still tell of the person."""
        ...

    def erase(self, alive: Alive) -> None:
        """Erase them, in steps of bounded size."""
        ...

    def note(self) -> str | None:
        """What has to be said of what was done, or of what is left."""
        ...
