"""Pure comparison of two sides. The earlier side is read before, the later side after: traffic may go on in between."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

SHOWN = 5


@dataclass(frozen=True, slots=True)
class Check:
    """One comparison: how many things were compared, and what is wrong, in words."""

    name: str
    compared: int
    problems: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        """Nothing is wrong."""
        return not self.problems


def nothing_twice(name: str, ids: Iterable[str | int]) -> Check:
    """Each id is there once."""
    counted = Counter(ids)
    repeated = [key for key, times in counted.items() if times > 1]
    problems = [f"{len(repeated):,} there more than once, such as {_some(repeated)}"] if repeated else []
    return Check(name, counted.total(), problems)


def nothing_missing(
    name: str, *, upstream: Iterable[str | int], downstream: Iterable[str | int], excused: Iterable[str | int] = ()
) -> Check:
    """Everything upstream, but what is excused, is downstream."""
    wanted = set(upstream)
    missing = list(wanted - set(downstream) - set(excused))
    problems = [f"{len(missing):,} missing, such as {_some(missing)}"] if missing else []
    return Check(name, len(wanted), problems)


def inbound_accounted(
    *,
    places: dict[str, list[tuple[int, int]]],
    refused: set[tuple[int, int]],
    decided: set[str],
    records: int,
) -> Check:
    """Inbound records = decided + refused + repetitions of what was decided."""
    lost = [
        f"{name or 'unreadable'} at {place}"
        for name, found in places.items()
        for place in found
        if place not in refused and name not in decided
    ]
    problems = [f"{len(lost):,} neither decided nor refused, such as {', '.join(lost[:SHOWN])}"] if lost else []
    return Check("inbound records are decided, refused or repeated", records, problems)


def _some(keys: list[str] | list[int] | list[str | int]) -> str:
    return ", ".join(str(key) for key in sorted(keys, key=str)[:SHOWN])
