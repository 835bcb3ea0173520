"""Writing the data docs under `var/quality/docs`: all of them from the warehouse, each file whole or not there."""

import os
from datetime import date
from pathlib import Path

import msgspec

from kit.postgres import connect
from kit.settings import Settings
from pipelines.quality import repository
from pipelines.quality.check import APPLICATION, ROLE
from pipelines.quality.page import day_page, file_of, index_page
from pipelines.quality.report import QualityReport
from pipelines.quality.repository import Checked, Held

FIRST_PAGE = "index.html"


def folder(settings: Settings) -> Path:
    """Return where the data docs lie."""
    return settings.var / "quality" / "docs"


def write(settings: Settings, *, days: frozenset[date] | None = None) -> Path:
    """Write the pages of `days` (without them: of every day) and the first page; return the first page's path."""
    with connect(settings.warehouse.dsn(ROLE), application=APPLICATION) as warehouse:
        checked, held = repository.all_checked(warehouse), repository.held(warehouse, only_open=False)
    newest: dict[tuple[str, date], Held] = {(each.set_name, each.day): each for each in held}
    for each in checked:
        if days is None or each.day in days:
            report = report_of(each)
            _replace(
                folder(settings) / file_of(each.set_name, each.day), day_page(report, newest.get((each.set_name, each.day)))
            )
    first = folder(settings) / FIRST_PAGE
    _replace(first, index_page(checked, held))
    return first


def report_of(checked: Checked) -> QualityReport:
    """Return the report as it was kept."""
    return msgspec.convert(checked.report, QualityReport)


def _replace(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(path)
