"""Words that say what kind of thing a name belongs to, rather than whose it is.

All are in small ASCII letters, as `writing` makes them. A word's class decides its weight in a comparison (`Class`), and words
of one group are as good as equal (`GROUPS`). The long lists are beside it: `legal_forms`, `firm_words`, `given_names`.
"""

from collections.abc import Iterator
from enum import IntEnum

from risk.screening.firm_words import GENERIC_GROUPS, GENERIC_MORE
from risk.screening.given_names import NAME_GROUPS
from risk.screening.legal_forms import LEGAL


class Class(IntEnum):
    """What a token is. The weight of each is in `writing.WEIGHT`."""

    CORE = 0
    INITIAL = 1
    NUMBER = 2
    LEGAL = 3
    GENERIC = 4
    PARTICLE = 5
    SUFFIX = 6


# Words that join: alone they tell nothing, and whoever copies a name leaves them out.
_PARTICLE = """
    al el ul ad as ash ar az at an bin bint ben ibn ould uld walad abu bou umm de da do dos das di du des del della dello dei
    degli
    la le les lo los las van von der den ter ten zu zum zur af av und and et the of for oglu ogly kizi kyzy
    ap ve dal dalla in on at to by with
"""
PARTICLE = frozenset(_PARTICLE.split()) - {"abu", "as", "ad", "umm", "bou"}

_TITLES = """
    mr mrs ms miss mx dr prof professor sir madam dame lord lady rev reverend fr hon honorable honourable esq phd md msc mba bsc
    capt captain col colonel gen maj major lt lieutenant sgt sergeant cmdr commander admiral brig brigadier marshal
    sheikh shaykh sheik shaikh hajji haji hajj hadji haj mullah mulla maulana mawlawi maulavi mawlavi maulvi molvi qari qazi
    ayatollah imam ustad ustaz sayyid sayed syed president minister senator governor ambassador
    sr sra srta dona don senor senora senhor senhora herr frau monsieur mme mlle dipl ing eng engr doctor
"""
TITLES = frozenset(_TITLES.split()) - {"sr", "don", "gen", "eng", "ing", "imam", "sayed", "syed", "sayyid", "major", "fr"}

# Words that a great many names share, so that two names which share one are seldom the same; how much such a word still tells.
# Which words these are was counted in the names of a public list of some 10,000 entries: shared by 200 of them, by 80, 40, 20.
# Given names and surnames that few on that list have but a great many people elsewhere are beside those of 40.
_SHARED: dict[float, str] = {
    0.45: """
        company limited muhammad corporation ali group technology trading
    """,
    0.6: """
        mohammad mohammed ahmad ahmed mohamed abdul abd jose ibrahim china huawei scientific abu international
        institute research bank shipping state technologies engineering industry center development general
        electronics organization islamic investment aviation
    """,
    0.7: """
        hassan hasan gazprom alexander abdullah abdallah rahman iran beijing russian korea antonio gonzalez sergey
        science carlos jesus vladimirovich vladimir lopez rodriguez alberto juan aleksandrovich shipbuilding kim
        sberbank hussein husayn hussain aerospace andrey vtb mahmoud mahmud maria reza east muhammed mohamad khalid
        omar umar said khan singh kumar lee li wang zhang chen liu yang zhao wu zhou nguyen luis garcia fernandez
        martinez hernandez perez silva santos souza oliveira smith john james david michael william robert ivan sergei
        aleksandr ivanov mehmet mustafa jean pierre trade industrial bureau services industries holding management
        plant national oil systems design energy commercial construction electronic academy security tech enterprise
        export association new production kompaniya foundation petrochemical inversiones zavod equipment republic
        factory
    """,
    0.8: """
        military aziz joint iranian sanchez din missile defense jorge shanghai shenzhen shahid saleh salih amir miguel
        ivanovich yusuf hamid information mikhail dmitry syrian tactical hossein manuel ismail nauchno chol ramon
        foreign comercializadora hong complex tikriti nikolayevich flores torres establishment karim igor viktorovich
        viktor victor javier oleg subordinate aircraft stock majid nikolay khalil offshore people yuryevich concern
        enrique mario north south salim nuclear seyed sayed alexey aleksey borisovich gomez ramirez mohsen martin
        joseph subsidiary sea kong transgaz jihad shipyard vasilyevich radio alex francisco nikolaevich ocean andrei
        wei sun cloud ghadir yahya rashid musa forces affiliated mikhaylovich directorate army exchange ministry
        import institution marine ship service air public central logistics building airlines united steel holdings
        investments manufacturing capital grupo global communication fund federal power machine communications
        insurance money branch committee department inmobiliaria finance agency institut petroleum business credit
        movement properties enterprises lines
    """,
}
SHARED: dict[str, float] = {word: weight for weight, words in _SHARED.items() for word in words.split()}

_SUFFIX = "jr junior sr senior ii iii iv filho neto sobrinho"
SUFFIX = frozenset(_SUFFIX.split())


_NUMBERS = """
    1 one first
    2 two second
    3 three third
    4 four fourth
    5 five fifth
    6 six sixth
    7 seven seventh
    8 eight eighth
    9 nine ninth
"""
UNITS = {word: line.split()[0] for line in _NUMBERS.strip().splitlines() for word in line.split()[1:]}
"""Numbers below ten in words, as figures. One to nine are read as words: firms are called First, Three and Seven."""
TENS = {
    "twenty": 2, "thirty": 3, "forty": 4, "fourty": 4, "fifty": 5, "sixty": 6, "seventy": 7, "eighty": 8, "ninety": 9,
}  # fmt: skip
"""The figure that leads a number of tens, as people write it."""


def _groups() -> Iterator[tuple[str, ...]]:
    yield from (tuple(line.split()) for line in _NUMBERS.strip().splitlines())
    yield from (tuple(line.split()) for line in NAME_GROUPS.strip().splitlines())
    yield from ((word, *ways.split()) for word, ways in GENERIC_GROUPS.items())


def _numbered() -> dict[str, tuple[int, ...]]:
    found: dict[str, tuple[int, ...]] = {}
    for number, group in enumerate(_groups(), start=1):
        for word in group:
            found[word] = (*found.get(word, ()), number)
    return found


GROUPS = _numbered()
"""Words of one group, by a number of the group. A word may be in several."""
GENERIC = (
    GENERIC_MORE | GENERIC_GROUPS.keys() | {word for ways in GENERIC_GROUPS.values() for word in ways.split()}
) - LEGAL - PARTICLE  # fmt: skip
