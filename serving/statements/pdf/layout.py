"""Which line stands on which page: days with their lines, cut where a page is full. Pure but for the width of text."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from serving.statements.pdf import look
from serving.statements.period import local
from serving.statements.statement import Line, Statement, printable
from serving.statements.wording import counterparty, title


@dataclass(frozen=True, slots=True)
class DayRow:
    """The heading of a day; `again` where it goes on from the page before."""

    day: date
    again: bool
    height: float = look.DAY_HEIGHT


@dataclass(frozen=True, slots=True)
class LineRow:
    """One movement: its title, what is said below it, and the day on which the money counts where that is another one."""

    title: str
    details: tuple[str, ...]
    amount_minor: int
    balance_minor: int

    @property
    def height(self) -> float:
        """How much of the page it takes."""
        return look.ROW_HEIGHT + len(self.details) * look.DETAIL_LEADING


Row = DayRow | LineRow


def pages(statement: Statement, lines: Iterable[Line]) -> list[list[Row]]:
    """Return the rows of each page; there is always a first page."""
    found: list[list[Row]] = [[]]
    room = look.FIRST_TABLE_TOP - look.TABLE_BOTTOM
    day: date | None = None
    for line in lines:
        row = _row(statement, line)
        booked = local(line.booked_at_ms, statement.period.zone).date()
        if room < row.height + (look.DAY_HEIGHT if booked != day else 0):
            found.append([])
            room = look.NEXT_TABLE_TOP - look.TABLE_BOTTOM
        if booked != day or not found[-1]:
            found[-1].append(DayRow(booked, again=booked == day))
            room -= look.DAY_HEIGHT
            day = booked
        found[-1].append(row)
        room -= row.height
    return found


def _row(statement: Statement, line: Line) -> LineRow:
    zone = statement.period.zone
    valued, booked = local(line.value_at_ms, zone).date(), local(line.booked_at_ms, zone).date()
    said: list[str] = []
    if valued != booked:
        said.append(f"Data-valor {day_text(valued)}")
    about = " · ".join(printable(part).strip() for part in (counterparty(line), line.description) if part)
    said += wrapped(about, font=look.REGULAR, size=look.DETAIL, width=look.TEXT_WIDTH)
    return LineRow(title(line), tuple(said), line.delta_minor, line.balance_after_minor)


def wrapped(text: str, *, font: str, size: float, width: float) -> Sequence[str]:
    """Return the text in lines that fit; a word that does not fit alone is cut."""
    found: list[str] = []
    current = ""
    for word in text.split():
        while look.width_of(word, font, size) > width:
            kept = next(n for n in range(len(word), 0, -1) if n == 1 or look.width_of(word[:n], font, size) <= width)
            found += [current, word[:kept]] if current else [word[:kept]]
            current, word = "", word[kept:]
        longer = f"{current} {word}" if current else word
        if look.width_of(longer, font, size) <= width:
            current = longer
        else:
            found.append(current)
            current = word
    return [*found, current] if current else found


def day_text(day: date) -> str:
    """Return a day as it is written in Brazil."""
    return f"{day:%d/%m/%Y}"
