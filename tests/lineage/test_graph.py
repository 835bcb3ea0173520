"""The two questions, asked of a graph that fits in a head."""

import pytest

from baas.lineage.graph import Kind, Lineage, NoSuchThing, Thing, Use, as_object, as_text


@pytest.fixture
def lineage() -> Lineage:
    """A topic > two columns > a sum of both, of rows that one of them decides > a chart of the sum."""
    found = Lineage()
    for name, kind in (
        ("topic:t", Kind.TOPIC), ("raw.a.x", Kind.COLUMN), ("raw.a.y", Kind.COLUMN), ("marts.m", Kind.TABLE),
        ("marts.m.total", Kind.COLUMN), ("marts.m.rows", Kind.COLUMN), ("chart:d/total", Kind.CHART),
    ):  # fmt: skip
        found.add(Thing(name, kind))
    for user, used, how in (
        ("raw.a.x", "topic:t", Use.VALUE), ("raw.a.y", "topic:t", Use.VALUE), ("marts.m.total", "raw.a.x", Use.VALUE),
        ("marts.m", "raw.a.y", Use.ROWS), ("marts.m.total", "marts.m", Use.ROWS), ("marts.m.rows", "marts.m", Use.VALUE),
        ("chart:d/total", "marts.m.total", Use.VALUE),
    ):  # fmt: skip
        found.use(user, used, how)
    return found


def test_where_follows_values_down_to_the_topic(lineage):
    assert as_text(lineage.where("chart:d/total")).splitlines() == [
        "chart:d/total",
        "└─ marts.m.total",
        "   └─ raw.a.x",
        "      └─ topic:t",
    ]


def test_where_with_rows_says_what_decides_them_too(lineage):
    assert as_text(lineage.where("marts.m.total", rows=True)).splitlines() == [
        "marts.m.total",
        "├─ raw.a.x",
        "│  └─ topic:t",
        "└─ marts.m (which rows)",
        "   └─ raw.a.y (which rows)",
        "      └─ topic:t …",
    ]


def test_what_decides_rows_breaks_every_column_of_them_and_what_is_drawn_of_those(lineage):
    assert {branch.thing.name for branch in lineage.breaks("raw.a.y").walk()} == {
        "raw.a.y", "marts.m", "marts.m.rows", "marts.m.total", "chart:d/total",
    }  # fmt: skip


def test_a_topic_breaks_everything(lineage):
    assert {branch.thing.name for branch in lineage.breaks("topic:t").walk()} == set(lineage.things)


def test_a_column_is_found_without_its_schema_and_what_is_not_there_names_what_is_near(lineage):
    assert lineage.find("m.total").name == "marts.m.total"
    with pytest.raises(NoSuchThing, match=r"did you mean marts\.m\.total"):
        lineage.find("marts.m.totla")


def test_the_object_says_the_same_as_the_text(lineage):
    told = as_object(lineage.where("marts.m.rows"))
    assert told == {
        "name": "marts.m.rows", "kind": "column", "about": "", "use": None, "seen": False,
        "branches": [{"name": "marts.m", "kind": "table", "about": "", "use": "value", "seen": False, "branches": []}],
    }  # fmt: skip
