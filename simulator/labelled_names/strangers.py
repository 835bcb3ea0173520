"""Near neighbours of a name that are somebody else: what no search may take for the same."""

import random

from simulator.labelled_names.drawn import Firm, Person, firm_by_chance, person_by_chance, stem_by_chance
from simulator.labelled_names.words_of_firms import PLACES, SAME_TRADES, STEM, TRADES
from simulator.labelled_names.words_of_people import CULTURES, OTHER_GENDER

_OTHER_PEOPLE = (
    *("same surname", "same given") * 3, *("near given", "near surname") * 2, "other last", "unrelated", "one name of it",
    "other gender",
    "a relative", "other middle initial", "initials alone",
)  # fmt: skip


def other_person(person: Person, rng: random.Random) -> tuple[str, str]:
    """Return the name of somebody else, most often near, and how it was chosen."""
    given, surnames = (text.split() for text in CULTURES[person.culture])
    kind = rng.choice(_OTHER_PEOPLE)
    if kind == "one name of it":
        return rng.choice((*person.given, person.surname.split()[-1])), kind
    if kind == "other gender":
        other = next((b if a == person.given[0] else a for a, b in OTHER_GENDER if person.given[0] in (a, b)), None)
        if other is not None:
            return Person((other, *person.given[1:]), person.surname, person.culture).name, kind
    if kind == "a relative" and person.culture in ("arabic", "russian"):
        others = [name for name in given if name not in person.given]
        return f"{rng.choice(others)} {person.name}", kind
    if kind == "other middle initial" and len(person.given) > 1:
        return _with_another_initial(person, given, rng), kind
    if kind == "initials alone":
        return " ".join(f"{each[0].upper()}." for each in person.name.split()), kind
    if kind == "same surname":
        others = [name for name in given if name not in person.given]
        return Person(tuple(rng.sample(others, len(person.given))), person.surname, person.culture).name, kind
    if kind == "same given":
        others = [name for name in surnames if name not in person.surname]
        return Person(person.given, rng.choice(others), person.culture).name, kind
    if kind == "near given":
        near = _nearest(person.given[0], [name for name in given if not _one_name(name, person.given[0])], rng)
        return Person((near, *person.given[1:]), person.surname, person.culture).name, kind
    if kind == "near surname":
        last = person.surname.split()[-1]
        near = _nearest(last, [name for name in surnames if name != last], rng)
        return Person(person.given, " ".join([*person.surname.split()[:-1], near]), person.culture).name, kind
    if kind == "other last" and len(person.given) > 1:
        others = [name for name in given if name not in person.given]
        return Person((rng.choice(others), *person.given[1:]), person.surname, person.culture).name, kind
    return person_by_chance(rng).name, "unrelated"


def other_firm(firm: Firm, rng: random.Random) -> tuple[str, str]:
    """Return the name of another firm, most often near, and how it was chosen."""
    kind = rng.choice(
        ("other stem", "other trade", "other number", "unrelated", "other stem", "near stem", "one more", "sister", "sister")
    )
    if kind == "sister" and firm.trade:
        trade = rng.choice([each for each in TRADES if not _same_trade(each, firm.trade)])
        return Firm(firm.stems, trade, firm.form).name, kind
    stems = firm.stems
    if kind == "other stem":
        return Firm((stem_by_chance(rng), *stems[1:]), firm.trade, firm.form).name, kind
    if kind == "other trade" and firm.trade:
        trade = rng.choice([each for each in TRADES if each not in firm.trade and firm.trade not in each])
        return Firm((rng.choice(PLACES),) if rng.random() < 0.3 else (stem_by_chance(rng),), trade, firm.form).name, kind
    if kind == "other number":
        numbers = rng.sample(range(2, 40), 2)
        plain = tuple(stem for stem in stems if not stem.isdigit())
        if any(stem.isdigit() for stem in stems):
            return Firm((*plain, str(numbers[0] + 40)), firm.trade, firm.form).name, kind
    if kind == "near stem" and len(stems[0]) >= 5:
        cut = len(stems[0]) // 2
        end = "".join(rng.choice(STEM) for _ in range(2))
        return Firm((stems[0][:cut] + end, *stems[1:]), firm.trade, firm.form).name, kind
    if kind == "one more":
        return Firm((stem_by_chance(rng), stem_by_chance(rng)), firm.trade, firm.form).name, kind
    return firm_by_chance(rng).name, "unrelated"


def _with_another_initial(person: Person, given: list[str], rng: random.Random) -> str:
    """Return the name with an initial in its middle that is none of its own middle names'."""
    own = {name[0] for name in person.given[1:]}
    initial = rng.choice([name[0] for name in given if name[0] not in own])
    return f"{person.given[0]} {initial}. {person.surname}"


def _same_trade(one: str, other: str) -> bool:
    """Whether two trades are so near that a register may call a firm by either."""
    return any(
        set(words.split()) & set(one.split()) and set(words.split()) & set(other.split()) for words in SAME_TRADES
    ) or bool(set(one.split()) & set(other.split()))


def _nearest(name: str, others: list[str], rng: random.Random) -> str:
    """Return one of the five names that share most letters at their beginning and their end."""

    def shared(other: str) -> int:
        start = next((n for n, (a, b) in enumerate(zip(name, other, strict=False)) if a != b), min(len(name), len(other)))
        end = next((n for n, (a, b) in enumerate(zip(name[::-1], other[::-1], strict=False)) if a != b), 0)
        return start + end - abs(len(name) - len(other))

    return rng.choice(sorted(others, key=shared, reverse=True)[:5])


def _one_name(first: str, second: str) -> bool:
    return first == second or first.rstrip("aoe") == second.rstrip("aoe")
