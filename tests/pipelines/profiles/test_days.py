"""Daily profiles made from the lake's log, and what Feast retrieves of them, against the oracle; every value bit for bit."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from feast import FeatureStore, RepoConfig

from feature_store.offline.files import MOMENT, files_in
from feature_store.profiles import PROFILE_FEATURES, PROFILED, as_moment, day_of, end_ms, over_nothing, view_name
from feature_store.repo.views import definitions
from feature_store.vocabulary import ID_FIELDS, Entity
from kit.settings import Settings
from pipelines.profiles import profiles_as_of, put_online, write_days
from pipelines.profiles.store import configuration
from tests.pipelines.profiles.history import Expected, History, at_day_ends, random_history, write_lake


def without_servers(settings: Settings) -> FeatureStore:
    """The store as it is configured, but for registry and online values, which lie in files."""
    registry = f"sqlite:///{settings.var / 'registry.db'}"
    filled = {"PROFILES_PROJECT": "test", "PROFILES_REGISTRY": registry, "PROFILES_ONLINE": "nowhere:1"}
    found = configuration(filled) | {"online_store": {"type": "sqlite", "path": str(settings.var / "online.db")}}
    store = FeatureStore(config=RepoConfig(**found))
    store.apply(definitions(settings.profiles))
    return store


class Bank:
    """A lake, its profiles of all days, and what they must be."""

    def __init__(self, var: Path, history: History) -> None:
        self.settings, self.history = Settings(var=var), history
        write_lake(self.settings.lake, history, models=self.settings.models)
        self.days = history.days
        write_days(self.settings, first=self.days[0], last=self.days[-1])
        self.expected: Expected = at_day_ends(history)
        self.tenants = sorted({event.tenant_id for event in history.events})

    def files(self) -> dict[str, pl.DataFrame]:
        root = self.settings.profiles
        return {str(path.relative_to(root)): pl.read_parquet(path) for path in sorted(root.rglob("*.parquet"))}

    def of_moment(self, entity: Entity, tenant_id: str, name: str | None, moment_ms: int) -> np.ndarray:
        """What the fold said at the last day's end up to a moment."""
        features = PROFILE_FEATURES[entity]
        day = day_of(moment_ms) - timedelta(1)
        folder = self.settings.profiles / view_name(entity) / tenant_id
        begins = min((path.stem for path in folder.glob("*.parquet")), default="9999-12-31")
        if name is None or day.isoformat() < begins:
            return np.full(len(features), np.nan, np.float32)
        day = min(day, self.days[-1])
        return self.expected.get((tenant_id, day, entity, name), over_nothing(features))


