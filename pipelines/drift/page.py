"""The report as a page: one file of HTML without scripts, to be kept with the model and read anywhere."""

from collections.abc import Iterable
from html import escape

from pipelines.drift.report import DriftReport, FeatureDrift, Week
from pipelines.drift.table import day_of
from risk.drift.calibration import Ratio
from risk.drift.performance import Measure
from risk.drift.population import Shift
from risk.gate import ALERT_SHARE

SHOWN_FEATURES = 30
_BAR_PX, _HEIGHT_PX = 14, 44
_STYLE = """
:root { color-scheme: light dark; --line: light-dark(#d4d7dd, #3a3f4a); --soft: light-dark(#5b6270, #a3abba);
  --was: light-dark(#9aa3b2, #6d7686); --now: light-dark(#1f6feb, #6ea8ff); --look: light-dark(#b3261e, #ff8a80); }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 72rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; margin: 0 0 2rem; } h2 { margin: 2rem 0 .5rem; font-size: 1.1rem; }
th, td { text-align: left; padding: .35rem .6rem .35rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.soft { color: var(--soft); } .look { color: var(--look); font-weight: 600; }
.was { fill: var(--was); } .now { fill: var(--now); }
"""
_STATES = {"steady": "steady", "drifted": "look", "unknown": "not known"}


def page(report: DriftReport) -> str:
    """Return the whole page."""
    title = f"Drift of {report.model}, {report.tenant_id}, until {day_of(report.current_until_ms)}"
    parts = [
        f"<h1>{escape(title)}</h1>",
        f'<p class="soft">{report.current_decisions:,} decisions of {day_of(report.current_from_ms)} to '
        f"{day_of(report.current_until_ms)}, beside {report.reference_decisions:,} of {day_of(report.reference_from_ms)} to "
        f"{day_of(report.reference_until_ms)}, the last that the model learned from.</p>",
        _section("Checks", ("check", "", "what was found"), (), (
            (check.name.replace("_", " "), _state(check.state), escape(check.text)) for check in report.checks
        )),
        _section(
            "Features, what moved most first",
            ("feature", "before and now", "PSI", "usual", "limit", "unknown", "before", "gain"),
            range(2, 8),
            (_feature(feature) for feature in report.features[:SHOWN_FEATURES]),
        ),
    ]  # fmt: skip
    if report.score:
        parts.append(f"<h2>Scores</h2><p>{_bars(report.score.shift)}</p>")
    if report.calibration:
        ratios = [
            ("all", report.calibration.whole),
            *((f"part {n}", part) for n, part in enumerate(report.calibration.parts, 1)),
        ]
        parts.append(
            _section(
                "Frauds observed beside expected, from the lowest probabilities up",
                ("", "decisions", "observed", "expected", "ratio", "95% interval"),
                range(1, 6),
                ((name, *_ratio(ratio)) for name, ratio in ratios),
            )
        )
    columns = ("week", "decisions", "frauds", "average precision", "AUC", f"found in {ALERT_SHARE:.1%}")
    parts.append(_section("Weeks, the newest first", columns, range(1, 6), (_week(week) for week in report.weeks)))
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head><body>\n'
        + "\n".join(parts)
        + "\n</body></html>\n"
    )


def _section(title: str, columns: Iterable[str], numbers: Iterable[int], rows: Iterable[Iterable[str]]) -> str:
    """A table whose cells are HTML already; `numbers` are the places of columns that hold figures."""
    right = set(numbers)

    def row(tag: str, cells: Iterable[str]) -> str:
        marked = (f"<{tag}{' class=n' if place in right else ''}>{cell}</{tag}>" for place, cell in enumerate(cells))
        return f"<tr>{''.join(marked)}</tr>"

    return f"<h2>{title}</h2><table>{row('th', columns)}{''.join(row('td', cells) for cells in rows)}</table>"


def _state(state: str) -> str:
    word = _STATES[state]
    return f'<span class="{word}">{word}</span>' if state == "drifted" else f'<span class="soft">{word}</span>'


def _feature(feature: FeatureDrift) -> tuple[str, ...]:
    found = feature.shift
    aside = " (its window is still filling)" if feature.filling else ""
    return (
        f'{escape(feature.name)}<br><span class="soft">{escape(feature.sentence)}{aside}</span>',
        _bars(found),
        _marked(f"{found.psi:.3f}", feature.moved),
        f"{found.usual:.3f}",
        f"{found.limit:.3f}",
        _marked(f"{found.unknown_current:.1%}", feature.unknown_moved),
        f"{found.unknown_reference:.1%}",
        f"{feature.importance:.1%}",
    )


def _bars(found: Shift) -> str:
    """Shares by bin, before and now side by side, the unknown values last; each bin says its bounds to who points at it."""
    highest = max(*found.reference, *found.current)
    names = [f"to {edge:g}" for edge in found.edges] + ["above", "unknown"]
    drawn = []
    for place, (name, was, now) in enumerate(zip(names, found.reference, found.current, strict=True)):
        left = place * _BAR_PX
        both = ((left, "was", was), (left + _BAR_PX // 2, "now", now))
        drawn.append(
            "<g>" + "".join(
                f'<rect class="{side}" x="{x}" y="{_HEIGHT_PX * (1 - share / highest):.1f}" width="{_BAR_PX // 2 - 1}" '
                f'height="{_HEIGHT_PX * share / highest:.1f}"/>'
                for x, side, share in both
            ) + f"<title>{name}: {was:.2%} before, {now:.2%} now</title></g>"
        )  # fmt: skip
    width = len(names) * _BAR_PX
    return f'<svg width="{width}" height="{_HEIGHT_PX}" role="img" aria-label="shares by bin">{"".join(drawn)}</svg>'


def _ratio(found: Ratio) -> tuple[str, ...]:
    return (
        f"{found.decisions:,}",
        f"{found.observed:,}",
        f"{found.expected:,.1f}",
        _marked(f"{found.ratio:.2f}", found.off),
        f"{found.low:.2f} to {found.high:.2f}",
    )


def _week(week: Week) -> tuple[str, ...]:
    head = f"{day_of(week.from_ms)} to {day_of(week.until_ms)}", f"{week.decisions:,}"
    if not week.labels_known:
        return *head, "", "labels are not known yet", "", ""
    found = week.performance
    if found is None:
        return *head, f"{week.frauds or 0:,}", "too few to judge by", "", ""
    return *head, f"{found.frauds:,}", _measure(found.average_precision), _measure(found.auc), _measure(found.recall)


def _measure(found: Measure) -> str:
    return f"{found.value:.3f} <span class=soft>[{found.low:.3f}, {found.high:.3f}]</span>"


def _marked(text: str, wants_a_look: bool) -> str:
    return f'<span class="look">{text}</span>' if wants_a_look else text
