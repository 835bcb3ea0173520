"""What the doctor says of the scorer's state, from the facts that its health port gives."""

import json

from baas.doctor.scorer import forecast, judge_snapshot
from contracts.decisions import Door
from scoring.engine import Engine
from scoring.features import Bounds
from scoring.tenants import MAX_TENANTS
from streams.scorer.usage import usage_facts
from tests.scoring.conftest import NOW_MS, message

GB = 10**9


def state_of(engine: Engine) -> dict:
    """As over HTTP."""
    found: dict = json.loads(json.dumps(usage_facts(engine)))
    return found


def test_memory_at_the_nearest_bound_follows_from_the_bytes_that_keys_take(tmp_path):
    engine = Engine(models=tmp_path, memory_rows=1_000, bounds=Bounds(tenants=MAX_TENANTS, keys=1_000))
    assert forecast(state_of(engine), memory_bytes=16 * GB).text == "no key yet"
    engine.decide([message(number) for number in range(400)], now_ms=NOW_MS, door=Door.INBOUND)
    state = state_of(engine)
    assert state["windows"]["keys"]["customer"] == 17
    assert state["decisions"]["remembered"] == 400
    most = max(state["windows"]["keys"].values())
    found = forecast(state, memory_bytes=16 * GB)
    assert found.level == "ok"
    assert f"{most} of 1,000 live keys" in found.text
    expected = state["windows"]["bytes_used"] * 1_000 / most + state["decisions"]["bytes_used"] / 400 * 2_000
    assert f"about {expected / GB:.1f} GB there" in found.text
    assert forecast(state, memory_bytes=int(expected) - 1).level == "warning"


def test_a_bound_that_is_near_is_a_fault_and_names_its_setting(tmp_path):
    engine = Engine(models=tmp_path, bounds=Bounds(tenants=MAX_TENANTS, keys=1_000))
    engine.decide([message(number) for number in range(400)], now_ms=NOW_MS, door=Door.INBOUND)
    state = state_of(engine)
    state["windows"]["keys"]["payee"] = 850
    found = forecast(state, memory_bytes=16 * GB)
    assert (found.level, "BAAS_SCORER__STATE_KEYS" in found.remedy) == ("fault", True)
    state["windows"]["log_bytes"] = int(0.95 * state["windows"]["log_bound_bytes"])
    assert "BAAS_SCORER__STATE_LOG_BYTES" in forecast(state, memory_bytes=64 * GB).remedy


def test_a_snapshot_is_told_with_position_age_and_size_and_failures_warn():
    none = {"folder": "/var/snapshots", "failures": 0, "writing": False}
    assert judge_snapshot(none).text == "none yet: a start folds the whole log"
    last = none | {"epoch": 3, "next_n": 1_200_000, "bytes": 2_500_000_000, "age_s": 61.5, "records_since": 4_000}
    assert judge_snapshot(last).text == "(3, 1,200,000), 62 s old, 2,500 MB; 4,000 records since"
    failed = judge_snapshot(last | {"failures": 2})
    assert (failed.level, "2 failed" in failed.text) == ("warning", True)
