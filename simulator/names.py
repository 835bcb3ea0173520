"""Names and documents of people who do not exist: common given names and surnames put together by chance.

A CPF gets its two check digits (Receita Federal, modulo 11), because systems refuse one without; its first nine digits are
drawn, so that no document in the simulated bank was given to it by anybody.
"""

import numpy as np
import numpy.typing as npt

GIVEN = (
    "Ana", "Beatriz", "Bruno", "Caio", "Camila", "Carla", "Carlos", "Clara", "Daniel", "Davi", "Diego", "Eduardo", "Elisa",
    "Fábio", "Felipe", "Fernanda", "Gabriel", "Gabriela", "Helena", "Heitor", "Igor", "Isabela", "Joana", "João", "Jorge",
    "Juliana", "Júlio", "Laís", "Larissa", "Laura", "Leandro", "Letícia", "Lucas", "Luana", "Luiz", "Manuela", "Marcelo",
    "Marcos", "Mariana", "Marina", "Mateus", "Miguel", "Natália", "Nicolas", "Otávio", "Paula", "Paulo", "Pedro", "Rafael",
    "Rafaela", "Renata", "Ricardo", "Roberta", "Rodrigo", "Rosa", "Samuel", "Sofia", "Tatiana", "Teresa", "Thiago", "Valéria",
    "Vicente", "Vinícius", "Vitória", "Yasmin",
)  # fmt: skip
SURNAMES = (
    "Almeida", "Alves", "Andrade", "Araújo", "Barbosa", "Barros", "Batista", "Borges", "Campos", "Cardoso", "Carvalho",
    "Castro", "Cavalcanti", "Correia", "Costa", "Dias", "Duarte", "Farias", "Ferreira", "Freitas", "Gomes", "Gonçalves",
    "Lima", "Lopes", "Macedo", "Machado", "Marques", "Martins", "Medeiros", "Melo", "Mendes", "Monteiro", "Moraes", "Moreira",
    "Moura", "Nascimento", "Nogueira", "Nunes", "Oliveira", "Pereira", "Pinto", "Ramos", "Rezende", "Ribeiro", "Rocha",
    "Rodrigues", "Sales", "Santana", "Santos", "Silva", "Soares", "Souza", "Teixeira", "Vieira",
)  # fmt: skip


def person_names(rng: np.random.Generator, count: int) -> list[str]:
    """Return full names of people who do not exist."""
    given, first, last = (rng.integers(0, n, count) for n in (len(GIVEN), len(SURNAMES), len(SURNAMES)))
    return [f"{GIVEN[g]} {SURNAMES[a]} {SURNAMES[b]}" for g, a, b in zip(given, first, last, strict=True)]


def cpfs(rng: np.random.Generator, count: int) -> list[str]:
    """Return distinct eleven-digit CPFs with valid check digits. Raises ValueError past a million."""
    if count > 1_000_000:
        raise ValueError(f"{count} documents; at most a million are made")
    base = np.unique(rng.integers(10_000_000, 999_999_999, size=count + count // 50 + 16))
    chosen = rng.permutation(base)[:count]
    digits = (chosen[:, None] // 10 ** np.arange(8, -1, -1)) % 10
    for _ in range(2):
        digits = np.column_stack((digits, _check_digit(digits)))
    return ["".join(map(str, row)) for row in digits.tolist()]


def _check_digit(digits: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    weights = np.arange(digits.shape[1] + 1, 1, -1)
    rest = 11 - (digits * weights).sum(axis=1) % 11
    return np.where(rest >= 10, 0, rest)
