"""Brazilian tax numbers: a person's CPF and a company's CNPJ. Pure.

Source of the check digits: Receita Federal, Instrução Normativa RFB 1.548/2015 (CPF), and 2.119/2022 with 2.229/2024 (CNPJ,
whose first twelve places may hold letters from July 2026).
"""

from collections.abc import Callable
from enum import StrEnum

from stdnum.br import cnpj, cpf
from stdnum.exceptions import ValidationError

MAX_DOCUMENT_CHARS = 32


class CustomerKind(StrEnum):
    """Who a customer is."""

    PERSON = "person"
    BUSINESS = "business"


def normalized(document: str, *, kind: CustomerKind) -> str | None:
    """Return a person's CPF (11 digits) or a business's CNPJ (14 characters) without punctuation; None when it is none."""
    return cpf_of(document) if kind is CustomerKind.PERSON else cnpj_of(document)


def cpf_of(text: str) -> str | None:
    """Return the CPF without punctuation, or None: wrong check digits, or one digit eleven times, which nobody has."""
    found = _checked(cpf.validate, text)
    return None if found is None or len(set(found)) == 1 else found


def cnpj_of(text: str) -> str | None:
    """Return the CNPJ without punctuation and with capital letters, or None when its check digits are wrong."""
    return _checked(cnpj.validate, text)


def _checked(validate: Callable[[str], str], text: str) -> str | None:
    if len(text) > MAX_DOCUMENT_CHARS or not text.isascii():
        return None
    try:
        return validate(text)
    except ValidationError:
        return None
