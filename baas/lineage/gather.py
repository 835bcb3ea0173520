"""Gathers the lineage from where each part of it is declared: contracts, sinks, dbt, catalogue, Feast, Superset."""

import json
from typing import Any

import yaml

from baas.bi.datasets import ASSETS
from baas.lineage import readers, repository
from baas.lineage.models import Topics, Understood, read_models
from baas.lineage.reads import OF_THE_CATALOGUE, READS
from contracts.topics import topics
from feature_store.profiles import HABIT_SENTENCES, HABITS
from kit.postgres import connect
from kit.settings import Settings
from pipelines.marts import compiled
from serving.analytics.datasets import DATASETS
from streams.sinks.warehouse.repository import TOPIC_OF

PROFILES_MART = "customer_profiles"


def gather(settings: Settings) -> Understood:
    """Return the lineage from topics to charts. Raises MartsNotBuilt, and psycopg.OperationalError without a warehouse."""
    manifest = json.loads(compiled(settings).read_text())
    sources = sorted({source["schema"] for source in manifest["sources"].values()})
    with connect(settings.warehouse.dsn("audit"), application="lineage") as warehouse:
        schema = repository.columns(warehouse, schemas=sources)
    about = {name: f"{topic.description} Owner: {topic.owner}." for name, topic in topics().items()}
    found = read_models(manifest, schema=schema, topics=Topics(about=about, of_table=TOPIC_OF))
    readers.add_metrics(found.lineage, DATASETS, routes=OF_THE_CATALOGUE)
    readers.add_routes(found.lineage, READS)
    readers.add_features(found.lineage, HABITS, HABIT_SENTENCES, mart=PROFILES_MART)
    readers.add_dashboards(found.lineage, assets(), DATASETS)
    return found


def assets() -> dict[str, dict[str, Any]]:
    """Return every asset of Superset by its path."""
    return {path.relative_to(ASSETS).as_posix(): yaml.safe_load(path.read_text()) for path in sorted(ASSETS.rglob("*.yaml"))}
