"""What a check found. Pure."""

from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class Finding:
    """One expectation: what was asked of which column, whether it holds, and how many rows are against it."""

    expectation: str
    column: str | None
    holds: bool
    unexpected: int
    examples: tuple[str, ...]
    problem: str | None = None

    @property
    def name(self) -> str:
        """The expectation and its column in one word."""
        return f"{self.expectation}({self.column})" if self.column else self.expectation


@dataclass(frozen=True, slots=True)
class QualityReport:
    """All expectations over one daily partition."""

    day: date
    rows: int
    findings: tuple[Finding, ...]

    @property
    def holds(self) -> bool:
        """Whether every expectation does."""
        return all(finding.holds for finding in self.findings)

    @property
    def broken(self) -> tuple[Finding, ...]:
        """The expectations that do not hold."""
        return tuple(finding for finding in self.findings if not finding.holds)


def finding_of(result: dict[str, Any], *, examples: int) -> Finding:
    """Read one entry of a validation result."""
    config, detail, raised = result["expectation_config"], result.get("result") or {}, result.get("exception_info") or {}
    return Finding(
        expectation=str(config["type"]),
        column=config["kwargs"].get("column"),
        holds=bool(result["success"]),
        unexpected=int(detail.get("unexpected_count") or 0),
        examples=tuple(str(value) for value in (detail.get("partial_unexpected_list") or [])[:examples]),
        problem=_problem(raised),
    )


def rows_of(results: list[dict[str, Any]]) -> int:
    """Return the number of rows that the suite saw. Raises ValueError when it did not count them."""
    for result in results:
        if result["expectation_config"]["type"] == "expect_table_row_count_to_be_between":
            return int(result["result"]["observed_value"])
    raise ValueError("the suite does not count its rows")


def _problem(raised: dict[str, Any]) -> str | None:
    """An expectation that could not be evaluated says so, at the top or once a metric."""
    if raised.get("raised_exception"):
        return str(raised["exception_message"])
    nested = [value for value in raised.values() if isinstance(value, dict) and value.get("raised_exception")]
    return str(nested[0]["exception_message"]) if nested else None
