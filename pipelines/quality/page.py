"""Data docs: what was promised of each day of each set and what was found, as pages without scripts. Pure."""

from collections.abc import Iterable, Sequence
from datetime import date
from html import escape

from pipelines.quality.report import Finding, QualityReport
from pipelines.quality.repository import Checked, Held

DAYS_SHOWN = 60
_STYLE = """
:root { color-scheme: light dark; --line: light-dark(#d4d7dd, #3a3f4a); --soft: light-dark(#5b6270, #a3abba);
  --good: light-dark(#1a7f4b, #5fd39a); --bad: light-dark(#b3261e, #ff8a80); --let: light-dark(#9a6700, #e3b341); }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 78rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; margin: 0 0 2rem; } h2 { margin: 2rem 0 .5rem; font-size: 1.1rem; }
th, td { text-align: left; padding: .3rem 1rem .3rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
a { color: inherit; } code { font-size: .92em; overflow-wrap: anywhere; } .soft { color: var(--soft); }
.good { color: var(--good); } .bad { color: var(--bad); font-weight: 600; } .let { color: var(--let); font-weight: 600; }
.days { overflow-x: auto; } .days td, .days th { padding: .2rem .3rem; text-align: center; white-space: nowrap; }
.days th:first-child { text-align: left; position: sticky; left: 0; background: Canvas; } .days a { text-decoration: none; }
"""
_SENTENCES = {
    "expect_table_row_count_to_be_between": "as many rows as there should be",
    "expect_table_columns_to_match_set": "every column of the contract is there",
    "expect_files_to_be_whole": "every file can be read, and none is missing",
    "expect_column_values_to_not_be_null": "is known",
    "expect_column_values_to_be_in_set": "is one of the words",
    "expect_column_values_to_be_between": "lies within its bounds",
    "expect_column_values_to_not_match_regex": "looks like no card number",
    "expect_column_values_to_be_unique": "is in no two rows",
    "expect_compound_columns_to_be_unique": "are together in no two rows",
    "expect_column_median_to_be_between": "has its median within bounds",
}


def day_page(report: QualityReport, held: Held | None) -> str:
    """Return the page of one day of a set; `held` is its newest quarantine."""
    title = f"{report.set_name}, {report.day}"
    state = '<span class="good">Every expectation holds.</span>' if report.holds else (
        f'<span class="bad">{len(report.broken)} of {len(report.findings)} expectations do not hold.</span>'
    )  # fmt: skip
    parts = [
        f'<p class="soft"><a href="../index.html">All sets</a></p><h1>{escape(title)}</h1>',
        f"<p>{report.rows:,} rows. {state} {_quarantine(held)}</p>",
    ]
    if report.broken:
        parts.append(_findings("What does not hold", report.broken))
    parts.append(_findings("What holds", [each for each in report.findings if each.holds]))
    return _page(title, parts)


def index_page(checked: Sequence[Checked], held: Sequence[Held]) -> str:
    """Return the first page: what is held back now, and every set's last days. `held` are all quarantines, open or not."""
    days = sorted({each.day for each in checked}, reverse=True)[:DAYS_SHOWN]
    now = [each for each in held if each.released_at is None]
    newest = {(each.set_name, each.day): each for each in held}
    parts = ["<h1>Data docs</h1>", f"<p>{len(checked):,} days of sets were looked at; {len(now):,} are held back.</p>"]
    if now:
        parts.append("<h2>Held back now</h2>" + _table(("set", "day", "since", "because"), (
            (_link(each.set_name, each.day, escape(each.set_name)), str(each.day), f"{each.opened_at:%Y-%m-%d %H:%M}",
             escape(each.reason)) for each in now
        ), numbers={1, 2}))  # fmt: skip
    cells = {(each.set_name, each.day): _cell(each, newest.get((each.set_name, each.day))) for each in checked}
    rows = (
        (f"<th>{escape(name)}</th>", *(f"<td>{cells.get((name, day), '')}</td>" for day in days))
        for name in sorted({each.set_name for each in checked})
    )
    head = "<th>set</th>" + "".join(f"<th>{day:%m-%d}</th>" for day in days)
    body = "".join(f"<tr>{''.join(row)}</tr>" for row in rows)
    parts.append(f'<h2>The last days, the newest first</h2><div class="days"><table><tr>{head}</tr>{body}</table></div>')
    parts.append(
        '<p class="soft"><span class="good">●</span> holds, <span class="bad">■</span> held back, '
        '<span class="let">▲</span> let go by somebody although it does not hold</p>'
    )
    return _page("Data docs", parts)


def file_of(set_name: str, day: date) -> str:
    """Return where a day's page lies below the first one."""
    return f"{set_name}/{day}.html"


def _cell(checked: Checked, held: Held | None) -> str:
    if checked.holds:
        mark = '<span class="good" title="holds">●</span>'
    elif held is not None and held.released_at is not None:
        mark = f'<span class="let" title="let go by {escape(held.released_by or "")}">▲</span>'
    else:
        mark = '<span class="bad" title="held back">■</span>'
    return _link(checked.set_name, checked.day, mark)


def _link(set_name: str, day: date, inner: str) -> str:
    return f'<a href="{escape(file_of(set_name, day))}">{inner}</a>'


def _quarantine(held: Held | None) -> str:
    if held is None:
        return ""
    since = f"{held.opened_at:%Y-%m-%d %H:%M} UTC"
    if held.released_at is None:
        return f'<span class="bad">Held back since {since}.</span>'
    by, why = escape(held.released_by or ""), escape(held.release_reason or "")
    return f'<span class="let">Held back at {since}, let go at {held.released_at:%Y-%m-%d %H:%M} UTC by {by}: {why}.</span>'


def _findings(title: str, findings: Iterable[Finding]) -> str:
    rows = (
        (
            f"<code>{escape(each.column or '')}</code>",
            escape(_SENTENCES.get(each.expectation, each.expectation)),
            f'<span class="soft">{escape(each.asked)}</span>',
            f"{each.unexpected:,}" if each.unexpected and not each.holds else "",
            f'<span class="bad">{escape(each.problem)}</span>'
            if each.problem
            else f"<code>{escape(', '.join(each.examples) or each.observed)}</code>",
        )
        for each in findings
    )
    return f"<h2>{title}</h2>" + _table(("column", "promise", "asked", "rows against it", "found"), rows, numbers={3})


def _table(titles: Iterable[str], rows: Iterable[Iterable[str]], *, numbers: frozenset[int] | set[int] = frozenset()) -> str:
    def row(tag: str, cells: Iterable[str]) -> str:
        marked = (f"<{tag}{' class=n' if place in numbers else ''}>{cell}</{tag}>" for place, cell in enumerate(cells))
        return f"<tr>{''.join(marked)}</tr>"

    return f"<table>{row('th', titles)}{''.join(row('td', cells) for cells in rows)}</table>"


def _page(title: str, parts: Iterable[str]) -> str:
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head><body>\n'
        + "\n".join(parts)
        + "\n</body></html>\n"
    )
