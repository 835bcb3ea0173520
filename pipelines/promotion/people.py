"""Who made a decision's payment, as far as groups need it. It is read where erasable facts lie and kept nowhere else."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from kit.postgres import connect
from kit.settings import Settings
from pipelines.promotion.repository import customer_facts
from risk.segments import AGE_GROUPS, REGION_GROUPS, YEAR_UNKNOWN, age_groups, region_groups
from scoring.fields import TEXT_COLUMNS
from scoring.scanner import Scan

STATEMENT_TIMEOUT_MS = 120_000
NOBODY = 0
_TENANT, _CUSTOMER = TEXT_COLUMNS["tenant_id"], TEXT_COLUMNS["customer_id"]

Groups = dict[str, tuple[NDArray[np.int64], tuple[str, ...]]]


class People:
    """Customers by number, from 1; `NOBODY` (0) is who has no facts, or is not named."""

    def __init__(self, facts: Iterable[tuple[str, str, int | None, str | None]] = ()) -> None:
        known = list(facts)
        self._numbers = {(tenant.encode(), customer.encode()): number for number, (tenant, customer, *_) in enumerate(known, 1)}
        self._birth_years = np.array([YEAR_UNKNOWN, *(year or YEAR_UNKNOWN for *_, year, _ in known)], np.int64)
        self._regions = region_groups([None, *(state for *_, state in known)])

    def among(self, scan: Scan, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the number of each row's customer, int64[len(rows)]."""
        spans = scan.spans[rows][:, [_TENANT, _CUSTOMER]].astype(np.int64)
        begin = int(spans.min(initial=len(scan.buffer)))  # a run is a part of its batch's buffer: only that is copied
        text, numbers = scan.buffer[begin : int(spans.max(initial=0))].tobytes(), self._numbers
        cut = (spans - begin).reshape(-1, 4).clip(min=0).tolist()
        return np.array([numbers.get((text[a:b], text[c:d]), NOBODY) for a, b, c, d in cut], np.int64)

    def groups(self, numbers: NDArray[np.int64], moments_ms: NDArray[np.int64]) -> Groups:
        """Return the groups by age and region of decisions, as `risk.gate.Evidence` wants them."""
        return {
            "age": (age_groups(self._birth_years[numbers], moments_ms), AGE_GROUPS),
            "region": (self._regions[numbers], REGION_GROUPS),
        }


def read_people(settings: Settings) -> People:
    """Return the customers of all tenants, from the core database. Raises psycopg.OperationalError where it is away."""
    dsn = settings.core.dsn("audit")
    with connect(dsn, application="gate", autocommit=False, statement_timeout_ms=STATEMENT_TIMEOUT_MS) as connection:
        return People(customer_facts(connection))
