"""How a statement's line is printed: capitals without accents, shortened, cut off, mistyped, with a date somewhere."""

import unicodedata
from datetime import date

import numpy as np

NAME_WIDTHS = (18, 22, 25, 40)
"""Characters that terminals and acquirers leave of a name (ISO 8583, field 43: 25 of name, 13 of city)."""
SHARE_SHORTENED, SHARE_MISTYPED = 0.4, 0.05
_SHORT = {
    "SUPERMERCADO": "SUPERM", "MERCADO": "MERC", "MERCEARIA": "MERCEAR", "RESTAURANTE": "REST", "LANCHONETE": "LANCH",
    "CHURRASCARIA": "CHURRASC", "DROGARIA": "DROG", "FARMACIA": "FARM", "PADARIA": "PAD", "PANIFICADORA": "PANIF",
    "CONFEITARIA": "CONF", "AUTO": "AT", "COMBUSTIVEIS": "COMB", "CONFECCOES": "CONFEC", "CALCADOS": "CALC",
    "INFORMATICA": "INFOR", "CONSTRUCAO": "CONSTR", "LABORATORIO": "LAB", "COMERCIO": "COM", "CABELEIREIRO": "CABELEIR",
    "PIZZARIA": "PIZZ", "HAMBURGUERIA": "HAMB", "FISIOTERAPIA": "FISIO", "LIVRARIA": "LIVR", "PAPELARIA": "PAPEL",
    "CONDOMINIO": "COND", "ENERGIA": "ENERG", "SANEAMENTO": "SANEAM", "SEGURADORA": "SEG", "ACADEMIA": "ACAD",
    "EDUCACIONAL": "EDUC", "COLEGIO": "COL", "IMOBILIARIA": "IMOB", "TELECOM": "TELEC",
}  # fmt: skip
_CARD = ("COMPRA CARTAO", "COMPRA CARTAO DEB", "CPA CARTAO", "CARTAO ELO", "COMPRA DEBITO", "COMPRA NAC")
_QR = ("PIX QRCODE", "PIX QR CODE EST", "PIX ENVIADO", "PGTO PIX QR", "PIX COMPRA")
_PIX_OUT = ("PIX ENVIADO", "TRANSF PIX", "PIX TRANSF", "ENVIO PIX", "TRANSFERENCIA PIX DES")
_PIX_IN = ("PIX RECEBIDO", "PIX REC", "RECEB PIX", "TRANSFERENCIA PIX REM")
_BOLETO = ("PAG BOLETO", "PAGTO TITULO", "PAGAMENTO BOLETO", "PGTO CONTA", "PAG TIT")
_AUTO = ("DEB AUT", "DEBITO AUTOMATICO", "DA")
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def plain(text: str) -> str:
    """Return the text in capitals without accents."""
    decomposed = unicodedata.normalize("NFKD", text.upper())
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def person(name: str, *, form: int) -> str:
    """Return a person's name as a statement has it, in one of four forms."""
    given, *rest = plain(name).split()
    last = rest[-1] if rest else ""
    return (f"{given} {last[:1]}", f"{given} {last}", f"{given} {rest[0][:2] if rest else ''}", " ".join([given, *rest]))[
        form % 4
    ]


def card(rng: np.random.Generator, name: str, *, prefix: str, city: str, day: date) -> str:
    """Return the line of a purchase by card."""
    dated = f" {day:%d/%m}" if rng.random() < 0.7 else ""
    where = f" {plain(city)[:13]}" if rng.random() < 0.6 else ""
    return f"{_one(rng, _CARD)}{dated} {prefix}{_printed(rng, name)}{where}"


def qr(rng: np.random.Generator, name: str, *, day: date) -> str:
    """Return the line of a Pix to a shop."""
    return f"{_one(rng, _QR)} {_printed(rng, name)}{_dated(rng, day)}"


def pix(rng: np.random.Generator, name: str, *, received: bool, day: date, note: str = "") -> str:
    """Return the line of a Pix to or from somebody, with what the payer wrote, if anything."""
    said = f" {plain(note)}" if note else ""
    return f"{_one(rng, _PIX_IN if received else _PIX_OUT)} {_printed(rng, name)}{_dated(rng, day)}{said}"


def boleto(rng: np.random.Generator, name: str, *, automatic: bool) -> str:
    """Return the line of a paid bill."""
    number = f" {int(rng.integers(1_000, 999_999))}" if rng.random() < 0.35 else ""
    return f"{_one(rng, _AUTO if automatic else _BOLETO)} {_printed(rng, name)}{number}"


def ted(rng: np.random.Generator, name: str, *, note: str) -> str:
    """Return the line of a transfer that came from another bank."""
    forms = (f"TED RECEBIDA {name} {note}", f"CRED {note} {name}", f"{note} {name}", f"TED {name}", f"CREDITO {note}")
    return _mistyped(rng, forms[int(rng.integers(0, len(forms)))])


def _printed(rng: np.random.Generator, name: str) -> str:
    if rng.random() < SHARE_SHORTENED:
        name = " ".join(_SHORT.get(word, word) for word in name.split())
    return _mistyped(rng, name[: NAME_WIDTHS[int(rng.integers(0, len(NAME_WIDTHS)))]].rstrip())


def _mistyped(rng: np.random.Generator, text: str) -> str:
    if len(text) < 4 or rng.random() >= SHARE_MISTYPED:
        return text
    place, way = int(rng.integers(1, len(text) - 1)), int(rng.integers(0, 3))
    if way == 0:
        return text[:place] + text[place + 1 :]
    if way == 1:
        return text[:place] + text[place + 1] + text[place] + text[place + 2 :]
    return text[:place] + _LETTERS[int(rng.integers(0, 26))] + text[place + 1 :]


def _dated(rng: np.random.Generator, day: date) -> str:
    return f" {day:%d/%m}" if rng.random() < 0.5 else ""


def _one(rng: np.random.Generator, words: tuple[str, ...]) -> str:
    return words[int(rng.integers(0, len(words)))]
