"""The `feast` command in our feature repository, its registry and online values in files: no server is needed."""

from pathlib import Path

import yaml

from feature_store.definitions import BY_NAME
from feature_store.profiles import PROFILE_FEATURES
from feature_store.vocabulary import Entity
from pipelines.profiles.store import configuration
from tests.pipelines.profiles.command import feast


def test_it_applies_and_lists_what_the_definitions_say(tmp_path: Path) -> None:
    registry = f"sqlite:///{tmp_path}/registry.db"
    filled = {"PROFILES_PROJECT": "test", "PROFILES_REGISTRY": registry, "PROFILES_ONLINE": "nowhere:1"}
    local = configuration(filled) | {"online_store": {"type": "sqlite", "path": f"{tmp_path}/online.db"}}
    configured = tmp_path / "feature_store.yaml"
    configured.write_text(yaml.safe_dump(local))
    here = ("--feature-store-yaml", str(configured))

    feast(tmp_path, filled, *here, "apply")
    entities = feast(tmp_path, filled, *here, "entities", "list")
    views = feast(tmp_path, filled, *here, "feature-views", "list")
    services = feast(tmp_path, filled, *here, "feature-services", "list")
    for name in (entity.name.lower() for entity in PROFILE_FEATURES):
        assert f"\n{name} " in entities
        assert f"\n{name}_daily " in views
        assert f"\nabout_{name} " in services
    assert "\nabout_everybody " in services

    described = yaml.safe_load(feast(tmp_path, filled, *here, "feature-views", "describe", "card_daily"))["spec"]
    fields = {field["name"]: field for field in described["features"]}
    assert list(fields) == [feature.name for feature in PROFILE_FEATURES[Entity.CARD]]
    assert all(field["description"] == BY_NAME[name].sentence for name, field in fields.items())
    assert fields["card_frauds_7d"]["tags"]["owner"] == described["owner"] == "card-risk"
