"""What the ledger is asked to do with a decided inbound transaction. Pure."""

import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

import msgspec

from contracts.decisions import Door, Verdict
from contracts.transactions import Direction, Transaction
from kit.money import CURRENCY_EXPONENTS
from ledger.accounts import NewAccount, settlement_account
from ledger.postings import MOVING, Kind, PostingRequest
from streams.intake.decisions import InboundDecision

# How long a doubtful payment waits for somebody to decide; then its hold expires and it is abandoned.
HOLD_MS = 7 * 24 * 3_600_000

# Parsing an id costs more than all else that is done with it here, and the same accounts come again and again.
REMEMBERED_IDS = 200_000
REMEMBERED_SETTLEMENTS = 10_000

# Until inbound money can be challenged, a step-up is a denial: nobody is there to answer the challenge.
_KINDS = {Verdict.ALLOW: Kind.POST, Verdict.REVIEW: Kind.HOLD, Verdict.STEP_UP: Kind.DENY, Verdict.DENY: Kind.DENY}

AccountKey = tuple[str, uuid.UUID]
IsOurs = Callable[[AccountKey], bool]


@dataclass(frozen=True, slots=True)
class Legs:
    """Who pays and who receives."""

    debit: uuid.UUID
    credit: uuid.UUID


def named_accounts(transactions: Iterable[Transaction]) -> set[AccountKey]:
    """Return the accounts that `transactions` may speak of: what stands in account_id or payee_id and is a UUID."""
    return {
        (transaction.tenant_id, account)
        for transaction in transactions
        for account in (_as_account(transaction.account_id), _as_account(transaction.payee_id))
        if account is not None
    }


def legs(transaction: Transaction, *, is_ours: IsOurs) -> Legs | None:
    """Return who pays and who receives, or None when neither is a customer's account at this tenant.

    Debit: `account_id` pays `payee_id`. Credit: `account_id` receives. Whichever side is not a customer's account here is the
    tenant's settlement account of the channel, through which the money comes from or goes to another bank.
    """

    def ours(text: str | None) -> uuid.UUID | None:
        account = _as_account(text)
        return account if account is not None and is_ours((transaction.tenant_id, account)) else None

    account = ours(transaction.account_id)
    settlement = _settlement(transaction.tenant_id, transaction.currency, str(transaction.channel)).account_id
    if transaction.direction == Direction.CREDIT:
        return None if account is None else Legs(debit=settlement, credit=account)
    payee = ours(transaction.payee_id)
    if account is None and payee is None:
        return None
    return Legs(debit=account or settlement, credit=payee or settlement)


def request(decision: InboundDecision, *, is_ours: IsOurs, headers: Mapping[str, str], now_ms: int) -> PostingRequest:
    """Return the posting of one decision: what is not ours is observed whatever was decided about it."""
    transaction = decision.transaction
    found = legs(transaction, is_ours=is_ours)
    kind = Kind.OBSERVE if found is None else _KINDS[decision.verdict]
    moves = found is not None and kind is not Kind.DENY
    return PostingRequest(
        kind=kind,
        transfer_id=decision.transfer_id,
        tenant_id=transaction.tenant_id,
        occurred_at_ms=transaction.event_time,
        booked_at_ms=min(transaction.known_at, now_ms),
        amount_minor=transaction.amount_minor,
        currency=transaction.currency,
        debit_account_id=found.debit if found and moves else None,
        credit_account_id=found.credit if found and moves else None,
        expires_at_ms=now_ms + HOLD_MS if kind is Kind.HOLD else None,
        door=Door.INBOUND,
        reason=decision.reason if kind is Kind.DENY else None,
        answer=decision.answer,
        transaction=msgspec.json.encode(transaction),
        headers=headers or None,
    )


def came_in(posting: PostingRequest, transaction: Transaction) -> bool:
    """Whether `posting` lets money in through a rail, to an account here."""
    settlement = _settlement(transaction.tenant_id, transaction.currency, str(transaction.channel))
    return posting.kind in MOVING and posting.debit_account_id == settlement.account_id


def settlement_needed(posting: PostingRequest, transaction: Transaction) -> NewAccount | None:
    """Return the settlement account that `posting` moves money through, which must be open before it; None for none.

    There is none either for a currency that no ledger here holds: such a posting is refused.
    """
    if transaction.currency not in CURRENCY_EXPONENTS:
        return None
    settlement = _settlement(transaction.tenant_id, transaction.currency, str(transaction.channel))
    return settlement if settlement.account_id in (posting.debit_account_id, posting.credit_account_id) else None


@lru_cache(maxsize=REMEMBERED_SETTLEMENTS)
def _settlement(tenant_id: str, currency: str, channel: str) -> NewAccount:
    return settlement_account(tenant_id=tenant_id, currency=currency, channel=channel)


@lru_cache(maxsize=REMEMBERED_IDS)
def _as_account(text: str | None) -> uuid.UUID | None:
    """Return the UUID that `text` spells in its usual form; ids of other kinds are nobody's account here."""
    if text is None or len(text) != 36:
        return None
    try:
        account = uuid.UUID(text)
    except ValueError:
        return None
    return account if str(account) == text else None
