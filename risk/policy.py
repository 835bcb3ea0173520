"""From a probability and rules to a verdict: thresholds, segments, the control group, and what holds without a model."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from contracts.controls import PolicyControl, PolicyRule, PolicySegment
from contracts.decisions import Verdict
from risk.expressions.check import Checked, check
from risk.expressions.errors import ExpressionError
from risk.expressions.program import ALWAYS_MS, FOREVER_MS, Clause, Program
from risk.expressions.schema import Schema
from risk.kernels import kernel

VERDICTS = tuple(Verdict)
ALLOW, REVIEW, STEP_UP, DENY = (VERDICTS.index(v) for v in (Verdict.ALLOW, Verdict.REVIEW, Verdict.STEP_UP, Verdict.DENY))
ANSWER_VALID_MS = 60_000
MILLIONTHS = 1_000_000
DEFAULT_VERSION = "policy-0"
_MILLIONTHS = MILLIONTHS
_NEVER = MILLIONTHS + 1
_WORD = 64


class SaysThresholds(Protocol):
    """A policy, a segment of one, or a document: probabilities from 0 to 1."""

    @property
    def review_from(self) -> float:
        """From here on somebody looks."""

    @property
    def step_up_from(self) -> float | None:
        """From here on the customer is challenged; None: nowhere."""

    @property
    def deny_from(self) -> float:
        """From here on nothing moves."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From which probability on what happens, in millionths. None crosses the one after it."""

    review_from: int
    step_up_from: int
    deny_from: int

    @classmethod
    def of(cls, source: "SaysThresholds") -> "Thresholds":
        """Return those of a policy or a segment. Raises ValueError for crossed ones."""
        step_up_from = source.deny_from if source.step_up_from is None else source.step_up_from
        if not source.review_from <= step_up_from <= source.deny_from:
            raise ValueError(
                f"review_from {source.review_from}, step_up_from {step_up_from} and deny_from {source.deny_from} "
                "have to come in this order"
            )
        return cls(millionths(source.review_from), millionths(step_up_from), millionths(source.deny_from))


NO_MODEL = Thresholds(_NEVER, _NEVER, _NEVER)


def millionths(value: float) -> int:
    """Round half to even to a millionth; decisions compare and store these, so that they survive JSON unchanged."""
    return round(value * MILLIONTHS)


