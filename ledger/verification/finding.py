"""What a verification says of the first row that is wrong."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the database: `ledger.entry` and what is in its primary key."""

    table: str
    key: str

    def __str__(self) -> str:
        return f"{self.table} {self.key}"


@dataclass(frozen=True, slots=True)
class Finding:
    """Rows that contradict each other, at least one of which is wrong, and how.

    The row that most likely is wrong comes first; where a hash covers several, all of them are named.
    """

    rows: tuple[Row, ...]
    differs: str

    def __str__(self) -> str:
        return f"{' or '.join(map(str, self.rows))}: {self.differs}"


class Wrong(Exception):
    """The first thing that is wrong ends a verification: what follows from it would only repeat it."""

    def __init__(self, differs: str, *rows: tuple[str, object]) -> None:
        self.finding = Finding(tuple(Row(table, str(key)) for table, key in rows), differs)
        super().__init__(str(self.finding))
