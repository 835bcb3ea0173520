"""The SQL of lineage: which columns the warehouse's tables have. Read only, as `audit`."""

from collections import defaultdict

from psycopg import Connection

_COLUMNS = """
select n.nspname, c.relname, a.attname, format_type(a.atttypid, a.atttypmod)
from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
where a.attnum > 0 and not a.attisdropped and c.relkind in ('r', 'p', 'v') and n.nspname = any(%s)
order by 1, 2, a.attnum
"""


def columns(warehouse: Connection, *, schemas: list[str]) -> dict[str, dict[str, dict[str, str]]]:
    """Return schema > table > column > type of the schemas' tables and views."""
    found: defaultdict[str, dict[str, dict[str, str]]] = defaultdict(dict)
    for schema, table, column, kind in warehouse.execute(_COLUMNS, (schemas,)):
        found[schema].setdefault(table, {})[column] = kind
    return dict(found)