class Ruling:
    """A policy, compiled: which rules and thresholds turn features and a probability into verdicts.

    `codes` are the rules' in the order of their bits; versions of one rule share a bit. The bits after them are the segments'.
    Raises ValueError for an expression that does not fit the schema, with the place of what is wrong.
    """

    def __init__(
        self,
        version: str,
        *,
        schema: Schema,
        rules: Sequence[PolicyRule],
        thresholds: Thresholds,
        control_group_ppm: int,
        segments: Sequence[PolicySegment] = (),
    ) -> None:
        self.version = version
        self.codes = tuple(dict.fromkeys(rule.code for rule in rules))
        bits = {code: bit for bit, code in enumerate(self.codes)}
        clauses = [
            Clause(
                checked(rule.code, rule.when, schema),
                bits[rule.code],
                ALWAYS_MS if rule.valid_from is None else rule.valid_from,
                FOREVER_MS if rule.valid_until is None else rule.valid_until,
            )
            for rule in rules
        ]
        clauses += [
            Clause(checked(segment.code, segment.when, schema), len(self.codes) + place)
            for place, segment in enumerate(segments)
        ]
        self.program = Program(clauses)
        self.acting, self.mandatory = (np.zeros(self.program.words, np.uint64) for _ in range(2))
        self._actions = np.zeros(len(self.codes), np.int64)
        for rule in rules:
            word, bit = divmod(bits[rule.code], _WORD)
            self._actions[bits[rule.code]] = VERDICTS.index(Verdict(rule.action))
            self.acting[word] |= np.uint64(not rule.shadow) << np.uint64(bit)
            self.mandatory[word] |= np.uint64(rule.mandatory) << np.uint64(bit)
        own = [Thresholds.of(segment) for segment in segments]
        self._thresholds = np.array(
            [(each.review_from, each.step_up_from, each.deny_from) for each in (*own, thresholds)], np.int64
        )
        self._control_group_ppm = control_group_ppm

    def decide(
        self, score_millionths: NDArray[np.int64], hits: NDArray[np.uint64], identity: NDArray[np.uint64]
    ) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Return (verdicts int64[n], control group bool[n]); `score_millionths` is negative where no model scored."""
        verdicts, control_group = np.empty(len(hits), np.int64), np.empty(len(hits), np.bool_)
        decide_verdicts(
            score_millionths, hits, self._actions, self.acting, self.mandatory, self._thresholds, self._control_group_ppm,
            identity, verdicts, control_group,
        )  # fmt: skip
        return verdicts, control_group

    def names_of(self, hits: NDArray[np.uint64], *, acting: bool) -> list[str]:
        """Return the codes of the rules that one row (uint64[W]) hit, in the policy's order: acting ones or shadow ones."""
        chosen = hits & self.acting if acting else hits & ~self.acting
        return [code for bit, code in enumerate(self.codes) if int(chosen[bit // _WORD]) >> bit % _WORD & 1]


def checked(code: str, expression: str, schema: Schema) -> Checked:
    """Check a rule's or a segment's expression. Raises ValueError that names it."""
    try:
        return check(expression, schema)
    except ExpressionError as problem:
        raise ValueError(f"{code}: {problem.detail}") from problem


def ruling_from(control: PolicyControl, *, schema: Schema, built_in: Sequence[PolicyRule]) -> Ruling:
    """Return the ruling that a control asks for.

    Raises ValueError for a rule that is not built in, an expression that does not fit, or crossed thresholds.
    """
    return Ruling(
        control.version,
        schema=schema,
        rules=_chosen(built_in, control.enabled_rules) if control.rules is None else control.rules,
        thresholds=Thresholds.of(control),
        control_group_ppm=control.control_group_ppm,
        segments=control.segments,
    )


def _chosen(built_in: Sequence[PolicyRule], enabled: Sequence[str] | None) -> list[PolicyRule]:
    if enabled is None:
        return list(built_in)
    if unknown := set(enabled) - {rule.code for rule in built_in}:
        raise ValueError(f"no such rule: {', '.join(sorted(unknown))}")
    return [rule for rule in built_in if rule.code in enabled]


@kernel
def decide_verdicts(
    score_millionths: NDArray[np.int64],
    hits: NDArray[np.uint64],
    actions: NDArray[np.int64],
    acting: NDArray[np.uint64],
    mandatory: NDArray[np.uint64],
    thresholds: NDArray[np.int64],
    control_group_ppm: int,
    identity: NDArray[np.uint64],
    verdicts: NDArray[np.int64],
    control_group: NDArray[np.bool_],
) -> None:
    """Fill `verdicts` and `control_group`, row by row.

    `thresholds` (S + 1, 3): of each segment, in order, and last the policy's own; the first segment whose bit is set counts.
    The severest of model and acting rules stands, but where a rule that allows was hit the model is not asked. A step-up is a
    review until there are challenges. A row of the control group is let through unless a mandatory rule was hit.
    """
    rules, segments = actions.shape[0], thresholds.shape[0] - 1
    for row in range(score_millionths.shape[0]):
        chosen = segments
        for segment in range(segments):
            bit = rules + segment
            if hits[row, bit >> 6] >> np.uint64(bit & 63) & np.uint64(1):
                chosen = segment
                break
        model = ALLOW
        if score_millionths[row] >= thresholds[chosen, 2]:
            model = DENY
        elif score_millionths[row] >= thresholds[chosen, 1]:
            model = STEP_UP
        elif score_millionths[row] >= thresholds[chosen, 0]:
            model = REVIEW
        if score_millionths[row] < 0:
            model = ALLOW
        verdict, excused, bound = ALLOW, False, False
        for word in range(acting.shape[0]):
            hit = hits[row, word] & acting[word]
            bound |= hit & mandatory[word] != 0
            bit = word << 6
            while hit != 0 and bit < rules:
                if hit & np.uint64(1):
                    excused |= actions[bit] == ALLOW
                    verdict = max(verdict, actions[bit])
                hit >>= np.uint64(1)
                bit += 1
        if not excused:
            verdict = max(verdict, model)
        if verdict == STEP_UP:
            verdict = REVIEW
        drawn = np.int64((identity[row] >> np.uint64(20)) % np.uint64(_MILLIONTHS)) < control_group_ppm
        control_group[row] = drawn and verdict != ALLOW and not bound
        verdicts[row] = ALLOW if control_group[row] else verdict
