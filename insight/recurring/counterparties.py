"""Who is on the other side, where nobody says so: texts that are alike but for what every line of a bank has."""

from collections.abc import Sequence

from insight.categories.text import letters, likeness
from insight.recurring.series import Movement

LIKE_ENOUGH = 0.5
NAME_LETTERS = 14
"""Names come before the city, and terminals cut both: so many letters after the bank's own words are compared."""
_BANK_WORDS = frozenset({
    "a", "ao", "aut", "automatico", "boleto", "cartao", "code", "com", "compra", "conta", "cpa", "cred", "credito", "da", "de",
    "deb", "debito", "des", "do", "elo", "em", "enviado", "envio", "est", "estorno", "mp", "nac", "pag", "pagamento", "pagto",
    "para", "pg", "pgto", "pix", "por", "qr", "qrcode", "rec", "receb", "recebido", "recebida", "rem", "stn", "sumup", "tarifa",
    "ted", "tit", "titulo", "transf", "transferencia",
})  # fmt: skip
MOST_TEXTS = 400
"""Different texts of an account that are held against each other; each further one is by itself."""


def keys(movements: Sequence[Movement]) -> list[str]:
    """Return for each movement who is on the other side: as it says, or else the first text that its own is like."""
    texts = [letters(movement.text or "") if not movement.counterparty else "" for movement in movements]
    distinct = sorted({text for text in texts if text})
    named = _named(distinct)
    return [
        movement.counterparty or (named[text] if text else "")
        for movement, text in zip(movements, texts, strict=True)
    ]  # fmt: skip


def _named(texts: Sequence[str]) -> dict[str, str]:
    groups: list[str] = []
    found = {}
    for text in texts:
        told = " ".join(word for word in text.split() if word not in _BANK_WORDS) or text
        name = told[:NAME_LETTERS].strip()
        near = [(likeness(name, known), known) for known in groups] if len(groups) < MOST_TEXTS else []
        best = max(near, default=(0.0, ""))
        if best[0] >= LIKE_ENOUGH:
            found[text] = best[1]
        else:
            groups.append(name)
            found[text] = name
    return found
