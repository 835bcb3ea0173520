"""People and firms by chance: who is called how."""

import random
from dataclasses import dataclass

from simulator.labelled_names.words_of_firms import FORMS, PLACES, STEM, TRADES
from simulator.labelled_names.words_of_people import CULTURES


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody: given names, surname, and the language whose names they are (a key of `CULTURES`)."""

    given: tuple[str, ...]
    surname: str
    culture: str

    @property
    def name(self) -> str:
        """The name as its language orders it."""
        if self.culture in ("chinese", "korean"):
            return f"{self.surname} {' '.join(self.given)}"
        return f"{' '.join(self.given)} {self.surname}"


@dataclass(frozen=True, slots=True)
class Firm:
    """A firm: what it is called after, its trade, its form; trade and form may be empty."""

    stems: tuple[str, ...]
    trade: str
    form: str

    @property
    def name(self) -> str:
        """All of it, in its usual order."""
        return " ".join(part for part in (*self.stems, self.trade, self.form) if part)


def person_by_chance(rng: random.Random) -> Person:
    """Return somebody of any language."""
    culture = rng.choice(tuple(CULTURES))
    given, surnames = (text.split() for text in CULTURES[culture])
    many = (
        1
        if culture in ("chinese", "korean")
        else rng.choice((1, 1, 2, 2, 3) if culture in ("arabic", "iberian") else (1, 1, 1, 2))
    )
    surname = rng.choice(surnames)
    if culture == "iberian" and rng.random() < 0.5:
        surname = f"{surname} {rng.choice(('', 'de ', 'dos '))}{rng.choice(surnames)}"
    if culture == "russian" and rng.random() < 0.5:
        father = rng.choice(
            ("Ivanovich", "Sergeyevich", "Nikolayevich", "Mikhaylovich", "Vladimirovich", "Petrovich", "Aleksandrovna")
        )
        return Person((rng.choice(given), father), surname, culture)
    if culture == "arabic" and rng.random() < 0.3:
        return Person((rng.choice(given), "bin", rng.choice(given)), surname, culture)
    return Person(tuple(rng.sample(given, many)), surname, culture)


def stem_by_chance(rng: random.Random) -> str:
    """Return a word that means nothing, or three letters."""
    if rng.random() < 0.12:
        return "".join(rng.choice("ABCDEFGHKLMNPRSTVXZ") for _ in range(3))
    return "".join(rng.choice(STEM) for _ in range(rng.choice((2, 2, 3, 3, 4)))).capitalize()


def firm_by_chance(rng: random.Random) -> Firm:
    """Return a firm of any trade."""
    stems = [stem_by_chance(rng)]
    if rng.random() < 0.3:
        stems.insert(rng.randrange(2), rng.choice(PLACES))
    elif rng.random() < 0.25:
        stems.append(stem_by_chance(rng))
    if rng.random() < 0.08:
        stems.append(str(rng.randrange(2, 30)))
    trade = "" if rng.random() < 0.1 else rng.choice(TRADES)
    if trade and rng.random() < 0.25:
        more = rng.choice(TRADES)
        trade = trade if more in trade or trade in more else f"{trade} {more}"
    return Firm(tuple(stems), trade, "" if rng.random() < 0.2 else rng.choice(tuple(FORMS)))
