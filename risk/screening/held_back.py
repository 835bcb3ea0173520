"""A decision that screening has stiffened. Pure.

It stays what it was but for verdict, rules and reasons. The ledger's event carries the stored one, and the decision log takes
it over (an override), from where it becomes an alert like every decision that somebody must look at.
"""

from msgspec.structs import replace

from contracts.decisions import MAX_REASONS, Answer, Verdict

RULE = "screening_hit"


def held_back(answer: Answer, verdict: Verdict) -> Answer:
    """Return the decision with a stiffer verdict, and the rule that says to the bank's people why."""
    return replace(answer, verdict=verdict, rules=[*answer.rules, RULE], reasons=[RULE, *answer.reasons][:MAX_REASONS])
