"""Which values a scenario's parameters have, for whom and from when on. Pure.

Values change by versions: each names a scenario, the first day on which it holds, and the segment of customers for whom it
does (none: everybody). A day that has passed keeps what held on it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from kit.errors import DomainError
from risk.scenarios.catalogue import SCENARIOS


class NoSuchScenario(DomainError):
    """Nothing is called that."""

    code = "no-such-scenario"
    title = "There is no such scenario"
    remedy = f"Name one of: {', '.join(SCENARIOS)}."


class ParameterNotAllowed(DomainError):
    """A scenario has no such parameter, or not with that value."""

    code = "parameter-not-allowed"
    title = "A parameter cannot have that value"
    remedy = "Read the scenario's declaration: it says its parameters, and from where to where each may be."


@dataclass(frozen=True, slots=True)
class Version:
    """Values of some of a scenario's parameters from a day on, for a segment or for everybody. The rest keeps its default.

    Raises NoSuchScenario, ParameterNotAllowed.
    """

    scenario: str
    valid_from: date
    values: Mapping[str, int] = field(default_factory=dict)
    segment: str | None = None

    def __post_init__(self) -> None:
        if self.scenario not in SCENARIOS:
            raise NoSuchScenario(self.scenario)
        known = {each.name: each for each in SCENARIOS[self.scenario].parameters}
        for name, value in self.values.items():
            if name not in known:
                raise ParameterNotAllowed(f"{self.scenario} has no parameter {name}; it has {', '.join(known) or 'none'}")
            if isinstance(value, bool) or not isinstance(value, int) or not known[name].least <= value <= known[name].most:
                raise ParameterNotAllowed(
                    f"{self.scenario}: {name} is a whole number from {known[name].least} to {known[name].most}, not {value!r}",
                    parameter=name,
                )


def in_force(versions: Iterable[Version], *, scenario: str, day: date, segment: str | None = None) -> dict[str, int]:
    """Return the value of each of a scenario's parameters on a day, for a segment.

    The newest version of the segment holds; without one, the newest that is for everybody; without one, the defaults. Of two
    that begin on one day the later in order holds. Raises NoSuchScenario.
    """
    if scenario not in SCENARIOS:
        raise NoSuchScenario(scenario)
    held = [each for each in versions if each.scenario == scenario and each.valid_from <= day]
    own = [each for each in held if each.segment == segment]
    chosen = own or [each for each in held if each.segment is None]
    newest = max(enumerate(chosen), key=lambda each: (each[1].valid_from, each[0]), default=None)
    return SCENARIOS[scenario].defaults | dict(newest[1].values if newest else {})
