"""Finding what stands out in who pays whom as known at the end of a day, tenant by tenant, and keeping it in the warehouse."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from kit.clock import Clock
from kit.postgres import connect
from kit.settings import Settings
from ledger.days import end_ms
from pipelines.graph import repository
from pipelines.graph.structure import COLUMNS, structure

APPLICATION, ROLE = "graph-structure", "transform"
DAYS = 90
# Some 250 bytes a pair are held while a graph is gone through.
MAX_PAIRS = 5_000_000
STATEMENT_TIMEOUT_MS = 600_000


@dataclass(frozen=True, slots=True)
class Made:
    """What was found of one tenant."""

    tenant_id: str
    accounts: int
    pairs: int
    components: int
    communities: int

    @property
    def summary(self) -> str:
        """One line for whoever looks at the run."""
        return (
            f"{self.accounts} accounts in {self.components} components and {self.communities} communities; {self.pairs} pairs"
        )


def make(settings: Settings, *, last_day: date, clock: Clock, max_pairs: int = MAX_PAIRS) -> list[Made]:
    """Find it of the payments of 90 days up to the end of `last_day`; again, it takes the place of what was there.

    A tenant of which a later day's findings are kept is left as it is. Of more than `max_pairs` pairs the busiest are looked
    at, and `graph.made` says so.
    """
    made = []
    past = datetime.fromtimestamp(end_ms(last_day) / 1000, UTC)
    dsn = settings.warehouse.dsn(ROLE)
    with connect(dsn, application=APPLICATION, statement_timeout_ms=STATEMENT_TIMEOUT_MS) as connection:
        for tenant_id in repository.tenants(connection):
            known = repository.known_as_of(connection, tenant_id=tenant_id)
            if known is not None and known > last_day:
                continue
            start = past - timedelta(days=DAYS)
            pairs = repository.pairs(connection, tenant_id=tenant_id, start=start, past=past, most=max_pairs + 1)
            cut = len(pairs) > max_pairs
            pairs = pairs.head(max_pairs)
            found = structure(pairs).select(COLUMNS)
            row = {
                "tenant_id": tenant_id, "as_of": last_day, "made_at": datetime.fromtimestamp(clock.now_ms() / 1000, UTC),
                "days": DAYS, "accounts": len(found), "pairs": len(pairs), "payments": int(pairs["payments"].sum()), "cut": cut,
            }  # fmt: skip
            repository.keep(connection, row, found)
            made.append(Made(tenant_id, len(found), len(pairs), found["component"].n_unique(), found["community"].n_unique()))
    return made
