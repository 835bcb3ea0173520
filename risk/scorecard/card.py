"""The card itself: a plain document that a person can read and a program can score by, with nothing beside it.

score = the attributes' points added up = offset + factor * ln(odds of good), where factor = PDO / ln 2 and offset = base
points - factor * ln(base odds) (Siddiqi 2006, ch. 6, "Scorecard scaling"): `pdo` points more double the odds, and
`base_points` stand for `base_odds` goods to one bad. The probability of default is 1 / (1 + odds). Points are whole numbers,
and the probability follows from their sum, so that whoever adds them up by hand finds the same.
"""

import math
from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from kit.errors import DomainError
from risk.scorecard.logistic import expit

SCHEMA_VERSION = 1
# "Disclosure of more than four reasons is not likely to be helpful": official interpretation of Regulation B, 9(b)(2)-1.
MAX_REASONS = 4


class BadScorecard(DomainError):
    """The document is no scorecard that can be used."""

    code = "bad-scorecard"
    title = "The document is no scorecard"
    remedy = "Take one that `baas credit train` wrote, as it is."


class Scaling(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the points mean: `base_points` at `base_odds` goods to one bad, `pdo` points more at twice these odds."""

    base_points: float = 600.0
    base_odds: float = 50.0
    pdo: float = 20.0

    @property
    def factor(self) -> float:
        """Points to one unit of ln(odds)."""
        return self.pdo / math.log(2.0)

    @property
    def offset(self) -> float:
        """Points at even odds."""
        return self.base_points - self.factor * math.log(self.base_odds)

    def points(self, log_odds_good: float) -> float:
        """Return the points of ln(odds of good)."""
        return self.offset + self.factor * log_odds_good

    def probability_of_default(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return 1 / (1 + odds) of points, both float64[n]."""
        return expit((self.offset - points) / self.factor)


class Attribute(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One attribute: `points[i]` are for `cuts[i-1] <= value < cuts[i]`, `unknown_points` where the value is not known.

    `sentence` is the reason that an applicant is given. `usual_points` is what the training population has on average: who has
    less is told why. `goods` and `bads` are counts of the training population.
    """

    name: str
    sentence: str
    cuts: tuple[float, ...]
    points: tuple[int, ...]
    unknown_points: int
    usual_points: float
    woe: tuple[float, ...]
    goods: tuple[int, ...]
    bads: tuple[int, ...]
    coefficient: float
    information_value: float


class Reason(msgspec.Struct, frozen=True, kw_only=True):
    """Why a score is not higher: an attribute, and how many points below what is usual it is."""

    attribute: str
    sentence: str
    points_lost: float


class Scorecard(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole card. `training` says in plain words and numbers what it was made from."""

    schema: int = SCHEMA_VERSION
    scaling: Scaling = Scaling()
    attributes: tuple[Attribute, ...]
    training: dict[str, str | int | float] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """The attributes, in the order of the columns that `points` wants."""
        return tuple(attribute.name for attribute in self.attributes)

    def points(self, rows: NDArray[np.float64]) -> NDArray[np.int64]:
        """Return each attribute's points, int64[n, A], for values float64[n, A] in the order of `names`, NaN for unknown."""
        if rows.ndim != 2 or rows.shape[1] != len(self.attributes):
            raise ValueError(f"values of {len(self.attributes)} attributes are needed, not {rows.shape}")
        found = np.empty(rows.shape, np.int64)
        for column, attribute in enumerate(self.attributes):
            values = rows[:, column]
            bins = np.searchsorted(np.array(attribute.cuts), values, side="right").clip(max=len(attribute.cuts))
            found[:, column] = np.where(np.isnan(values), attribute.unknown_points, np.array(attribute.points)[bins])
        return found

    def probability_of_default(self, score: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the calibrated probability of default of scores (sums of points), float64[n]."""
        return self.scaling.probability_of_default(score.astype(np.float64))

    def reasons(self, points: Sequence[int]) -> list[Reason]:
        """Return the attributes that cost most against what is usual, at most `MAX_REASONS`, for one row of `points`."""
        lost = [(attribute.usual_points - had, attribute) for attribute, had in zip(self.attributes, points, strict=True)]
        lost.sort(key=lambda pair: -pair[0])
        return [
            Reason(attribute=attribute.name, sentence=attribute.sentence, points_lost=round(points_lost, 1))
            for points_lost, attribute in lost[:MAX_REASONS]
            if points_lost > 0.5  # what rounding alone takes is no reason
        ]


def encode(card: Scorecard) -> bytes:
    """Return the document, readable by people: indented JSON."""
    return msgspec.json.format(msgspec.json.encode(card), indent=1) + b"\n"


def decode(document: bytes) -> Scorecard:
    """Return the card of a document. Raises BadScorecard for what cannot be scored by."""
    try:
        card = msgspec.json.decode(document, type=Scorecard)
    except (msgspec.DecodeError, UnicodeDecodeError) as problem:
        raise BadScorecard(str(problem)) from problem
    if card.schema != SCHEMA_VERSION:
        raise BadScorecard(f"schema {card.schema}; {SCHEMA_VERSION} is read")
    if card.scaling.pdo <= 0 or card.scaling.base_odds <= 0:
        raise BadScorecard("pdo and base_odds must be above 0")
    if len(set(card.names)) != len(card.names) or not card.names:
        raise BadScorecard("attributes must have different names, and there must be one")
    for attribute in card.attributes:
        if any(before >= after for before, after in zip(attribute.cuts, attribute.cuts[1:], strict=False)):
            raise BadScorecard(f"{attribute.name}: the cuts do not ascend")
        if {len(attribute.points), len(attribute.woe), len(attribute.goods), len(attribute.bads)} != {len(attribute.cuts) + 1}:
            raise BadScorecard(f"{attribute.name}: {len(attribute.cuts)} cuts make {len(attribute.cuts) + 1} bins")
    return card
