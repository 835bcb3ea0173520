"""Reconcile names what is missing, what is twice and what was neither decided nor refused."""

from pipelines.reconcile.compare import inbound_accounted, nothing_missing, nothing_twice


def test_sides_that_agree_are_clean():
    check = nothing_missing("a > b", upstream=["1", "2"], downstream=["2", "1", "3"])
    assert check.clean
    assert check.compared == 2


def test_what_is_missing_is_named():
    check = nothing_missing("a > b", upstream=["1", "2", "3"], downstream=["2"])
    assert check.problems == ["2 missing, such as 1, 3"]


def test_what_is_excused_is_not_missing():
    assert nothing_missing("a > b", upstream=["1", "2"], downstream=["2"], excused=["1"]).clean


def test_what_is_twice_is_named():
    assert nothing_twice("a", ["x", "y", "x"]).problems == ["1 there more than once, such as x"]


def test_an_inbound_record_is_decided_refused_or_lost():
    check = inbound_accounted(
        places={"decided": [(0, 1), (0, 2)], "": [(1, 5)], "lost": [(2, 7)]},
        refused={(1, 5)},
        decided={"decided"},
        records=4,
    )
    assert check.problems == ["1 neither decided nor refused, such as lost at (2, 7)"]
