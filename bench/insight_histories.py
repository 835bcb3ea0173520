"""How right categories are in accounts' histories: asked, learned and decided as the product does, by what histories know.

A history has no line of a statement. It has who is on the other side, the code of who was paid by card, and what the payer
wrote. Two banks stand for what there is between: in one every payment but those by card comes with a text, as a bill or a Pix
code has one; in the other nobody ever writes anything. Payments by card come from the network, and have none in either.
"""

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from bench.insight_categories import LATER_DAYS, Truth, decided_by_month, is_unseen, read_truth
from bench.report import Report
from contracts.categories import CounterpartyKind
from contracts.transactions import Channel
from insight.categories.asking import asked_of
from insight.categories.deciding import Asked, Decision, Source
from insight.categories.model import TextModel
from pipelines.insight.categories.judging import rightness
from pipelines.insight.categories.labelled import Line, Mark, read_lines, read_marks
from pipelines.insight.categories.learning import learned

TENANT = "bench"


def histories(report: Report, folder: Path) -> None:
    """Judge the last days of the statements of a folder by what was learned before, in both banks."""
    lines, marks, truth = read_lines(folder), read_marks(folder), read_truth(folder)
    for name, written in (("history_", True), ("history_textless_", False)):
        kept = [replace(line, asked=as_in_histories(line.asked, written=written)) for line in lines]
        _judge(report, name, kept, marks, truth)


def as_in_histories(asked: Asked, *, written: bool) -> Asked:
    """Return the question as the projector asks it; `written`: whether what customers pay has a text."""
    outside = asked.kind is CounterpartyKind.OUTSIDE
    return asked_of(
        tenant_id=TENANT,
        purpose=asked.purpose,
        channel=asked.channel,
        mcc=asked.mcc,
        kind=asked.kind,
        received=asked.received,
        counterparty_id=asked.counterparty or None if outside else None,
        counterparty_account_id=uuid.uuid5(uuid.NAMESPACE_URL, asked.counterparty),
        text=asked.text if written and asked.channel != Channel.CARD else None,
    )


def _judge(report: Report, name: str, lines: Sequence[Line], marks: Sequence[Mark], truth: dict[str, Truth]) -> None:
    until = lines[-1].booked_day - timedelta(days=LATER_DAYS)
    seen = [line for line in lines if not is_unseen(truth[line.line_id].payee)]
    known = {line.line_id for line in seen}
    found = learned(seen, [mark for mark in marks if mark.line_id in known], until=until, present=None)
    model: TextModel | None = None if isinstance(found, str) else found.model
    later = [line for line in lines if line.booked_day > until]
    decided = decided_by_month(
        later, {line.line_id: line for line in lines}, [mark for mark in marks if mark.line_id in known], model
    )
    _said(report, name, later, decided, truth)


def _said(report: Report, name: str, later: Sequence[Line], decided: Sequence[Decision], truth: dict[str, Truth]) -> None:
    actual = [truth[line.line_id].category for line in later]
    whole = rightness(actual, [each.category for each in decided])
    if whole is None:
        return
    report.figure(f"{name}accuracy_pct", whole.accuracy_pct)
    report.figure(f"{name}macro_f1", whole.macro_f1)
    for source in Source:
        mine = [(each.category, true) for each, true in zip(decided, actual, strict=True) if each.source is source]
        if mine:
            report.figure(f"{name}{source}_share_pct", 100.0 * len(mine) / len(decided))
            report.figure(f"{name}{source}_accuracy_pct", 100.0 * sum(said == true for said, true in mine) / len(mine))
