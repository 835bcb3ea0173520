"""An API whose bank keeps a graph."""

import pytest

from kit.settings import Neo4j, Settings


@pytest.fixture(scope="module")
def settings(settings: Settings, neo4j: Neo4j) -> Settings:
    return settings.model_copy(update={"neo4j": neo4j.model_copy(update={"kept": True})})
