"""The inventory names everything that there is, and says of each place what a person leaves there."""

import re

import psycopg
import pytest

from contracts.topics import broker_topics, topics
from kit.settings import REPOSITORY_ROOT, Settings
from pipelines.privacy import inventory
from pipelines.privacy.core.repository import STORED_ANSWERS, WRITTEN
from pipelines.privacy.inventory import INVENTORY, Kind
from pipelines.privacy.warehouse.repository import RAW

TABLES = """
select n.nspname || '.' || c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
"""
DOCUMENT = REPOSITORY_ROOT / "docs" / "privacy.md"


@pytest.mark.servers
@pytest.mark.parametrize("store", ["core", "warehouse"])
def test_every_table_is_said_to_hold_something_or_nothing(store, request):
    server = request.getfixturevalue(store)
    with psycopg.connect(server.dsn("postgres")) as connection:
        there = {row[0] for row in connection.execute(TABLES)}
    named = {place for place in inventory.places(store) if "*" not in place}
    assert there - named == set(), "say in pipelines/privacy/inventory.py what it holds, and how a person is erased from it"
    assert named - there == set()


def test_every_topic_is_said_to_hold_something_or_nothing():
    named = set(inventory.places("topics"))
    assert set(topics()) - named == set(), "say in pipelines/privacy/inventory.py what it holds of a person"
    assert all(name in named or name.endswith(".dlq") for name in broker_topics())
    assert named - set(topics()) == {"*.dlq"}


def test_every_folder_of_ours_is_said_to_hold_something_or_nothing(tmp_path):
    ours = Settings(var=tmp_path)
    folders = {
        name
        for name in dir(Settings)
        if not name.startswith(("_", "model_")) and name != "var" and str(getattr(ours, name, "")).startswith(str(tmp_path))
    }
    assert folders == set(inventory.places("files"))


def test_no_place_is_named_twice():
    for store in {holding.store for holding in INVENTORY}:
        places = list(inventory.places(store))
        assert len(places) == len(set(places))


def test_what_the_job_sweeps_is_where_people_write_and_what_it_replaces_is_where_pseudonyms_are():
    kinds = {(holding.store, place): holding.kind for holding in INVENTORY for place in holding.places}
    for column in (*WRITTEN, *STORED_ANSWERS):
        assert kinds["core", f"{column.schema}.{column.table}"] in (Kind.WORDS, Kind.SEALED), column
    for table in RAW:
        assert kinds["warehouse", f"{table.schema}.{table.name}"] is Kind.PSEUDONYMS, table


def test_every_table_in_which_people_write_is_swept():
    swept = {f"{column.schema}.{column.table}" for column in (*WRITTEN, *STORED_ANSWERS)}
    for holding in INVENTORY:
        if holding.store == "core" and holding.kind is Kind.WORDS:
            assert set(holding.places) <= swept, holding.places


def test_the_document_has_the_list_as_it_is():
    text = DOCUMENT.read_text()
    assert inventory.table() in text, "run `baas privacy inventory` and put what it says at the end of docs/privacy.md"
    assert not re.search(r"TODO|TBD", text)
