"""What a score does to groups of people: who is approved, how risky they are thought to be, and how they turned out.

Age, sex and region are looked at here alone; no card may use the first two. A group is held to the four-fifths rule: its
share of approvals against that of the group of its kind with the highest (29 CFR 1607.4(D)). Groups below `LEAST_LOANS` are
shown, and compared with nobody.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from risk.segments import AGE_FROM, AGE_NAMES, UNKNOWN

APPROVED_SHARE = 0.8
LEAST_LOANS = 50
FOUR_FIFTHS = 0.8


@dataclass(frozen=True, slots=True)
class Group:
    """One group, where the `APPROVED_SHARE` of all loans with the lowest probability of default are approved.

    `bad_share` is None without outcomes; `approval_ratio` is to the highest share of its dimension, None for a small group.
    """

    dimension: str
    name: str
    loans: int
    bad_share: float | None
    probability_of_default: float
    approved_share: float
    approval_ratio: float | None

    @property
    def below_four_fifths(self) -> bool:
        """Whether the rule is broken."""
        return self.approval_ratio is not None and self.approval_ratio < FOUR_FIFTHS


def groups(loans: pl.DataFrame, probability: NDArray[np.float64]) -> list[Group]:
    """Return the groups by sex, age and region of loans with probabilities of default float64[n]; unknown is a group too."""
    years = pl.col("granted_on").dt.year() - pl.col("birth_date").dt.year()
    before = pl.col("granted_on").dt.ordinal_day() < pl.col("birth_date").dt.ordinal_day()
    age = years - before.cast(pl.Int32)
    band = pl.lit(None, pl.String)
    for name, from_years in zip(AGE_NAMES, AGE_FROM, strict=True):
        band = pl.when(age >= from_years).then(pl.lit(name)).otherwise(band)
    approved = np.zeros(len(loans), np.bool_)
    approved[np.argsort(probability, kind="stable")[: round(APPROVED_SHARE * len(loans))]] = True
    frame = loans.select("bad", "sex", "region", band.alias("age")).with_columns(
        pl.Series("probability", probability), pl.Series("approved", approved)
    )
    found = []
    for dimension in ("sex", "age", "region"):
        rows = (
            frame.group_by(pl.col(dimension).fill_null(UNKNOWN).alias("name"))
            .agg(pl.len().alias("loans"), pl.col("bad").mean(), pl.col("probability").mean(), pl.col("approved").mean())
            .sort(pl.col("name").replace_strict(dict(zip(AGE_NAMES, range(len(AGE_NAMES)), strict=True)), default=-1), "name")
        )
        best = rows.filter((pl.col("loans") >= LEAST_LOANS) & (pl.col("name") != UNKNOWN))["approved"].max()
        found += [_group(dimension, row, best) for row in rows.iter_rows(named=True)]
    return found


def lines(found: list[Group]) -> list[str]:
    """Return the groups as a table in Markdown."""
    told = ["| group | loans | went badly | probability of default | approved | to the highest |", "|---|---|---|---|---|---|"]
    for group in found:
        bad = "-" if group.bad_share is None else f"{group.bad_share:.1%}"
        ratio = "-" if group.approval_ratio is None else f"{group.approval_ratio:.2f}"
        told.append(
            f"| {group.dimension}: {group.name} | {group.loans:,} | {bad} | {group.probability_of_default:.1%} "
            f"| {group.approved_share:.1%} | {ratio} |"
        )
    return told


def _group(dimension: str, row: dict[str, object], best: object) -> Group:
    approved, loans = float(str(row["approved"])), int(str(row["loans"]))
    held = loans >= LEAST_LOANS and row["name"] != UNKNOWN and isinstance(best, float) and best > 0
    return Group(
        dimension=dimension,
        name=str(row["name"]),
        loans=loans,
        bad_share=None if row["bad"] is None else float(str(row["bad"])),
        probability_of_default=float(str(row["probability"])),
        approved_share=approved,
        approval_ratio=approved / float(str(best)) if held else None,
    )
