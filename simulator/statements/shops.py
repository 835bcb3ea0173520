"""Names of shops that do not exist, after what they sell; and the category code that each is registered with, right or not."""

from dataclasses import dataclass

import numpy as np

from contracts.categories import Category
from simulator.merchants import CATEGORIES
from simulator.names import GIVEN, SURNAMES
from simulator.population import Population
from simulator.statements.lettering import plain

# What a shop of each of the simulator's own kinds is for, and how its name begins.
_KINDS: dict[str, tuple[Category, tuple[str, ...]]] = {
    "grocery": (
        Category.GROCERIES,
        ("MERCADO", "SUPERMERCADO", "MERCEARIA", "HORTIFRUTI", "SACOLAO", "ATACADO", "EMPORIO", "ACOUGUE", "QUITANDA"),
    ),
    "fast food": (
        Category.RESTAURANTS,
        ("LANCHONETE", "BURGER", "PIZZARIA", "PASTELARIA", "HAMBURGUERIA", "LANCHES", "ESFIHARIA", "ACAI", "HOT DOG"),
    ),
    "restaurant": (
        Category.RESTAURANTS,
        ("RESTAURANTE", "CHURRASCARIA", "CANTINA", "BAR E REST", "BISTRO", "SUSHI", "BOTECO", "GALETERIA", "TRATTORIA"),
    ),
    "fuel": (Category.FUEL, ("AUTO POSTO", "POSTO", "POSTO COMB", "REDE POSTOS", "COMBUSTIVEIS")),
    "pharmacy": (Category.HEALTH, ("DROGARIA", "FARMACIA", "DROGA", "FARMA", "FARMACIA MANIP")),
    "bakery": (Category.GROCERIES, ("PADARIA", "PANIFICADORA", "PAES E DOCES", "CONFEITARIA", "PANIF E CONF")),
    "ride hailing": (Category.TRANSPORT, ("TAXI", "CORRIDA", "MOBI", "CARONA", "RIDE")),
    "clothing": (
        Category.SHOPPING,
        ("MODAS", "BOUTIQUE", "CONFECCOES", "CALCADOS", "SAPATARIA", "JEANS", "MODA FEM", "VESTUARIO"),
    ),
    "electronics": (Category.SHOPPING, ("ELETRO", "INFORMATICA", "CELULARES", "GAMES E INFO", "TECH STORE", "ELETRONICOS")),
    "department store": (Category.SHOPPING, ("LOJAS", "MAGAZINE", "BAZAR", "LOJA DEPTO", "VARIEDADES")),
    "digital games": (Category.LEISURE, ("GAME STORE", "JOGOS ONLINE", "GAMES", "PLAY LOJA")),
    "streaming": (Category.LEISURE, ("CINE ONLINE", "FILMES", "TV STREAM", "SERIES PLAY")),
    "books": (Category.EDUCATION, ("LIVRARIA", "PAPELARIA", "LIVROS", "EDITORA", "SEBO")),
    "home supply": (
        Category.HOME,
        ("MAT CONSTRUCAO", "MADEIREIRA", "TINTAS", "FERRAGENS", "MOVEIS", "COLCHOES", "CASA E JARDIM", "UTILIDADES LAR"),
    ),
    "beauty": (Category.SERVICES, ("SALAO", "BARBEARIA", "CABELEIREIRO", "ESTETICA", "STUDIO BELEZA", "MANICURE")),
    "health": (Category.HEALTH, ("CLINICA", "LABORATORIO", "ODONTO", "CONSULTORIO", "FISIOTERAPIA", "OTICA MEDICA", "EXAMES")),
    "airline": (Category.TRAVEL, ("LINHAS AEREAS", "PASSAGENS", "VOOS", "AEREA")),
    "hotel": (Category.TRAVEL, ("HOTEL", "POUSADA", "RESORT", "HOSTEL", "FLAT")),
    "marketplace": (Category.SHOPPING, ("SHOPPING ONLINE", "MKTPLACE", "LOJA VIRTUAL", "COMPRAS WEB", "OFERTAS")),
}
_WORDS = (
    "SAO JORGE", "BOA VISTA", "CENTRAL", "UNIAO", "PRIMAVERA", "DO POVO", "BOM PRECO", "ECONOMIA", "ESTRELA", "ALVORADA",
    "NOVA ERA", "DA PRACA", "IMPERIAL", "REAL", "POPULAR", "AVENIDA", "SANTA RITA", "SANTA CLARA", "DOIS IRMAOS", "BEIRA RIO",
    "DO SOL", "ATLANTICO", "PANORAMA", "JARDIM", "VILA NOVA", "IPIRANGA", "PAULISTA", "MINEIRO", "GAUCHO", "NORDESTE",
    "TROPICAL", "MODELO", "IDEAL", "PROGRESSO", "ESPERANCA", "AURORA", "BANDEIRANTES", "PARANA", "TIRADENTES", "BRASIL",
    "SAO JOSE", "SAO PEDRO", "SANTO ANTONIO", "DO BAIRRO", "DA ESQUINA", "MAX", "MIX", "PRIME", "PLUS", "EXPRESS", "24H",
)  # fmt: skip
_FACILITATORS = ("PAG*", "MP *", "SUMUP *", "PG *", "STN*")
_GENERIC_CODES = (5999, 7399, 7299, 5399)
SHARE_OPAQUE, SHARE_FACILITATED = 0.12, 0.16
SHARE_WRONG_CODE, SHARE_WITHOUT_CODE = 0.06, 0.06


