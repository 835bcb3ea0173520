"""Who decides in a sandbox: nobody, so that a tester can ask for each decision. The last two digits of the amount do. Pure.

The scorer knows real time and real habits and is not asked. Decisions carry the source `stand_in` and the policy `sandbox-1`.
"""

from contracts.decisions import Answer, DecisionSource, Verdict
from contracts.transactions import Transaction
from serving.payments.stand_in import ANSWER_LIFETIME_MS, NO_FEATURES

POLICY = "sandbox-1"
RULE = "sandbox_amount"
# By the amount's last two digits in minor units: 10.01 is reviewed, 10.02 denied, 10.03 stepped up; all others are allowed.
ASKED_FOR = {1: Verdict.REVIEW, 2: Verdict.DENY, 3: Verdict.STEP_UP}


def decide(transaction: Transaction, *, now_ms: int) -> Answer:
    """Return the decision that the amount asks for."""
    verdict = ASKED_FOR.get(transaction.amount_minor % 100, Verdict.ALLOW)
    return Answer(
        verdict=verdict,
        source=DecisionSource.STAND_IN,
        scored_at=now_ms,
        valid_until=now_ms + ANSWER_LIFETIME_MS,
        policy=POLICY,
        feature_set=NO_FEATURES,
        rules=[RULE],
        reasons=[] if verdict is Verdict.ALLOW else [RULE],
    )
