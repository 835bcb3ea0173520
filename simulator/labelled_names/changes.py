"""What happens to a name that stays the same name: errors of typing, order, initials, other scripts, forms."""

import random
from collections.abc import Callable

from simulator.labelled_names.drawn import Firm, Person
from simulator.labelled_names.letters import ARABIC, CYRILLIC, CYRILLIC_LETTERS, NEXT, ROMANISED
from simulator.labelled_names.words_of_firms import FORMS, WORDS_SHORT
from simulator.labelled_names.words_of_people import CULTURES, SHORT, TITLES

FIRST_LETTER_SHARE = 0.08
"""Of typing errors that strike the first letter of a word: J. J. Pollock and A. Zamora, CACM 27(4), 1984, found 8 in 100."""


def mistyped(name: str, rng: random.Random) -> str:
    """Return the name with one letter left out, doubled, swapped, put in or taken for its neighbour; a short one as it is."""
    first = rng.random() < FIRST_LETTER_SHARE
    places = [
        place for place, letter in enumerate(name)
        if letter.isalpha() and (place == 0 or not name[place - 1].isalpha()) is first
    ]  # fmt: skip
    if len(name) < 4 or not places:
        return name
    place = rng.choice(places)
    letter = name[place].lower()
    how = rng.randrange(5)
    if how == 0:
        return name[:place] + name[place + 1 :]
    if how == 1:
        return name[:place] + name[place] + name[place:]
    if how == 2 and place + 1 < len(name) and name[place + 1].isalpha():
        return name[:place] + name[place + 1] + name[place] + name[place + 2 :]
    if how == 3:
        return name[:place] + rng.choice(NEXT.get(letter, "aeiou")) + name[place:]
    return name[:place] + rng.choice(NEXT.get(letter, "aeiou")) + name[place + 1 :]


def _romanised(name: str, rng: random.Random) -> str:
    usable = [(old, new) for old, new in ROMANISED if old in name]
    for old, new in rng.sample(usable, min(len(usable), rng.choice((1, 2, 3)))):
        name = name.replace(old, rng.choice(new.split("|")))
    return name


def _cyrillic(name: str) -> str:
    for old, new in CYRILLIC:
        name = name.replace(old, new)
    return name.translate(CYRILLIC_LETTERS)


def _arabic(name: str) -> str:
    words = []
    for word in name.split():
        written = word.lower() if not word.startswith("al-") else word
        start = "ا" if written[0] in "aeiou" and not written.startswith("al-") else ""
        for old, new in ARABIC:
            written = written.replace(old, new)
        words.append(start + written)
    return " ".join(words)


def _vowel(name: str, rng: random.Random) -> str:
    places = [place for place, letter in enumerate(name) if letter.lower() in "aeiou"]
    if not places:
        return name
    place = rng.choice(places)
    return name[:place] + rng.choice("aeiou") + name[place + 1 :]


def _swap_words(name: str, rng: random.Random) -> str:
    words = name.split()
    if len(words) < 2:
        return name
    first = rng.randrange(len(words) - 1)
    words[first], words[first + 1] = words[first + 1], words[first]
    return " ".join(words)


def _glued(name: str, rng: random.Random) -> str:
    words = name.split()
    if len(words) < 2:
        return name
    if rng.random() < 0.3:
        return "".join(words)
    first = rng.randrange(len(words) - 1)
    return " ".join([*words[:first], words[first] + words[first + 1].lower(), *words[first + 2 :]])


def _without_doubles(name: str) -> str:
    return "".join(letter for place, letter in enumerate(name) if place == 0 or letter.lower() != name[place - 1].lower())


_FIGURES = dict(zip("oieastg", "0134579", strict=True))
_IN_WORDS = ["One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine"]
_TENS_IN_WORDS = ["Twenty", "Thirty"]


def _with_a_figure(name: str, rng: random.Random) -> str:
    """Write a letter inside a word as the figure that looks like it."""
    places = [
        place for place in range(2, len(name) - 1) if name[place] in _FIGURES and name[place - 2 : place + 2].isalpha()
    ]  # fmt: skip
    if not places:
        return name
    place = rng.choice(places)
    return name[:place] + _FIGURES[name[place]] + name[place + 1 :]


def _in_words(number: int) -> str:
    if number < 10:
        return _IN_WORDS[number - 1]
    tens, units = divmod(number, 10)
    return f"{_TENS_IN_WORDS[tens - 2]}-{_IN_WORDS[units - 1]}" if tens in (2, 3) and units else str(number)


