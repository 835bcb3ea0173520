"""What each column of a query is made of: answers counted by hand."""

import pytest
from sqlglot.errors import SqlglotError

from baas.lineage.columns import read

SCHEMA = {
    "raw": {
        "decisions": dict.fromkeys(("tenant_id", "transaction_id", "amount_minor", "verdict"), "text"),
        "labels": dict.fromkeys(("tenant_id", "transaction_id", "fraud", "known_at"), "text"),
    }
}


def test_a_renamed_column_is_made_of_what_it_was_called():
    found = read("select amount_minor as cents from raw.decisions", schema=SCHEMA)
    assert found.values == {"cents": {"raw.decisions.amount_minor"}}
    assert (found.rows, found.tables) == (frozenset(), {"raw.decisions"})


def test_a_star_has_the_columns_that_the_table_has():
    assert read("with all_of_them as (select * from raw.labels) select * from all_of_them", schema=SCHEMA).values == {
        name: {f"raw.labels.{name}"} for name in SCHEMA["raw"]["labels"]
    }


def test_a_calculation_is_made_of_every_column_in_it_through_joins_and_parts():
    found = read(
        """
        with newest as (
          select distinct on (transaction_id) transaction_id, fraud from raw.labels order by transaction_id, known_at desc
        )
        select d.verdict = 'deny' and n.fraud as caught, d.amount_minor
        from "any"."raw"."decisions" as d left join newest as n on n.transaction_id = d.transaction_id
        """,
        schema=SCHEMA,
    )
    assert found.values == {
        "caught": {"raw.decisions.verdict", "raw.labels.fraud"},
        "amount_minor": {"raw.decisions.amount_minor"},
    }
    assert found.rows == {"raw.labels.transaction_id", "raw.labels.known_at", "raw.decisions.transaction_id"}


def test_a_condition_decides_the_rows_and_that_of_a_filtered_sum_the_sum():
    found = read(
        "select tenant_id, count(*) as n, sum(amount_minor) filter (where verdict = 'deny') as denied "
        "from raw.decisions where transaction_id is not null group by tenant_id",
        schema=SCHEMA,
    )
    assert found.values == {
        "tenant_id": {"raw.decisions.tenant_id"},
        "n": frozenset(),
        "denied": {"raw.decisions.amount_minor", "raw.decisions.verdict"},
    }
    assert found.rows == {"raw.decisions.transaction_id", "raw.decisions.tenant_id"}


def test_each_side_of_a_union_counts():
    found = read(
        "select transaction_id as id from raw.decisions union all select transaction_id as id from raw.labels", schema=SCHEMA
    )
    assert found.values == {"id": {"raw.decisions.transaction_id", "raw.labels.transaction_id"}}


def test_what_is_no_query_is_refused():
    with pytest.raises(SqlglotError):
        read("delete from raw.labels", schema=SCHEMA)
