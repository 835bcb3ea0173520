"""`python -m pipelines.marts.seeds write`: the tables that dbt takes from our code, so that each fact has one place.

A test fails while one of the files differs from what is here.
"""

import csv
import io
import sys
from collections.abc import Iterable, Sequence

from kit.business_days import bank_holidays
from kit.money import CURRENCY_EXPONENTS
from ledger.chart import CHART
from ledger.days import FIRST_DAY, LAST_DAY
from pipelines.marts.dbt import PROJECT

FOLDER = PROJECT / "seeds"


def holidays() -> str:
    """Return the days on which banks rest: `national` ones by law, `banking` ones by the Central Bank's rule."""
    from holidays import country_holidays

    years = range(FIRST_DAY.year, LAST_DAY.year + 1)
    national = country_holidays("BR", years=years, language="en_US", categories=("public",))
    named = country_holidays("BR", years=years, language="en_US", categories=("public", "optional"))
    days = sorted(day for year in years for day in bank_holidays(year))
    rows = ((day.isoformat(), named[day], "national" if day in national else "banking") for day in days)
    return _text(("day", "name", "kind"), rows)


def currencies() -> str:
    """Return every currency with the decimals of its minor unit."""
    return _text(("currency", "exponent"), sorted(CURRENCY_EXPONENTS.items()))


def headings() -> str:
    """Return the headings of the chart of accounts, by the first word of a system account's code."""
    return _text(
        ("prefix", "element", "name", "meaning"), ((prefix, h.element.value, h.name, h.meaning) for prefix, h in CHART.items())
    )


FILES = {"holidays.csv": holidays, "currencies.csv": currencies, "chart_headings.csv": headings}


def _text(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()


def main(arguments: list[str]) -> int:
    """Write the files."""
    if arguments != ["write"]:
        sys.stderr.write(f"{__doc__}\n")
        return 2
    for name, made in FILES.items():
        (FOLDER / name).write_text(made())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
