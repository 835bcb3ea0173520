"""Whether a policy could be activated: every expression checked, every name there, thresholds in order."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from contracts.controls import PolicyRule, PolicySegment
from governance.policies import PolicyDocument
from kit.errors import DomainError
from risk.expressions.check import check
from risk.expressions.errors import ExpressionError
from risk.expressions.program import Clause, Program
from risk.expressions.schema import Schema
from risk.policy import SaysThresholds, Thresholds


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that is wrong. `where` is `rules[3].when` or alike; the place is in that text, where it has one.

    `line` and `column` count from 1, `offset` from 0, in characters. `shown` is the line of source with carets under the place.
    """

    where: str
    code: str | None
    message: str
    hint: str | None = None
    line: int | None = None
    column: int | None = None
    offset: int | None = None
    length: int | None = None
    shown: str | None = None


class Unsound(DomainError):
    """A policy cannot be kept or activated."""

    code = "unsound-policy"
    title = "The policy cannot be used"
    remedy = "Correct what the detail names; POST /v1/risk/policies/check lists everything that is wrong, with its place."

    def __init__(self, findings: list[Finding]) -> None:
        first = findings[0]
        place = "" if first.line is None else f", line {first.line}, column {first.column}"
        more = f" (and {len(findings) - 1} more)" if len(findings) > 1 else ""
        hint = f"; {first.hint}" if first.hint else ""
        super().__init__(
            f"{first.where}{place}: {first.message}{hint}{more}",
            where=first.where,
            rule=first.code,
            line=first.line,
            column=first.column,
            offset=first.offset,
            length=first.length,
            findings=len(findings),
        )
        self.findings = findings


def findings(document: PolicyDocument, *, lists: Mapping[str, str]) -> list[Finding]:
    """Return everything that is wrong with a document. `lists` are the tenant's, each with the field that its values are of."""
    return [*_of_expressions(document, lists), *_of_codes(document), *_of_thresholds(document)]


def require_sound(document: PolicyDocument, *, lists: Mapping[str, str]) -> None:
    """Raise Unsound when anything is wrong."""
    if found := findings(document, lists=lists):
        raise Unsound(found)


def _of_expressions(document: PolicyDocument, lists: Mapping[str, str]) -> Iterator[Finding]:
    schema = Schema.of(lists=lists)
    parts: list[tuple[str, PolicyRule | PolicySegment]] = [
        *((f"rules[{place}].when", rule) for place, rule in enumerate(document.rules)),
        *((f"segments[{place}].when", segment) for place, segment in enumerate(document.segments)),
    ]
    for where, part in parts:
        try:
            checked = check(part.when, schema)
        except ExpressionError as problem:
            yield Finding(
                where=where,
                code=part.code,
                message=problem.message,
                hint=problem.hint,
                line=problem.line,
                column=problem.column,
                offset=problem.offset,
                length=problem.length,
                shown=problem.render(),
            )
            continue
        for asked in Program([Clause(checked, 0)]).memberships:
            if asked.list is not None and lists[asked.list] != asked.field:
                yield Finding(
                    where=where,
                    code=part.code,
                    message=f"lists.{asked.list} holds values of {lists[asked.list]}, not of {asked.field}",
                    hint=f"write {lists[asked.list]} in lists.{asked.list}",
                )


def _of_codes(document: PolicyDocument) -> Iterator[Finding]:
    """Versions of one rule may share its code when they do the same at different times; nothing else may."""
    bounds: dict[str, list[tuple[int, int]]] = {}
    for place, rule in enumerate(document.rules):
        where = f"rules[{place}]"
        start, end = rule.valid_from or 0, 2**62 if rule.valid_until is None else rule.valid_until
        if start >= end:
            yield Finding(where=where, code=rule.code, message="valid_until is not after valid_from")
        others = bounds.setdefault(rule.code, [])
        if any(start < theirs[1] and theirs[0] < end for theirs in others):
            yield Finding(where=where, code=rule.code, message=f"another rule is called {rule.code} at the same time")
        others.append((start, end))
        first = next(each for each in document.rules if each.code == rule.code)
        if (first.action, first.mandatory, first.shadow) != (rule.action, rule.mandatory, rule.shadow):
            yield Finding(
                where=where, code=rule.code, message="versions of one rule have the same action, mandatory and shadow"
            )
    for code, count in Counter(segment.code for segment in document.segments).items():
        if count > 1:
            yield Finding(where="segments", code=code, message=f"{count} segments are called {code}")


def _of_thresholds(document: PolicyDocument) -> Iterator[Finding]:
    said: list[tuple[str, str | None, SaysThresholds]] = [("thresholds", None, document)]
    said += [(f"segments[{place}]", segment.code, segment) for place, segment in enumerate(document.segments)]
    for where, code, part in said:
        try:
            Thresholds.of(part)
        except ValueError as problem:
            yield Finding(where=where, code=code, message=str(problem))
