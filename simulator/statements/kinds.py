"""What comes again in a household: how often, from or to whom, how much, how its amount moves, and how many households have it.

Shares and amounts are rough figures of Brazilian towns, not measured ones.
"""

from enum import StrEnum
from typing import NamedTuple

from contracts.categories import Category
from contracts.transactions import Channel

MONTHLY, WEEKLY, FORTNIGHTLY, YEARLY = "monthly", "weekly", "fortnightly", "yearly"


class Other(StrEnum):
    """Who is on the other side."""

    COMPANY = "company"
    PERSON = "person"
    BANK = "bank"
    SELF = "self"


class Due(StrEnum):
    """Which day it is meant for, and who sees to it that it is that day."""

    CARD = "card"
    """The same date always; charged on days off too, a day later now and then, again some days later when refused."""
    AUTOMATIC = "automatic"
    """The same date, or the next business day."""
    BY_HAND = "by_hand"
    """Paid when somebody thinks of it: mostly on the day, some days before, a day late."""


class Kind(NamedTuple):
    """Amounts in reais; `noise` is the spread of one amount around the usual one, `rise` the share it goes up in a year."""

    name: str
    category: Category
    period: str
    share: float
    median_reais: float
    sigma: float
    noise: float
    rise: float
    channel: Channel
    other: Other
    due: Due
    code: int | None = None
    subscription: bool = False
    ends: float = 0.1
    most: int = 1
    note: str = ""


