"""What becomes known of fraud: days later by kind, sometimes never, sometimes wrongly."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from simulator.codes import DAY_MS, HOUR_MS, KIND, KINDS
from simulator.events import Events

Ints = npt.NDArray[np.int64]

SHARE_NEVER_KNOWN = 0.04
SHARE_WRONG_KIND = 0.03
SHARE_FALSELY_REPORTED = 0.0002
"""Of ordinary payments, those that somebody reports as fraud by mistake; most reports are withdrawn."""
SHARE_WITHDRAWN = 0.7
REPORT_DELAY_DAYS = 3.0
WITHDRAWAL_DELAY_DAYS = 9.0

# Median days until the report, and the spread of its logarithm.
_DELAY: dict[str, tuple[float, float]] = {
    "account_takeover": (1.3, 0.9),
    "card_testing": (4.0, 0.7),
    "stolen_card": (2.5, 0.9),
    "mule_fan_in": (6.0, 0.7),
    "mule_fan_out": (8.0, 0.6),
    "structuring": (14.0, 0.5),
    "social_pressure": (1.0, 1.0),
    "first_party_abuse": (24.0, 0.4),
}
_MEDIAN_DAYS = np.array([_DELAY.get(kind, (1.0, 0.0))[0] for kind in KINDS])
_SIGMA = np.array([_DELAY.get(kind, (1.0, 0.0))[1] for kind in KINDS])
_FRAUD_KINDS = np.array([KIND[kind] for kind in _DELAY])


@dataclass(frozen=True, slots=True)
class Labels:
    """Columns of label messages: `row` is the event's position in the batch that they are about."""

    row: Ints
    fraud: npt.NDArray[np.bool_]
    kind: Ints
    known_at: Ints

    def __len__(self) -> int:
        return len(self.row)


def labels_of(rng: np.random.Generator, events: Events) -> Labels:
    """Return what will be said about a batch of events, in the order in which it becomes known."""
    frauds = np.flatnonzero(events.kind != KIND["legitimate"])
    frauds = frauds[rng.random(len(frauds)) >= SHARE_NEVER_KNOWN]
    kind = events.kind[frauds]
    told = np.where(rng.random(len(kind)) < SHARE_WRONG_KIND, rng.choice(_FRAUD_KINDS, len(kind)), kind)
    # A case is reported as a whole: its events share the delay, give or take an hour.
    whole = np.random.default_rng([int(rng.integers(2**31))]).normal(0, 1, 8_192)[events.case[frauds] % 8_192]
    delay_ms = _MEDIAN_DAYS[kind] * np.exp(whole * _SIGMA[kind]) * DAY_MS + rng.uniform(0.2, 1.2, len(kind)) * HOUR_MS
    lawful = np.flatnonzero(events.kind == KIND["legitimate"])
    mistaken = lawful[rng.random(len(lawful)) < SHARE_FALSELY_REPORTED]
    reported = events.known_at[mistaken] + (rng.gamma(2.0, REPORT_DELAY_DAYS / 2, len(mistaken)) * DAY_MS).astype(np.int64)
    back = rng.random(len(mistaken)) < SHARE_WITHDRAWN
    withdrawn = reported[back] + (rng.gamma(2.0, WITHDRAWAL_DELAY_DAYS / 2, int(back.sum())) * DAY_MS).astype(np.int64)
    row = np.concatenate((frauds, mistaken, mistaken[back]))
    known_at = np.concatenate((events.known_at[frauds] + delay_ms.astype(np.int64), reported, withdrawn + HOUR_MS))
    fraud = np.concatenate((np.ones(len(frauds) + len(mistaken), dtype=np.bool_), np.zeros(int(back.sum()), dtype=np.bool_)))
    unspecified = np.full(len(mistaken), KIND["unspecified"])
    said = np.concatenate((told, unspecified, np.full(int(back.sum()), KIND["legitimate"])))
    order = np.argsort(known_at, kind="stable")
    return Labels(row=row[order], fraud=fraud[order], kind=said[order], known_at=known_at[order])


def median_delay_days(kind: int) -> float:
    """Return the median time until a kind of fraud is reported."""
    return float(_MEDIAN_DAYS[kind])