@pytest.fixture(scope="module", params=[(31, 300, 12), (32, 200, 110), (33, 700, 40)], ids=["days", "a season", "bigger"])
def bank(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Bank:
    seed, events, days = request.param
    return Bank(tmp_path_factory.mktemp("var"), random_history(seed, events, days=days))


@pytest.fixture(scope="module")
def store(bank: Bank) -> FeatureStore:
    return without_servers(bank.settings)


def questions(bank: Bank, entity: Entity, *, seed: int) -> pl.DataFrame:
    """Entities and moments of every kind: on a day's end, around it, of nobody that was ever met, of nobody at all."""
    rng = np.random.default_rng(seed)
    rows = []
    for tenant_id in bank.tenants:
        names = [*sorted(bank.history.met(tenant_id, entity)), "never-seen", None]
        for _ in range(150):
            end = end_ms(bank.days[rng.integers(0, len(bank.days))])
            moment_ms = end + int(rng.choice([-1, 0, 1, rng.integers(-3 * 86_400_000, 86_400_000)]))
            rows.append((tenant_id, names[rng.integers(0, len(names))], as_moment(moment_ms)))
    schema = {"tenant_id": pl.String, ID_FIELDS[entity]: pl.String, "event_timestamp": MOMENT}
    return pl.DataFrame(rows, schema=schema, orient="row")


@pytest.mark.parametrize("entity", PROFILED)
def test_what_is_retrieved_is_what_the_fold_said_at_the_last_day_s_end_before_the_moment(
    bank: Bank, store: FeatureStore, entity: Entity
) -> None:
    asked = questions(bank, entity, seed=int(entity))
    found = profiles_as_of(store, bank.settings.profiles, asked, entity=entity).to_numpy()
    known = 0
    for row, (tenant_id, name, moment) in enumerate(asked.iter_rows()):
        expected = bank.of_moment(entity, tenant_id, name, round(moment.timestamp() * 1_000))
        np.testing.assert_array_equal(found[row], expected, err_msg=f"{tenant_id} {name} {moment}")
        known += int(np.nansum(found[row]) > 0)
    assert known > 20


def test_every_row_is_of_somebody_that_a_window_holds_or_held_the_day_before(bank: Bank) -> None:
    empty = {entity: over_nothing(PROFILE_FEATURES[entity]) for entity in PROFILED}
    for entity in PROFILED:
        there: dict[tuple[str, str], list[str]] = {}
        for path in files_in(bank.settings.profiles / view_name(entity)):
            rows = pl.read_parquet(path)
            assert rows[ID_FIELDS[entity]].is_unique().all()
            for name, values in zip(rows[ID_FIELDS[entity]], rows[:, 4:].to_numpy(), strict=True):
                key = bank.expected.keys() & {
                    (path.parent.name, day, entity, name) for day in bank.days if str(day) == path.stem
                }
                (one,) = key
                np.testing.assert_array_equal(values, bank.expected[one])
                there.setdefault((path.parent.name, name), []).append(path.stem)
        for (tenant_id, day, _, name), values in ((key, each) for key, each in bank.expected.items() if key[2] is entity):
            if str(day) not in there.get((tenant_id, name), []):
                np.testing.assert_array_equal(values, empty[entity])


def test_a_row_is_known_by_the_end_of_its_day(bank: Bank) -> None:
    for rows in bank.files().values():
        assert (rows["known_at"] < rows["day_end"]).all()


def test_days_that_are_made_later_one_by_one_are_the_same(bank: Bank, tmp_path: Path) -> None:
    other = Settings(var=tmp_path)
    other.lake.symlink_to(bank.settings.lake)
    middle = bank.days[len(bank.days) // 2]
    write_days(other, first=middle, last=bank.days[-1])
    for day in [each for each in bank.days if each < middle][-3:]:
        write_days(other, first=day, last=day)
    made = sorted(path for path in other.profiles.rglob("*.parquet"))
    assert len(made) > 10
    for path in made:
        same = bank.settings.profiles / path.relative_to(other.profiles)
        assert pl.read_parquet(path).equals(pl.read_parquet(same), null_equal=True)


def test_making_a_day_again_replaces_it_and_removes_what_is_not_of_it(bank: Bank) -> None:
    before = bank.files()
    day = bank.days[5]
    some = next(path for path in files_in(bank.settings.profiles / "customer_daily") if path.stem == str(day))
    pl.read_parquet(some).head(1).write_parquet(some)
    strange = some.parent.parent / "nobody" / some.name
    strange.parent.mkdir()
    pl.read_parquet(some).write_parquet(strange)
    write_days(bank.settings, first=day, last=day)
    strange.parent.rmdir()
    after = bank.files()
    assert before.keys() == after.keys()
    assert all(rows.equals(after[name], null_equal=True) for name, rows in before.items())


def test_online_is_the_last_day_that_was_made_whatever_is_made_after_it(bank: Bank, store: FeatureStore) -> None:
    put_online(store, bank.settings.profiles)
    put_online(store, bank.settings.profiles, since=bank.days[2])
    for entity in PROFILED:
        keys = [(tenant, name) for tenant in bank.tenants for name in sorted(bank.history.met(tenant, entity))]
        found = online(store, entity, keys)
        for row, (tenant_id, name) in enumerate(keys):
            expected = bank.expected[tenant_id, bank.days[-1], entity, name]
            known = [None if np.isnan(value) else value for value in expected.tolist()]
            # Who came too late for every window has no row.
            assert found[row] in (known, [None] * len(known)), (entity, tenant_id, name)
            assert found[row] == known or np.array_equal(expected, over_nothing(PROFILE_FEATURES[entity]), equal_nan=True)


def online(store: FeatureStore, entity: Entity, keys: list[tuple[str, str]]) -> list[list[Any]]:
    names = [feature.name for feature in PROFILE_FEATURES[entity]]
    answer = store.get_online_features(
        features=[f"{view_name(entity)}:{name}" for name in names],
        entity_rows=[{"tenant_id": tenant_id, ID_FIELDS[entity]: name} for tenant_id, name in keys],
    ).to_dict()
    return [list(row) for row in zip(*(answer[name] for name in names), strict=True)]


def test_a_late_backfill_s_row_is_not_seen_before_it_was_known(tmp_path: Path) -> None:
    history = random_history(34, 120, days=6, tenants=1)
    bank = Bank(tmp_path, history)
    path = files_in(bank.settings.profiles / "customer_daily")[2]
    rows = pl.read_parquet(path)
    known_at = rows["day_end"][0] + timedelta(days=2)
    changed = rows.with_columns(pl.lit(known_at).cast(MOMENT).alias("known_at"), customer_count_7d=pl.lit(-1.0, pl.Float32))
    changed.write_parquet(path)
    store = without_servers(bank.settings)
    moments = [rows["day_end"][0] + timedelta(hours=hour) for hour in (1, 25, 49, 73)]
    asked = pl.DataFrame(
        [(rows["tenant_id"][0], rows["customer_id"][0], moment) for moment in moments],
        schema={"tenant_id": pl.String, "customer_id": pl.String, "event_timestamp": MOMENT},
        orient="row",
    )
    found = profiles_as_of(store, bank.settings.profiles, asked, entity=Entity.CUSTOMER, features=["customer_count_7d"])
    assert -1.0 not in found["customer_count_7d"].to_list()
    as_feast_gives_it = store.get_historical_features(
        entity_df=asked.to_pandas(), features=["customer_daily:customer_count_7d"]
    ).to_df()
    assert -1.0 not in as_feast_gives_it["customer_count_7d"].tolist()
