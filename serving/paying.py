"""What carries payments out, now and when they are due, and what holds them against the watch-lists."""

from dataclasses import dataclass

from serving.payments.carrying_out import CarryingOut
from serving.payments.directory import AccountDirectory
from serving.payments.fees import TransferFees
from serving.payments.limits import TransferLimits
from serving.payments.payees import SavedPayees
from serving.payments.service import TransfersService
from serving.schedules.runner import ScheduleRunner
from serving.screening.books import Books
from serving.screening.parties import PaymentScreening
from serving.shared import Shared


@dataclass(frozen=True)
class Paying:
    """Its parts, as other services ask for them."""

    books: Books
    screening: PaymentScreening
    transfers: TransfersService
    runner: ScheduleRunner


def paying(shared: Shared) -> Paying:
    """Return it, made of what is open."""
    core, clocks, claims, records = shared.core, shared.clocks, shared.claims, shared.records
    books = Books(core)
    screening = PaymentScreening(core, books=books, compiled=shared.compiled, records=records, people=shared.people)
    fees = TransferFees(core, clocks=clocks)
    payees = SavedPayees(core, records=records)
    transfers = TransfersService(
        core,
        claims=claims,
        directory=AccountDirectory(core, clocks=clocks),
        limits=TransferLimits(core, claims=claims),
        fees=fees,
        carrying=CarryingOut(core, claims=claims, fees=fees, screening=screening, payees=payees, writer=shared.writer),
        scorer=shared.scorer,
        addresses=shared.addresses,
        clocks=clocks,
    )
    runner = ScheduleRunner(core, transfers=transfers, clock=shared.clock, clocks=clocks)
    return Paying(books, screening, transfers, runner)
