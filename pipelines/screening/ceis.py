"""Brazil's register of firms and people that may not contract with the state (CEIS), as the Comptroller General publishes it.

CSV in Windows-1252, divided by semicolons, quoted, with a header (https://portaldatransparencia.gov.br/download-de-dados/ceis).
One that was punished several times has several rows: they are one entry, known by its tax number.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from pipelines.screening.files import named_rows
from risk.screening.entry import Entry, ListedKind, NameQuality, entry

_KIND, _NUMBER, _NAME = "TIPO DE PESSOA", "CPF OU CNPJ DO SANCIONADO", "NOME DO SANCIONADO"
_OTHER_NAMES = ("NOME INFORMADO PELO ÓRGÃO SANCIONADOR", "RAZÃO SOCIAL - CADASTRO RECEITA", "NOME FANTASIA - CADASTRO RECEITA")
_CATEGORY = "CATEGORIA DA SANÇÃO"
_KINDS = {"F": ListedKind.PERSON, "J": ListedKind.ORGANISATION}
_NOTHING = {"", "SEM INFORMAÇÃO", "NAO INFORMADO", "NÃO INFORMADO"}


def read(path: Path) -> Iterator[Entry]:
    """Yield the entries, by the first row of each. Raises Unreadable."""
    grouped: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in named_rows(path, (_KIND, _NUMBER, _NAME), encoding="cp1252", delimiter=";"):
        number = row[_NUMBER] or hashlib.sha256(row[_NAME].encode()).hexdigest()[:20]
        # Of a natural person the middle of the number is masked, so that two people may share what is left.
        grouped[f"{number}:{row[_NAME]}" if "*" in number else number].append(row)
    for key, group in grouped.items():
        first = group[0]
        names = [(row[_NAME], NameQuality.PRIMARY) for row in group]
        names += [
            (row[field], NameQuality.ALIAS)
            for row in group
            for field in _OTHER_NAMES
            if row.get(field, "").upper() not in _NOTHING
        ]
        found = entry(
            key[:120],
            _KINDS.get(first[_KIND][:1].upper(), ListedKind.UNKNOWN),
            names,
            countries=["BR"],
            programmes=[row.get(_CATEGORY, "") for row in group],
            documents=[first[_NUMBER]] if first[_NUMBER] else [],
        )
        if found is not None:
            yield found
