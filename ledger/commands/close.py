"""`baas ledger close`: close the days that have ended, or one."""

import argparse

from kit.clock import SystemClock
from kit.errors import DomainError
from kit.settings import settings
from ledger.close.run import Closing
from ledger.close.tenants import close_tenants, every_tenant
from ledger.commands.arguments import a_day


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "close",
        help="close the days that have ended: trial balance, interest, fees; exit code 1 on a difference",
        description="Close the days that have ended, each once. A day that is closed is counted again and must be the same.",
    )
    parser.add_argument("--day", type=a_day, help="only this day (2026-11-30)")
    parser.add_argument("--tenant", help="only this tenant")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Close, say a line a day, and return the exit code."""
    core = settings().core
    tenants = [options.tenant] if options.tenant else every_tenant(core)
    sound = True
    for tenant_id, done in close_tenants(core, tenants=tenants, day=options.day, clock=SystemClock()):
        if isinstance(done, DomainError):
            sound = False
            print(f"{tenant_id}: {done.detail}\n  {done.remedy}")
        else:
            print(f"{tenant_id}: {told(done)}")
    return 0 if sound else 1


def told(closing: Closing) -> str:
    """Say what a close did, in a line and a line for each currency in suspense."""
    done = closing.closed
    what = "is as it was closed" if closing.again else "closed"
    head = (
        f"{done.day} {what}: {done.entries:,} entries, {len(done.lines)} lines; "
        f"interest of {closing.accrued.accounts:,} accounts accrued, {closing.accrued.corrections:,} corrections; "
        f"{closing.charges:,} charges made, {closing.collected.posted:,} collected, {closing.collected.refused:,} stay due"
    )
    waiting = [f"  in suspense: {line.line} {line.closing_minor} {line.currency} (minor units)" for line in done.suspense]
    return "\n".join([head, *waiting])
