"""How right scenarios are: of planted schemes what is found, and what is found beside them.

A finding is true where one of its payments is of a scheme, whichever, or a fraud. Rules by which a payment is reported, refused
or looked at whatever it was for (`BY_RULE`) are right by what they are, and are not counted among alarms.
"""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass

from pipelines.aml.scenarios.finding import Finding
from simulator.laundering.draw import Kind, Scheme

BY_RULE = frozenset({"cash-report", "cash-without-notice", "pix-at-night", "unregistered-device", "new-payee-account"})


@dataclass(frozen=True, slots=True)
class Measured:
    """One scenario: schemes that were planted and found; near misses, twins and findings of ordinary life that were alarms."""

    scenario: str
    planted: int
    caught: int
    near_misses: int
    near_misses_found: int
    twins: int
    twins_found: int
    true_findings: int
    false_findings: int

    @property
    def recall(self) -> float | None:
        """The part of the schemes that was found; None where none were planted."""
        return self.caught / self.planted if self.planted else None


def measured(
    scenario: str, findings: Sequence[Finding], schemes: Sequence[Scheme], *, frauds: Container[str] = frozenset()
) -> Measured:
    """Return how right a scenario's findings are; `frauds` are the payments that are known to be fraud."""
    of_scheme = {transaction: each for each in schemes for transaction in each.transactions}
    hit: dict[str, Scheme] = {}
    true = false = 0
    for finding in findings:
        met = {of_scheme[each].scheme_id: of_scheme[each] for each in finding.transactions if each in of_scheme}
        hit |= met
        if any(each.kind is Kind.SCHEME for each in met.values()) or any(each in frauds for each in finding.transactions):
            true += 1
        else:
            false += 1
    own = [each for each in schemes if each.scenario == scenario]
    found = _counted([each for each in own if each.scheme_id in hit])
    there = _counted(own)
    return Measured(
        scenario=scenario,
        planted=there[Kind.SCHEME],
        caught=found[Kind.SCHEME],
        near_misses=there[Kind.NEAR_MISS],
        near_misses_found=found[Kind.NEAR_MISS],
        twins=there[Kind.TWIN],
        twins_found=found[Kind.TWIN],
        true_findings=true,
        false_findings=false,
    )


def _counted(schemes: Sequence[Scheme]) -> Mapping[Kind, int]:
    return {kind: sum(each.kind is kind for each in schemes) for kind in Kind}
