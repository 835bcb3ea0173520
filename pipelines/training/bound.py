"""How much tuning may take. Loads no library of trees."""

from dataclasses import dataclass

TRIALS, MINUTES = 30, 10.0
MOST_TRIALS, MOST_MINUTES = 1_000, 24 * 60.0


class NoBound(ValueError):
    """Tuning that would never begin, or not end."""


@dataclass(frozen=True, slots=True)
class Bound:
    """How much may be tried: whichever comes first."""

    trials: int = TRIALS
    minutes: float = MINUTES

    def __post_init__(self) -> None:
        """Raises NoBound."""
        if not 1 <= self.trials <= MOST_TRIALS or not 0.0 < self.minutes <= MOST_MINUTES:
            raise NoBound(f"tuning is bounded by 1 to {MOST_TRIALS} trials and by at most {MOST_MINUTES:.0f} minutes")
