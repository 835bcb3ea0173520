"""Rules as plain conjunctions of comparisons, one interpreter a row: what expressions are measured beside.

It says less (no "or", no arithmetic, no list), and is about as little work as a rule can be.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from contracts.decisions import Verdict
from risk.kernels import kernel
from risk.policy import VERDICTS

ALWAYS_MS = 0
FOREVER_MS = 2**62
EVENT_COLUMNS = ("amount_minor", "channel", "direction", "mcc")


class Compare(IntEnum):
    """How a value is compared with the threshold."""

    AT_LEAST = 0
    BELOW = 1
    EQUAL = 2


@dataclass(frozen=True, slots=True)
class Condition:
    """`of` names an event column (`EVENT_COLUMNS`, whole numbers) or a feature."""

    of: str
    test: Compare
    threshold: float


@dataclass(frozen=True, slots=True)
class Rule:
    """Hit when all conditions are. `mandatory` rules hold for the control group too."""

    code: str
    action: Verdict
    conditions: tuple[Condition, ...]
    sentence: str
    mandatory: bool = False
    valid_from_ms: int = ALWAYS_MS
    valid_until_ms: int = FOREVER_MS


class RuleBook:
    """The rules compiled for one catalogue of features. Rules of the same code (versions) share a bit."""

    def __init__(self, rules: Sequence[Rule], *, features: Sequence[str]) -> None:
        self.codes = tuple(dict.fromkeys(rule.code for rule in rules))
        self.bits = {code: bit for bit, code in enumerate(self.codes)}
        self.sentences = {rule.code: rule.sentence for rule in rules}
        self.actions = np.zeros(len(self.codes), np.int64)
        self.mandatory_mask = 0
        heads: list[tuple[int, int, int, int, int]] = []
        conditions: list[tuple[float, float, float, float]] = []
        columns = {name: (0, at) for at, name in enumerate(EVENT_COLUMNS)} | {n: (1, at) for at, n in enumerate(features)}
        for rule in rules:
            bit = self.bits[rule.code]
            self.actions[bit] = VERDICTS.index(rule.action)
            self.mandatory_mask |= rule.mandatory << bit
            heads.append(
                (bit, rule.valid_from_ms, rule.valid_until_ms, len(conditions), len(conditions) + len(rule.conditions))
            )
            for condition in rule.conditions:
                if condition.of not in columns:
                    raise ValueError(f"rule {rule.code} asks for {condition.of}, which no event column or feature is called")
                conditions.append((*columns[condition.of], int(condition.test), condition.threshold))
        self._heads = np.array(heads, np.int64).reshape(-1, 5)
        self._conditions = np.array(conditions, np.float64).reshape(-1, 4)

    @property
    def columns(self) -> frozenset[int]:
        """The features that some rule looks at."""
        return frozenset(int(column) for of_feature, column, *_ in self._conditions.tolist() if of_feature)

    def hits(
        self, *, event_time_ms: NDArray[np.int64], events: NDArray[np.int64], features: NDArray[np.float32]
    ) -> NDArray[np.int64]:
        """Return a bit mask of hit rules a row. `events` is int64[n, EVENT_COLUMNS], `features` float32[n, F]."""
        out = np.zeros(len(event_time_ms), np.int64)
        _evaluate(self._heads, self._conditions, event_time_ms, events, features, out)
        return out

    def codes_of(self, mask: int) -> list[str]:
        """Return the codes in a mask, in the book's order."""
        return [code for bit, code in enumerate(self.codes) if mask >> bit & 1]


@kernel
def _evaluate(
    heads: NDArray[np.int64],
    conditions: NDArray[np.float64],
    event_time_ms: NDArray[np.int64],
    events: NDArray[np.int64],
    features: NDArray[np.float32],
    out: NDArray[np.int64],
) -> None:
    for row in range(event_time_ms.shape[0]):
        for rule in range(heads.shape[0]):
            if event_time_ms[row] < heads[rule, 1] or event_time_ms[row] >= heads[rule, 2]:
                continue
            hit = True
            for at in range(heads[rule, 3], heads[rule, 4]):
                column = int(conditions[at, 1])
                value = float(events[row, column]) if conditions[at, 0] == 0 else float(features[row, column])
                threshold = conditions[at, 3]
                if conditions[at, 2] == 0:
                    hit = value >= threshold
                elif conditions[at, 2] == 1:
                    hit = value < threshold
                else:
                    hit = value == threshold
                if not hit:
                    break
            if hit:
                out[row] |= 1 << heads[rule, 0]
