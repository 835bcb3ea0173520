"""The nightly close of every tenant's books."""

from collections.abc import Callable
from dataclasses import dataclass

from kit.clock import Clock
from kit.errors import DomainError
from kit.settings import Settings
from ledger.close.tenants import close_tenants, every_tenant
from ledger.commands.close import told


class DaysNotClosed(DomainError):
    """The books of some tenant could not be closed; the others are."""

    code = "days-not-closed"
    title = "Some books could not be closed"
    remedy = "Read the detail; `baas ledger close --tenant NAME` tries one again."


@dataclass(frozen=True, slots=True)
class ClosedBooks:
    """What a night did, over all tenants; charges that stay due and lines in suspense are those after its last day."""

    tenants: int
    days: int
    charges: int
    collected: int
    still_due: int
    in_suspense: int


def close_books(settings: Settings, *, clock: Clock, progress: Callable[[str], None]) -> ClosedBooks:
    """Close every day that has ended, of every tenant. Raises DaysNotClosed at the end, naming each that has a problem."""
    tenants = every_tenant(settings.core)
    problems: list[str] = []
    days = charges = collected = 0
    still_due, in_suspense = dict.fromkeys(tenants, 0), dict.fromkeys(tenants, 0)
    for tenant_id, done in close_tenants(settings.core, tenants=tenants, day=None, clock=clock):
        if isinstance(done, DomainError):
            problems.append(f"{tenant_id}: {done.detail}")
            continue
        progress(f"{tenant_id}: {told(done)}")
        days += not done.again
        charges += done.charges
        collected += done.collected.posted
        still_due[tenant_id] = done.collected.refused
        in_suspense[tenant_id] = len(done.closed.suspense)
    if problems:
        raise DaysNotClosed("; ".join(problems), tenants=len(problems))
    due, suspense = sum(still_due.values()), sum(in_suspense.values())
    return ClosedBooks(len(tenants), days, charges, collected, due, suspense)