_C, _H = Category, Channel
KINDS: tuple[Kind, ...] = (
    Kind("rent", _C.HOME, MONTHLY, 0.4, 1_250, 0.45, 0, 0.05, _H.PIX, Other.PERSON, Due.BY_HAND, note="aluguel"),
    Kind("rent by an agency", _C.HOME, MONTHLY, 0.15, 1_650, 0.4, 0, 0.05, _H.BOLETO, Other.COMPANY, Due.BY_HAND),
    Kind("condominium", _C.HOME, MONTHLY, 0.3, 480, 0.5, 0.04, 0.06, _H.BOLETO, Other.COMPANY, Due.BY_HAND, ends=0.05),
    Kind("electricity", _C.UTILITIES, MONTHLY, 0.85, 180, 0.45, 0.15, 0.06, _H.BOLETO, Other.COMPANY, Due.BY_HAND, ends=0.03),
    Kind("water", _C.UTILITIES, MONTHLY, 0.65, 90, 0.4, 0.12, 0.05, _H.BOLETO, Other.COMPANY, Due.AUTOMATIC, ends=0.03),
    Kind("gas", _C.UTILITIES, MONTHLY, 0.25, 55, 0.4, 0.15, 0.06, _H.BOLETO, Other.COMPANY, Due.BY_HAND, ends=0.03),
    Kind("internet", _C.UTILITIES, MONTHLY, 0.7, 105, 0.25, 0, 0.07, _H.BOLETO, Other.COMPANY, Due.AUTOMATIC),
    Kind("mobile plan", _C.UTILITIES, MONTHLY, 0.7, 55, 0.35, 0, 0.08, _H.CARD, Other.COMPANY, Due.CARD, 4814),
    Kind("health plan", _C.INSURANCE, MONTHLY, 0.25, 620, 0.5, 0, 0.12, _H.BOLETO, Other.COMPANY, Due.AUTOMATIC),
    Kind("school", _C.EDUCATION, MONTHLY, 0.16, 950, 0.5, 0, 0.09, _H.BOLETO, Other.COMPANY, Due.BY_HAND),
    Kind("course", _C.EDUCATION, MONTHLY, 0.12, 320, 0.5, 0, 0.06, _H.BOLETO, Other.COMPANY, Due.BY_HAND, ends=0.4),
    Kind("loan", _C.BILLS, MONTHLY, 0.2, 390, 0.6, 0, 0, _H.BOLETO, Other.COMPANY, Due.AUTOMATIC, ends=0.5),
    Kind("card elsewhere", _C.BILLS, MONTHLY, 0.25, 900, 0.6, 0.3, 0, _H.BOLETO, Other.COMPANY, Due.BY_HAND, ends=0.1),
    Kind("gym", _C.LEISURE, MONTHLY, 0.28, 110, 0.35, 0, 0.08, _H.CARD, Other.COMPANY, Due.CARD, 7997, True, 0.4),
    Kind("video", _C.LEISURE, MONTHLY, 0.6, 38, 0.35, 0, 0.12, _H.CARD, Other.COMPANY, Due.CARD, 4899, True, 0.3, 3),
    Kind("music", _C.LEISURE, MONTHLY, 0.4, 22, 0.2, 0, 0.1, _H.CARD, Other.COMPANY, Due.CARD, 5815, True, 0.2),
    Kind("cloud", _C.SERVICES, MONTHLY, 0.3, 15, 0.6, 0, 0.06, _H.CARD, Other.COMPANY, Due.CARD, 7372, True, 0.15),
    Kind("game pass", _C.LEISURE, MONTHLY, 0.14, 40, 0.3, 0, 0.1, _H.CARD, Other.COMPANY, Due.CARD, 5816, True, 0.4),
    Kind("newspaper", _C.LEISURE, MONTHLY, 0.08, 30, 0.4, 0, 0.1, _H.CARD, Other.COMPANY, Due.CARD, 5968, True, 0.3),
    Kind("delivery club", _C.RESTAURANTS, MONTHLY, 0.12, 13, 0.3, 0, 0.1, _H.CARD, Other.COMPANY, Due.CARD, 5814, True, 0.4),
    Kind("box", _C.SHOPPING, MONTHLY, 0.06, 85, 0.3, 0, 0.08, _H.CARD, Other.COMPANY, Due.CARD, 5968, True, 0.5),
    Kind("package fee", _C.FEES, MONTHLY, 0.5, 32, 0.3, 0, 0.08, _H.INTERNAL, Other.BANK, Due.AUTOMATIC, ends=0.1),
    Kind("put aside", _C.OWN_ACCOUNTS, MONTHLY, 0.15, 300, 0.7, 0, 0, _H.INTERNAL, Other.SELF, Due.AUTOMATIC, ends=0.2),
    Kind("cleaner", _C.SERVICES, WEEKLY, 0.1, 160, 0.2, 0, 0.06, _H.PIX, Other.PERSON, Due.BY_HAND, note="diarista"),
    Kind("gardener", _C.SERVICES, FORTNIGHTLY, 0.06, 140, 0.3, 0, 0.06, _H.PIX, Other.PERSON, Due.BY_HAND, note="jardim"),
    Kind("therapy", _C.HEALTH, WEEKLY, 0.08, 170, 0.3, 0, 0.07, _H.PIX, Other.PERSON, Due.BY_HAND, ends=0.3, note="terapia"),
    Kind("lesson", _C.EDUCATION, WEEKLY, 0.06, 90, 0.3, 0, 0.06, _H.PIX, Other.PERSON, Due.BY_HAND, ends=0.3, note="aula"),
    Kind("pocket money", _C.TRANSFERS, WEEKLY, 0.05, 50, 0.5, 0, 0, _H.PIX, Other.PERSON, Due.BY_HAND, note="mesada"),
    Kind("car insurance", _C.INSURANCE, YEARLY, 0.25, 2_300, 0.4, 0.1, 0, _H.BOLETO, Other.COMPANY, Due.BY_HAND, ends=0.1),
    Kind("car tax", _C.BILLS, YEARLY, 0.3, 1_400, 0.6, 0.06, 0, _H.BOLETO, Other.COMPANY, Due.BY_HAND, ends=0.1),
    Kind("house tax", _C.BILLS, YEARLY, 0.25, 900, 0.7, 0.03, 0.05, _H.BOLETO, Other.COMPANY, Due.BY_HAND, ends=0.05),
    Kind("council", _C.SERVICES, YEARLY, 0.1, 620, 0.3, 0, 0.06, _H.BOLETO, Other.COMPANY, Due.BY_HAND, ends=0.05),
    Kind("antivirus", _C.SERVICES, YEARLY, 0.1, 120, 0.3, 0, 0.06, _H.CARD, Other.COMPANY, Due.CARD, 5734, True, 0.2),
    Kind("yearly video", _C.LEISURE, YEARLY, 0.1, 199, 0.3, 0, 0.1, _H.CARD, Other.COMPANY, Due.CARD, 4899, True, 0.3),
)  # fmt: skip

