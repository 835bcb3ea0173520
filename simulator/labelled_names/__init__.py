"""Made-up names and what happens to names: labelled pairs for measuring and for learning, without any real list.

Given names and surnames are common ones of several languages, put together by chance; firms are stems of chance syllables with
the words and forms that firms have. A pair that matches is a name and the same name after one or two of `CHANGES`; one
that does not is a name and a near neighbour of it (`strangers`), or an unrelated one.
"""

import random
from dataclasses import dataclass

from simulator.labelled_names.changes import CHANGES, changed, changes_of, mistyped
from simulator.labelled_names.drawn import Firm, Person, firm_by_chance, person_by_chance, stem_by_chance
from simulator.labelled_names.strangers import other_firm, other_person

__all__ = ["CHANGES", "Pair", "labelled_pairs", "made_up_names", "mistyped_pairs", "numbered_pairs", "typing_errors"]

SECOND_ERROR_SHARE = 0.2
"""Of mistyped words that have more than one error: F. J. Damerau, CACM 7(3), 1964, found one error in 80 of 100."""
_ROMAN = ["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX"]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two names, whether they are one, and what was done: a change's name, or how a stranger was chosen."""

    query: str
    candidate: str
    match: bool
    kind: str


def made_up_names(count: int, *, seed: int) -> list[str]:
    """Return `count` names of people and firms, three to two."""
    rng = random.Random(seed)  # noqa: S311 - a simulation
    return [person_by_chance(rng).name if rng.random() < 0.6 else firm_by_chance(rng).name for _ in range(count)]


def labelled_pairs(count: int, *, seed: int) -> list[Pair]:
    """Return `count` labelled pairs, about half of them matching."""
    rng = random.Random(seed)  # noqa: S311 - a simulation
    found: list[Pair] = []
    while len(found) < count:
        person = rng.random() < 0.6
        thing: Person | Firm = person_by_chance(rng) if person else firm_by_chance(rng)
        if rng.random() < 0.5:
            name, kinds = thing.name, []
            for _ in range(1 if rng.random() < 0.7 else 2):
                kind = rng.choice(changes_of(thing))
                after = changed(kind, name, thing, rng)
                if after and after != name:
                    name = after
                    kinds.append(kind)
            if kinds:
                found.append(Pair(name, thing.name, True, "+".join(kinds)))
        else:
            other, kind = other_person(thing, rng) if isinstance(thing, Person) else other_firm(thing, rng)
            if other.casefold() != thing.name.casefold():
                found.append(Pair(other, thing.name, False, kind))
    return found


def typing_errors(names: list[str], *, seed: int) -> list[Pair]:
    """Return each name after one error of typing, or after two, as a matching pair."""
    rng = random.Random(seed)  # noqa: S311 - a simulation
    found = []
    for name in names:
        typed = mistyped(name, rng)
        if rng.random() < SECOND_ERROR_SHARE:
            typed = mistyped(typed, rng)
        if typed != name:
            found.append(Pair(typed, name, True, "typing"))
    return found


def mistyped_pairs(count: int, *, seed: int) -> list[Pair]:
    """Return `count` names after typing errors, each as a pair with the name that was meant, and with an unrelated one."""
    rng = random.Random(seed)  # noqa: S311 - a simulation
    names = made_up_names(count, seed=seed + 1)
    typed = typing_errors(names, seed=seed + 1)
    strangers = [Pair(pair.query, rng.choice(names), False, "unrelated") for pair in typed]
    return [*typed, *(pair for pair in strangers if pair.query != pair.candidate)]


def numbered_pairs(count: int, *, seed: int) -> list[Pair]:
    """Return `count` pairs of firms that a number alone tells apart, in Roman figures or Arabic ones: funds, ships' owners."""
    rng = random.Random(seed)  # noqa: S311 - a simulation
    found = []
    for _ in range(count):
        figures = [str(number) for number in range(1, 10)] if rng.random() < 0.4 else _ROMAN
        trade, form = rng.choice(("Fund", "Shipping", "Holding", "Capital")), rng.choice(("LP", "Ltd", "Inc"))
        stem = stem_by_chance(rng)
        one, other = (f"{stem} {trade} {figure} {form}" for figure in rng.sample(figures, 2))
        found.append(Pair(one, other, False, "other number"))
    return found
