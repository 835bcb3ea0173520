"""The SQL of the Flink job is what the definitions say, and its whole numbers become features by the shared arithmetic."""

import dataclasses

import msgspec
import numpy as np
import pytest

from contracts.settled_features import SettledWindow
from contracts.transactions import Transaction
from feature_store.batch.engine import SETTLED_FEATURES
from feature_store.definitions import BY_NAME
from feature_store.flink.compiler import FOLDER, compiled, write
from feature_store.flink.expressions import moment_expression
from feature_store.flink.groups import GROUPS, groups_of
from feature_store.flink.marked import MARKED, MARKED_NAMES
from feature_store.flink.moments import Measure, Moment, NotForFlink, moments_of
from feature_store.flink.statements import TRANSACTIONS, interval
from feature_store.flink.values import RepeatedWindow, UnknownWindow, feature_values
from feature_store.vocabulary import DAY_MS, HOUR_MS, Aggregation, Value, Where
from kit.settings import REPOSITORY_ROOT


def test_the_committed_files_are_what_the_definitions_say():
    assert {path.name: path.read_text() for path in FOLDER.glob("*.sql")} == compiled()


def test_writing_removes_the_file_of_a_group_that_is_gone(tmp_path):
    (tmp_path / "99_gone.sql").write_text("INSERT")
    write(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == compiled().keys()


def test_marked_features_are_settled_named_once_and_prove_every_measure_and_filter():
    assert len(set(MARKED_NAMES)) == len(MARKED_NAMES)
    assert set(MARKED) <= set(SETTLED_FEATURES)
    moments = [moment for feature in MARKED for moment in moments_of(feature)]
    assert {moment.measure for moment in moments} == set(Measure)
    assert {moment.where for moment in moments} == set(Where)
    assert {moment.earlier for moment in moments} == {False, True}


def test_the_page_counts_them():
    page = (REPOSITORY_ROOT / "docs" / "flink.md").read_text()
    assert f"{len(MARKED)} of them, in {len(GROUPS)} groups" in page


def test_a_group_has_one_entity_one_window_and_a_name_of_its_own():
    assert sum(len(group.features) for group in GROUPS) == len(MARKED)
    assert len({group.name for group in GROUPS}) == len(GROUPS)
    assert {"customer_1h", "customer_30d", "customer_payee_1d"} <= {group.name for group in GROUPS}
    for group in GROUPS:
        assert {(feature.entity, feature.window_ms) for feature in group.features} == {(group.entity, group.window_ms)}
        assert len({moment.name for moment in group.moments}) == len(group.moments)


def test_the_source_has_fields_of_the_transaction_and_no_others():
    columns = {line.split()[0].strip("`") for line in TRANSACTIONS.splitlines() if line.rstrip(",").endswith(("STRING", "INT"))}
    assert columns <= set(Transaction.__struct_fields__)


@pytest.mark.parametrize(
    ("duration_ms", "text"),
    [(HOUR_MS - 1, "0 00:59:59.999"), (30 * DAY_MS - 1, "29 23:59:59.999"), (1, "0 00:00:00.001")],
)
def test_a_window_is_a_millisecond_shorter_because_range_is_closed(duration_ms, text):
    assert interval(duration_ms) == f"INTERVAL '{text}' DAY TO SECOND(3)"


def test_an_interval_of_a_hundred_days_is_refused():
    with pytest.raises(ValueError, match="100 days do not fit"):
        interval(100 * DAY_MS)


def test_an_aggregation_that_sql_does_not_compute_is_refused_by_name():
    with pytest.raises(NotForFlink, match="customer_idle_s_90d: Flink computes no TIME_SINCE_LAST"):
        groups_of([BY_NAME["customer_idle_s_90d"]])
    distinct = next(feature for feature in MARKED if feature.aggregation is Aggregation.DISTINCT)
    with pytest.raises(NotForFlink, match="count the event's own"):
        moments_of(dataclasses.replace(distinct, counts_itself=False))
    with pytest.raises(NotForFlink, match="place is not a field"):
        moment_expression(Moment(measure=Measure.DISTINCT, earlier=False, where=Where.ALL, of=Value.PLACE))


def window(group: str, moments: dict[str, str | None], **other: object) -> SettledWindow:
    whole = {
        "schema": 1, "tenant_id": "demo", "transaction_id": "0190a3f2-7c5e-5d1b-8a4f-2f1c9d7e6b01", "event_time": 1,
        "amount_minor": 300, "feature_set": "fs-0", "group": group, "moments": moments,
    }  # fmt: skip
    return msgspec.convert(whole | other, SettledWindow)


HERE = [("demo", "0190a3f2-7c5e-5d1b-8a4f-2f1c9d7e6b01")]
# Three earlier amounts of 10^15 minor units but for one cent: the sum of their squares has 31 digits.
LARGE = [10**15, 10**15, 10**15 - 1]


def test_means_and_spreads_are_made_of_sums_that_no_float_can_hold():
    moments = {"earlier_count": "3", "earlier_sum": str(sum(LARGE)), "earlier_squares": str(sum(a * a for a in LARGE))}
    values = feature_values([window("customer_30d", moments)], HERE)
    assert values["customer_std_30d"].item() == np.float32(np.sqrt(2.0) / 3.0)
    assert values["customer_mean_30d"].item() == np.float32(sum(LARGE) / 3)
    assert np.isnan(values["customer_count_1h"].item())


def test_nothing_earlier_is_unknown():
    values = feature_values([window("card_1d", {"count": "1", "sum": "300", "earlier_max": None})], HERE)
    assert np.isnan(values["card_max_1d"].item())
    assert values["card_sum_1d"].item() == 300.0


def test_a_window_that_comes_twice_and_one_that_nobody_asked_for_are_refused():
    once = window("customer_payee_1d", {"count": "1", "sum": "300"})
    with pytest.raises(RepeatedWindow, match="customer_payee_1d"):
        feature_values([once, once], HERE)
    with pytest.raises(UnknownWindow):
        feature_values([once], [])
    with pytest.raises(UnknownWindow, match="customer_2d"):
        feature_values([window("customer_2d", {})], HERE)


def test_a_null_count_is_no_count():
    with pytest.raises(ValueError, match="a count or a sum is null"):
        feature_values([window("customer_payee_1d", {"count": None, "sum": "300"})], HERE)
