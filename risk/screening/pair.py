"""Two names, how sure it is that they are one, and why: which word met which."""

import math
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

import numpy as np
from numpy.typing import NDArray

from risk.screening import costs, kernels, model
from risk.screening.kernels import Work
from risk.screening.model import Weights
from risk.screening.shown import FEATURES
from risk.screening.words import Class
from risk.screening.writing import Token, Tokens, packed, tokens_of


class MeetingWay(StrEnum):
    """How words met, in the order of the kernels' numbers."""

    EQUAL = "equal"
    SPELLING = "other-spelling"
    TYPO = "typing-error"
    INITIAL = "initial"
    SHORT = "shortened"
    VARIANT = "same-name"
    GLUED = "written-together"
    VOWELS = "vowels-unwritten"
    ACRONYM = "first-letters"


WAYS = tuple(MeetingWay)


@dataclass(frozen=True, slots=True)
class Met:
    """Words of one name that met words of the other; `alike` is from 0.6 to 1."""

    query: tuple[str, ...]
    listed: tuple[str, ...]
    way: MeetingWay
    alike: float


@dataclass(frozen=True, slots=True)
class Explained:
    """How sure it is, from 0 to 1, and why; words that met nothing, but for forms of firms and particles."""

    score: float
    met: tuple[Met, ...]
    query_alone: tuple[str, ...]
    listed_alone: tuple[str, ...]
    order_differs: bool
    acronym: bool


@dataclass(frozen=True, slots=True)
class Tables:
    """What every comparison needs beside the names: costs and the model, as kernels read them."""

    model: Weights
    substitution: NDArray[np.float32]
    gap: NDArray[np.float32]
    weights: NDArray[np.float32]
    hinge_at: NDArray[np.int64]
    hinge_from: NDArray[np.float32]
    product_at: NDArray[np.int64]


@cache
def built_in_tables() -> Tables:
    """Return the tables of the weights that come with the product."""
    return tables(model.built_in())


def tables(weights: Weights) -> Tables:
    """Return the tables for some weights."""
    return Tables(weights, costs.substitutions(), costs.gaps(), weights.values, *model.kernel_table())


def share(log_odds: float) -> float:
    """Return log-odds as a share."""
    return 1.0 / (1.0 + math.exp(-max(min(log_odds, 30.0), -30.0)))


def compare(query: str, listed: str, *, tables: Tables | None = None, work: Work | None = None) -> Explained:
    """Compare two names. Without a letter or digit in one of them the score is 0."""
    return compare_tokens(tokens_of(query), tokens_of(listed), tables=tables, work=work)


def compare_tokens(
    query: tuple[Token, ...], listed: tuple[Token, ...], *, tables: Tables | None = None, work: Work | None = None
) -> Explained:
    """Compare two names that are read already."""
    if not query or not listed:
        return Explained(0.0, (), _texts(query), _texts(listed), order_differs=False, acronym=False)
    used, room = tables or built_in_tables(), work or kernels.work()
    features, chosen = features_of(query, listed, room, used)
    firm = any(kernels.is_firm_word(each.kind) for each in (*query, *listed))
    [total] = model.log_odds(features[None, :], np.array([firm]), used.model)
    met = [_met(query, listed, room, place) for place in range(chosen)]
    seen_q, seen_c = (_seen(room, chosen, column) for column in (0, 2))
    return Explained(
        share(float(total)), tuple(met),
        _alone(query, seen_q), _alone(listed, seen_c),
        order_differs=bool(features[FEATURES.index("inversions")] > 0),
        acronym=bool(features[FEATURES.index("acronym")]),
    )  # fmt: skip


def features_of(
    query: tuple[Token, ...], listed: tuple[Token, ...], work: Work, tables: Tables
) -> tuple[NDArray[np.float32], int]:
    """Return the features of a pairing, and how many meetings `work.chosen` has."""
    chosen = kernels.compare_pair(
        packed(query), np.arange(len(query)), packed(listed), np.arange(len(listed)), tables.substitution, tables.gap, work
    )
    return work.features.copy(), int(chosen)


def prepared(tokens: tuple[Token, ...]) -> tuple[Tokens, NDArray[np.int64]]:
    """Return a name as kernels take it."""
    return packed(tokens), np.arange(len(tokens))


def _met(query: tuple[Token, ...], listed: tuple[Token, ...], work: Work, place: int) -> Met:
    i, many_i, j, many_j, way = (int(each) for each in work.chosen[place, :5])
    return Met(
        _texts(query[i : i + many_i]), _texts(listed[j : j + many_j]), WAYS[way], round(float(work.chosen_alike[place]), 3)
    )


def _seen(work: Work, chosen: int, column: int) -> set[int]:
    return {
        int(work.chosen[place, column]) + step for place in range(chosen) for step in range(int(work.chosen[place, column + 1]))
    }


def _alone(tokens: tuple[Token, ...], seen: set[int]) -> tuple[str, ...]:
    return tuple(
        each.text for place, each in enumerate(tokens) if place not in seen and each.kind not in (Class.LEGAL, Class.PARTICLE)
    )


def _texts(tokens: tuple[Token, ...]) -> tuple[str, ...]:
    return tuple(each.text for each in tokens)
