"""Counts a backtest up, run by run, in columns. Pure: the runs come from a fold, the frauds from labels."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from contracts.transactions import Channel
from feature_store.vocabulary import DAY_MS
from pipelines.backtest.report import CurvePoint, Outcome, RuleResult, Slice
from risk.costs import CostModel
from risk.policy import ALLOW, DENY, REVIEW, STEP_UP, VERDICTS, Ruling

CURVE_POINTS = 200
_CHANNELS = tuple(Channel)
_WIDTH = len(VERDICTS)
_DAY_S = DAY_MS // 1_000
_SLICE = 8
_COUNT, _FRAUDS, _ALLOWED, _REVIEWED = range(4)  # what the curve sums up, by bin of probability


@dataclass(frozen=True, slots=True)
class Rows:
    """Decisions of one run, both ways: columns of equal length, verdicts as places in `VERDICTS`.

    `customer` is a hash that tells customers apart; `probability` is the proposal's, NaN where no model scored.
    """

    event_time_ms: NDArray[np.int64]
    channel: NDArray[np.int64]
    amount_minor: NDArray[np.int64]
    fraud: NDArray[np.bool_]
    customer: NDArray[np.int64]
    recorded: NDArray[np.int64]
    proposed: NDArray[np.int64]
    probability: NDArray[np.float64]


@dataclass
class _Side:
    """How one side went."""

    verdicts: NDArray[np.int64] = field(default_factory=lambda: np.zeros(_WIDTH, np.int64))
    frauds_stopped: int = 0
    frauds_stopped_minor: int = 0
    frauds_missed_minor: int = 0
    honest_denied: int = 0
    cost: float = 0.0
    customers: set[int] = field(default_factory=set)

    def add(self, rows: Rows, verdicts: NDArray[np.int64], costs: NDArray[np.float64]) -> None:
        stopped = verdicts != ALLOW
        caught = rows.fraud & stopped
        self.verdicts += np.bincount(verdicts, minlength=_WIDTH)
        self.frauds_stopped += int(caught.sum())
        self.frauds_stopped_minor += int(rows.amount_minor[caught].sum())
        self.frauds_missed_minor += int(rows.amount_minor[rows.fraud & ~stopped].sum())
        self.honest_denied += int(np.count_nonzero((verdicts == DENY) & ~rows.fraud))
        self.cost += float(costs.sum())
        self.customers.update(rows.customer[stopped].tolist())

    def outcome(self) -> Outcome:
        counts = self.verdicts.tolist()
        return Outcome(
            allowed=counts[ALLOW],
            reviewed=counts[REVIEW],
            challenged=counts[STEP_UP],
            denied=counts[DENY],
            frauds_stopped=self.frauds_stopped,
            frauds_stopped_minor=self.frauds_stopped_minor,
            frauds_missed_minor=self.frauds_missed_minor,
            false_alarms=sum(counts) - counts[ALLOW] - self.frauds_stopped,
            honest_denied=self.honest_denied,
            customers_stopped=len(self.customers),
            cost_minor=round(self.cost),
        )


class Tally:
    """Adds runs up. Memory grows with the customers who were stopped and with the days, not with the decisions."""

    def __init__(self, costs: CostModel) -> None:
        self.decisions = 0
        self.frauds = 0
        self.frauds_minor = 0
        self.moved = np.zeros((_WIDTH, _WIDTH), np.int64)
        self._costs = costs
        self._recorded, self._proposed = _Side(), _Side()
        self._rules: dict[tuple[str, bool], NDArray[np.int64]] = {}
        self._days: dict[int, NDArray[np.float64]] = defaultdict(lambda: np.zeros(_SLICE))
        self._channels: dict[int, NDArray[np.float64]] = defaultdict(lambda: np.zeros(_SLICE))
        self._curve = np.zeros((CURVE_POINTS + 1, 4))

    def add(self, rows: Rows) -> None:
        """Count a run."""
        self.decisions += len(rows.fraud)
        self.frauds += int(rows.fraud.sum())
        self.frauds_minor += int(rows.amount_minor[rows.fraud].sum())
        np.add.at(self.moved, (rows.recorded, rows.proposed), 1)
        before = self._costs.costs(rows.recorded, rows.fraud, rows.amount_minor)
        after = self._costs.costs(rows.proposed, rows.fraud, rows.amount_minor)
        self._recorded.add(rows, rows.recorded, before)
        self._proposed.add(rows, rows.proposed, after)
        slices = _slice_columns(rows, before, after)
        _add_by(self._days, rows.event_time_ms // DAY_MS, slices)
        _add_by(self._channels, rows.channel, slices)
        self._add_curve(rows)

    def add_rules(
        self, ruling: Ruling, hits: NDArray[np.uint64], fraud: NDArray[np.bool_], amount_minor: NDArray[np.int64]
    ) -> None:
        """Count what rules of one policy hit: `hits` (n, W), a row a decision. One is alone where no other acting one hit."""
        hit = hits.any(axis=1)
        hits, fraud, amounts = hits[hit], fraud[hit], amount_minor[hit]
        others = np.bitwise_count(hits & ruling.acting).sum(axis=1)
        for bit, code in enumerate(ruling.codes):
            acts = bool(_bit_of(ruling.acting, bit))
            mine = _bit_of(hits, bit) == 1
            alone = mine & (others == acts)
            counted = mine.sum(), (mine & fraud).sum(), alone.sum(), (alone & fraud).sum(), amounts[mine].sum()
            key = code, not acts
            self._rules[key] = self._rules.get(key, np.zeros(len(counted), np.int64)) + counted

    def _add_curve(self, rows: Rows) -> None:
        known = ~np.isnan(rows.probability)
        if not known.any():
            return
        fraud, amounts = rows.fraud[known], rows.amount_minor[known]
        bins = np.minimum((np.sqrt(rows.probability[known]) * CURVE_POINTS).astype(np.int64), CURVE_POINTS)
        whole = np.zeros(len(fraud), np.int64)
        allowed = self._costs.costs(whole + ALLOW, fraud, amounts)
        reviewed = self._costs.costs(whole + REVIEW, fraud, amounts)
        for column, weights in enumerate((np.ones(len(fraud)), fraud.astype(float), allowed, reviewed)):
            self._curve[:, column] += np.bincount(bins, weights, CURVE_POINTS + 1)

    @property
    def recorded(self) -> Outcome:
        """How it was."""
        return self._recorded.outcome()

    @property
    def proposed(self) -> Outcome:
        """How it would have been."""
        return self._proposed.outcome()

    @property
    def days(self) -> list[Slice]:
        """Days of UTC, in order."""
        return [_slice(f"{datetime.fromtimestamp(day * _DAY_S, UTC):%Y-%m-%d}", self._days[day]) for day in sorted(self._days)]

    @property
    def channels(self) -> list[Slice]:
        """Channels, in the order of the contract."""
        return [_slice(_CHANNELS[number].value, self._channels[number]) for number in sorted(self._channels)]

    @property
    def rules(self) -> list[RuleResult]:
        """Every rule of the proposal, hit or not."""
        return [
            RuleResult(
                code=code, shadow=shadow, hits=hits, frauds=frauds, alone=alone, frauds_alone=caught, amount_minor=amount
            )
            for (code, shadow), (hits, frauds, alone, caught, amount) in (
                (key, sums.tolist()) for key, sums in self._rules.items()
            )
        ]

    @property
    def curve(self) -> list[CurvePoint]:
        """By threshold, from reviewing everything to reviewing nothing; finer where probabilities are small."""
        if not self._curve.any():
            return []
        allowed = self._curve[:, _ALLOWED]
        at_least = self._curve[::-1].cumsum(axis=0)[::-1]
        below = allowed.cumsum() - allowed
        return [
            CurvePoint(
                review_from=(place / CURVE_POINTS) ** 2,
                stopped=int(at_least[place, _COUNT]),
                frauds_stopped=int(at_least[place, _FRAUDS]),
                cost_minor=round(below[place] + at_least[place, _REVIEWED]),
            )
            for place in range(CURVE_POINTS + 1)
        ]


def _bit_of(words: NDArray[np.uint64], bit: int) -> NDArray[np.uint64]:
    return words[..., bit // 64] >> np.uint64(bit % 64) & np.uint64(1)


def _slice_columns(rows: Rows, before: NDArray[np.float64], after: NDArray[np.float64]) -> NDArray[np.float64]:
    was, would = rows.recorded != ALLOW, rows.proposed != ALLOW
    return np.column_stack((np.ones(len(was)), rows.fraud, was, was & rows.fraud, before, would, would & rows.fraud, after))


def _add_by(into: dict[int, NDArray[np.float64]], keys: NDArray[np.int64], columns: NDArray[np.float64]) -> None:
    for key in np.unique(keys).tolist():
        into[key] += columns[keys == key].sum(axis=0)


def _slice(name: str, sums: NDArray[np.float64]) -> Slice:
    decisions, frauds, was, was_caught, before, would, would_catch, after = sums.round().astype(np.int64).tolist()
    return Slice(
        name=name, decisions=decisions, frauds=frauds, recorded_stopped=was, recorded_frauds_stopped=was_caught,
        recorded_cost_minor=before, proposed_stopped=would, proposed_frauds_stopped=would_catch, proposed_cost_minor=after,
    )  # fmt: skip
