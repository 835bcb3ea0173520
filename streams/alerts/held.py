"""Which values hold for whom: a tenant's versions with the segments of its customers. What every judge here reads first."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import psycopg

from cases import finding_repository, scenario_versions
from governance.scenarios.version import held
from ledger.days import day_of
from risk.scenarios.parameters import Version, in_force
from risk.scenarios.segments import Segment, segment_of

Held = Callable[[psycopg.AsyncConnection, str], Awaitable[Sequence[Version]]]


async def in_force_here(connection: psycopg.AsyncConnection, tenant_id: str) -> Sequence[Version]:
    """The values that two people of a bank gave its scenarios; where they said nothing, the catalogue's own hold."""
    return held(await scenario_versions.held(connection, tenant_id))


@dataclass(frozen=True, slots=True)
class Values:
    """The values of one tenant at one time; each is looked for once."""

    versions: Sequence[Version] = ()
    segments: Mapping[str, Segment | None] = field(default_factory=dict)
    _known: dict[tuple[str, date, Segment | None], dict[str, int]] = field(default_factory=dict)

    def of(self, scenario: str, account_id: str, *, at_ms: int) -> dict[str, int]:
        """Return what holds for an account's customer on the day of a moment. Raises NoSuchScenario."""
        key = (scenario, day_of(at_ms), self.segments.get(account_id))
        if key not in self._known:
            self._known[key] = in_force(self.versions, scenario=scenario, day=key[1], segment=key[2])
        return self._known[key]


async def values_of(
    connection: psycopg.AsyncConnection, tenant_id: str, accounts: Iterable[str], *, versions: Sequence[Version]
) -> Values:
    """Return what holds for the customers of some accounts. Whose they are is asked only where a version is for a segment."""
    if all(each.segment is None for each in versions):
        return Values(versions)
    owners = await finding_repository.owners(connection, tenant_id, sorted(set(accounts)))
    return Values(versions, {account: segment_of(owner.kind) for account, owner in owners.items()})