@dataclass(frozen=True, slots=True)
class Shop:
    """A shop as statements know it. `code` is what it is registered with: None where its acquirer tells none."""

    name: str
    prefix: str
    code: int | None
    category: Category


def make_shops(people: Population, *, seed: int) -> list[Shop]:
    """Return a shop for each of the simulator's merchants, by its number."""
    rng = np.random.default_rng([seed, 31])
    return [_shop(rng, CATEGORIES[number].name, CATEGORIES[number].code) for number in people.merchants.category.tolist()]


def opaque_name(rng: np.random.Generator) -> str:
    """Return a trade name that says nothing of what is sold."""
    first, second = (plain(SURNAMES[number]) for number in rng.integers(0, len(SURNAMES), 2))
    forms = (
        f"{first} E {second} LTDA", f"{plain(GIVEN[int(rng.integers(0, len(GIVEN)))])} {first} ME", f"{first} COMERCIO",
        f"{first[0]}{second[0]} {second} EIRELI", f"GRUPO {first}",
    )  # fmt: skip
    return forms[int(rng.integers(0, len(forms)))]


def _shop(rng: np.random.Generator, kind: str, code: int) -> Shop:
    category, beginnings = _KINDS[kind]
    chance, wrong = rng.random(), rng.random()
    beginning = beginnings[int(rng.integers(0, len(beginnings)))]
    if chance < SHARE_OPAQUE:
        name = opaque_name(rng)
    elif chance < 0.5:
        name = f"{beginning} {_WORDS[int(rng.integers(0, len(_WORDS)))]}"
    elif chance < 0.8:
        name = f"{beginning} {plain(SURNAMES[int(rng.integers(0, len(SURNAMES)))])}"
    else:
        name = f"{_WORDS[int(rng.integers(0, len(_WORDS)))]} {beginning}"
    facilitated = rng.random() < SHARE_FACILITATED
    prefix = _FACILITATORS[int(rng.integers(0, len(_FACILITATORS)))] if facilitated else ""
    registered: int | None = code
    if wrong < SHARE_WITHOUT_CODE:
        registered = None
    elif wrong < SHARE_WITHOUT_CODE + SHARE_WRONG_CODE:
        registered = CATEGORIES[int(rng.integers(0, len(CATEGORIES)))].code
    elif facilitated and rng.random() < 0.5:
        registered = _GENERIC_CODES[int(rng.integers(0, len(_GENERIC_CODES)))]
    return Shop(name=name, prefix=prefix, code=registered, category=category)
