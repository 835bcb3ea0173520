"""What a scenario is made of."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from contracts.transactions import Channel

PPM, HUNDRED = 1_000_000, 100
TRANSFERS = (Channel.PIX, Channel.TED, Channel.INTERNAL)
"""The channels by which a customer pays somebody: not at a shop, and not in cash."""


class Engine(StrEnum):
    """What kind of question a scenario asks. Which program asks it, and how soon, `running` says."""

    RULE = "rule"
    WINDOW = "window"
    PATTERN = "pattern"
    GRAPH = "graph"
    PROFILE = "profile"
    CASE = "case"


class Severity(StrEnum):
    """How soon somebody should look. `REPORT` is told to the regulator whatever anybody thinks of it."""

    REPORT = "report"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Source(StrEnum):
    """Where a scenario has its reason from. Texts change: which one is meant is the bank's to keep up."""

    LAW = "Lei 9.613/1998"
    CIRCULAR = "Circular BCB 3.978/2020"
    TYPOLOGIES = "Carta Circular BCB 4.001/2020"
    PIX = "Resolução BCB 1/2020"
    DEVICES = "Resolução BCB 403/2024"
    REFUSING = "Resolução BCB 501/2025"


class Unit(StrEnum):
    """What a parameter counts. All are whole numbers; a share is in parts per million."""

    COUNT = "count"
    MINOR = "minor"
    MS = "ms"
    DAYS = "days"
    BUSINESS_DAYS = "business_days"
    PPM = "ppm"
    HUNDREDTHS = "hundredths"
    KM_PER_HOUR = "km_per_hour"
    HOUR = "hour"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One number of a rule: what it is unless said, and from where to where it may be said. Amounts are centavos."""

    name: str
    unit: Unit
    default: int
    least: int
    most: int
    meaning: str

    def __post_init__(self) -> None:
        if not self.least <= self.default <= self.most:
            raise ValueError(f"{self.name}: {self.default} is not from {self.least} to {self.most}")


@dataclass(frozen=True, slots=True)
class Scenario:
    """One scenario. `rule` says it in words; a name in braces stands for the value of that parameter."""

    code: str
    title: str
    rule: str
    sources: tuple[Source, ...]
    engine: Engine
    severity: Severity
    parameters: tuple[Parameter, ...] = ()

    @property
    def defaults(self) -> dict[str, int]:
        """What each parameter is unless said."""
        return {each.name: each.default for each in self.parameters}

    def in_words(self, values: Mapping[str, int]) -> str:
        """Return the rule with the values that hold."""
        shown = {each.name: _shown(each.unit, values[each.name]) for each in self.parameters}
        return self.rule.format(**shown)


def _shown(unit: Unit, value: int) -> str:
    """Return a value as people say it."""
    match unit:
        case Unit.MINOR:
            reais, centavos = divmod(value, 100)
            return f"R$ {reais:,}" + (f".{centavos:02d}" if centavos else "")
        case Unit.MS:
            return _duration(value)
        case Unit.PPM:
            return f"{value / 10_000:g}%"
        case Unit.HUNDREDTHS:
            return f"{value / 100:g}"
        case Unit.HOUR:
            return f"{value} h"
        case _:
            return f"{value:,}"


def _duration(ms: int) -> str:
    for size, name in ((86_400_000, "day"), (3_600_000, "hour"), (60_000, "minute"), (1_000, "second")):
        if ms >= size and ms % size == 0:
            count = ms // size
            return f"{count} {name}" + ("s" if count > 1 else "")
    return f"{ms} ms"
