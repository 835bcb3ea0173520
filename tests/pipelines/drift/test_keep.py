"""What was found is kept once in each place, and the next reader of it needs nothing but the place."""

import dataclasses
import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime

import mlflow
import psycopg
import pytest
from prometheus_client import REGISTRY

from kit.settings import Kafka, PostgresServer, Settings
from pipelines.drift import __main__ as command
from pipelines.drift import gauges, repository
from pipelines.drift.keep import row_of
from pipelines.training.registry import register
from pipelines.versions import RegisteredModel
from tests.pipelines.drift.history import CUTOFF_MS, END_MS, History
from tests.pipelines.promotion.test_promotion import as_trained
from tests.registry import mlflow_server

LAST_DAY = datetime.fromtimestamp(END_MS / 1000, UTC).date()


def test_the_row_has_what_the_statement_takes(tmp_path):
    row = row_of(History(tmp_path).drift(), day=date(2026, 2, 1))
    assert set(re.findall(r"%\((\w+)\)s", repository._KEEP)) == row.keys()
    features = json.loads(row["report"])["features"]
    assert len(features) == row["features"]
    assert {"name", "sentence", "importance", "filling", "shift"} == features[0].keys()
    assert {"psi", "usual", "limit", "unknown_reference", "unknown_current", "unknown_change", "unknown_limit"} <= (
        features[0]["shift"].keys()
    )


@pytest.fixture(scope="module")
def settings(warehouse: PostgresServer, kafka: Kafka, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """A registry with one version, and the lake of a history."""
    with mlflow_server(Settings(var=tmp_path_factory.mktemp("var"), warehouse=warehouse, kafka=kafka)) as found:
        History(found.var)
        yield found


@pytest.fixture(scope="module")
def model(settings: Settings) -> RegisteredModel:
    trained = as_trained(settings, seed=1, version=1)
    return register(settings, dataclasses.replace(trained, reference={"cutoff_ms": CUTOFF_MS}))


@pytest.mark.servers
@pytest.mark.timeout(900)
def test_a_finding_is_kept_in_the_warehouse_with_the_model_and_as_a_page_and_again_it_takes_its_place(
    settings, model, monkeypatch, capsys
):
    monkeypatch.setattr(command, "settings", lambda: settings)
    asked = ["--tenant", "bench", "--model", str(model.version), "--until", LAST_DAY.isoformat(), "--keep", "--json"]
    for _ in range(2):
        assert command.main(asked) == 0
    found = json.loads(capsys.readouterr().out.splitlines()[-1])
    [page] = (settings.var / "drift").iterdir()
    assert page.name == f"bench-{found['model']}-{LAST_DAY}.html"
    client = mlflow.MlflowClient()
    assert [file.path for file in client.list_artifacts(model.run_id, "drift")] == [f"drift/{page.name}"]
    assert client.get_run(model.run_id).data.metrics["drift.score_psi"] == pytest.approx(found["score"]["shift"]["psi"])
    with psycopg.connect(settings.warehouse.dsn("analytics")) as reader:
        assert reader.execute("select count(*) from monitoring.model_drift").fetchone() == (0,)
        reader.execute("select set_config('app.tenant_id', 'bench', false)")
        kept = reader.execute("select day, model, decisions, report ->> 'model' from monitoring.model_drift").fetchall()
    assert kept == [(LAST_DAY, found["model"], found["current_decisions"], found["model"])]
    with psycopg.connect(settings.warehouse.dsn("audit")) as warehouse:
        gauges.show(warehouse)
    labels = {"tenant": "bench", "model": found["model"]}
    assert REGISTRY.get_sample_value("baas_drift_score_psi", labels) == pytest.approx(found["score"]["shift"]["psi"])


@pytest.mark.servers
@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (["--model", "9"], "there is no version 9"),
        ([], "there is no champion"),
        (["--model", "1", "--tenant", "nobody"], "0 decisions are of the reference"),
    ],
)
def test_what_cannot_be_is_said_with_what_to_do(settings, model, monkeypatch, capsys, arguments, what):
    monkeypatch.setattr(command, "settings", lambda: settings)
    assert command.main([*arguments, "--until", LAST_DAY.isoformat()]) == 2
    assert what in capsys.readouterr().err
