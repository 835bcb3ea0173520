"""Attributes are what a recount by hand finds, and never look at the day of the grant or later."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import polars as pl
import pytest

from pipelines.credit.attributes import AREA, BEHAVIOUR, CATALOGUE
from pipelines.credit.behaviour import LEAST_DAYS, WINDOW_DAYS, attributes, matrix
from pipelines.credit.lookahead import LooksAhead, known_before, refuse_lookahead
from tests.pipelines.credit.books import FIRST, made_up, one_account


def of(book, **options) -> dict[str, float | None]:
    return attributes(book, **options).row(0, named=True)


def test_balances_flows_and_terms_are_what_is_counted_by_hand():
    moves = [(0, 50_000), (30, 30_000), (45, -70_000), (60, 30_000), (75, -50_000), (85, 30_000)]
    found = of(one_account(*moves, granted_after=90, kind=["t", "t", "cash", "t", "penalty_interest", "t"]))
    # 30 days at 500, 15 at 800, 15 at 100, 15 at 400, 10 at -100, 5 at 200.
    daily = np.repeat([50_000, 80_000, 10_000, 40_000, -10_000, 20_000], [30, 15, 15, 15, 10, 5])
    assert found["balance_to_payment"] == pytest.approx(daily.mean() / 10_000)
    assert found["lowest_balance_to_payment"] == -1.0
    assert found["balance_volatility"] == pytest.approx(daily.std() / np.abs(daily).mean())
    assert found["months_in_the_red"] == 1
    assert found["penalty_interest"] == 1
    # Three whole months; 60,000 came in the last, 30,000 in the one before, 50,000 in the first.
    assert found["payment_to_income"] == pytest.approx(10_000 / (140_000 / 3))
    assert found["income_regularity"] == 1.0
    assert found["outflow_to_inflow"] == 0.5
    assert found["cash_share"] == 1.0
    assert (found["loan_amount"], found["monthly_payment"], found["duration_months"]) == (120_000, 10_000, 12)


def test_months_without_income_count_against_regularity():
    found = of(one_account((0, 30_000), (95, 100), (170, 30_000), granted_after=180))
    assert found["income_regularity"] == pytest.approx(2 / 6)
    assert found["payment_to_income"] == pytest.approx(10_000 / (60_100 / 6))


def test_what_is_older_than_the_window_counts_for_the_balance_alone():
    found = of(one_account((0, 90_000), (100, -10_000), (300, 20_000), granted_after=100 + WINDOW_DAYS + 40))
    assert found["outflow_to_inflow"] == 0.0
    assert found["balance_to_payment"] == pytest.approx((8.0 * (WINDOW_DAYS - 20) + 10.0 * 20) / WINDOW_DAYS)


@pytest.mark.parametrize(
    ("moves", "granted_after", "max_stale_days"),
    [([(0, 100)], LEAST_DAYS - 1, 400), ([(0, 100), (70, 100)], 150, 31), ([(90, 100)], 80, 31)],
)
def test_a_short_or_a_stale_history_makes_behaviour_unknown_and_not_0(moves, granted_after, max_stale_days):
    found = of(one_account(*moves, granted_after=granted_after, file_goes_on=False), max_stale_days=max_stale_days)
    assert {found[candidate.name] for candidate in BEHAVIOUR} == {None}
    assert found["loan_amount"] == 120_000


def test_a_file_that_ends_early_moves_the_window_back_as_far_as_it_may():
    moves = [(0, 40_000), (60, -10_000)]
    early = of(one_account(*moves, granted_after=85, file_goes_on=False), max_stale_days=31)
    at_the_end = of(one_account(*moves, granted_after=61, file_goes_on=False), max_stale_days=31)
    assert {name: early[name] for name in ("balance_to_payment", "cash_share")} == {
        name: at_the_end[name] for name in ("balance_to_payment", "cash_share")
    }


def test_ratios_to_nothing_are_unknown():
    found = of(one_account((0, 0), (65, 0), granted_after=70))
    assert found["payment_to_income"] is None
    assert found["outflow_to_inflow"] is None
    assert np.isnan(matrix(attributes(one_account((0, 0), (65, 0), granted_after=70)), ("cash_share",))).all()


def test_nothing_that_happens_on_the_day_of_the_grant_or_later_changes_an_attribute():
    """A planted leak: all that is dated from its day on is turned into something else."""
    book = made_up()
    before = attributes(book)
    grants = book.loans.select("account_id", "granted_on")
    later = (
        book.movements.join(grants, on="account_id", maintain_order="left")["day"]
        >= (book.movements.join(grants, on="account_id", maintain_order="left")["granted_on"])
    )
    assert later.sum() > 1_000
    turned = replace(
        book,
        movements=book.movements.with_columns(
            pl.when(later).then(-1_000_000).otherwise(pl.col("balance_minor")).alias("balance_minor"),
            pl.when(later).then(-999_999).otherwise(pl.col("amount_minor")).alias("amount_minor"),
            pl.when(later).then(pl.lit("penalty_interest")).otherwise("kind").alias("kind"),
        ),
        orders=book.orders.join(grants, on="account_id", maintain_order="left")
        .with_columns(
            pl.when(pl.col("started_on") >= pl.col("granted_on")).then(10**9).otherwise("amount_minor").alias("amount_minor")
        )
        .drop("granted_on"),
        loans=book.loans.with_columns(~pl.col("bad")),
    )
    assert attributes(turned).equals(before)
    assert set(refuse_lookahead(book, attributes).columns) == {"loan_id", *(candidate.name for candidate in CATALOGUE)}


def test_an_attribute_that_looks_at_the_future_is_refused_by_name():
    def closing_balance(book):
        last = book.movements.group_by("account_id").agg(pl.col("balance_minor").last().alias("closing_balance"))
        found = attributes(book)
        return found.with_columns(book.loans.join(last, on="account_id", how="left", maintain_order="left")["closing_balance"])

    with pytest.raises(LooksAhead, match="closing_balance would be"):
        refuse_lookahead(made_up(), closing_balance)
    with pytest.raises(LooksAhead, match="ended would be"):
        refuse_lookahead(
            made_up(), lambda book: attributes(book).with_columns(book.loans["bad"].cast(pl.Float64).alias("ended"))
        )


def test_a_second_loan_on_an_account_sees_what_came_between():
    book = made_up(40)
    first = book.loans[0]
    second = first.with_columns(pl.lit("again").alias("loan_id"), pl.col("granted_on") + timedelta(days=60))
    both = replace(book, loans=pl.concat([book.loans, second]))
    found = attributes(both)
    assert found.head(40).equals(attributes(book))
    assert found["balance_to_payment"][40] != found["balance_to_payment"][0]
    assert attributes(known_before(both)).equals(found)


def test_an_area_has_the_figures_that_were_known_on_the_eve():
    book = made_up(60)
    found = attributes(book)
    for place, loan in enumerate(book.loans.iter_rows(named=True)):
        known = book.areas.filter((pl.col("area") == loan["area"]) & (pl.col("known_from") < loan["granted_on"]))
        newest = known.sort("known_from")["unemployment_pct"].to_list()[-1:] or [None]
        assert found["area_unemployment_pct"][place] == newest[0]
    assert {candidate.name for candidate in AREA} <= set(found.columns)


def test_a_card_counts_from_the_day_after_it_was_given():
    same_day = one_account((0, 100), granted_after=70, card_since=FIRST + timedelta(days=70))
    assert of(same_day)["holds_card"] == 0.0
    assert of(one_account((0, 100), granted_after=71, card_since=FIRST + timedelta(days=70)))["holds_card"] == 1.0
