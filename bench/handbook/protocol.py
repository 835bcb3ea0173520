"""The book's protocol (chapters 3 and 5): train on 7 days, wait 7 for the labels, test on 7 without the cards known by then.

Fold k trains on days [first + 7k, first + 7k + 7) and tests on [first + 7k + 14, first + 7k + 21).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, roc_auc_score

from bench.handbook.history import HandbookRefused, History, day_text

TRAIN_DAYS = DELAY_DAYS = TEST_DAYS = 7
FOLD_DAYS = TRAIN_DAYS + DELAY_DAYS + TEST_DAYS
TOP_CARDS = 100


@dataclass(frozen=True, slots=True)
class Fold:
    """Row numbers of one fold, int64, in the order of time."""

    first_day: int
    train: NDArray[np.int64]
    test: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Measures:
    """What the book judges by."""

    auc: float
    average_precision: float
    card_precision_100: float


def folds(history: History, *, first_day: int, count: int) -> list[Fold]:
    """Return the folds from the oldest to the youngest. Raises HandbookRefused when the data does not reach."""
    if count < 1:
        raise HandbookRefused("at least one fold is needed")
    oldest, youngest = int(history.day[0]), int(history.day[-1])
    end_day = first_day + TEST_DAYS * (count - 1) + FOLD_DAYS
    if first_day < oldest or end_day > youngest + 1:
        raise HandbookRefused(
            f"{count} folds from {day_text(first_day)} need the days to {day_text(end_day - 1)}, and the files hold "
            f"{day_text(oldest)} to {day_text(youngest)}: ask for fewer folds or another first day, or add files"
        )
    found = [_fold(history, first_day + TEST_DAYS * number) for number in range(count)]
    for fold in found:
        for what, rows in (("training", fold.train), ("test", fold.test)):
            frauds = int(history.fraud[rows].sum())
            if frauds in (0, len(rows)):
                raise HandbookRefused(
                    f"of the {len(rows)} transactions of the {what} week of the fold from {day_text(fold.first_day)}, {frauds} "
                    "are fraud: nothing can be learned or judged there, so choose another first day"
                )
    return found


def _fold(history: History, first_day: int) -> Fold:
    day = history.day - first_day
    train = np.flatnonzero((day >= 0) & (day < TRAIN_DAYS))
    known = np.unique(history.customer[train][history.fraud[train]])
    test = []
    for number in range(TRAIN_DAYS + DELAY_DAYS, FOLD_DAYS):
        # By the morning of a test day the frauds of the day before the delay have come to light.
        lately = history.customer[(day == number - DELAY_DAYS - 1) & history.fraud]
        known = np.union1d(known, lately)
        rows = np.flatnonzero(day == number)
        test.append(rows[~np.isin(history.customer[rows], known)])
    return Fold(first_day, train, np.concatenate(test))


def measure(history: History, rows: NDArray[np.int64], score: NDArray[np.float64]) -> Measures:
    """Judge the scores float64[len(rows)] of some transactions."""
    fraud = history.fraud[rows]
    return Measures(
        auc=float(roc_auc_score(fraud, score)),
        average_precision=float(average_precision_score(fraud, score)),
        card_precision_100=card_precision(history, rows, score),
    )


def card_precision(history: History, rows: NDArray[np.int64], score: NDArray[np.float64], *, top: int = TOP_CARDS) -> float:
    """Mean over the days of the share of truly compromised cards among the `top` cards of the highest score (chapter 4).

    A card counts with its highest score of the day. One that was found on a day is not asked about again.
    """
    found = np.empty(0, np.int64)
    shares = []
    days = history.day[rows]
    for day in np.unique(days):
        today = np.flatnonzero((days == day) & ~np.isin(history.customer[rows], found))
        cards, of_card = np.unique(history.customer[rows[today]], return_inverse=True)
        highest = np.full(len(cards), -np.inf)
        np.maximum.at(highest, of_card, score[today])
        compromised = np.zeros(len(cards), bool)
        np.logical_or.at(compromised, of_card, history.fraud[rows[today]])
        asked = np.argsort(-highest, kind="stable")[:top]
        hits = cards[asked[compromised[asked]]]
        found = np.union1d(found, hits)
        shares.append(len(hits) / top)
    return float(np.mean(shares))
