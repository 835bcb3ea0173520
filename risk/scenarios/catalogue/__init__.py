"""The scenarios there are, with the parameters that hold where a bank has said nothing.

Thresholds are choices within what the named texts ask for, except where the rule says that a text gives the number: a cash
operation of R$ 50,000 is reported, and three business days' notice goes before a withdrawal of as much.
"""

from collections.abc import Mapping
from types import MappingProxyType

from risk.scenarios.catalogue.accounts import ACCOUNTS
from risk.scenarios.catalogue.bounds import DAY_MS, HOUR_MS
from risk.scenarios.catalogue.cases import CASES
from risk.scenarios.catalogue.cash import CASH
from risk.scenarios.catalogue.graph import GRAPH
from risk.scenarios.catalogue.habits import HABITS
from risk.scenarios.catalogue.payments import PAYMENTS
from risk.scenarios.declared import Scenario
from risk.scenarios.triage import with_triage

__all__ = ["DAY_MS", "HOUR_MS", "SCENARIOS"]

SCENARIOS: Mapping[str, Scenario] = MappingProxyType(
    {each.code: with_triage(each) for group in (CASH, ACCOUNTS, GRAPH, HABITS, PAYMENTS, CASES) for each in group}
)
"""By code, in the order in which they are told of."""