PROVIDER_NAMES: dict[str, tuple[str, ...]] = {
    "rent by an agency": ("IMOBILIARIA {w}", "{w} IMOVEIS", "ADM IMOVEIS {w}", "{s} IMOB"),
    "condominium": ("CONDOMINIO ED {w}", "COND RES {w}", "CONDOMINIO {s}", "EDIFICIO {w}"),
    "electricity": ("ENERGIA {w}", "CIA ENERGIA {w}", "{w} ENERGIA SA", "ELETRICA {w}", "LUZ {w} DISTRIB"),
    "water": ("SANEAMENTO {w}", "AGUAS DE {w}", "CIA SANEAMENTO {w}", "SERV AGUA E ESG {w}"),
    "gas": ("GAS {w}", "CIA GAS {w}", "{w} GAS NATURAL"),
    "internet": ("{w} TELECOM", "NET {w} FIBRA", "{w} INTERNET", "FIBRA {w}", "{w} BANDA LARGA"),
    "mobile plan": ("{w} CELULAR", "{w} MOVEL", "TELEFONIA {w}", "{w} MOVEL POS"),
    "health plan": ("{w} SAUDE", "PLANO SAUDE {w}", "SAUDE {s} OPERADORA", "MEDICA {w} PLANOS"),
    "school": ("COLEGIO {w}", "ESCOLA {w}", "INST EDUCACIONAL {s}", "COLEGIO {s}"),
    "course": ("CURSO {w}", "FACULDADE {w}", "IDIOMAS {w}", "UNIVERSIDADE {w}", "ENSINO {s}"),
    "loan": ("FINANCEIRA {w}", "CREDITO {w} PARC", "BANCO {w} EMPREST", "{w} FINANCIAMENTOS"),
    "card elsewhere": ("FATURA CARTAO {w}", "CARTOES {w}", "BANCO {w} CARTAO", "{w} CARD FATURA"),
    "gym": ("ACADEMIA {w}", "{w} FITNESS", "CROSSFIT {w}", "{w} GYM", "STUDIO PILATES {s}"),
    "video": ("FLIXA", "CINEBOX", "TELAPLAY", "MAXVER", "DRAMALIVE", "PRIMEIRA FILA"),
    "music": ("SOMVIVO", "TUNELI MUSIC", "OUVE AI", "DEZ BANDAS"),
    "cloud": ("NUVEMGUARDA", "DRIVEBOX", "ARQUIVO CLOUD", "MEUBACKUP"),
    "game pass": ("JOGA PASS", "ARENA GAMES CLUB", "PLAYPASS"),
    "newspaper": ("JORNAL {w}", "DIARIO {w}", "REVISTA {w}"),
    "delivery club": ("CLUBE ENTREGA", "RANGO CLUB", "PEDE MAIS"),
    "box": ("CLUBE DO VINHO", "BELEZA BOX", "LEITURA BOX", "CAFE CLUBE"),
    "car insurance": ("SEGURADORA {w}", "{w} SEGUROS AUTO", "SEGUROS {s}"),
    "car tax": ("IPVA SEFAZ", "SEC FAZENDA IPVA", "DETRAN LICENC"),
    "house tax": ("IPTU PREF MUNIC", "PREFEITURA IPTU {w}", "PREF MUN {w}"),
    "council": ("CONS REGIONAL {w}", "ANUIDADE CONS PROF", "ORDEM PROF {w}"),
    "antivirus": ("ESCUDO AV", "SEGURAPC", "PROTEGE ANTIVIRUS"),
    "yearly video": ("VERANUAL", "FUTPLAY", "CURTA TV"),
}
"""How providers are called; `{w}` and `{s}` are filled with a word and a surname."""