Change = Callable[[str, Person | Firm, random.Random], str]
_BOTH: dict[str, Change] = {
    "typing": lambda name, _thing, rng: mistyped(name, rng),
    "typing twice": lambda name, _thing, rng: mistyped(mistyped(name, rng), rng),
    "vowel": lambda name, _thing, rng: _vowel(name, rng),
    "no double letters": lambda name, _thing, _rng: _without_doubles(name),
    "words swapped": lambda name, _thing, rng: _swap_words(name, rng),
    "written together": lambda name, _thing, rng: _glued(name, rng),
    "signs": lambda name, _thing, rng: name.replace(" ", rng.choice("-_./,*")),
    "noise": lambda name, _thing, rng: f"{''.join(rng.choice('abcdefghjkmnpqrstuvwxyz0123456789') for _ in range(3))} {name}",
    "possessive": lambda name, _thing, _rng: f"{name}'s",
    "figure": lambda name, _thing, rng: _with_a_figure(name, rng),
    "case": lambda name, _thing, rng: rng.choice((name.upper(), name.lower())),
    "romanised": lambda name, _thing, rng: _romanised(name, rng),
    "Cyrillic": lambda name, _thing, _rng: _cyrillic(name),
}
_PERSON_CHANGES: dict[str, Change] = _BOTH | {
    "surname first": lambda name, thing, _rng: f"{thing.surname}, {' '.join(thing.given)}" if isinstance(thing,
    Person) else name,
    "surname in front": lambda name, thing, _rng: f"{thing.surname} {' '.join(thing.given)}" if isinstance(thing,
    Person) else name,
    "initials": lambda name, thing, _rng: (
        f"{' '.join(each[0] + '.' for each in thing.given)} {thing.surname}" if isinstance(thing, Person) else name
    ),
    "initials together": lambda name, thing, _rng: (
        f"{''.join(each[0].upper() for each in thing.given)} {thing.surname}" if isinstance(thing,
        Person) and len(thing.given) > 1 else name
    ),
    "middle initial": lambda name, thing, _rng: (
        " ".join([thing.given[0], *(each[0] + "." for each in thing.given[1:]), thing.surname]) if isinstance(thing,
        Person) else name
    ),
    "without middle": lambda name, thing, _rng: (
        f"{thing.given[0]} {thing.surname}" if isinstance(thing, Person) and len(thing.given) > 1 else name
    ),
    "one more name": lambda name, thing, rng: (
        f"{' '.join(thing.given)} {rng.choice(CULTURES[thing.culture][0].split())} {thing.surname}" if isinstance(thing,
        Person) else name
    ),
    "short": lambda name, _thing, _rng: " ".join(SHORT.get(word, word) for word in name.split()),
    "title": lambda name, _thing, rng: f"{rng.choice(TITLES)} {name}",
    "Arabic": lambda name, thing, _rng: _arabic(name) if isinstance(thing, Person) and thing.culture == "arabic" else name,
}  # fmt: skip
_FIRM_CHANGES: dict[str, Change] = _BOTH | {
    "form short": lambda name, thing, rng: name.replace(thing.form, rng.choice(FORMS[thing.form])) if isinstance(thing,
    Firm) and thing.form else name,
    "without form": lambda name, thing, _rng: name.removesuffix(thing.form).strip() if isinstance(thing,
    Firm) and thing.form else name,
    "other form": lambda name, thing, rng: (
        f"{name.removesuffix(thing.form).strip()} {rng.choice(tuple(FORMS))}" if isinstance(thing,
        Firm) and thing.form else name
    ),
    "form in front": lambda name, thing, rng: (
        f"{rng.choice(FORMS[thing.form])} {name.removesuffix(thing.form).strip()}" if isinstance(thing,
        Firm) and thing.form else name
    ),
    "form joined": lambda name, thing, rng: (
        name.removesuffix(thing.form).strip() + rng.choice(("AG", "SA", "LLC", "LTD")) if isinstance(thing,
        Firm) and thing.form else name
    ),
    "number in words": lambda name, _thing, _rng: " ".join(
        _in_words(int(word)) if word.isdigit() else word for word in name.split()
    ),
    "words short": lambda name, _thing, _rng: " ".join(WORDS_SHORT.get(word, word) for word in name.split()),
    "without trade": lambda name, thing, _rng: (
        " ".join((*thing.stems, thing.form)).strip() if isinstance(thing,
        Firm) and thing.trade and len("".join(thing.stems)) >= 8 else name
    ),
    "letters of it": lambda name, thing, _rng: (
        "".join(word[0] for word in name.removesuffix(thing.form).split() if word[0].isupper())
        if isinstance(thing, Firm) and len(name.removesuffix(thing.form).split()) >= 4 else name
    ),
}  # fmt: skip
CHANGES = tuple(dict.fromkeys((*_PERSON_CHANGES, *_FIRM_CHANGES)))


def changes_of(thing: Person | Firm) -> tuple[str, ...]:
    """Return the names of what may happen to this name."""
    return tuple(_PERSON_CHANGES if isinstance(thing, Person) else _FIRM_CHANGES)


def changed(kind: str, name: str, thing: Person | Firm, rng: random.Random) -> str:
    """Return `name`, which is `thing`'s as it was or already changed, after one more change; as it was where that cannot be."""
    found = (_PERSON_CHANGES if isinstance(thing, Person) else _FIRM_CHANGES)[kind](name, thing, rng)
    return found if len(found) > 1 else name
