"""The champion's drift is looked at in five ways, each of which warns and stops nothing."""

from pathlib import Path

from dagster import AssetCheckSeverity, AssetKey

from kit.settings import Settings
from orchestration.risk.drift import KEY, as_result, model_drift
from pipelines.drift.checks import CHECKS, Check


def test_each_check_is_there_with_a_sentence_and_blocks_nothing(tmp_path: Path) -> None:
    asset = model_drift(Settings(var=tmp_path))
    assert asset.keys == {AssetKey(KEY)}
    specs = list(asset.check_specs)
    assert [spec.name for spec in specs] == list(CHECKS)
    assert all(spec.description and not spec.blocking for spec in specs)


def test_what_wants_a_look_warns_and_what_is_not_known_does_not() -> None:
    results = [as_result(Check(name="score", state=state, text="why")) for state in ("steady", "drifted", "unknown")]
    assert [result.passed for result in results] == [True, False, True]
    assert {result.severity for result in results} == {AssetCheckSeverity.WARN}
    assert all(result.metadata["found"].value == "why" for result in results)
