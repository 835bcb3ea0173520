"""What a night finds of an account, as it is kept."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """A neighbour that moved an account's score; `place` counts from 1, what moved it most first. Amounts in minor units."""

    account_id: str
    place: int
    neighbour_account_id: str
    effect: float
    score_without: float
    paid_payments: int
    paid_minor: int
    received_payments: int
    received_minor: int
    last_payment_at: datetime

    def row(self) -> tuple[object, ...]:
        """Return the values in the order in which they are written."""
        return (
            self.account_id, self.place, self.neighbour_account_id, self.effect, self.score_without, self.paid_payments,
            self.paid_minor, self.received_payments, self.received_minor, self.last_payment_at,
        )  # fmt: skip
