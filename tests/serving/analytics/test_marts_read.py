"""The marts, built by dbt and read over HTTP: counted by hand, one tenant's alone, and read again only when built anew."""

import csv
import io
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import httpx
import psycopg
import pyarrow.parquet
import pytest

from pipelines.marts import build
from serving.analytics import export, service
from serving.edge.limits import Limits, Rate
from serving.identity.seed import DEMO_CUSTOMER
from serving.resources import Options
from tests.dbt.rows import Decided, Raw
from tests.serving.conftest import Server

pytestmark = [pytest.mark.servers, pytest.mark.timeout(300)]

PLENTY = Rate(per_s=10_000, burst=10_000)
NOON = datetime(2026, 3, 10, 15, 0, tzinfo=UTC)
NEXT = NOON + timedelta(days=1)
PERIOD = {"from": "2026-03-01", "to": "2026-04-01"}


@pytest.fixture(scope="module")
def options() -> Options:
    """Whoever reads the whole catalogue asks often."""
    return Options(limits=Limits(per_person=PLENTY))


@pytest.fixture(scope="module")
def risk(api: Server) -> httpx.Client:
    raw = Raw(api.settings.warehouse)
    raw.add(
        Decided(event_time=NOON, amount_minor=10_000, customer_id=DEMO_CUSTOMER),
        Decided(event_time=NOON, amount_minor=700, customer_id=DEMO_CUSTOMER, channel="card"),
        Decided(event_time=NOON, amount_minor=5_000, customer_id=DEMO_CUSTOMER, direction="credit"),
        Decided(event_time=NEXT, amount_minor=300, customer_id=DEMO_CUSTOMER),
        Decided(event_time=NEXT, amount_minor=9_000, customer_id=DEMO_CUSTOMER, verdict="deny", outcome="denied"),
        Decided(event_time=NEXT, amount_minor=400, customer_id="c-other", verdict="review", labels=((True, 1),), outcome=None),
        Decided(tenant_id="other", event_time=NOON, amount_minor=77, customer_id="c-theirs"),
    )
    raw.drift(day=NOON.date(), drifted=["population"])
    raw.backtest(tenant_id="demo")
    build(api.settings)
    return api.browser("risk")


def read(client: httpx.Client, route: str, **asked: object) -> dict:
    answer = client.get(f"/v1/analytics/{route}", params=PERIOD | asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_series_has_a_point_a_day_that_holds_what_was_counted(risk):
    told = read(risk, "series")
    assert (told["dataset"], told["metric"], told["unit"]) == ("daily_volume_and_fraud", "transactions", "count")
    assert [(point["at"], point["value"]) for point in told["items"]] == [("2026-03-10", 3), ("2026-03-11", 3)]


def test_a_series_by_a_dimension_has_a_line_for_each_value_and_amounts_say_their_currency(risk):
    told = read(risk, "series", metric="amount_minor", by="channel", every="month")
    assert told["items"] == [
        {"at": "2026-03-01", "by": "card", "currency": "BRL", "value": 700},
        {"at": "2026-03-01", "by": "pix", "currency": "BRL", "value": 24_700},
    ]


def test_weeks_begin_on_monday(risk):
    assert [point["at"] for point in read(risk, "series", every="week")["items"]] == ["2026-03-09"]


def test_a_ratio_is_that_of_the_sums_and_null_where_there_is_nothing_to_divide_by(risk):
    shares = {point["at"]: point["value"] for point in read(risk, "series", metric="caught_share")["items"]}
    assert shares == {"2026-03-10": None, "2026-03-11": 1.0}


def test_a_breakdown_has_the_largest_first_with_its_share_of_the_whole(risk):
    told = read(risk, "breakdown", by="channel", limit=1)
    assert told["items"] == [{"by": "pix", "currency": None, "value": 5, "whole": 6, "share": 5 / 6}]
    assert told["more"] is True


def test_a_filter_leaves_what_does_not_fulfil_it_out(risk):
    assert [point["value"] for point in read(risk, "series", filter="channel:card")["items"]] == [1]
    assert read(risk, "series", filter=["channel:card", "currency:USD"])["items"] == []


def test_a_dataset_without_days_has_a_breakdown_and_no_series(risk):
    told = read(risk, "breakdown", dataset="backtest_rules", by="rule", metric="precision_share")
    assert (told["items"], told["from"]) == (
        [{"by": "night", "currency": None, "value": 0.4, "whole": 0.4, "share": None}], None,
    )  # fmt: skip
    refused = risk.get("/v1/analytics/series", params={"dataset": "backtest_rules"})
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid-request")


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"dataset": "fct_transactions"}, "unknown-dataset"),
        ({"metric": "tenant_id"}, "unknown-metric"),
        ({"by": "tenant_id"}, "unknown-dimension"),
        ({"filter": "tenant_id:other"}, "unknown-dimension"),
        ({"filter": "channel"}, "invalid-request"),
        ({"filter": ["channel:pix"] * 9}, "invalid-request"),
        ({"from": "2024-01-01"}, "invalid-request"),
    ],
)
def test_what_the_catalogue_does_not_name_is_refused_with_what_it_does(risk, asked, code):
    refused = risk.get("/v1/analytics/series", params=PERIOD | asked)
    assert (refused.status_code, refused.json()["code"]) == (422, code), refused.text


