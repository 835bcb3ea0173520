"""From a probability and rule hits to a verdict: thresholds, the control group, and what holds while there is no model."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from contracts.controls import PolicyControl
from contracts.decisions import Verdict
from risk.kernels import kernel

VERDICTS = tuple(Verdict)
ALLOW, REVIEW, STEP_UP, DENY = (VERDICTS.index(v) for v in (Verdict.ALLOW, Verdict.REVIEW, Verdict.STEP_UP, Verdict.DENY))
ANSWER_VALID_MS = 60_000
MILLIONTHS = 1_000_000
DEFAULT_VERSION = "policy-0"
_MILLIONTHS = MILLIONTHS


@dataclass(frozen=True, slots=True)
class Policy:
    """Thresholds in millionths of probability, the control group's share, and the rules that count (bit mask)."""

    version: str
    review_from_millionths: int
    deny_from_millionths: int
    control_group_ppm: int
    rules_mask: int

    def as_row(self) -> tuple[int, int, int, int]:
        """The numbers that the kernel reads."""
        return self.review_from_millionths, self.deny_from_millionths, self.control_group_ppm, self.rules_mask


def millionths(value: float) -> int:
    """Round half to even to a millionth; decisions compare and store these, so that they survive JSON unchanged."""
    return round(value * MILLIONTHS)


def policy_from(control: PolicyControl, *, rule_bits: dict[str, int]) -> Policy:
    """Return the policy that a control asks for. Raises ValueError for an unknown rule or crossed thresholds."""
    if control.deny_from < control.review_from:
        raise ValueError(f"deny_from {control.deny_from} is below review_from {control.review_from}")
    enabled = list(rule_bits) if control.enabled_rules is None else control.enabled_rules
    if unknown := [code for code in enabled if code not in rule_bits]:
        raise ValueError(f"no such rule: {', '.join(unknown)}")
    return Policy(
        version=control.version,
        review_from_millionths=millionths(control.review_from),
        deny_from_millionths=millionths(control.deny_from),
        control_group_ppm=control.control_group_ppm,
        rules_mask=sum(1 << rule_bits[code] for code in set(enabled)),
    )


@kernel
def decide_verdicts(
    score_millionths: NDArray[np.int64],
    hits: NDArray[np.int64],
    actions: NDArray[np.int64],
    mandatory_mask: int,
    policies: NDArray[np.int64],
    tenant: NDArray[np.int32],
    identity: NDArray[np.uint64],
    verdicts: NDArray[np.int64],
    control_group: NDArray[np.bool_],
) -> None:
    """Fill `verdicts` and `control_group`, row by row.

    `score_millionths` is negative where no model scored. `hits` (bit masks) is narrowed to the policy's rules. `actions` holds
    each rule's verdict. The severest of model and rules stands; a step-up is a review until there are challenges. A row of
    the control group is let through unless a mandatory rule (a regulator's limit) was hit.
    """
    for row in range(score_millionths.shape[0]):
        policy = policies[tenant[row]]
        hits[row] &= policy[3]
        verdict = ALLOW
        if score_millionths[row] >= 0:
            if score_millionths[row] >= policy[1]:
                verdict = DENY
            elif score_millionths[row] >= policy[0]:
                verdict = REVIEW
        for bit in range(actions.shape[0]):
            if hits[row] >> bit & 1:
                action = REVIEW if actions[bit] == STEP_UP else actions[bit]
                verdict = max(verdict, action)
        drawn = np.int64((identity[row] >> np.uint64(20)) % np.uint64(_MILLIONTHS)) < policy[2]
        control_group[row] = drawn and verdict != ALLOW and hits[row] & mandatory_mask == 0
        verdicts[row] = ALLOW if control_group[row] else verdict
