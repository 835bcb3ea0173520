"""What a dataset of the analytics routes is: a mart, its grain, and what of it may be grouped by, filtered by and counted.

Names that reach SQL come from here alone. `datasets.py` is the list; adding a mart to it is one entry.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from kit.errors import DomainError


class Unit(StrEnum):
    """What a measure's number means."""

    COUNT = "count"
    MINOR = "minor"
    """Minor units of the row's currency: never added across currencies."""
    SHARE = "share"
    """From 0 to 1."""
    DURATION = "duration"
    """In the unit that its name ends in: `_us`, `_ms` or `_minutes`."""
    SCORE = "score"
    """A number of its own scale, which the measure's description names."""


class Fold(StrEnum):
    """How rows of the mart become one number."""

    SUM = "sum"
    MAX = "max"
    MEAN = "mean"
    LAST = "last"
    """The sum over the rows of the newest day: what stands at the end of it, which days do not add up to."""
    RATIO = "ratio"
    """The sum of one column over the sum of another."""
    ROWS = "rows"
    """How many rows there are."""


class Kind(StrEnum):
    """What a column holds, as files declare it."""

    TEXT = "text"
    DATE = "date"
    MOMENT = "moment"
    INTEGER = "integer"
    NUMBER = "number"
    TRUTH = "truth"


@dataclass(frozen=True, slots=True)
class Dimension:
    """A column that rows are grouped or filtered by, compared as text."""

    name: str
    about: str
    kind: Kind = Kind.TEXT


@dataclass(frozen=True, slots=True)
class Measure:
    """A number that rows are folded into. `over` is the column of a ratio's denominator."""

    name: str
    about: str
    unit: Unit = Unit.COUNT
    fold: Fold = Fold.SUM
    column: str = ""
    over: str | None = None

    @property
    def read_from(self) -> str:
        """The column that it folds; its own name unless that says otherwise."""
        return self.column or self.name

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that it reads."""
        if self.fold is Fold.ROWS:
            return ()
        return (self.read_from,) if self.over is None else (self.read_from, self.over)

    @property
    def adds_up(self) -> bool:
        """Whether the values of groups add up to that of all of them."""
        return self.fold in (Fold.SUM, Fold.ROWS, Fold.LAST)

    @property
    def kind(self) -> Kind:
        """What a row of the mart holds of it."""
        return Kind.INTEGER if self.unit in (Unit.COUNT, Unit.MINOR, Unit.DURATION) else Kind.NUMBER


@dataclass(frozen=True)
class Dataset:
    """One mart as it is read. `day` is the column of its days; None where a row is no day's, and then it has no series.

    `currency` is the column that says what amounts are in; they are grouped by it wherever they are added up.
    """

    name: str
    about: str
    grain: str
    mart: str
    dimensions: tuple[Dimension, ...]
    measures: tuple[Measure, ...]
    day: str | None = "day"
    currency: str | None = None

    @cached_property
    def by_dimension(self) -> dict[str, Dimension]:
        """Its dimensions by name."""
        return {each.name: each for each in self.dimensions}

    @cached_property
    def by_measure(self) -> dict[str, Measure]:
        """Its measures by name."""
        return {each.name: each for each in self.measures}

    @cached_property
    def exported(self) -> dict[str, Kind]:
        """The columns of a file, in order: day, dimensions, then what the measures read."""
        days = {self.day: Kind.DATE} if self.day else {}
        sums = {each.read_from: each.kind for each in self.measures if each.fold not in (Fold.RATIO, Fold.ROWS)}
        return days | {each.name: each.kind for each in self.dimensions} | sums

    def measure(self, name: str | None) -> Measure:
        """Return a measure; the first when none is named. Raises UnknownMetric."""
        if name is None:
            return self.measures[0]
        found = self.by_measure.get(name)
        if found is None:
            raise UnknownMetric(f"{self.name} has no metric {name}; it has: {', '.join(self.by_measure)}", field="metric")
        return found

    def dimension(self, name: str, *, field: str) -> Dimension:
        """Return a dimension. Raises UnknownDimension."""
        found = self.by_dimension.get(name)
        if found is None:
            raise UnknownDimension(f"{self.name} has no dimension {name}; it has: {', '.join(self.by_dimension)}", field=field)
        return found


class UnknownDataset(DomainError):
    """No mart is read under this name."""

    code = "unknown-dataset"
    title = "There is no dataset of this name"
    remedy = "GET /v1/analytics/datasets lists what there is."


class UnknownMetric(DomainError):
    """The dataset does not count this."""

    code = "unknown-metric"
    title = "The dataset has no such metric"
    remedy = "Use one that the detail names; GET /v1/analytics/datasets says what each counts."


class UnknownDimension(DomainError):
    """The dataset is not grouped or filtered by this."""

    code = "unknown-dimension"
    title = "The dataset has no such dimension"
    remedy = "Use one that the detail names; GET /v1/analytics/datasets says what each is."