def test_a_series_of_more_points_than_a_chart_shows_is_refused(risk, monkeypatch):
    monkeypatch.setattr(service, "MAX_POINTS", 2)
    assert len(read(risk, "series")["items"]) == 2
    refused = risk.get("/v1/analytics/series", params=PERIOD | {"by": "channel"})
    assert (refused.status_code, refused.json()["code"]) == (422, "too-many-points")


def test_a_file_holds_every_row_the_same_in_both_formats(risk):
    asked = PERIOD | {"dataset": "model_drift_daily"}
    text = risk.get("/v1/analytics/export", params=asked)
    assert text.headers["content-type"] == "text/csv; charset=utf-8"
    assert 'filename="model_drift_daily-2026-03-01-2026-04-01.csv"' in text.headers["content-disposition"]
    [row] = csv.DictReader(io.StringIO(text.text))
    table = pyarrow.parquet.read_table(
        io.BytesIO(risk.get("/v1/analytics/export", params=asked | {"format": "parquet"}).content)
    )
    [same] = table.to_pylist()
    assert same["day"] == date(2026, 3, 10)
    assert (same["decisions"], same["score_psi"], same["average_precision"]) == (900, 0.01, None)
    kinds = {name: type(value) for name, value in same.items() if isinstance(value, int | float)}
    assert same.keys() == row.keys()
    for name, value in same.items():
        assert kinds.get(name, str)(row[name]) == ("" if value is None else value if name in kinds else str(value)), name


def test_moments_and_truths_keep_their_types_in_parquet(risk):
    def types(dataset: str) -> dict[str, str]:
        content = risk.get("/v1/analytics/export", params={"dataset": dataset, "format": "parquet"}).content
        table = pyarrow.parquet.read_table(io.BytesIO(content))
        assert table.num_rows > 0
        assert all(column.null_count == 0 for column in table.columns)
        return {field.name: str(field.type) for field in table.schema}

    assert types("customers")["customer_since"] == "timestamp[us, tz=UTC]"
    assert types("backtest_rules")["shadow"] == "bool"


def test_a_file_of_more_rows_than_one_holds_is_refused_and_never_cut(api: Server, risk, monkeypatch):
    monkeypatch.setattr(export.written, "__kwdefaults__", {"max_rows": 1})
    assert risk.get("/v1/analytics/export", params=PERIOD | {"filter": "channel:card"}).status_code == 200
    refused = risk.get("/v1/analytics/export", params=PERIOD)
    assert (refused.status_code, refused.json()["code"]) == (422, "export-too-long")


