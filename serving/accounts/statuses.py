"""How an account stands, which moves there are, and what each status means to the ledger: one table. Pure."""

from dataclasses import dataclass, replace
from enum import StrEnum

from cases.freezes.states import Frozen
from kit.errors import Conflict, DomainError


class AccountStatus(StrEnum):
    """`opened` until money first arrives; `dormant` takes money and gives none."""

    OPENED = "opened"
    ACTIVE = "active"
    DORMANT = "dormant"
    BLOCKED = "blocked"
    CLOSED = "closed"


class BlockCause(StrEnum):
    """Why an account is blocked."""

    CUSTOMER_REQUEST = "customer-request"
    SUSPECTED_FRAUD = "suspected-fraud"
    COURT_ORDER = "court-order"
    COMPLIANCE = "compliance"
    DECEASED = "deceased"
    BANK_DECISION = "bank-decision"


class Sides(StrEnum):
    """What a block stops: money that leaves, money that comes, or both."""

    DEBITS = "debits"
    CREDITS = "credits"
    BOTH = "both"


# What only compliance lifts.
GUARDED_CAUSES = frozenset({BlockCause.SUSPECTED_FRAUD, BlockCause.COURT_ORDER, BlockCause.COMPLIANCE})

MOVES: dict[AccountStatus, frozenset[AccountStatus]] = {
    AccountStatus.OPENED: frozenset({AccountStatus.ACTIVE, AccountStatus.BLOCKED, AccountStatus.CLOSED}),
    AccountStatus.ACTIVE: frozenset({AccountStatus.DORMANT, AccountStatus.BLOCKED, AccountStatus.CLOSED}),
    AccountStatus.DORMANT: frozenset({AccountStatus.ACTIVE, AccountStatus.BLOCKED, AccountStatus.CLOSED}),
    # To blocked again: another cause, or other sides.
    AccountStatus.BLOCKED: frozenset({AccountStatus.ACTIVE, AccountStatus.BLOCKED}),
    AccountStatus.CLOSED: frozenset(),
}


@dataclass(frozen=True, slots=True)
class Block:
    """Why an account is blocked, and for what."""

    cause: BlockCause
    sides: Sides


@dataclass(frozen=True, slots=True)
class LedgerFlags:
    """What the ledger is told of a status."""

    closed: bool
    frozen_debits: bool
    frozen_credits: bool

    def with_freezes(self, frozen: Frozen) -> "LedgerFlags":
        """Return what the ledger holds when freezes stop something, too: an account's status does not undo them."""
        return replace(
            self, frozen_debits=self.frozen_debits or frozen.debits, frozen_credits=self.frozen_credits or frozen.credits
        )


class AccountMoveNotAllowed(Conflict):
    """No move leads from where the account stands to where it should."""

    code = "account-move-not-allowed"
    title = "An account of this status does not move to that one"
    remedy = "Read the account and docs/accounts.md: a blocked account becomes active first, and closed is the end."


class BlockMismatch(DomainError):
    """A block, and only a block, has a cause and sides."""

    code = "block-mismatch"
    title = "A block needs its cause and sides, and nothing else has them"
    remedy = 'Send "block": {"cause": …, "sides": …} with the status blocked, and leave it out with any other.'


class AccountNotEmpty(Conflict):
    """Money, or a hold, is still there."""

    code = "account-not-empty"
    title = "The account still has money or holds"
    remedy = "Bring its balance to zero, wait for its holds to end and close its goals; then close it."


def check_move(*, at: AccountStatus, to: AccountStatus, block: Block | None) -> None:
    """Raise AccountMoveNotAllowed unless the table has the move, and BlockMismatch unless a block is told with one."""
    if to not in MOVES[at]:
        raise AccountMoveNotAllowed(f"an account that is {at} does not become {to}", status=at.value)
    if (to is AccountStatus.BLOCKED) != (block is not None):
        raise BlockMismatch(f"the status is {to}")


def flags(status: AccountStatus, block: Block | None) -> LedgerFlags:
    """Return what the ledger holds for a status."""
    sides = block.sides if block else None
    return LedgerFlags(
        closed=status is AccountStatus.CLOSED,
        frozen_debits=status is AccountStatus.DORMANT or sides in (Sides.DEBITS, Sides.BOTH),
        frozen_credits=sides in (Sides.CREDITS, Sides.BOTH),
    )
