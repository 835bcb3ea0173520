"""Where a saved payee is paid: an account here, a Pix key, or an account at another bank. Pure.

The shapes of Pix keys are those of the DICT API of Banco Central do Brasil (v2, `Key`).
"""

import re
from enum import StrEnum
from uuid import UUID

from serving.customers.documents import cnpj_of, cpf_of

# For a day after a payee was saved an app warns before it pays: that is when somebody who was talked into it finds out.
COOLING_MS = 24 * 3_600_000
MAX_KEY_CHARS = 77
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_EMAIL = re.compile(rf"[a-z0-9.!#$&'*+/=?^_`{{|}}~-]+@{_LABEL}(?:\.{_LABEL})*")
_PHONE = re.compile(r"\+[1-9][0-9]{7,14}")


class PixKeyKind(StrEnum):
    """What a Pix key is."""

    CPF = "cpf"
    CNPJ = "cnpj"
    EMAIL = "email"
    PHONE = "phone"
    RANDOM = "random"


def pix_key(kind: PixKeyKind, text: str) -> str | None:
    """Return a key as the directory spells it, or None when it is none of its kind."""
    if len(text) > MAX_KEY_CHARS:
        return None
    if kind is PixKeyKind.CPF:
        return cpf_of(text)
    if kind is PixKeyKind.CNPJ:
        return cnpj_of(text)
    if kind is PixKeyKind.EMAIL:
        lowered = text.lower()
        return lowered if _EMAIL.fullmatch(lowered) else None
    if kind is PixKeyKind.PHONE:
        return text if _PHONE.fullmatch(text) else None
    try:
        return text if str(UUID(text)) == text else None
    except ValueError:
        return None
