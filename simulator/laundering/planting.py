"""Plants schemes over accounts and a period: so many of each scenario and kind, each at a moment of its own."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from simulator.laundering.draw import DAY_MS, HOUR_MS, Account, Draw, Kind, Row, Scheme, scheme_id_of
from simulator.laundering.schemes import PLANTS, Plant

LONGEST_MS = 26 * DAY_MS
Plants = Mapping[str, Mapping[Kind, Plant]]
_OPENS_MS, _OPEN_FOR_MS = 9 * HOUR_MS, 9 * HOUR_MS


@dataclass(frozen=True, slots=True)
class Planted:
    """Payments as rows of `contracts.Transaction` (what is not there is null), whose they are, and the schemes they make.

    What was said beside them: `devices` (customer, device, from when and until when in ms, None while it is), `notices`
    (account, day, amount, given when in ms) and `incomes` (customer, a month's, from when in ms).
    """

    rows: Sequence[Row]
    accounts: Sequence[Account]
    schemes: Sequence[Scheme]
    devices: Sequence[tuple[str, str, int, int | None]] = ()
    notices: Sequence[tuple[str, date, int, int]] = ()
    incomes: Sequence[tuple[str, int, int]] = ()


def plant(
    *, seed: int, tenant_id: str, first_ms: int, until_ms: int, each: int, plants: Sequence[Plants] = (PLANTS,)
) -> Planted:
    """Plant `each` of every scenario and kind between two moments, `first_ms` being midnight of a day.

    Some schemes have a past of their own before it (up to 130 days). The same arguments plant the same. Raises ValueError where
    the period is no longer than the longest scheme.
    """
    if until_ms - first_ms <= LONGEST_MS:
        raise ValueError(f"a period of more than {LONGEST_MS // DAY_MS} days is needed")
    draw = Draw(rng=np.random.default_rng([seed, 31]), tenant_id=tenant_id, run=f"m{seed}")
    days = (until_ms - LONGEST_MS - first_ms) // DAY_MS
    schemes = []
    wanted = [(scenario, kind, one) for some in plants for scenario, kinds in some.items() for kind, one in kinds.items()]
    numbers: Counter[tuple[str, Kind]] = Counter()
    for scenario, kind, planted in wanted:
        for _ in range(each):
            at = first_ms + int(draw.rng.integers(days)) * DAY_MS + _OPENS_MS + int(draw.rng.integers(_OPEN_FOR_MS))
            schemes.append(_one(scenario, kind, numbers[scenario, kind], planted(draw, at)))
            numbers[scenario, kind] += 1
    return Planted(draw.rows, draw.accounts, schemes, draw.devices, draw.notices, draw.incomes)


def _one(scenario: str, kind: Kind, number: int, made: tuple[Account, list[str]]) -> Scheme:
    account, transactions = made
    return Scheme(scheme_id_of(scenario, kind, number), scenario, kind, account.account_id, tuple(transactions))
