"""Rules beside the model: what a regulator or plain sense asks for. Data, not code: a rule is a conjunction of comparisons.

Each rule holds for events in [valid_from, valid_until), so that a new threshold never rewrites old decisions. A comparison with
an unknown value (NaN) is false: a rule never fires on what is not known.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from contracts.decisions import Verdict
from contracts.transactions import Channel, Direction
from risk.kernels import kernel
from risk.policy import VERDICTS

ALWAYS_MS = 0
FOREVER_MS = 2**62
# BCB Resolution 142 of 23 September 2021, art. 3: R$ 1,000 a transaction between 20:00 and 06:00, from 4 October 2021.
PIX_NIGHT_FROM_MS = 1_633_316_400_000
PIX_NIGHT_LIMIT_MINOR = 100_000
# BCB Circular 3,978 of 2020: cash of R$ 50,000 or more is reported, so amounts just below it are watched.
CASH_REPORT_FROM_MS = 1_601_521_200_000
CASH_REPORT_LIMIT_MINOR = 5_000_000
CARD_TEST_BELOW_MINOR = 2_000
TAKEOVER_FROM_MINOR = 50_000
EVENT_COLUMNS = ("amount_minor", "channel", "direction", "mcc")
_CHANNELS = {channel: code for code, channel in enumerate(Channel)}
_DIRECTIONS = {direction: code for code, direction in enumerate(Direction)}


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


def _at_least(of: str, threshold: float) -> Condition:
    return Condition(of, Compare.AT_LEAST, threshold)


def _below(of: str, threshold: float) -> Condition:
    return Condition(of, Compare.BELOW, threshold)


def _by(channel: Channel) -> Condition:
    return Condition("channel", Compare.EQUAL, _CHANNELS[channel])


_PAYS = Condition("direction", Compare.EQUAL, _DIRECTIONS[Direction.DEBIT])

RULES = (
    Rule(
        "pix_night_limit",
        Verdict.REVIEW,
        (_by(Channel.PIX), _PAYS, _at_least("is_night", 1), _at_least("amount_minor", PIX_NIGHT_LIMIT_MINOR + 1)),
        "A Pix above the night limit",
        mandatory=True,
        valid_from_ms=PIX_NIGHT_FROM_MS,
    ),
    Rule(
        "pix_just_under_night_limit",
        Verdict.REVIEW,
        (
            _by(Channel.PIX), _PAYS, _at_least("is_night", 1), _at_least("customer_count_1h", 3),
            _at_least("amount_minor", PIX_NIGHT_LIMIT_MINOR * 9 // 10), _below("amount_minor", PIX_NIGHT_LIMIT_MINOR + 1),
        ),
        "Several payments in the hour, this one just under the night limit",
        valid_from_ms=PIX_NIGHT_FROM_MS,
    ),
    Rule(
        "card_testing_burst",
        Verdict.DENY,
        (_by(Channel.CARD), _at_least("card_count_10m", 6), _below("amount_minor", CARD_TEST_BELOW_MINOR)),
        "Many small purchases of one card within minutes",
    ),
    Rule(
        "payee_many_payers",
        Verdict.REVIEW,
        (_by(Channel.PIX), _below("mcc", 0), _at_least("payee_customers_1h", 12)),
        "Many customers pay one person within the hour",
    ),
    Rule(
        "device_shared",
        Verdict.REVIEW,
        (_PAYS, _at_least("device_customers_1d", 4)),
        "One device serves many customers",
    ),
    Rule(
        "cash_just_under_report",
        Verdict.REVIEW,
        (
            _by(Channel.CASH), _at_least("amount_minor", CASH_REPORT_LIMIT_MINOR * 9 // 10),
            _below("amount_minor", CASH_REPORT_LIMIT_MINOR),
        ),
        "Cash just under the amount that is reported",
        valid_from_ms=CASH_REPORT_FROM_MS,
    ),
    Rule(
        "takeover_pattern",
        Verdict.REVIEW,
        (
            _PAYS, _at_least("customer_device_is_new_90d", 1), _at_least("customer_payee_is_new_90d", 1),
            _at_least("customer_amount_to_max_30d", 1.5), _at_least("amount_minor", TAKEOVER_FROM_MINOR),
        ),
        "A new device pays a new payee more than the customer ever paid",
    ),
    Rule(
        "payments_to_many",
        Verdict.REVIEW,
        (_by(Channel.PIX), _PAYS, _at_least("customer_payees_1h", 8)),
        "One customer pays many within the hour",
    ),
)  # fmt: skip


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
