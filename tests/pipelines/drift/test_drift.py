"""What moves is found and named, what does not is left alone, and what is not known yet is said to be so."""

import msgspec
import numpy as np
import pytest

from bench.random_traffic import START_MS
from feature_store.definitions import BY_NAME, FEATURE_NAMES
from feature_store.vocabulary import DAY_MS
from pipelines.drift.page import page
from pipelines.drift.periods import WEEK_MS, Period, periods
from pipelines.drift.report import DriftReport
from pipelines.drift.run import NothingToCompare, reach_ms
from pipelines.drift.sample import Sample
from pipelines.drift.table import lines
from risk.export import load_export
from tests.pipelines.drift.history import CUTOFF_MS, END_MS, EVENTS, History, dearer, without_place

STATES = {"population", "missing_values", "score", "calibration", "performance"}


def states(report: DriftReport) -> dict[str, str]:
    return {check.name: check.state for check in report.checks}


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> History:
    return History(tmp_path_factory.mktemp("steady"))


@pytest.fixture(scope="module")
def steady(history: History) -> DriftReport:
    return history.drift()


def test_a_world_that_stays_as_it_was_wants_no_look(steady):
    assert states(steady) == dict.fromkeys(STATES, "steady")
    assert steady.moved == steady.unknown_moved == steady.drifted == []


def test_each_feature_that_the_model_reads_is_compared_and_no_other(history, steady):
    export = load_export(history.models, history.sha256)
    assert {feature.name for feature in steady.features} == {FEATURE_NAMES[column] for column in export.ensemble.columns}
    assert all(feature.sentence == BY_NAME[feature.name].sentence for feature in steady.features)


def test_a_window_longer_than_the_log_was_is_shown_and_not_judged(steady):
    filling = [feature for feature in steady.features if feature.filling]
    judged = [feature for feature in steady.features if not feature.filling]
    assert steady.features == judged + filling
    assert all(reach_ms(BY_NAME[feature.name]) > 14 * DAY_MS for feature in filling)
    assert not any("90d" in feature.name for feature in judged)
    assert any(feature.shift.moved for feature in filling)
    assert reach_ms(BY_NAME["customer_count_30d"]) == 30 * DAY_MS
    assert reach_ms(BY_NAME["is_pix"]) == 0


def test_decisions_are_those_of_their_periods(steady):
    day = EVENTS // 70
    assert steady.reference_decisions == 28 * day
    assert steady.current_decisions == 7 * day
    assert [week.decisions for week in steady.weeks] == [7 * day] * 5
    assert [week.labels_known for week in steady.weeks] == [False, True, True, True, True]
    assert (steady.weeks[-1].until_ms, steady.weeks[0].until_ms) == (CUTOFF_MS - WEEK_MS, END_MS)


def test_labels_that_are_not_known_yet_are_not_counted_as_honest(history, steady):
    assert steady.weeks[0].frauds is None
    early = history.drift(until_ms=CUTOFF_MS)
    assert states(early)["calibration"] == states(early)["performance"] == "unknown"
    assert [week.labels_known for week in early.weeks] == [False, True]
    [calibration] = [check.text for check in early.checks if check.name == "calibration"]
    assert calibration == "labels of a first whole week are known from 2026-01-19 on"


def test_frauds_and_expectations_are_counted_as_one_would_by_hand(history, steady):
    _, moments, probability = history.scored()
    known = (moments >= CUTOFF_MS - WEEK_MS) & (moments < END_MS - WEEK_MS)
    assert steady.calibration.whole.expected == pytest.approx(probability[known].sum(), rel=1e-5)
    assert steady.calibration.whole.observed == sum(week.frauds for week in steady.weeks[1:-1])


def test_a_field_that_is_no_longer_sent_is_found_as_missing(tmp_path):
    found = History(tmp_path, changed=without_place).drift()
    assert states(found)["missing_values"] == "drifted"
    named = {feature.name for feature in found.unknown_moved}
    assert named
    assert all(any(word in name for word in ("distance", "speed", "place")) for name in named)
    worst = found.features[0].shift
    assert worst.unknown_current > worst.unknown_reference + 0.1


