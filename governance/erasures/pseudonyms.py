"""Whether an id that should be a pseudonym tells who somebody is. Pure.

Ids of customers stand in topics, lake and features, which are not made to forget; so an id that tells is refused where a
customer is made, and one that is there from before is replaced when the customer is erased.
"""

import re
from collections.abc import Mapping

from stdnum.br import cnpj, cpf

from kit.folding import folded

_LEAST_NAME_CHARS = 3
_NOT_ALPHANUMERIC = re.compile(r"[^a-z0-9]+")


def tells(customer_id: str, person: Mapping[str, object]) -> bool:
    """Whether the id is an e-mail address, a CPF or CNPJ, or made of the person's own e-mail, phone, document or name."""
    if "@" in customer_id or is_document(customer_id):
        return True
    plain = _plain(customer_id)
    whole = [_plain(str(person[name])) for name in ("email", "phone", "document") if person.get(name)]
    if any(value and value in plain for value in whole):
        return True
    name = [word for word in _words(str(person.get("full_name") or "")) if len(word) >= _LEAST_NAME_CHARS]
    return len(name) > 1 and name[0] in plain and name[-1] in plain


def is_document(text: str) -> bool:
    """Whether a text is a CPF or CNPJ, by its check digits; with or without punctuation."""
    return text.isascii() and (bool(cpf.is_valid(text)) or bool(cnpj.is_valid(text)))


def _plain(text: str) -> str:
    return "".join(_words(text))


def _words(text: str) -> list[str]:
    return [word for word in _NOT_ALPHANUMERIC.split(folded(text)) if word]
