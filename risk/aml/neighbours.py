"""What is believed of the accounts around one: through payments, a common payer, a common payee, a circle or a scatter.

A belief is a number in [0, 1] an account. No column of an account reads the belief in that account itself, so that a label
known of some accounts tells nothing of its own account back to it.
"""

import numpy as np

from risk.aml import scatters as scatter
from risk.aml.circles import Circles
from risk.aml.graph import Columns, Floats, Ints, PaymentGraph, greatest_of, share, total_of
from risk.aml.scatters import Scatters

FIRM_BELIEF = 0.5


def belief_columns(graph: PaymentGraph, rings: Circles, spread: Scatters, belief: Floats) -> Columns:
    """Return float64[accounts] by name from the beliefs float64[accounts] in the others."""
    pairs = graph.pairs
    return {
        **_direct(graph, "payees", pairs.payer, pairs.payee, belief),
        **_direct(graph, "payers", pairs.payee, pairs.payer, belief),
        **_siblings(graph, "siblings", pairs.payer, pairs.payee, belief),
        **_siblings(graph, "rivals", pairs.payee, pairs.payer, belief),
        **_circle(graph, rings, belief),
        **scatter.believed_columns(graph, spread, belief),
    }


def _direct(graph: PaymentGraph, name: str, account: Ints, other: Ints, belief: Floats) -> Columns:
    """Of the accounts that one pays, or that pay it."""
    total = total_of(account, belief[other], graph.accounts)
    return {
        f"believed_{name}": total,
        f"believed_{name}_greatest": greatest_of(account, belief[other], graph.accounts, none=0.0),
        f"believed_{name}_share": share(total, np.bincount(account, minlength=graph.accounts)),
    }


def _siblings(graph: PaymentGraph, name: str, middle: Ints, account: Ints, belief: Floats) -> Columns:
    """Of the other payees of one's payers (siblings), or the other payers of one's payees (rivals)."""
    total = total_of(middle, belief[account], graph.accounts)
    firm = total_of(middle, belief[account] > FIRM_BELIEF, graph.accounts)
    others = total[middle] - belief[account]
    firm_others = firm[middle] - (belief[account] > FIRM_BELIEF)
    count = np.bincount(middle, minlength=graph.accounts)[middle] - 1
    mean = np.where(count > 0, others / np.maximum(count, 1), 0.0)
    return {
        f"believed_{name}": greatest_of(account, others, graph.accounts, none=0.0),
        f"believed_{name}_firm": greatest_of(account, firm_others, graph.accounts, none=0.0),
        f"believed_{name}_share": greatest_of(account, mean, graph.accounts, none=0.0),
        f"believed_{name}_with_middle": greatest_of(account, others * belief[middle], graph.accounts, none=0.0),
        f"believed_{name}_share_with_middle": greatest_of(account, mean * belief[middle], graph.accounts, none=0.0),
    }


def _circle(graph: PaymentGraph, found: Circles, belief: Floats) -> Columns:
    """Of the others in a circle, and at the other places of a closed path."""
    accounts, hub = graph.accounts, found.member_hub
    total = total_of(found.member_circle, belief[found.member], len(found))
    others = total[found.member_circle] - belief[found.member]
    mean = others / np.maximum(found.accounts[found.member_circle] - 1, 1)
    # A hub that gathers is a member of its circle too.
    own = total_of(found.member_circle, belief[found.member] * (found.member == hub), len(found))
    led = total - own
    return {
        "believed_circle": greatest_of(found.member, others, accounts, none=0.0),
        "believed_circle_share": greatest_of(found.member, mean, accounts, none=0.0),
        "believed_led": greatest_of(found.circle_hub, led, accounts, none=0.0),
        "believed_led_share": greatest_of(found.circle_hub, led / np.maximum(found.accounts, 1), accounts, none=0.0),
        "believed_gatherer": greatest_of(found.sender, belief[found.gatherer], accounts, none=0.0),
        "believed_senders": _total_apart(found.gatherer, found.sender, belief, accounts),
        "believed_hub": greatest_of(found.member, belief[hub] * (hub != found.member), accounts, none=0.0),
    }


def _total_apart(account: Ints, other: Ints, belief: Floats, accounts: int) -> Floats:
    """Sum the beliefs in each account's others, each other once."""
    keys = np.unique(account * accounts + other)
    return total_of(keys // accounts, belief[keys % accounts], accounts)
