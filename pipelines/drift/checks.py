"""What is looked at each night, by name."""

from typing import Literal

import msgspec

State = Literal["steady", "drifted", "unknown"]
POPULATION, MISSING, SCORE, CALIBRATION, PERFORMANCE = CHECKS = (
    "population", "missing_values", "score", "calibration", "performance",
)  # fmt: skip


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """One of `CHECKS`: how it is, in a word and in a sentence. `unknown` is too little to say, or too early."""

    name: str
    state: State
    text: str
