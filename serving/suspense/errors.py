"""What speaks against a resolution of money in suspense."""

from cases.payers import PAYER_LISTED, PAYER_NOT_SCREENED
from kit.errors import Conflict, DomainError


class ItemResolved(Conflict):
    """The money has left suspense."""

    code = "suspense-resolved"
    title = "The item is resolved"
    remedy = "Read it: its transfer says where the money went. A wrong one is reversed."


class NothingProposed(Conflict):
    """There is no proposal to judge."""

    code = "nothing-proposed"
    title = "Nothing is proposed for this item"
    remedy = "Propose a resolution first; somebody else judges it."


class ProposalChanged(Conflict):
    """Another proposal has taken the place of the one that was read."""

    code = "proposal-changed"
    title = "Another proposal has taken its place"
    remedy = "Read the item again, and judge what is proposed now, naming its proposed_at."


class SameEyes(Conflict):
    """Who proposed may not approve."""

    code = "same-eyes"
    title = "Who proposed a resolution cannot approve it"
    remedy = "Ask somebody else to judge it; taking your own proposal back is allowed."


class SuspenseNotPosted(DomainError):
    """The ledger could not move the money; it lies where it was."""

    code = "suspense-not-posted"
    title = "The ledger could not move the money"
    remedy = "Read `facts.reason`: the account to credit may be closed, blocked or in another currency."


class PayerMayBeListed(Conflict):
    """Two people decide whom a watch-list means; then the money is credited by itself, or stays where it is."""

    code = PAYER_LISTED
    title = "Who paid this money may be on a watch-list"
    remedy = "Decide the hits of its payer (/v1/screening/hits); two people do. Returning the money is open to you."


class PayerNotScreened(Conflict):
    """Whom a list may mean is not known of the payer yet; the intake looks again."""

    code = PAYER_NOT_SCREENED
    title = "Who paid this money has not been held against the watch-lists yet"
    remedy = (
        "Wait: they are looked at again by themselves, and the money is credited. If it lasts, have the list or the key mended "
        "that the intake's log names. Returning the money is open to you."
    )
