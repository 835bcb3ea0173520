"""What Feast is told: an entity, a view of daily profiles and a service of each kind that somebody looks up, and one of all.

Names, types and sentences are those of the definitions. Customers have a second view, of the mart `customer_profiles`, and
accounts one of what is found at night in the graph of who pays whom; the features of both are told to the scorer.
"""

from datetime import timedelta
from pathlib import Path

from feast import Entity as FeastEntity
from feast import FeatureService, FeatureView, Field, FileSource, ValueType
from feast.data_format import ParquetFormat
from feast.types import Float32, Float64, Int64, PrimitiveFeastType, String

from feature_store.costs import cost_of
from feature_store.definitions import FEATURE_SET
from feature_store.explain import entity_words, window_words
from feature_store.offline.files import DAY_END, KNOWN_AT, TENANT
from feature_store.profiles import (
    ACCOUNT_GRAPH,
    GRAPH_SENTENCES,
    HABIT_SENTENCES,
    HABITS,
    PROFILE_FEATURES,
    PROFILED,
    view_name,
)
from feature_store.vocabulary import ID_FIELDS, Entity, WindowFeature

AS_OF = "as_of"
# Name, type and meaning of what the mart says of a customer.
HABIT_FIELDS = tuple(
    (name, kind, HABIT_SENTENCES[name])
    for name, kind in (
        ("payments_30d", Int64),
        ("mean_amount_minor_30d", Float64),
        ("usual_hour", Int64),
        ("account_age_days", Float64),
    )
)
HABIT_FEATURES = tuple(name for name, _, _ in HABIT_FIELDS)
EVERYTHING = "about_everybody"
# A replay of 1993 lives beside today: how old a row may be is the tenant's own time, so nothing expires here. An entity that
# falls silent has a row a day until its windows are empty, and the last of them says so.
NEVER_EXPIRES = timedelta(0)

_TENANT = FeastEntity(name="tenant", join_keys=[TENANT], value_type=ValueType.STRING, description="Whose entity it is.")
_MEANING = {
    Entity.CUSTOMER: "A pseudonymous customer.", Entity.ACCOUNT: "An account.", Entity.CARD: "A card, by its token.",
    Entity.DEVICE: "A device.", Entity.IP: "An internet address, as a pseudonym.", Entity.MERCHANT: "A merchant.",
    Entity.PAYEE: "Who is paid, or pays.",
}  # fmt: skip


def definitions(folder: Path) -> list[FeastEntity | FileSource | FeatureView | FeatureService]:
    """Return everything that is applied. `folder` holds a folder of rows for each view."""
    entities = {entity: _entity(entity) for entity in PROFILED}
    views = {entity: _daily(entity, entities[entity], folder) for entity in PROFILED}
    habits = _habits(entities[Entity.CUSTOMER], folder)
    placed = _account_graph(entities[Entity.ACCOUNT], folder)
    second = {Entity.CUSTOMER: [habits], Entity.ACCOUNT: [placed]}
    services = [_service(entity, [views[entity], *second.get(entity, [])]) for entity in PROFILED]
    everything = FeatureService(
        name=EVERYTHING,
        features=[*views.values(), habits, placed],
        description="All that is known of everybody who takes part in a payment.",
        tags={"feature_set": FEATURE_SET},
    )
    sources = [view.batch_source for view in (*views.values(), habits, placed)]
    return [_TENANT, *entities.values(), *sources, *views.values(), habits, placed, *services, everything]


def _entity(entity: Entity) -> FeastEntity:
    return FeastEntity(
        name=entity.name.lower(), join_keys=[ID_FIELDS[entity]], value_type=ValueType.STRING, description=_MEANING[entity]
    )


def _source(name: str, folder: Path, *, timestamp: str, description: str) -> FileSource:
    return FileSource(
        name=name, path=str(folder / name), file_format=ParquetFormat(), timestamp_field=timestamp,
        created_timestamp_column=KNOWN_AT, description=description,
    )  # fmt: skip


def _daily(entity: Entity, of: FeastEntity, folder: Path) -> FeatureView:
    features = PROFILE_FEATURES[entity]
    (owner,) = {feature.owner for feature in features}
    name = view_name(entity)
    return FeatureView(
        name=name,
        entities=[_TENANT, of],
        ttl=NEVER_EXPIRES,
        schema=[*_keys(entity), *map(_field, features)],
        source=_source(
            name, folder, timestamp=DAY_END, description="One row a day, as of its end, while a window holds events."
        ),
        online=True,
        description=f"What is known of each {entity_words(entity)} at the end of a day.",
        owner=owner,
        tags={"feature_set": FEATURE_SET},
    )


def _field(feature: WindowFeature) -> Field:
    cost = cost_of(feature)
    tags = {
        "window": window_words(feature), "reason": feature.reason, "owner": feature.owner,
        "cost_key_bytes": str(cost.key_bytes), "cost_event_bytes": str(cost.event_bytes),
    }  # fmt: skip
    if cost.ns is not None:
        tags["cost_ns"] = f"{cost.ns:.1f}"
    return Field(name=feature.name, dtype=Float32, description=feature.sentence, tags=tags)


def _keys(entity: Entity) -> list[Field]:
    return [Field(name=name, dtype=String) for name in (TENANT, ID_FIELDS[entity])]


def _habits(of: FeastEntity, folder: Path) -> FeatureView:
    def field(name: str, kind: PrimitiveFeastType, meaning: str) -> Field:
        return Field(name=name, dtype=kind, description=meaning)

    return FeatureView(
        name=HABITS,
        entities=[_TENANT, of],
        ttl=NEVER_EXPIRES,
        schema=[*_keys(Entity.CUSTOMER), *(field(*each) for each in HABIT_FIELDS)],
        source=_source(
            HABITS, folder, timestamp=AS_OF, description="The mart, one row a customer as of its tenant's newest event."
        ),
        online=True,
        description="Slow features of a customer, which are told to the scorer.",
        owner="payment-risk",
    )


def _account_graph(of: FeastEntity, folder: Path) -> FeatureView:
    return FeatureView(
        name=ACCOUNT_GRAPH,
        entities=[_TENANT, of],
        ttl=NEVER_EXPIRES,
        schema=[
            *_keys(Entity.ACCOUNT),
            *(Field(name=name, dtype=Float64, description=meaning) for name, meaning in GRAPH_SENTENCES.items()),
        ],
        source=_source(
            ACCOUNT_GRAPH, folder, timestamp=DAY_END, description="One row an account and night, and a week of empty ones."
        ),
        online=True,
        description="What is found of an account in the graph of who pays whom, which is told to the scorer.",
        owner="payment-risk",
    )


def _service(entity: Entity, views: list[FeatureView]) -> FeatureService:
    return FeatureService(
        name=f"about_{entity.name.lower()}",
        features=views,
        description=f"All that is known of a {entity_words(entity)}.",
        tags={"feature_set": FEATURE_SET},
    )
