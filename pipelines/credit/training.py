"""A loan book becomes a card: attributes that look at nothing later, judged by cross-validation, then made of all loans."""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipelines.credit.attributes import DEFAULT
from pipelines.credit.behaviour import MAX_STALE_DAYS, attributes, matrix
from pipelines.credit.book import BadLoanBook, LoanBook
from pipelines.credit.groups import Group, groups
from pipelines.credit.judging import REPEATS, Judged, Model, cross_validated, judge
from pipelines.credit.lookahead import refuse_lookahead
from risk.scorecard.card import Scaling, Scorecard
from risk.scorecard.making import Candidate, TooFewLoans, make_card

SEED = 20_261


@dataclass(frozen=True, slots=True)
class Trained:
    """A card, how well such cards do on loans that they never saw, and what they do to groups."""

    card: Scorecard
    judged: dict[str, Judged]
    groups: list[Group]


@dataclass(frozen=True, slots=True)
class Scored:
    """What a card says of loans or applications, in the order of the book."""

    points: NDArray[np.int64]
    score: NDArray[np.int64]
    probability_of_default: NDArray[np.float64]


def train(
    book: LoanBook,
    *,
    candidates: tuple[Candidate, ...] = DEFAULT,
    max_stale_days: int = MAX_STALE_DAYS,
    repeats: int = REPEATS,
    scaling: Scaling | None = None,
) -> Trained:
    """Make a card of a book whose loans all have `bad`. Raises BadLoanBook or LooksAhead."""
    if book.loans["bad"].null_count():
        raise BadLoanBook(
            f"loans: bad is missing in {book.loans['bad'].null_count()} rows, which teach nothing; leave them out"
        )
    bad = book.loans["bad"].to_numpy()
    rows = matrix(refuse_lookahead(book, lambda of: attributes(of, max_stale_days=max_stale_days)), candidates)
    try:
        card = make_card(candidates, rows, bad, seed=SEED, scaling=scaling)
        left_out = cross_validated(card_model(candidates), rows, bad, repeats=repeats, seed=SEED)
    except (TooFewLoans, ArithmeticError) as problem:
        raise BadLoanBook(f"no card can be made of these loans: {problem}") from problem
    facts: dict[str, str | int | float] = {
        "first_grant": str(book.loans["granted_on"].min()),
        "last_grant": str(book.loans["granted_on"].max()),
        "max_stale_days": max_stale_days,
    }
    card = Scorecard(scaling=card.scaling, attributes=card.attributes, training=card.training | facts)
    return Trained(card, judge(bad, left_out, seed=SEED), groups(book.loans, left_out.mean(axis=0)))


def card_model(candidates: tuple[Candidate, ...]) -> Model:
    """Return the making of a card as cross-validation wants it."""

    def learned(
        rows: NDArray[np.float64], bad: NDArray[np.bool_], asked: NDArray[np.float64], seed: int
    ) -> NDArray[np.float64]:
        card = make_card(candidates, rows, bad, seed=seed)
        place = {candidate.name: column for column, candidate in enumerate(candidates)}
        return score_rows(card, asked[:, [place[name] for name in card.names]]).probability_of_default

    return learned


def score(card: Scorecard, book: LoanBook) -> Scored:
    """Score the loans or applications of a book; what happened from their day on is not looked at. Raises BadLoanBook."""
    stale = int(card.training.get("max_stale_days", MAX_STALE_DAYS))
    frame: pl.DataFrame = attributes(book, max_stale_days=stale)
    unknown = [name for name in card.names if name not in frame.columns]
    if unknown:
        raise BadLoanBook(f"the card asks for {unknown[0]}, which nothing here works out")
    return score_rows(card, matrix(frame, card.names))


def score_rows(card: Scorecard, rows: NDArray[np.float64]) -> Scored:
    """Score values float64[n, A] in the order of the card's names."""
    points = card.points(rows)
    total = points.sum(axis=1)
    return Scored(points, total, card.probability_of_default(total))
