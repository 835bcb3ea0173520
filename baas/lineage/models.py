"""The warehouse's part of the lineage: from the topics to the raw tables, and from those through every model of dbt. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from graphlib import TopologicalSorter
from typing import Any

from sqlglot.errors import SqlglotError

from baas.lineage.columns import Query, read
from baas.lineage.graph import Kind, Lineage, Thing, Use

Columns = dict[str, dict[str, dict[str, str]]]
Manifest = Mapping[str, Any]
_BUILT = frozenset({"model", "snapshot", "seed"})
_INLINED = "ephemeral"
MADE_FROM = "made_from"
"""The word in a source's `meta` for the topics and tables that what fills it reads, where that is no sink."""
# What dbt is told of the catalogue's readers, which are here themselves, column by column.
_COMPILED = "exposures_compiled.yml"


@dataclass(frozen=True, slots=True)
class Topics:
    """Topics with what they say of themselves, and the topic of each raw table."""

    about: Mapping[str, str]
    of_table: Mapping[str, str]


@dataclass
class Understood:
    """What was found, and the models whose SQL was not understood: of those only the tables are known."""

    lineage: Lineage = field(default_factory=Lineage)
    not_understood: list[str] = field(default_factory=list)


def read_models(manifest: Manifest, *, schema: Columns, topics: Topics) -> Understood:
    """Return the lineage of every table that dbt reads or builds. `schema` has the columns of what it does not build."""
    found = Understood()
    known = {name: {table: dict(columns) for table, columns in tables.items()} for name, tables in schema.items()}
    for name, about in topics.about.items():
        found.lineage.add(Thing(f"topic:{name}", Kind.TOPIC, about))
    for source in manifest["sources"].values():
        _add_table(found.lineage, source["schema"], source["identifier"], source["description"], source["columns"], known)
        topic = topics.of_table.get(source["identifier"]) if source["schema"] == "raw" else None
        if topic:
            _fill(found.lineage, source["schema"], source["identifier"], f"topic:{topic}")
    for source in manifest["sources"].values():
        for made_from in source["config"].get("meta", {}).get(MADE_FROM, ()):
            _fill(found.lineage, source["schema"], source["identifier"], made_from)
    for node in _in_order(manifest):
        _read_model(found, node, known)
    for exposure in manifest["exposures"].values():
        if not exposure["original_file_path"].endswith(_COMPILED):
            _read_exposure(found.lineage, exposure, manifest)
    return found


def _in_order(manifest: Manifest) -> Iterator[Mapping[str, Any]]:
    """Every node that is a table or view, after what it is built of; what is inlined is part of those that use it."""
    nodes = {name: node for name, node in manifest["nodes"].items() if node["resource_type"] in _BUILT}
    order = TopologicalSorter(
        {name: [each for each in node.get("depends_on", {}).get("nodes", []) if each in nodes] for name, node in nodes.items()}
    )
    for name in order.static_order():
        if nodes[name]["config"].get("materialized") != _INLINED:
            yield nodes[name]


def _read_model(found: Understood, node: Mapping[str, Any], known: Columns) -> None:
    schema, table = node["schema"], node["alias"]
    name = f"{schema}.{table}"
    query = _understood(found, node, known)
    if query is not None:
        known.setdefault(schema, {})[table] = dict.fromkeys(query.values, "text")
    _add_table(found.lineage, schema, table, node["description"], node["columns"], known)
    if query is None:
        return
    for read_from in query.tables & found.lineage.things.keys():
        found.lineage.use(name, read_from)
    for column in query.rows & found.lineage.things.keys():
        found.lineage.use(name, column, Use.ROWS)
    for column, values in query.values.items():
        for value in values & found.lineage.things.keys():
            found.lineage.use(f"{name}.{column}", value)
        if not values:  # rows are counted, or it is the same everywhere
            found.lineage.use(f"{name}.{column}", name)


def _understood(found: Understood, node: Mapping[str, Any], known: Columns) -> Query | None:
    sql = node.get("compiled_code") or ""
    if not sql.strip():
        return None
    try:
        return read(sql, schema=known)
    except SqlglotError as problem:
        found.not_understood.append(f"{node['schema']}.{node['alias']}: {str(problem).splitlines()[0]}")
        return None


def _add_table(lineage: Lineage, schema: str, table: str, about: str, described: Mapping[str, Any], known: Columns) -> None:
    name = f"{schema}.{table}"
    lineage.add(Thing(name, Kind.TABLE, about))
    for column in [*known.get(schema, {}).get(table, {}), *described]:
        said = described.get(column, {}).get("description", "")
        lineage.add(Thing(f"{name}.{column}", Kind.COLUMN, said))
        lineage.use(f"{name}.{column}", name, Use.ROWS)


def _fill(lineage: Lineage, schema: str, table: str, source: str) -> None:
    """Say that a topic, or a table that batch work reads, fills a table."""
    name = f"{schema}.{table}"
    lineage.use(name, source)
    for column in [each for each in lineage.things if each.startswith(f"{name}.")]:
        lineage.use(column, source)


def _read_exposure(lineage: Lineage, exposure: Mapping[str, Any], manifest: Manifest) -> None:
    name = f"exposure:{exposure['name']}"
    lineage.add(Thing(name, Kind.EXPOSURE, exposure.get("description", "")))
    for unique_id in exposure["depends_on"]["nodes"]:
        node = manifest["nodes"].get(unique_id) or manifest["sources"].get(unique_id)
        table = f"{node['schema']}.{node.get('alias') or node.get('identifier')}" if node else ""
        if table in lineage.things:
            lineage.use(name, table)
