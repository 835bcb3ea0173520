"""The marts, built by dbt in a warehouse of their own."""

import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from psycopg.rows import dict_row

from kit.settings import PostgresServer, Settings
from pipelines.marts import Built, MartsNotBuilt, build
from tests.dbt.rows import Decided, Raw

pytestmark = pytest.mark.servers

NOON = datetime(2026, 3, 10, 15, 0, tzinfo=UTC)
LATE_EVENING = datetime(2026, 3, 11, 2, 30, tzinfo=UTC)  # 23:30 of the 10th in São Paulo
ACCOUNT = uuid.uuid4()
ALERT = uuid.uuid4()


@pytest.fixture(scope="module")
def settings(warehouse: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(var=tmp_path_factory.mktemp("var"), warehouse=warehouse)


@pytest.fixture(scope="module")
def raw(warehouse: PostgresServer) -> Raw:
    return Raw(warehouse)


@pytest.fixture(scope="module")
def built(settings: Settings, raw: Raw) -> Built:
    raw.add(
        Decided(event_time=NOON, amount_minor=10_000, account_id=str(ACCOUNT), challenger_verdict="deny"),
        Decided(
            event_time=LATE_EVENING, amount_minor=500, verdict="review", labels=((True, 2),), account_id=str(ACCOUNT),
            challenger_verdict="deny",
        ),
        Decided(
            event_time=NOON, amount_minor=700, verdict="deny", outcome="denied", labels=((True, 1), (False, 9)),
            challenger_verdict="allow",
        ),
        Decided(event_time=NOON, amount_minor=900, verdict="step_up", outcome=None),
        Decided(event_time=NOON, amount_minor=1_100, verdict="deny", source="simulated", outcome="denied", labels=((True, 3),)),
        Decided(event_time=NOON - timedelta(days=45), amount_minor=999_999, customer_id="c000001"),
        Decided(tenant_id="other", event_time=NOON, amount_minor=77, customer_id="c000001"),
    )  # fmt: skip
    raw.alert(alert_id=ALERT, status="open", change="opened", decisions=1)
    raw.alert(alert_id=ALERT, status="in_review", change="grew", decisions=3)
    raw.drift(day=NOON.date(), drifted=[])
    raw.drift(day=NOON.date(), drifted=["population"])  # found again
    raw.backtest(tenant_id="demo")
    raw.backtest(tenant_id="other")
    raw.backtest(tenant_id=None)
    raw.opening(account_id=ACCOUNT, opened_at=NOON - timedelta(days=100))
    return build(settings)


@pytest.fixture
def reader(warehouse: PostgresServer, built: Built) -> Iterator[psycopg.Cursor]:
    with (
        psycopg.connect(warehouse.dsn("analytics"), row_factory=dict_row) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute("select set_config('app.tenant_id', 'demo', false)")
        yield cursor


def test_the_day_of_a_payment_is_the_bank_s_own(reader: psycopg.Cursor) -> None:
    rows = reader.execute("select day, amount_minor from marts.fct_transactions where amount_minor = 500").fetchall()
    assert rows == [{"day": date(2026, 3, 10), "amount_minor": 500}]


def test_a_day_adds_up_and_counts_what_the_newest_labels_say(reader: psycopg.Cursor) -> None:
    row = reader.execute("select * from marts.daily_volume_and_fraud where day = '2026-03-10'").fetchone()
    assert row == {
        "tenant_id": "demo", "day": date(2026, 3, 10), "channel": "pix", "currency": "BRL", "transactions": 5,
        "amount_minor": 13_200, "allowed": 1, "reviewed": 2, "denied": 2, "frauds": 2, "fraud_amount_minor": 1_600,
        "frauds_caught": 1, "false_alarms": 2,
    }  # fmt: skip


def test_a_challenger_is_compared_with_the_model_beside_which_it_was_tried(reader: psycopg.Cursor) -> None:
    [row] = reader.execute("select * from marts.challenger_daily").fetchall()
    assert row == {
        "tenant_id": "demo", "day": date(2026, 3, 10), "model": "fraud-1", "challenger": "fraud-2", "currency": "BRL",
        "decisions": 3, "agreed": 1, "champion_stopped": 2, "challenger_stopped": 2, "frauds": 1,
        "champion_frauds_stopped": 1, "challenger_frauds_stopped": 1, "champion_saved_minor": 500, "challenger_saved_minor": 500,
        "champion_false_alarms": 1, "challenger_false_alarms": 1,
    }  # fmt: skip


def test_drift_is_there_once_a_day_with_the_features_that_moved(reader: psycopg.Cursor) -> None:
    [row] = reader.execute(
        "select day, model, features_moved, checks_drifted, population_drifted, score_drifted, average_precision "
        "from marts.model_drift_daily"
    ).fetchall()
    assert row == {
        "day": date(2026, 3, 10), "model": "fraud-1", "features_moved": 1, "checks_drifted": 1, "population_drifted": True,
        "score_drifted": False, "average_precision": None,
    }  # fmt: skip
    rows = reader.execute(
        "select feature, psi, moved, unknown_moved from marts.feature_drift_daily order by feature"
    ).fetchall()
    assert rows == [
        {"feature": "customer_count_90d", "psi": 0.3, "moved": False, "unknown_moved": False},
        {"feature": "is_pix", "psi": 0.3, "moved": True, "unknown_moved": False},
    ]


def test_a_backtest_says_what_it_would_have_stopped_and_saved_by_day_and_rule(reader: psycopg.Cursor) -> None:
    [row] = reader.execute(
        "select from_day, to_day, model, policy, frauds, recorded_stopped, proposed_stopped, proposed_frauds_stopped, saved_minor "
        "from marts.backtests"
    ).fetchall()
    assert row == {
        "from_day": date(2026, 3, 10), "to_day": date(2026, 3, 10), "model": "fraud-1", "policy": "policy-2", "frauds": 3,
        "recorded_stopped": 11, "proposed_stopped": 12, "proposed_frauds_stopped": 2, "saved_minor": 1_500,
    }  # fmt: skip
    [day] = reader.execute("select dimension, slice, decisions, proposed_cost_minor from marts.backtest_slices").fetchall()
    assert day == {"dimension": "day", "slice": "2026-03-10", "decisions": 100, "proposed_cost_minor": 2_500}
    [rule] = reader.execute("select rule, shadow, hits, frauds_alone from marts.backtest_rules").fetchall()
    assert rule == {"rule": "night", "shadow": True, "hits": 5, "frauds_alone": 1}


def test_a_simulated_answer_catches_nothing(reader: psycopg.Cursor) -> None:
    row = reader.execute(
        "select fraud, fraud_caught, false_alarm from marts.fct_transactions where decision_source = 'simulated'"
    ).fetchone()
    assert row == {"fraud": True, "fraud_caught": False, "false_alarm": False}


def test_an_open_decision_has_no_outcome(reader: psycopg.Cursor) -> None:
    assert reader.execute("select outcome from marts.fct_transactions where verdict = 'step_up'").fetchall() == [
        {"outcome": None}
    ]


def test_the_outcome_behind_the_newest_decision_is_in_the_same_build(warehouse: PostgresServer, built: Built) -> None:
    with psycopg.connect(warehouse.dsn("audit")) as connection:
        newest = connection.execute(
            "select outcome from marts.fct_transactions join marts.fct_decisions using (tenant_id, transaction_id) "
            "order by fct_decisions.log_offset desc limit 1"
        ).fetchone()
    assert newest == ("posted",)


def test_an_alert_shows_its_newest_state_and_when_it_was_opened(reader: psycopg.Cursor) -> None:
    row = reader.execute(
        "select status, decisions, total_amount_minor, events, opened_at < changed_at as older from marts.fct_alerts"
    ).fetchone()
    assert row == {"status": "in_review", "decisions": 3, "total_amount_minor": 1500, "events": 2, "older": True}


def test_a_profile_holds_the_last_thirty_days_and_the_age_of_the_account(reader: psycopg.Cursor) -> None:
    row = reader.execute(
        "select payments_30d, mean_amount_minor_30d, usual_hour, account_age_days from marts.customer_profiles"
    ).fetchone()
    assert row == {
        "payments_30d": 2,
        "mean_amount_minor_30d": 5_250.0,
        "usual_hour": 12,
        "account_age_days": pytest.approx(100 + 11.5 / 24),
    }


@pytest.mark.parametrize(
    "mart",
    [
        "fct_transactions",
        "fct_decisions",
        "fct_alerts",
        "dim_customers",
        "daily_volume_and_fraud",
        "customer_profiles",
        "model_drift_daily",
        "feature_drift_daily",
        "backtests",
        "backtest_slices",
        "backtest_rules",
    ],
)
def test_a_reader_without_a_tenant_sees_nothing(warehouse: PostgresServer, built: Built, mart: str) -> None:
    with psycopg.connect(warehouse.dsn("analytics")) as connection:
        assert connection.execute(f"select count(*) from marts.{mart}").fetchone() == (0,)
    with psycopg.connect(warehouse.dsn("audit")) as connection:
        rows = connection.execute(f"select count(*) from marts.{mart}").fetchone()
        assert rows is not None
        assert rows[0] > 0


def test_a_reader_sees_the_own_tenant_alone_after_a_second_build(
    settings: Settings, warehouse: PostgresServer, raw: Raw
) -> None:
    raw.add(Decided(tenant_id="third", amount_minor=5, customer_id="c9"))
    build(settings)
    with psycopg.connect(warehouse.dsn("analytics")) as connection:
        connection.execute("select set_config('app.tenant_id', 'third', false)")
        assert connection.execute("select tenant_id, amount_minor from marts.fct_transactions").fetchall() == [("third", 5)]


def test_a_second_outcome_fails_the_build_and_leaves_the_marts_standing(
    settings: Settings, warehouse: PostgresServer, raw: Raw
) -> None:
    (transaction_id,) = raw.add(Decided(tenant_id="twice", amount_minor=5))
    with psycopg.connect(warehouse.dsn("sinks")) as connection:
        connection.execute(
            "insert into raw.outcomes values ('twice', %s, %s, 'failed', now(), 1, 0, 0)", (transaction_id, uuid.uuid4())
        )
    with pytest.raises(MartsNotBuilt, match="one_outcome_each_stg_outcomes"):
        build(settings)
    with psycopg.connect(warehouse.dsn("audit")) as connection:
        rows = connection.execute("select count(*) from marts.daily_volume_and_fraud where tenant_id = 'demo'").fetchone()
    assert rows == (2,)


def test_nothing_but_the_models_is_left_in_the_project_folder() -> None:
    project = Path(__file__).resolve().parents[2] / "dbt"
    assert not [path for name in ("target", "logs", "__init__.py", ".user.yml") if (path := project / name).exists()]
