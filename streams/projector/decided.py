"""What the decision knew of a transfer: how it was paid, and who is beyond this bank. Pure."""

from dataclasses import dataclass

from contracts.transactions import Direction


@dataclass(frozen=True, slots=True)
class Decided:
    """Channel and merchant category code; `paid` is who got the money if it left, `payer` whom it came from if it came."""

    channel: str
    mcc: int | None
    paid: str | None = None
    payer: str | None = None

    def beyond(self, *, received: bool) -> str | None:
        """Return who is on the other side of a movement, if that is beyond this bank; None where nobody knows."""
        return self.payer if received else self.paid


def decided(*, channel: str, mcc: int | None, direction: str | None, merchant_id: str | None, payee_id: str | None) -> Decided:
    """Return what a decision with these fields knew. Of money that comes, its payee is who sent it."""
    return Decided(channel, mcc, merchant_id or payee_id, payee_id if direction == Direction.CREDIT else None)
