"""All scenarios that history can be asked, each with the parameters that hold."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from types import MappingProxyType

from pipelines.aml.scenarios import cash, counterparties, graphs, passing, profiles, single
from pipelines.aml.scenarios.finding import Finding
from pipelines.aml.scenarios.payments import History
from risk.scenarios.parameters import Version, in_force

Detector = Callable[[History, Mapping[str, int]], list[Finding]]
DETECTORS: Mapping[str, Detector] = MappingProxyType(
    {
        "cash-structuring": cash.structuring,
        "repeated-atm-deposits": cash.repeated_atm_deposits,
        "cash-report": cash.report,
        "cash-without-notice": cash.without_notice,
        "fan-in": counterparties.fan_in,
        "fan-out": counterparties.fan_out,
        "pass-through": passing.pass_through,
        "mirroring": passing.mirroring,
        "repeated-amounts": counterparties.repeated_amounts,
        "just-under-a-limit": counterparties.just_under_a_limit,
        "round-trip": graphs.round_trip,
        "layering": graphs.layering,
        "scatter-gather": graphs.scatter_gather,
        "dormant-wakes": profiles.dormant_wakes,
        "new-payee-account": profiles.new_payee_account,
        "volume-surge": profiles.volume_surge,
        "outlier-amount": profiles.outlier_amount,
        "benford": profiles.benford,
        "impossible-travel": single.impossible_travel,
        "pix-at-night": single.pix_at_night,
        "unregistered-device": single.unregistered_device,
        "customer-mismatch": profiles.customer_mismatch,
    }
)
"""By scenario. Those of `risk.scenarios.catalogue` that are not here are about cases, not about payments."""


def found(history: History, *, scenario: str, day: date, versions: Iterable[Version] = ()) -> list[Finding]:
    """Return what a scenario finds with the parameters that hold on a day, oldest first. Raises KeyError for one of cases."""
    return DETECTORS[scenario](history, in_force(versions, scenario=scenario, day=day))
