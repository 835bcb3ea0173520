"""Plants schemes over accounts and a period: so many of each scenario and kind, each at a moment of its own."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from simulator.laundering.draw import DAY_MS, HOUR_MS, Account, Draw, Kind, Row, Scheme, scheme_id_of
from simulator.laundering.schemes import PLANTS

# Some schemes have a past of their own, which has to lie within the history.
PAST_MS, LONGEST_MS = 130 * DAY_MS, 26 * DAY_MS
_OPENS_MS, _OPEN_FOR_MS = 9 * HOUR_MS, 9 * HOUR_MS


@dataclass(frozen=True, slots=True)
class Planted:
    """Payments as rows of `contracts.Transaction` (what is not there is null), whose they are, and the schemes they make."""

    rows: Sequence[Row]
    accounts: Sequence[Account]
    schemes: Sequence[Scheme]


def plant(*, seed: int, tenant_id: str, first_ms: int, until_ms: int, each: int) -> Planted:
    """Plant `each` of every scenario and kind between two moments, `first_ms` being midnight of a day.

    Some schemes have a past of their own before it (up to PAST_MS). The same arguments plant the same. Raises ValueError where
    the period is no longer than the longest scheme.
    """
    if until_ms - first_ms <= LONGEST_MS:
        raise ValueError(f"a period of more than {LONGEST_MS // DAY_MS} days is needed")
    draw = Draw(rng=np.random.default_rng([seed, 31]), tenant_id=tenant_id, run=f"m{seed}")
    days = (until_ms - LONGEST_MS - first_ms) // DAY_MS
    schemes = []
    for scenario, kinds in PLANTS.items():
        for kind, planted in kinds.items():
            for number in range(each):
                at = first_ms + int(draw.rng.integers(days)) * DAY_MS + _OPENS_MS + int(draw.rng.integers(_OPEN_FOR_MS))
                schemes.append(_one(scenario, kind, number, planted(draw, at)))
    return Planted(rows=draw.rows, accounts=draw.accounts, schemes=schemes)


def _one(scenario: str, kind: Kind, number: int, made: tuple[Account, list[str]]) -> Scheme:
    account, transactions = made
    return Scheme(scheme_id_of(scenario, kind, number), scenario, kind, account.account_id, tuple(transactions))
