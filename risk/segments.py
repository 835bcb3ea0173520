"""Groups of customers that a model is held to: bands of age and Brazil's regions. What is not known is a group of its own.

Of a person the year of birth and the state are enough, so no more is asked for: an age is the year less the year of birth,
which is at most one too many. States and regions are those of IBGE.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

UNKNOWN = "unknown"
AGE_FROM = (0, 25, 35, 45, 55, 65)
AGE_NAMES = ("below 25", "25 to 34", "35 to 44", "45 to 54", "55 to 64", "65 and more")
AGE_GROUPS = (*AGE_NAMES, UNKNOWN)
OLDEST = 120
STATES: Mapping[str, tuple[str, ...]] = {
    "Norte": ("AC", "AM", "AP", "PA", "RO", "RR", "TO"),
    "Nordeste": ("AL", "BA", "CE", "MA", "PB", "PE", "PI", "RN", "SE"),
    "Centro-Oeste": ("DF", "GO", "MS", "MT"),
    "Sudeste": ("ES", "MG", "RJ", "SP"),
    "Sul": ("PR", "RS", "SC"),
}
REGION_NAMES = tuple(STATES)
REGION_GROUPS = (*REGION_NAMES, UNKNOWN)
REGION_OF = {state: region for region, states in STATES.items() for state in states}
YEAR_UNKNOWN = 0


def age_groups(birth_years: NDArray[np.int64], moments_ms: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return places in `AGE_GROUPS`, int64[n], of years of birth (0 for unknown) at moments in milliseconds since 1970."""
    years = moments_ms.astype("datetime64[ms]").astype("datetime64[Y]").astype(np.int64) + 1970
    ages = years - birth_years
    known = (birth_years != YEAR_UNKNOWN) & (ages >= 0) & (ages <= OLDEST)
    return np.where(known, np.searchsorted(AGE_FROM, ages, side="right") - 1, AGE_GROUPS.index(UNKNOWN))


def region_groups(states: Sequence[str | None]) -> NDArray[np.int64]:
    """Return places in `REGION_GROUPS`, int64[n], of states by their two letters."""
    place = {name: number for number, name in enumerate(REGION_GROUPS)}
    return np.array([place[REGION_OF.get(state or "", UNKNOWN)] for state in states], np.int64)
