"""The facts of a report, each with where it is from, and the sentences that they fill. Nothing is said that no fact says. Pure.

The texts are in Portuguese, because the unit that reads them is Brazil's (Coaf).
"""

import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from cases.due.clocks import local_day
from kit.money import CURRENCY_EXPONENTS

Row = Mapping[str, Any]
# In the order in which they are told. A sentence without one of its facts is left out.
SENTENCES = (
    "A comunicação refere-se a {titular_nome}, cliente sob o identificador {titular_id}.",
    "O documento do titular é {titular_documento}.",
    "O titular é identificado nesta instituição por {sujeito}.",
    "Entre {primeira_data} e {ultima_data} foram selecionadas {quantidade} operações, no total de {total}.",
    "A maior operação foi de {maior_valor}, em {maior_data}.",
    "As operações ocorreram pelos canais: {canais}.",
    "Foram {beneficiarios} beneficiários distintos.",
    "Os motivos apontados pelo monitoramento foram: {motivos}.",
    "A tipologia em análise é: {tipologia}.",
    "A seleção ocorreu em {selecionado_em} e a decisão de comunicar em {decidido_em}, por duas pessoas.",
    "A análise reuniu {evidencias} evidências, cujos resumos SHA-256 acompanham esta comunicação.",
)
MOST_REASONS = 10
_FORMATTER = string.Formatter()
_NBSP = "\u00a0"


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that is known, as it is told, and where it is from."""

    name: str
    value: str
    source: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence and the names of the facts that it tells."""

    text: str
    facts: tuple[str, ...]


def facts(case: Row, members: Sequence[Row], *, person: Row | None, evidence: Sequence[Row]) -> list[Fact]:
    """Return what is known of a case that is reported. `person` has full_name and document, None where nobody is known."""
    of_case = f"case/{case['case_id']}"
    found = [
        Fact("sujeito", f"{case['subject_kind']} {case['subject_id']}", of_case),
        Fact("tipologia", str(case["scheme"]), of_case),
        Fact("selecionado_em", day(case["selected_on"]), of_case),
        Fact("decidido_em", day(local_day(case["judged_at"])), of_case),
        Fact("evidencias", str(len(evidence)), of_case),
    ]
    if person is not None and person["full_name"] is not None:
        of_person = f"customer/{case['customer_id']}"
        found.append(Fact("titular_nome", str(person["full_name"]), of_person))
        found.append(Fact("titular_id", str(case["customer_id"]), of_person))
        if person["document"] is not None:
            found.append(Fact("titular_documento", str(person["document"]), of_person))
    return found + _of_members(members, source=of_case)


def _of_members(members: Sequence[Row], *, source: str) -> list[Fact]:
    if not members:
        return []
    largest = max(members, key=lambda row: (row["amount_minor"], row["transaction_id"]))
    totals: dict[str, int] = {}
    for row in members:
        totals[row["currency"]] = totals.get(row["currency"], 0) + row["amount_minor"]
    channels = sorted({str(row["transaction"]["channel"]) for row in members if row["transaction"].get("channel")})
    payees = {str(row["transaction"]["payee_id"]) for row in members if row["transaction"].get("payee_id")}
    reasons = sorted({reason for row in members for reason in row["reasons"]})[:MOST_REASONS]
    found = [
        Fact("primeira_data", moment_day(members[0]["event_time"]), source),
        Fact("ultima_data", moment_day(members[-1]["event_time"]), source),
        Fact("quantidade", str(len(members)), source),
        Fact("total", " + ".join(amount(total, currency) for currency, total in sorted(totals.items())), source),
        Fact("maior_valor", amount(largest["amount_minor"], largest["currency"]), f"transaction/{largest['transaction_id']}"),
        Fact("maior_data", moment_day(largest["event_time"]), f"transaction/{largest['transaction_id']}"),
    ]
    if channels:
        found.append(Fact("canais", ", ".join(channels), source))
    if payees:
        found.append(Fact("beneficiarios", str(len(payees)), source))
    if reasons:
        found.append(Fact("motivos", ", ".join(reasons), source))
    return found


def narrative(known: Sequence[Fact]) -> list[Sentence]:
    """Return the sentences whose facts are all known."""
    values = {fact.name: fact.value for fact in known}
    found = []
    for template in SENTENCES:
        names = tuple(name for _, name, _, _ in _FORMATTER.parse(template) if name)
        if all(name in values for name in names):
            found.append(Sentence(template.format_map(values), names))
    return found


def amount(amount_minor: int, currency: str) -> str:
    """Return an amount as Brazilians write it, e.g. `BRL 3.750,00`."""
    exponent = CURRENCY_EXPONENTS[currency]
    whole, rest = divmod(amount_minor, 10**exponent)
    return f"{currency}{_NBSP}{whole:,}".replace(",", ".") + (f",{rest:0{exponent}}" if exponent else "")


def day(of: date) -> str:
    """Return a day as Brazilians write it."""
    return f"{of:%d/%m/%Y}"


def moment_day(moment: datetime) -> str:
    """Return the day of a moment in Brasília."""
    return day(local_day(moment))
