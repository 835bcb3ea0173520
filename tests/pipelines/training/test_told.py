"""What was told of accounts before each decision, read in columns, is what going through the whole log one by one says."""

import random
import uuid
from pathlib import Path

import msgspec
import numpy as np
import polars as pl
import pytest

from contracts.controls import Control, ListChange, ListControl, ModelControl, PolicyControl, ProfileControl
from contracts.decisions import ControlRecord
from contracts.topics import DECISIONS
from feature_store.definitions import EXTERNAL_FEATURES, FEATURE_COUNT, FEATURE_NAMES
from feature_store.vocabulary import ID_FIELDS, TOLD_OF
from kit.lake import files
from pipelines.lake import decisions, log_controls, log_profiles
from pipelines.training.told import VALUES, profiles_as_scored
from streams.sinks.lake.columns import LakeRow
from streams.sinks.messages import decode
from tests.pipelines.privacy.somebody import EXAMPLE
from tests.pipelines.training.test_as_scored import keep

RECORDS = 6_000
ACCOUNTS = [f"a{number}" for number in range(40)] + ["conta-é", None]
# Whole numbers, exponents and the bounds of float32: what JSON writes of each differs.
NUMBERS = (0.0, 1.0, 5.0, 1e-9, 0.1, 1 / 3, 123_456_789.5, 3.4e38)


def control(chance: random.Random, tenant: str) -> Control:
    named = {"control_id": str(uuid.UUID(int=chance.getrandbits(128), version=4)), "known_at": 1}
    kind = chance.random()
    if kind < 0.05:
        return ModelControl(alias="champion", name="fraud", version=1, export_sha256="0" * 64, **named)
    if kind < 0.07:
        return PolicyControl(version="p1", review_from=0.5, deny_from=0.9, tenant_id=tenant, **named)
    if kind < 0.1:
        changes = [ListChange(value="profile")]
        return ListControl(tenant_id=tenant, list_id="mules", changes=changes, **named)
    values = {name: chance.choice(NUMBERS) for name in VALUES if chance.random() < 0.7} | {"payments_30d": 3.0}
    entity = chance.choices((TOLD_OF, "customer", "payee"), (8, 1, 1))[0]
    whose = chance.choice([each for each in ACCOUNTS if each])
    return ProfileControl(tenant_id=tenant, entity=entity, entity_id=whose, values=values if kind < 0.9 else {}, **named)


@pytest.fixture(scope="module")
def log(tmp_path_factory) -> tuple[Path, list[object]]:
    """A lake of small row groups in three files, and the records of its log."""
    chance, lake, records = random.Random(5), tmp_path_factory.mktemp("lake"), []
    for n in range(RECORDS):
        tenant = chance.choices(("demo", "other"), (9, 1))[0]
        # Decisions by themselves for a while, as between two nights.
        if n % 1_000 < 500 or chance.random() < 0.5:
            transaction = msgspec.structs.replace(
                EXAMPLE.transaction, tenant_id=tenant, transaction_id=str(uuid.UUID(int=n)), account_id=chance.choice(ACCOUNTS),
                payee_id=chance.choice(ACCOUNTS),
            )  # fmt: skip
            records.append(msgspec.structs.replace(EXAMPLE, n=n, transaction=transaction))
        else:
            records.append(ControlRecord(epoch=1, n=n, control=control(chance, tenant)))
    written = [msgspec.json.encode(each) for each in records]
    rows = [LakeRow(decode(DECISIONS, each), offset, None, each) for offset, each in enumerate(written)]
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(files, "ROW_GROUP_ROWS", 150)
        for first, past in ((0, 700), (700, 1_000), (1_000, RECORDS)):
            keep(lake, DECISIONS, rows[first:past], first=first)
    return lake, records


def as_told(records: list[object], frame: pl.DataFrame) -> np.ndarray:
    """What the scorer had: the last control of an account as a whole, in the log's order."""
    wanted = set(frame["n"].to_list())
    known: dict[str, dict[str, float]] = {}
    found = []
    for record in records:
        if isinstance(record, ControlRecord):
            said = record.control
            if isinstance(said, ProfileControl) and (said.tenant_id, said.entity) == ("demo", TOLD_OF):
                known[said.entity_id] = said.values
        elif record.n in wanted:
            named = [getattr(record.transaction, ID_FIELDS[feature.entity]) for feature in EXTERNAL_FEATURES]
            found.append(
                [known.get(whose, {}).get(each.value, np.nan) for whose, each in zip(named, EXTERNAL_FEATURES, strict=True)]
            )
    return np.array(found, np.float32)


@pytest.mark.parametrize("part", [slice(0, None), slice(0, 40), slice(900, 1_000), slice(-1, None), slice(0, 0)])
def test_every_decision_has_what_the_log_told_last_before_it(log, part: slice):
    lake, records = log
    frame = decisions(lake, columns=["n", "account_id", "payee_id"], tenant_id="demo")[part]
    out = np.full((len(frame), FEATURE_COUNT), -1, np.float32)
    profiles_as_scored(lake, frame, tenant_id="demo").tell(out, 0, len(frame))
    columns = [FEATURE_NAMES.index(feature.name) for feature in EXTERNAL_FEATURES]
    if len(frame):
        np.testing.assert_array_equal(out[:, columns], as_told(records, frame))
    assert (np.delete(out, columns, axis=1) == -1).all()


def test_nothing_is_read_of_other_tenants_other_entities_or_what_came_later(log):
    lake, records = log
    read = pl.concat(log_profiles(lake, tenant_id="demo", entity="payee", names=["payments_30d"], before_n=4_000))
    said = [
        (each.n, each.control.entity_id)
        for each in records[:4_000]
        if isinstance(each, ControlRecord) and isinstance(each.control, ProfileControl)
        and (each.control.tenant_id, each.control.entity) == ("demo", "payee")
    ]  # fmt: skip
    assert read.select("n", "entity_id").rows() == said
    assert any(each is None for each in read["payments_30d"])


def test_models_and_policies_are_found_among_all_that_was_told(log):
    lake, records = log
    said = [each.control for each in records if isinstance(each, ControlRecord)]
    assert log_controls(lake) == [each for each in said if isinstance(each, ModelControl | PolicyControl)]
    assert {type(each) for each in log_controls(lake)} == {ModelControl, PolicyControl}


def test_a_lake_without_a_log_has_told_nothing(tmp_path):
    assert log_controls(tmp_path) == []
    assert list(log_profiles(tmp_path, tenant_id="demo", entity=TOLD_OF, names=VALUES, before_n=10)) == []
