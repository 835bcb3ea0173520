"""What a check found. Pure."""

from collections.abc import Iterable
from datetime import date
from typing import Any

import msgspec

COUNTS_ROWS = "expect_table_row_count_to_be_between"
MATCHES_COLUMNS = "expect_table_columns_to_match_set"
READS_FILES = "expect_files_to_be_whole"
_SHOWN_ARGUMENTS = ("min_value", "max_value", "value_set", "regex", "mostly", "row_condition")
_MOST_TOLD = 6
_WRONG = {
    COUNTS_ROWS: "has fewer rows than there should be",
    MATCHES_COLUMNS: "lacks columns",
    READS_FILES: "has files that are not whole",
    "expect_column_values_to_not_be_null": "is unknown",
    "expect_column_values_to_be_in_set": "is none of the words",
    "expect_column_values_to_be_between": "is out of bounds",
    "expect_column_values_to_not_match_regex": "looks like a card number",
    "expect_column_values_to_be_unique": "is in more than one row",
    "expect_compound_columns_to_be_unique": "are in more than one row",
    "expect_column_median_to_be_between": "has its median out of bounds",
}


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One expectation: what was asked of which column, whether it holds, and how many rows are against it."""

    expectation: str
    column: str | None
    asked: str
    holds: bool
    unexpected: int = 0
    observed: str = ""
    examples: tuple[str, ...] = ()
    problem: str | None = None

    @property
    def name(self) -> str:
        """The expectation and its column in one word."""
        return f"{self.expectation}({self.column})" if self.column else self.expectation

    @property
    def told(self) -> str:
        """What is wrong where it does not hold, in words; the same for the same rows."""
        if self.problem:
            return self.problem
        wrong = _WRONG.get(self.expectation, f"is against {self.expectation}")
        counted = f"{self.unexpected:,} rows" if self.unexpected else self.observed or "all rows"
        return f"{self.column or 'the day'} {wrong} ({counted})"


class QualityReport(msgspec.Struct, frozen=True, kw_only=True):
    """All expectations over one day of a set. `up_to_offset` is the last offset that was there, -1 where none was."""

    set_name: str
    day: date
    rows: int
    findings: tuple[Finding, ...]
    up_to_offset: int = -1

    @property
    def holds(self) -> bool:
        """Whether every expectation does."""
        return all(finding.holds for finding in self.findings)

    @property
    def broken(self) -> tuple[Finding, ...]:
        """The expectations that do not hold."""
        return tuple(finding for finding in self.findings if not finding.holds)

    @property
    def reason(self) -> str:
        """What does not hold, in a line."""
        told = [each.told for each in self.broken]
        more = f" and {len(told) - _MOST_TOLD} more" if len(told) > _MOST_TOLD else ""
        return "; ".join(told[:_MOST_TOLD]) + more


def files_finding(problems: Iterable[str]) -> Finding:
    """Return what was found of the files themselves."""
    told = tuple(problems)
    return Finding(
        expectation=READS_FILES, column=None, asked="every file can be read, and none is missing between two", holds=not told,
        problem="; ".join(told) or None, unexpected=len(told),
    )  # fmt: skip


def columns_finding(missing: Iterable[str], new: Iterable[str]) -> Finding:
    """Return what was found of the columns where that is all that can be said."""
    lost = sorted(missing)
    return Finding(
        expectation=MATCHES_COLUMNS, column=None, asked="every column of the contract is there", holds=not lost,
        problem=columns_problem(lost, new), unexpected=len(lost),
    )  # fmt: skip


def columns_problem(missing: Iterable[str], new: Iterable[str]) -> str | None:
    """Return which columns are gone and which came, None where none is gone."""
    lost, came = sorted(missing), sorted(new)
    if not lost:
        return None
    return f"{', '.join(lost)} missing" + (f", {', '.join(came)} new" if came else "")


def finding_of(result: dict[str, Any], *, examples: int) -> Finding:
    """Read one entry of a validation result."""
    config, detail, raised = result["expectation_config"], result.get("result") or {}, result.get("exception_info") or {}
    arguments = config["kwargs"]
    return Finding(
        expectation=str(config["type"]),
        column=arguments.get("column") or ", ".join(arguments.get("column_list") or ()) or None,
        asked=_asked(arguments),
        holds=bool(result["success"]),
        unexpected=int(detail.get("unexpected_count") or 0),
        observed=_shown(detail.get("observed_value")),
        examples=tuple(str(value) for value in (detail.get("partial_unexpected_list") or [])[:examples]),
        problem=_problem(raised),
    )


def rows_of(results: list[dict[str, Any]]) -> int:
    """Return the number of rows that the suite saw. Raises ValueError when it did not count them."""
    for result in results:
        if result["expectation_config"]["type"] == COUNTS_ROWS and result["result"].get("observed_value") is not None:
            return int(result["result"]["observed_value"])
    raise ValueError("the suite does not count its rows")


def _asked(arguments: dict[str, Any]) -> str:
    return ", ".join(f"{name} {_shown(arguments[name])}" for name in _SHOWN_ARGUMENTS if arguments.get(name) is not None)


def _shown(value: Any) -> str:
    if isinstance(value, dict) and "column" in value:  # a condition on rows
        column = value["column"]
        return f"{column.get('name', column) if isinstance(column, dict) else column} = {value.get('parameter')}"
    if isinstance(value, list) and len(value) > _MOST_TOLD:
        return f"{', '.join(map(str, value[:_MOST_TOLD]))} … ({len(value)})"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def _problem(raised: dict[str, Any]) -> str | None:
    """An expectation that could not be evaluated says so, at the top or once a metric."""
    if raised.get("raised_exception"):
        return str(raised["exception_message"])
    nested = [value for value in raised.values() if isinstance(value, dict) and value.get("raised_exception")]
    return str(nested[0]["exception_message"]) if nested else None
