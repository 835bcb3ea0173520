"""A decision that screening has stiffened (`risk.screening.held_back`), and what the payer may know of it. Pure.

What the payer is answered is what any payment under review is answered: nothing in it says why.
"""

from msgspec.structs import replace

from contracts.decisions import Answer, Verdict
from risk.screening.held_back import held_back
from serving.screening.met import Became


def stiffened(answer: Answer, became: Became) -> Answer:
    """Return what is stored: held or refused, with the rule that says so to the bank's people."""
    return held_back(answer, Verdict.DENY if became is Became.REFUSED else Verdict.REVIEW)


def shown(stored: Answer, decided: Answer) -> Answer:
    """Return what the payer may know: the verdict that holds, and the reasons that there were without screening."""
    return replace(stored, reasons=decided.reasons)
