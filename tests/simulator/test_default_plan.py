"""The bank that the first start makes when nobody asks for another: how long, how many people, how many transactions."""

from datetime import date, timedelta

import numpy as np

from kit.clock import ManualClock
from kit.settings import Demo
from pipelines.bootstrap.run import plan
from simulator.bank import draft
from simulator.calendar import day_of, day_start_ms
from simulator.population import make_population

LEAST_TRANSACTIONS = 1_000_000
SHARE_PAID = 0.93
"""Of what somebody wants to do, what the funds allow: 95 in 100, as two whole periods were simulated."""
EVERY_DAYS = 8
"""Every eighth day is simulated: all weekdays come, and paydays as often as in life."""


def test_the_default_bank_has_ten_thousand_customers_ninety_days_and_a_million_transactions(tmp_path) -> None:
    asked = plan(Demo(), tmp_path, ManualClock(day_start_ms(date(2026, 4, 1))))
    assert (asked.customers, asked.days) == (10_000, 90)
    people = make_population(seed=asked.seed, customers=asked.customers, tenant_id=asked.tenant_id)
    drafted = [
        len(
            draft(
                np.random.default_rng([asked.seed, 5, number]),
                people,
                day_of(asked.first_day + timedelta(days=number)),
                progress=number / asked.days,
            )
        )
        for number in range(0, asked.days, EVERY_DAYS)
    ]
    estimated = sum(drafted) / len(drafted) * asked.days
    assert SHARE_PAID * estimated > LEAST_TRANSACTIONS
    assert estimated < 1.5 * LEAST_TRANSACTIONS
