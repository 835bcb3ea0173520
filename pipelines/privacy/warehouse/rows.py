"""What the warehouse has of a person: words in histories, and ids that tell in raw rows and marts."""

from collections.abc import Callable

from psycopg import Connection

from governance.erasures.identifiers import Identifiers
from kit.folding import folded
from kit.postgres import tenant_block
from pipelines.privacy.store import Alive
from pipelines.privacy.warehouse import repository
from pipelines.privacy.warehouse.repository import PAYEES, RAW, Row, Table


class ReadModel:
    """Accounts' histories, of every generation. The projector reads the core's changes and comes to the same."""

    def __init__(self, connection: Connection, *, tenant_id: str, who: Identifiers) -> None:
        self._connection = connection
        self._tenant_id = tenant_id
        self._who = who

    def count(self) -> int:
        """Movements that tell, and ids that do."""
        with tenant_block(self._connection, self._tenant_id) as connection:
            told = repository.count_movements(connection, tenant_id=self._tenant_id, who=self._who)
            return told + _counted(connection, PAYEES, self._tenant_id, self._who)

    def erase(self, alive: Alive) -> None:
        """Take the words away, and what is searched of them; replace the ids."""
        with tenant_block(self._connection, self._tenant_id) as connection:
            _replaced(connection, list(PAYEES), self._tenant_id, self._who)
        alive()
        while True:
            with tenant_block(self._connection, self._tenant_id) as connection:
                found = repository.find_movements(connection, tenant_id=self._tenant_id, who=self._who)
                for row in found:
                    repository.rewrite_movement(connection, self._without(row))
            alive()
            if len(found) < repository.AT_ONCE:
                return

    def note(self) -> str | None:
        """Amounts and balances stay."""
        return "movements stay, with amounts and accounts and without names and texts"

    def _without(self, row: Row) -> Row:
        who = self._who
        kept = dict(row)
        if row["counterparty_owner"] in who.customer_ids:
            kept |= {"counterparty_name": None}
            if who.renamed:
                kept |= {"counterparty_owner": who.replacement}
        own = row["account_id"] in who.accounts
        for name in ("description", "note"):
            text = row[name]
            kept[name] = None if own or text is None else who.redacted(text)
        texts = [kept[name] for name in ("description", "note", "counterparty_name") if kept[name]]
        return kept | {"searched": folded(" ".join(texts)) if texts else None}


class RawRows:
    """Copies of the topics. They hold pseudonyms; an id that tells is replaced."""

    def __init__(self, connection: Connection, *, tenant_id: str, who: Identifiers) -> None:
        self._connection = connection
        self._tenant_id = tenant_id
        self._who = who

    def count(self) -> int:
        """Rows with an id that tells."""
        with tenant_block(self._connection, self._tenant_id) as connection:
            return _counted(connection, RAW, self._tenant_id, self._who)

    def erase(self, alive: Alive) -> None:
        """Replace the ids."""
        for table in RAW:
            with tenant_block(self._connection, self._tenant_id) as connection:
                _replaced(connection, [table], self._tenant_id, self._who)
            alive()

    def note(self) -> str | None:
        """Rows stay."""
        return "rows stay, as a pseudonym's"


class Marts:
    """What dbt made of them: every table with a tenant and a text. It is made anew from raw rows that no longer tell."""

    def __init__(self, open_marts: Callable[[], Connection], *, tenant_id: str, who: Identifiers) -> None:
        self._open = open_marts
        self._tenant_id = tenant_id
        self._who = who

    def count(self) -> int:
        """Rows with an id that tells."""
        with self._open() as connection:
            return _counted(connection, repository.mart_tables(connection), self._tenant_id, self._who)

    def erase(self, alive: Alive) -> None:
        """Replace the ids."""
        with self._open() as connection:
            for table in repository.mart_tables(connection):
                _replaced(connection, [table], self._tenant_id, self._who)
                alive()

    def note(self) -> str | None:
        """Rows stay."""
        return "rows stay, as a pseudonym's"


def _counted(connection: Connection, tables: list[Table] | tuple[Table, ...], tenant_id: str, who: Identifiers) -> int:
    if not who.ids:
        return 0
    return sum(repository.count_ids(connection, table, tenant_id=tenant_id, ids=who.ids) for table in tables)


def _replaced(connection: Connection, tables: list[Table], tenant_id: str, who: Identifiers) -> None:
    if not who.ids:
        return
    for table in tables:
        repository.replace_ids(connection, table, tenant_id=tenant_id, ids=who.ids, replacement=who.replacement)
