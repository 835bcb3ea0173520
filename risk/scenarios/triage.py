"""What becomes of a finding's alert before anybody looks: whether it opens a case, of which scheme, how much it presses. Pure.

Whether is a parameter like a scenario's others (`OPENS_CASE`): it has a default by severity, and changes by versions, for
everybody or a segment, proposed by one person and approved by another.
"""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from cases.findings import Triage
from risk.scenarios.declared import Engine, Parameter, Scenario, Severity, Unit

OPENS_CASE = "opens_case"
_BY_ITSELF = frozenset({Severity.REPORT, Severity.HIGH})
# Words of `cases` (`frontend/src/features/cases/schemes.ts` offers the same).
UNUSUAL = "unusual"
_SCHEMES: Mapping[str, str] = MappingProxyType(
    {
        "cash-structuring": "structuring",
        "repeated-atm-deposits": "structuring",
        "just-under-a-limit": "structuring",
        "fan-in": "mule_fan_in",
        "fan-out": "mule_fan_out",
        "scatter-gather": "mule_fan_out",
        "pass-through": "pass_through",
        "mirroring": "pass_through",
        "layering": "pass_through",
        "round-trip": "round_trip",
    }
)
# The ranks of a case's severity: 1 critical, 2 high, 3 medium, 4 low.
_RANKS = {Severity.REPORT: 1, Severity.HIGH: 2, Severity.MEDIUM: 3, Severity.LOW: 4}


def with_triage(scenario: Scenario) -> Scenario:
    """Return a scenario with the parameter, if it is one that finds payments."""
    if scenario.engine is Engine.CASE or not scenario.parameters:
        return scenario
    default = int(scenario.severity in _BY_ITSELF)
    opens = Parameter(OPENS_CASE, Unit.COUNT, default, 0, 1, "how many cases a finding opens by itself: 0 leaves it to people")
    return replace(scenario, parameters=(*scenario.parameters, opens))


def triage(scenario: Scenario, values: Mapping[str, int]) -> Triage:
    """Return what a scenario's findings come to with the values that hold."""
    return Triage(
        scheme=_SCHEMES.get(scenario.code, UNUSUAL), rank=_RANKS[scenario.severity], opens=bool(values.get(OPENS_CASE, 0))
    )
