"""What a backtest says: how history was decided, how it would have been, and what either cost."""

import msgspec


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """How a set of decisions went. `stopped` is whatever was not allowed; amounts and costs are minor units."""

    allowed: int
    reviewed: int
    challenged: int
    denied: int
    frauds_stopped: int
    frauds_stopped_minor: int
    frauds_missed_minor: int
    false_alarms: int
    honest_denied: int
    customers_stopped: int
    cost_minor: int

    @property
    def stopped(self) -> int:
        """How many were not allowed."""
        return self.reviewed + self.challenged + self.denied


class Slice(msgspec.Struct, frozen=True, kw_only=True):
    """A day or a channel, decided both ways."""

    name: str
    decisions: int
    frauds: int
    recorded_stopped: int
    recorded_frauds_stopped: int
    recorded_cost_minor: int
    proposed_stopped: int
    proposed_frauds_stopped: int
    proposed_cost_minor: int


class RuleResult(msgspec.Struct, frozen=True, kw_only=True):
    """One rule of the proposal: what it hit, and what no other rule of it did. A `shadow` rule stops nothing."""

    code: str
    shadow: bool
    hits: int
    frauds: int
    alone: int
    frauds_alone: int
    amount_minor: int


class CurvePoint(msgspec.Struct, frozen=True, kw_only=True):
    """What it would cost to review from this probability on by the model alone."""

    review_from: float
    stopped: int
    frauds_stopped: int
    cost_minor: int


class BacktestReport(msgspec.Struct, frozen=True, kw_only=True):
    """History in [from_ms, until_ms) of one tenant or all, as recorded and as the proposal decides it.

    `recorded_by` counts decisions by who made them (`DecisionSource`): those of a simulated history allowed everything.
    `moved[i][j]` counts decisions with verdict i as recorded and j as proposed (allow, review, step_up, deny). Frauds are what
    was known at `labels_known_by_ms`: the youngest weeks lack some.
    """

    backtest_id: str
    tenant_id: str | None
    from_ms: int
    until_ms: int
    labels_known_by_ms: int
    model: str | None
    policy: str
    decisions: int
    recorded_by: dict[str, int]
    frauds: int
    frauds_minor: int
    recorded: Outcome
    proposed: Outcome
    moved: list[list[int]]
    days: list[Slice]
    channels: list[Slice]
    rules: list[RuleResult]
    curve: list[CurvePoint]
    seconds: float

    @property
    def saved_minor(self) -> int:
        """How much less the proposal would have cost."""
        return self.recorded.cost_minor - self.proposed.cost_minor
