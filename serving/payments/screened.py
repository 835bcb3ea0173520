"""A decision that screening has stiffened, and what the payer may know of it. Pure.

The scorer's decision stays what it was but for verdict, rules and reasons. The ledger's event carries the stored one, and the
decision log takes it over (an override), from where it becomes an alert like every decision that somebody must look at. What
the payer is answered is what any payment under review is answered: nothing in it says why.
"""

from msgspec.structs import replace

from contracts.decisions import MAX_REASONS, Answer, Verdict
from serving.screening.met import Became

RULE = "screening_hit"


def stiffened(answer: Answer, became: Became) -> Answer:
    """Return what is stored: held or refused, with the rule that says so to the bank's people."""
    verdict = Verdict.DENY if became is Became.REFUSED else Verdict.REVIEW
    return replace(answer, verdict=verdict, rules=[*answer.rules, RULE], reasons=[RULE, *answer.reasons][:MAX_REASONS])


def shown(stored: Answer, decided: Answer) -> Answer:
    """Return what the payer may know: the verdict that holds, and the reasons that there were without screening."""
    return replace(stored, reasons=decided.reasons)
