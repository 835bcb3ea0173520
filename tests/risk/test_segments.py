"""Every state lies in one region, every age in one band, and what is not known is neither."""

import re
from datetime import UTC, datetime
from typing import get_args

import numpy as np
import pytest

from kit.settings import REPOSITORY_ROOT
from risk.segments import AGE_GROUPS, REGION_GROUPS, REGION_OF, STATES, UNKNOWN, age_groups, region_groups
from serving.customers.schemas import State
from simulator.places import CITIES


def at(year: int, month: int = 6) -> int:
    return int(datetime(year, month, 30, 23, 59, tzinfo=UTC).timestamp() * 1_000)


@pytest.mark.parametrize(
    ("born", "year", "band"),
    [
        (2002, 2026, "below 25"), (2001, 2026, "25 to 34"), (1992, 2026, "25 to 34"), (1991, 2026, "35 to 44"),
        (1961, 2026, "65 and more"), (1961, 2025, "55 to 64"), (1906, 2026, "65 and more"), (1905, 2026, UNKNOWN),
        (2027, 2026, UNKNOWN), (0, 2026, UNKNOWN),
    ],
)  # fmt: skip
def test_an_age_is_the_year_less_that_of_birth(born, year, band):
    assert AGE_GROUPS[age_groups(np.array([born]), np.array([at(year)]))[0]] == band


def test_the_age_is_that_of_the_moment():
    found = age_groups(np.array([2001, 2001]), np.array([at(2025, 12), at(2026, 1)]))
    assert [AGE_GROUPS[place] for place in found] == ["below 25", "25 to 34"]


def test_states_are_the_27_of_the_five_regions():
    assert len(REGION_OF) == sum(map(len, STATES.values())) == 27
    places = region_groups(["BA", "SP", "DF", "AM", "RS", None, "", "XX"])
    assert [REGION_GROUPS[place] for place in places] == [
        "Nordeste", "Sudeste", "Centro-Oeste", "Norte", "Sul", UNKNOWN, UNKNOWN, UNKNOWN,
    ]  # fmt: skip


def test_whoever_names_a_state_names_one_of_them():
    migration = (REPOSITORY_ROOT / "deploy/migrations/core/versions/0012_person_facts.sql").read_text()
    assert set(re.findall(r"'([A-Z]{2})'", migration)) == REGION_OF.keys()
    assert set(get_args(State)) == REGION_OF.keys()
    assert {place.state for place in CITIES} <= REGION_OF.keys()
