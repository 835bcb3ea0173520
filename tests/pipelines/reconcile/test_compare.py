"""Reconcile names what is missing, what is twice, what is otherwise and what was neither decided nor refused."""

import polars as pl

from pipelines.reconcile.compare import inbound_accounted, nothing_missing, nothing_twice, the_same, without_gap


def rows(*ids: str, tenant_id: str = "t", **facts: object) -> pl.DataFrame:
    content = {"tenant_id": [tenant_id] * len(ids), "id": list(ids)} | {name: [fact] * len(ids) for name, fact in facts.items()}
    return pl.DataFrame(content, schema_overrides={"tenant_id": pl.String, "id": pl.String})


def test_sides_that_agree_are_clean():
    check = nothing_missing("a > b", upstream=rows("1", "2"), downstream=rows("2", "1", "3"))
    assert check.clean
    assert check.compared == 2


def test_what_is_missing_is_named():
    check = nothing_missing("a > b", upstream=rows("1", "2", "3"), downstream=rows("2"))
    assert check.problems == ["2 missing, such as t 1, t 3"]


def test_what_another_tenant_has_is_missing():
    check = nothing_missing("a > b", upstream=rows("1"), downstream=rows("1", tenant_id="other"))
    assert check.problems == ["1 missing, such as t 1"]


def test_what_is_excused_is_not_missing():
    assert nothing_missing("a > b", upstream=rows("1", "2"), downstream=rows("2"), excused=rows("1")).clean


def test_what_is_otherwise_is_named_with_both_values():
    ours, theirs = rows("1", "2", amount=5, verdict="deny"), rows("1", "2", amount=5, verdict="allow")
    check = nothing_missing("a > b", upstream=ours, downstream=theirs, facts=("amount", "verdict"))
    assert check.problems == ["2 with another verdict, such as t 1 deny for allow, t 2 deny for allow"]


def test_a_fact_that_one_side_does_not_know_is_not_compared():
    unknown = rows("1", amount=None).with_columns(pl.col("amount").cast(pl.Int64))
    assert nothing_missing("a > b", upstream=unknown, downstream=rows("1", amount=7), facts=("amount",)).clean


def test_of_several_rows_upstream_one_that_agrees_is_enough():
    flagged_twice = pl.concat([rows("1", verdict="review"), rows("1", verdict="deny")])
    assert nothing_missing("a > b", upstream=flagged_twice, downstream=rows("1", verdict="review"), facts=("verdict",)).clean


def test_what_is_twice_is_named():
    assert nothing_twice("a", rows("x", "y", "x")).problems == ["1 there more than once, such as t x"]


def test_a_sink_is_compared_both_ways():
    known = rows("1", "2", amount=5)
    assert the_same("a = b", owed=known, known=known, found=known, facts=("amount",)).clean
    assert the_same("a = b", owed=rows("1", amount=5), known=known, found=known, facts=("amount",)).clean
    found = pl.concat([rows("2", amount=6), rows("3", "3", amount=5)])
    assert the_same("a = b", owed=known, known=known, found=found, facts=("amount",)).problems == [
        "1 missing, such as t 1",
        "1 that nothing upstream explains, such as t 3",
        "1 there more than once, such as t 3",
        "1 with another amount, such as t 2 6 for 5",
    ]


def test_what_a_sink_has_not_reached_is_still_owed():
    reached = rows("1", amount=5)
    check = the_same("a = b", owed=rows("1", "2", amount=5), known=reached, found=reached, facts=("amount",))
    assert check.problems == ["1 missing, such as t 2"]


def test_an_inbound_record_is_decided_as_it_is_refused_or_lost():
    inbound = pl.DataFrame(
        {
            "tenant_id": ["t", "t", "t", None, "t"],
            "id": ["decided", "decided", "decided", None, "lost"],
            "content": [7, 7, 8, None, 9],
            "partition": [0, 0, 0, 1, 2],
            "offset": [1, 2, 3, 5, 7],
        }
    )
    refused = pl.DataFrame({"partition": [1], "offset": [5]})
    decisions = rows("decided", content=7)
    check = inbound_accounted("in", inbound=inbound, refused=refused, decisions=decisions)
    assert check.problems == ["2 neither decided as they are nor refused, such as t decided 0 3, t lost 2 7"]


def test_a_number_that_is_left_out_is_named():
    assert without_gap("log", pl.Series([4, 5, 6])).clean
    assert without_gap("log", pl.Series([4, 6, 7])).problems == ["1 that do not follow the one before, such as 6"]
