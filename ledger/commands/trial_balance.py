"""`baas ledger trial-balance`: every line of the general ledger on a day, and that each currency sums to zero."""

import argparse
import json
from collections.abc import Sequence
from datetime import date

import msgspec

from kit.clock import SystemClock
from kit.errors import DomainError
from kit.money import Money
from kit.postgres import connect, tenant_block
from kit.settings import settings
from ledger.close import repository
from ledger.close.balances import Line, require_balanced
from ledger.close.tenants import STATEMENT_TIMEOUT_MS, every_tenant
from ledger.commands.arguments import a_day
from ledger.days import day_of, end_ms, start_ms


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "trial-balance",
        help="what every line of the general ledger was, moved and is; exit code 1 when a currency does not sum to zero",
        description="Count a day by booked time, from the entries. Of a day that goes on: so far.",
    )
    parser.add_argument("--day", type=a_day, help="the day (2026-11-30); today when absent")
    parser.add_argument("--tenant", help="only this tenant")
    parser.add_argument("--json", action="store_true", help="print one JSON object a tenant instead of a table")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print each tenant's trial balance, and return the exit code."""
    core, sound = settings().core, True
    day = options.day or day_of(SystemClock().now_ms())
    with connect(core.dsn("api"), application="trial balance", statement_timeout_ms=STATEMENT_TIMEOUT_MS) as connection:
        for tenant_id in [options.tenant] if options.tenant else every_tenant(core):
            with tenant_block(connection, tenant_id):
                lines, entries = repository.trial_lines(
                    connection, tenant_id=tenant_id, from_ms=start_ms(day), to_ms=end_ms(day)
                )
            problem = _problem(lines)
            sound &= problem is None
            if options.json:
                rows = [msgspec.to_builtins(line) | {"closing_minor": line.closing_minor} for line in lines]
                told = {"tenant": tenant_id, "day": day.isoformat(), "entries": entries, "lines": rows, "problem": problem}
                print(json.dumps(told))
            else:
                print("\n".join(table(tenant_id, day, lines)))
                print(problem or f"{entries:,} entries; each currency sums to zero")
    return 0 if sound else 1


def table(tenant_id: str, day: date, lines: Sequence[Line]) -> list[str]:
    """Return the lines as text: amounts in major units, credits positive."""
    head = f"{tenant_id}, {day}"
    columns = f"{head:<44} {'':3} {'accounts':>9} {'opening':>20} {'debits':>20} {'credits':>20} {'closing':>20}"
    return [columns, *(_row(line) for line in lines)]


def _row(line: Line) -> str:
    amounts = (line.opening_minor, line.debits_minor, line.credits_minor, line.closing_minor)
    told = " ".join(f"{Money(amount, line.currency).as_decimal():>20,f}" for amount in amounts)
    return f"{line.line:<44} {line.currency:3} {line.accounts:>9,} {told}"


def _problem(lines: Sequence[Line]) -> str | None:
    try:
        require_balanced(lines)
    except DomainError as problem:
        return problem.detail
    return None
