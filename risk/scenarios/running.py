"""Where each scenario runs, and how soon an alert is there. Derived from what each engine takes. Pure."""

from enum import StrEnum

from risk.scenarios.asking import ASKED
from risk.scenarios.catalogue import SCENARIOS
from risk.scenarios.statements import streamed


class Runner(StrEnum):
    """What looks at live money for a scenario."""

    FLINK = "flink"
    FAUST = "faust"
    NIGHT = "night"
    ROUTE = "route"


HOW_SOON = {
    Runner.FLINK: "seconds after the last payment; again at night, for what a stream cannot see",
    Runner.FAUST: "seconds after the payment; again at night",
    Runner.NIGHT: "the next morning",
    Runner.ROUTE: "at once, by who asks",
}
# Of cases and of who is paid: routes and lists, each of which says so by itself.
BY_ROUTE = {
    "refund-request": "POST /v1/med: a dispute with its clocks",
    "precautionary-block": "POST /v1/blocks: a hold that ends by itself",
    "suspected-fraud-refused": "the scorer refuses who is paid by a list: a denied decision and its alert",
}


def runner(code: str) -> Runner:
    """Return what finds a scenario first. Raises KeyError for one that is not declared."""
    declared = SCENARIOS[code].code
    if declared in BY_ROUTE:
        return Runner.ROUTE
    if declared in ASKED:
        return Runner.FAUST
    return Runner.FLINK if declared in streamed() else Runner.NIGHT


NIGHTLY = tuple(code for code in SCENARIOS if code not in BY_ROUTE)
"""The codes of the scenarios that are looked for every night: all that are about payments, live or not."""
