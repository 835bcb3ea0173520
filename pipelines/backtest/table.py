"""A backtest in words and columns, for people at a terminal."""

from collections.abc import Iterator

from pipelines.backtest.report import BacktestReport, Outcome

SHOWN_RULES = 20


def lines(report: BacktestReport) -> Iterator[str]:
    """Yield the report line by line. Money is in whole units of the currency: minor units over a hundred."""
    was, would = report.recorded, report.proposed
    yield f"{report.decisions:,} decisions, {report.frauds:,} known frauds; {report.model or 'no model'}, {report.policy}"
    yield "recorded by " + ", ".join(f"{source} {count:,}" for source, count in report.recorded_by.items())
    yield ""
    yield f"{'':<28}{'as recorded':>16}{'as proposed':>16}{'change':>16}"
    rows = (
        ("not allowed", was.stopped, would.stopped),
        ("  reviewed", was.reviewed, would.reviewed),
        ("  challenged", was.challenged, would.challenged),
        ("  denied", was.denied, would.denied),
        ("frauds stopped", was.frauds_stopped, would.frauds_stopped),
        ("  amount", _whole(was.frauds_stopped_minor), _whole(would.frauds_stopped_minor)),
        ("frauds missed, amount", _whole(was.frauds_missed_minor), _whole(would.frauds_missed_minor)),
        ("false alarms", was.false_alarms, would.false_alarms),
        ("  honest, denied", was.honest_denied, would.honest_denied),
        ("customers stopped", was.customers_stopped, would.customers_stopped),
        ("cost", _whole(was.cost_minor), _whole(would.cost_minor)),
    )
    for name, before, after in rows:
        yield f"{name:<28}{before:>16,}{after:>16,}{after - before:>+16,}"
    yield f"{'precision':<28}{_share(was):>16}{_share(would):>16}"
    hit = sorted((rule for rule in report.rules if rule.hits), key=lambda rule: -rule.hits)[:SHOWN_RULES]
    if hit:
        yield ""
        yield f"{'rule of the proposal':<36}{'hits':>10}{'frauds':>10}{'alone':>10}{'frauds':>10}"
        for rule in hit:
            name = f"{rule.code} (shadow)" if rule.shadow else rule.code
            yield f"{name:<36}{rule.hits:>10,}{rule.frauds:>10,}{rule.alone:>10,}{rule.frauds_alone:>10,}"
    if report.curve:
        best = min(report.curve, key=lambda point: point.cost_minor)
        yield ""
        yield (
            f"by the model alone it is cheapest to review from {best.review_from:.4f} on: {best.stopped:,} stopped, "
            f"{best.frauds_stopped:,} frauds, cost {_whole(best.cost_minor):,}"
        )
    yield f"{report.seconds:.1f} s"


def _whole(minor: int) -> int:
    return round(minor / 100)


def _share(outcome: Outcome) -> str:
    return f"{outcome.frauds_stopped / outcome.stopped:.1%}" if outcome.stopped else "-"
