"""Companies that many households pay again and again: a few of each kind, with the code that their cards are charged under."""

from dataclasses import dataclass

import numpy as np

from simulator.names import SURNAMES
from simulator.statements.kinds import KINDS, PROVIDER_NAMES, Other
from simulator.statements.lettering import plain

PER_KIND = 14
_FIRST_BILLER, _FIRST_MERCHANT = 951_000_000, 90_000
_WORDS = (
    "NORTE", "SUL", "LESTE", "OESTE", "CENTRO", "VALE", "SERRA", "LITORAL", "CAPITAL", "NACIONAL", "BRASIL", "UNIAO", "ALFA",
    "OMEGA", "NOVA", "VIVA BEM", "MAIS", "PRIMAVERA", "ALVORADA", "HORIZONTE", "PIONEIRA", "ATLANTICA", "SANTA CRUZ", "MODELO",
)  # fmt: skip
SHARE_WRONG_CODE, SHARE_WITHOUT_CODE = 0.08, 0.05


@dataclass(frozen=True, slots=True)
class Provider:
    """A company as statements know it."""

    provider_id: str
    name: str
    code: int | None


def make_providers(*, seed: int) -> dict[str, list[Provider]]:
    """Return the companies of each kind that has any, by the kind's name; none is called like another of its kind."""
    rng = np.random.default_rng([seed, 32])
    found: dict[str, list[Provider]] = {}
    number = 0
    for kind in KINDS:
        if kind.other is not Other.COMPANY:
            continue
        names = list(dict.fromkeys(_name(rng, PROVIDER_NAMES[kind.name]) for _ in range(PER_KIND)))
        found[kind.name] = []
        for name in names:
            chance = rng.random()
            code = kind.code
            if code is not None and chance < SHARE_WITHOUT_CODE + SHARE_WRONG_CODE:
                code = None if chance < SHARE_WITHOUT_CODE else 5999
            known = f"m{_FIRST_MERCHANT + number}" if kind.code is not None else f"p{_FIRST_BILLER + number}"
            found[kind.name].append(Provider(known, name, code))
            number += 1
    return found


def _name(rng: np.random.Generator, forms: tuple[str, ...]) -> str:
    form = forms[int(rng.integers(0, len(forms)))]
    word, surname = _WORDS[int(rng.integers(0, len(_WORDS)))], plain(SURNAMES[int(rng.integers(0, len(SURNAMES)))])
    return form.format(w=word, s=surname)
