"""Writes the statements of a plan: what a bank sees, what holders said, and, hidden, what it was for and what comes again.

`statements.parquet` and `marks.parquet` are for every process; `statement_truth.parquet` and `recurring_truth.parquet` for none
but the ones that measure. `statements.json` is written last: a folder without it is unfinished.
"""

import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from simulator.ids import account_id, customer_id
from simulator.places import CITIES
from simulator.population import Population, Segment, make_population
from simulator.statements.habits import habitual
from simulator.statements.marks import marked
from simulator.statements.plan import Line, Mark, Series, StatementPlan
from simulator.statements.providers import make_providers
from simulator.statements.repeating import Household, repeating
from simulator.statements.shops import make_shops

MANIFEST = "statements.json"
STATEMENTS, MARKS, TRUTH, RECURRING = "statements", "marks", "statement_truth", "recurring_truth"
FEWEST_DAYS = 90
_DATE, _TEXT, _LONG = pa.date32(), pa.string(), pa.int64()
_SCHEMAS = {
    STATEMENTS: pa.schema(
        [
            ("line_id", _TEXT), ("customer_id", _TEXT), ("account_id", _TEXT), ("booked_day", _DATE), ("amount_minor", _LONG),
            ("currency", _TEXT), ("purpose", _TEXT), ("channel", _TEXT), ("counterparty_id", _TEXT),
            ("counterparty_kind", _TEXT), ("mcc", pa.int16()), ("text", _TEXT),
        ]
    ),
    MARKS: pa.schema([("line_id", _TEXT), ("account_id", _TEXT), ("category", _TEXT), ("marked_day", _DATE)]),
    TRUTH: pa.schema([("line_id", _TEXT), ("category", _TEXT), ("payee", _TEXT), ("series_id", _TEXT)]),
    RECURRING: pa.schema(
        [
            ("series_id", _TEXT), ("account_id", _TEXT), ("kind", _TEXT), ("category", _TEXT), ("direction", _TEXT),
            ("period", _TEXT), ("subscription", pa.bool_()), ("first_day", _DATE), ("last_day", _DATE), ("count", pa.int32()),
            ("next_day", _DATE), ("next_amount_minor", _LONG),
        ]
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class HouseholdStatement:
    """One household's account, lines in the order of days, marks, and what comes again."""

    customer_id: str
    account_id: str
    lines: Sequence[Line]
    marks: Sequence[Mark]
    series: Sequence[Series]


def statements(plan: StatementPlan) -> Iterator[HouseholdStatement]:
    """Yield the households one by one; each has a chance of its own. Raises ValueError for a plan that makes no sense."""
    if plan.days < FEWEST_DAYS:
        raise ValueError(f"{plan.days} days; from {FEWEST_DAYS} on, something can come again")
    people = make_population(seed=plan.seed, customers=plan.customers, tenant_id=plan.tenant_id)
    private = np.flatnonzero(people.segment != Segment.BUSINESS)
    if not 1 <= plan.households <= len(private):
        raise ValueError(f"{plan.households} households; there are {len(private)} people without a business")
    chosen = np.random.default_rng([plan.seed, 30]).permutation(private)[: plan.households]
    shops, providers = make_shops(people, seed=plan.seed), make_providers(seed=plan.seed)
    past = plan.last_day + timedelta(days=1)
    for number in np.sort(chosen).tolist():
        rng = np.random.default_rng([plan.seed, 33, number])
        home = _household(people, number)
        lines: list[Line] = []
        found: list[Series] = []
        for series, own in repeating(rng, home, providers, first=plan.first_day, past=past):
            found.append(series)
            lines += own
        lines += habitual(rng, home, people, shops, first=plan.first_day, past=past)
        lines.sort(key=lambda line: (line.booked_day, line.line_id))
        meant, marks = marked(rng, lines, past=past)
        account = str(account_id(tenant_id=plan.tenant_id, customer=number))
        yield HouseholdStatement(home.customer_id, account, meant, marks, found)


def write_statements(
    folder: Path, plan: StatementPlan, *, progress: Callable[[str], None] = lambda _line: None
) -> dict[str, Any]:
    """Write the statements of a plan into a folder and return the manifest. The same plan gives the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MANIFEST).unlink(missing_ok=True)
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in _SCHEMAS}
    for number, household in enumerate(statements(plan), start=1):
        for name, made in _rows(household).items():
            rows[name] += made
        if number % 100 == 0:
            progress(f"{number} households: {len(rows[STATEMENTS]):,} lines")
    for name, schema in _SCHEMAS.items():
        pq.write_table(pa.Table.from_pylist(rows[name], schema=schema), folder / f"{name}.parquet", compression="zstd")
    described = asdict(plan) | {"last_day": plan.last_day.isoformat()}
    manifest = {"plan": described, "rows": {name: len(found) for name, found in rows.items()}}
    unfinished = folder / f"{MANIFEST}.part"
    unfinished.write_text(json.dumps(manifest, indent=1) + "\n")
    os.replace(unfinished, folder / MANIFEST)
    return manifest


def _household(people: Population, number: int) -> Household:
    return Household(
        number=number,
        customer_id=customer_id(number),
        segment=int(people.segment[number]),
        income_minor=int(people.income_minor[number]),
        pay_scheme=int(people.pay_scheme[number]),
        city=CITIES[int(people.city[number])].name,
    )


def _rows(household: HouseholdStatement) -> dict[str, list[dict[str, Any]]]:
    account = household.account_id
    return {
        STATEMENTS: [
            {
                "line_id": str(line.line_id), "customer_id": household.customer_id, "account_id": account,
                "booked_day": line.booked_day, "amount_minor": line.amount_minor, "currency": "BRL",
                "purpose": line.purpose.value, "channel": line.channel.value, "counterparty_id": line.counterparty_id,
                "counterparty_kind": line.counterparty_kind.value, "mcc": line.mcc, "text": line.text,
            }
            for line in household.lines
        ],
        MARKS: [
            {
                "line_id": str(mark.line_id), "account_id": account, "category": mark.category.value,
                "marked_day": mark.marked_day,
            }
            for mark in household.marks
        ],
        TRUTH: [
            {
                "line_id": str(line.line_id), "category": line.category.value, "payee": line.payee, "series_id": line.series,
            }
            for line in household.lines
        ],
        RECURRING: [
            {
                "series_id": each.series_id, "account_id": account, "kind": each.kind, "category": each.category.value,
                "direction": "in" if each.received else "out", "period": each.period, "subscription": each.subscription,
                "first_day": each.first_day, "last_day": each.last_day, "count": each.count, "next_day": each.next_day,
                "next_amount_minor": each.next_amount_minor,
            }
            for each in household.series
        ],
    }  # fmt: skip
