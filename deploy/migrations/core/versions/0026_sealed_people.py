"""Who people are is sealed under a key of their own; the rows that are there are sealed on the way."""

from alembic import op
from sqlalchemy import Connection, text

from kit.migrations import read_sql
from kit.settings import settings
from kit.subject_keys import SealedRecords, Subject, local_keys

revision = "0026_sealed_people"
down_revision = "0025_bounded_reads"

MARK = "-- Here the rows that are there are sealed.\n"
# Table, what a record of it is sealed as, the column that tells its rows apart, and what is sealed.
TABLES = (
    ("bank.person", "person", "customer_id", ("full_name", "email", "document", "phone", "address")),
    ("bank.beneficiary", "beneficiary", "beneficiary_id", ("nickname", "holder_name", "pix_key", "branch", "account_number")),
    (
        "bank.external_account",
        "external-account",
        "external_account_id",
        ("holder_name", "branch", "account_number", "statement_reference"),
    ),
)


def upgrade() -> None:
    """Make the places, seal what is there, and drop what was readable."""
    before, after = read_sql(__file__).split(MARK)
    connection = op.get_bind()
    connection.exec_driver_sql(before.replace("%", "%%"))
    if any(connection.execute(text(f"select exists (select from {table})")).scalar() for table, *_ in TABLES):
        _seal(connection)
    connection.exec_driver_sql(after.replace("%", "%%"))


def _seal(connection: Connection) -> None:
    keys = local_keys(settings())
    records = SealedRecords(keys)
    for table, kind, key, columns in TABLES:
        # The trigger would tell the read side to read again what has not changed.
        connection.execute(text(f"alter table {table} disable trigger user"))
        rows = list(connection.execute(text(f"select * from {table}")).mappings())
        told = [(Subject(row["tenant_id"], row["customer_id"]), {name: row[name] for name in columns}) for row in rows]
        write = text(f"update {table} set sealed = :sealed where tenant_id = :tenant and {key} = :key")
        for row, sealed in zip(rows, records.seal_all(told, kind=kind), strict=True):
            connection.execute(write, {"sealed": sealed, "tenant": row["tenant_id"], "key": row[key]})
            if row.get("document") is not None:
                connection.execute(
                    text("update bank.person set document_index = :index where tenant_id = :tenant and customer_id = :key"),
                    {
                        "index": keys.blind(row["tenant_id"], "document", row["document"]),
                        "tenant": row["tenant_id"],
                        "key": row[key],
                    },
                )
        connection.execute(text(f"alter table {table} enable trigger user"))
    keys.close()