def test_a_file_leaves_nothing_behind(risk, monkeypatch, tmp_path: Path):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert risk.get("/v1/analytics/export", params=PERIOD | {"format": "parquet"}).status_code == 200
    assert list(tmp_path.iterdir()) == []


def test_another_tenant_reads_its_own_rows_alone(api: Server, risk):
    theirs = api.browser("risk", "other")
    assert [(point["at"], point["value"]) for point in read(theirs, "series")["items"]] == [("2026-03-10", 1)]
    assert theirs.get("/v1/analytics/export", params=PERIOD).text.count("\n") == 2
    assert theirs.get(f"/v1/analytics/customers/{DEMO_CUSTOMER}/dashboard").status_code == 404


def test_a_dashboard_adds_up_what_was_posted_by_day_and_channel(api: Server, risk):
    told = read(api.browser("customer"), f"customers/{DEMO_CUSTOMER}/dashboard")
    flow = {"currency": "BRL", "in_minor": 5_000, "out_minor": 11_000, "in_count": 1, "out_count": 3}
    assert told["totals"] == [flow]
    assert told["daily"] == [
        flow | {"day": "2026-03-10", "out_minor": 10_700, "out_count": 2},
        {"day": "2026-03-11", "currency": "BRL", "in_minor": 0, "out_minor": 300, "in_count": 0, "out_count": 1},
    ]
    assert [(each["channel"], each["in_minor"], each["out_minor"]) for each in told["channels"]] == [
        ("card", 0, 700), ("pix", 5_000, 10_300),
    ]  # fmt: skip
    assert (told["transactions"], told["usual_hour"], told["payments_30d"]) == (5, 12, 3)
    assert told["first_seen_at"] == told["customer_since"] == "2026-03-10T15:00:00Z"


def test_a_customer_sees_their_own_dashboard_alone(api: Server, risk):
    customer = api.browser("customer")
    assert customer.get("/v1/analytics/customers/c-other/dashboard").status_code == 404
    assert risk.get("/v1/analytics/customers/c-other/dashboard").status_code == 200
    assert risk.get("/v1/analytics/customers/nobody/dashboard").status_code == 404
    assert customer.get("/v1/analytics/series").status_code == 403


@pytest.mark.parametrize("route", ["series", "breakdown", "export", f"customers/{DEMO_CUSTOMER}/dashboard"])
def test_what_the_asker_has_is_not_read_again_until_the_marts_are_built_anew(api: Server, risk, route):
    def ask(tag: str | None = None, **asked: object) -> httpx.Response:
        return risk.get(f"/v1/analytics/{route}", params=PERIOD | asked, headers={"If-None-Match": tag} if tag else {})

    tag = ask().headers["etag"]
    same = ask(f'"another", W/{tag}')
    assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", tag)
    assert same.headers["cache-control"] == "private, no-cache"
    assert ask(tag, to="2026-04-02").status_code == 200
    with psycopg.connect(api.settings.warehouse.dsn("postgres")) as owner:
        owner.execute("update marts.freshness set as_of = as_of + interval '1 second'")
    assert ask(tag).status_code == 200


def test_a_copy_of_one_tenant_is_none_of_anothers(api: Server, risk):
    tag = risk.get("/v1/analytics/series", params=PERIOD).headers["etag"]
    theirs = api.browser("risk", "other").get("/v1/analytics/series", params=PERIOD, headers={"If-None-Match": tag})
    assert theirs.status_code == 200


def test_every_dataset_of_the_catalogue_can_be_read_whole(risk):
    listed = risk.get("/v1/analytics/datasets").json()["items"]
    for dataset in listed:
        for metric in dataset["metrics"]:
            asked = {"dataset": dataset["name"], "metric": metric["name"]}
            for dimension in dataset["dimensions"]:
                read(risk, "breakdown", by=dimension["name"], **asked)
            if dataset["has_days"]:
                read(risk, "series", **asked)
        assert risk.get("/v1/analytics/export", params={"dataset": dataset["name"]}).status_code == 200
