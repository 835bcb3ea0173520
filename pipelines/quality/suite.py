"""The expectations of one day of a set: what its contract promises, and what it has always done."""

from collections.abc import Collection, Iterator
from typing import Any

from contracts.transactions import MAX_CLOCK_SKEW_MS
from pipelines.quality.sets import DataSet, Kept, Store
from pipelines.quality.usual import Usual

DAY_HOURS = 24.0
HOUR_MS, SECOND_MS = 3_600_000, 1_000
# Half of what arrives does so within moments; a zone that was forgotten is hours.
MEDIAN_DELAY_S = 1_800.0
LIKE_A_CARD_NUMBER = "^[0-9]{12,19}$"


def derived(data: DataSet, there: Collection[str]) -> tuple[str, ...]:
    """Return the columns that are computed of the others, as far as those are there.

    `hours_into_day`: where it happened relative to the day's start, null for what the scorer marked late. `delay_s`: how long
    it took to be learned. `ahead_s`: how long it was learned after it was decided, which is no time at all.
    """
    found = []
    if data.happened and {data.happened, data.moment, "late"} <= set(there):
        found += ["hours_into_day", "delay_s"]
    if data.decided and {data.decided, data.moment} <= set(there):
        found.append("ahead_s")
    return tuple(found)


def suite(
    gx: Any, kept: Kept, *, there: Collection[str], max_lateness_ms: int, usual: Usual, at_least: int, empty: bool
) -> Any:
    """Return the suite. `gx` is the library, whose import takes seconds and is left to who runs it.

    `there` are the columns that the day has, by the set's own names; of what is missing, only that is said. `max_lateness_ms`
    is how far behind an event may be without being marked late; `at_least` how many rows another store has of the day. Of an
    `empty` day nothing is asked that needs a row.
    """
    data, names = kept.data, {column: kept.data.called(column, kept.store) for column in kept.data.columns}
    expect = gx.expectations
    found = [
        expect.ExpectTableRowCountToBeBetween(min_value=max(at_least, int(data.never_empty and kept.store is Store.RAW))),
        expect.ExpectTableColumnsToMatchSet(column_set=[*names.values()], exact_match=False),
        *(expect.ExpectColumnValuesToNotBeNull(column=names[column]) for column in data.known if column in there),
        *(
            expect.ExpectColumnValuesToBeInSet(column=names[column], value_set=list(words))
            for column, words in data.words.items()
            if column in there
        ),
        *(
            expect.ExpectColumnValuesToBeBetween(column=names[column], min_value=low, max_value=high)
            for column, (low, high) in data.bounds.items()
            if column in there
        ),
        *(
            expect.ExpectColumnValuesToNotMatchRegex(column=names[column], regex=LIKE_A_CARD_NUMBER)
            for column in data.no_card_numbers
            if column in there
        ),
        *_unique(expect, kept, there),
        *_clock(expect, () if empty else derived(data, there), max_lateness_ms=max_lateness_ms),
        *_as_usual(gx, kept, there, usual),
    ]
    return gx.ExpectationSuite(name=f"{kept.name} of a day", expectations=found)


def _unique(expect: Any, kept: Kept, there: Collection[str]) -> Iterator[Any]:
    for key in kept.data.keys:
        if not set(key) <= set(there):
            continue
        columns = [kept.data.called(column, kept.store) for column in key]
        if len(columns) == 1:
            yield expect.ExpectColumnValuesToBeUnique(column=columns[0])
        else:
            yield expect.ExpectCompoundColumnsToBeUnique(column_list=columns)


def _clock(expect: Any, computed: Collection[str], *, max_lateness_ms: int) -> Iterator[Any]:
    skew_s = MAX_CLOCK_SKEW_MS / SECOND_MS
    if "hours_into_day" in computed:
        # No event is marked late: it happened on this day, or so shortly before that its window was still open.
        yield expect.ExpectColumnValuesToBeBetween(
            column="hours_into_day", min_value=-max_lateness_ms / HOUR_MS, max_value=DAY_HOURS + MAX_CLOCK_SKEW_MS / HOUR_MS
        )
        yield expect.ExpectColumnMedianToBeBetween(column="delay_s", min_value=-skew_s, max_value=MEDIAN_DELAY_S)
    if "ahead_s" in computed:
        yield expect.ExpectColumnValuesToBeBetween(column="ahead_s", max_value=skew_s)


def _as_usual(gx: Any, kept: Kept, there: Collection[str], usual: Usual) -> Iterator[Any]:
    """What a tenant always told it goes on to tell, and what it never paid in is a mistake until somebody says it is not."""
    from great_expectations.expectations.row_conditions import Column

    expect = gx.expectations
    for tenant in usual.tenants:
        of_tenant = {"row_condition": Column("tenant_id") == tenant.tenant_id}
        if tenant.currencies and "currency" in there:
            yield expect.ExpectColumnValuesToBeInSet(
                column=kept.data.called("currency", kept.store), value_set=list(tenant.currencies), **of_tenant
            )
        for column, share in tenant.at_least_known.items():
            name = kept.data.called(column, kept.store)
            yield expect.ExpectColumnValuesToNotBeNull(column=name, mostly=share, **of_tenant)
