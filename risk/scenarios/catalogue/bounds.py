"""Parameters of the kinds that many scenarios have: what they count, from where to where each may be. Amounts are centavos."""

from risk.scenarios.declared import PPM, Parameter, Unit

MINUTE_MS, HOUR_MS, DAY_MS = 60_000, 3_600_000, 86_400_000
_LEAST_SHARE_PPM = 100_000


def window(default: int, *, most: int, meaning: str = "within how long") -> Parameter:
    """A length of time, from a minute on."""
    return Parameter("window_ms", Unit.MS, default, MINUTE_MS, most, meaning)


def at_least(name: str, default: int, meaning: str, *, least: int = 2) -> Parameter:
    """A number of things, up to a thousand."""
    return Parameter(name, Unit.COUNT, default, least, 1_000, meaning)


def amount(name: str, default: int, meaning: str, *, least: int = 0) -> Parameter:
    """An amount, up to R$ 100 million."""
    return Parameter(name, Unit.MINOR, default, least, 100_000_000_00, meaning)


def share(name: str, default: int, meaning: str, *, least: int = _LEAST_SHARE_PPM) -> Parameter:
    """A share, up to all of it."""
    return Parameter(name, Unit.PPM, default, least, PPM, meaning)


def times(name: str, default: int, meaning: str) -> Parameter:
    """A multiple, from once to a hundred times."""
    return Parameter(name, Unit.HUNDREDTHS, default, 100, 100_00, meaning)