def test_amounts_that_rise_are_found_in_the_features_of_amounts_first(tmp_path):
    found = History(tmp_path, changed=dearer).drift()
    assert states(found)["population"] == "drifted"
    assert found.features[0].shift.moved
    about = found.features[0].sentence.lower()
    assert "amount" in about


def test_frauds_that_the_model_no_longer_expects_are_found(history, tmp_path):
    def more(probability: np.ndarray, moments: np.ndarray) -> np.ndarray:
        return np.where(moments < CUTOFF_MS - WEEK_MS, probability, probability * 2.5)

    found = history.turned_out(tmp_path, more).drift()
    assert states(found)["calibration"] == "drifted"
    assert found.calibration.whole.ratio > 1.5


def test_frauds_that_no_score_foretells_are_found_in_the_ranking(history, tmp_path):
    def elsewhere(probability: np.ndarray, moments: np.ndarray) -> np.ndarray:
        return np.where(moments < CUTOFF_MS - WEEK_MS, probability, probability.mean())

    found = history.turned_out(tmp_path, elsewhere).drift()
    assert states(found)["performance"] == "drifted"
    assert found.newest_known.performance.auc.value == pytest.approx(0.5, abs=0.1)


def test_a_report_is_readable_and_survives_json(steady):
    assert msgspec.json.decode(msgspec.json.encode(steady), type=DriftReport) == steady
    text = "\n".join(lines(steady, shown=3))
    assert "labels are not known yet" in text
    assert all(feature.sentence in text for feature in steady.features[:3])
    assert steady.features[4].sentence not in text


def test_a_page_holds_what_was_found_and_loads_nothing(steady):
    found = page(steady)
    assert all(check.text.split(";")[0] in found for check in steady.checks)
    assert found.count("<svg") == 31
    assert "<script" not in found
    assert "http" not in found


def test_what_cannot_be_compared_is_refused(history):
    with pytest.raises(NothingToCompare, match="among those that the model learned from"):
        history.drift(until_ms=CUTOFF_MS - DAY_MS)
    with pytest.raises(NothingToCompare, match="0 decisions are of the reference, 0 of the last days"):
        history.drift(tenant_id="nobody")
    few = history.drift(current_days=1)
    assert states(few)["population"] == states(few)["score"] == "unknown"
    assert few.features == []


def test_periods_meet_without_a_gap():
    found = periods(cutoff_ms=CUTOFF_MS, until_ms=CUTOFF_MS + 20 * DAY_MS)
    learned_until = CUTOFF_MS - WEEK_MS
    assert found.learned == Period(learned_until - 4 * WEEK_MS, learned_until)
    assert found.baseline == Period(learned_until - WEEK_MS, learned_until)
    assert [week.until_ms for week in found.known] == [CUTOFF_MS + 13 * DAY_MS, CUTOFF_MS + 6 * DAY_MS]
    assert found.young == Period(CUTOFF_MS + 13 * DAY_MS, CUTOFF_MS + 20 * DAY_MS)
    old = periods(cutoff_ms=START_MS, until_ms=START_MS + 700 * DAY_MS)
    assert len(old.known) == 12


def test_a_sample_is_the_same_however_its_rows_come_and_as_good_as_any():
    generator = np.random.default_rng(4)
    identity = generator.integers(0, 2**64, 30_000, np.uint64)
    rows = np.arange(30_000, dtype=np.float32)[:, None]
    samples = []
    for step in (30_000, 700, 13_000):
        sample = Sample(size=2_000, width=1)
        for at in range(0, 30_000, step):
            sample.add(identity[at : at + step], rows[at : at + step])
        assert sample.seen == 30_000
        samples.append(sample.rows())
    assert len(samples[0]) == 2_000
    assert all(np.array_equal(samples[0], other) for other in samples[1:])
    assert samples[0].mean() == pytest.approx(15_000, abs=4 * 8_660 / np.sqrt(2_000))
    few = Sample(size=2_000, width=1)
    few.add(identity[:10], rows[:10])
    assert sorted(few.rows()[:, 0].tolist()) == rows[:10, 0].tolist()
