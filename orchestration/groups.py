"""The groups that the asset graph is read by: what each is about, who owns it, and how old it may get.

Everything that Dagster shows of ownership, domain and freshness derives from this table (`dressed`); an asset says only to
which group it belongs.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from dagster import AssetsDefinition, AssetSpec, FreshnessPolicy

WARN_BEFORE_H = 2


@dataclass(frozen=True, slots=True)
class Group:
    """A part of the business. `fresh_h`: after how many hours without being made an asset is late; None where nobody waits."""

    name: str
    owner: str
    about: str
    fresh_h: int | None = None


GROUPS = (
    Group("bank", "team:core-banking", "The simulated bank: its history, made, posted and sent in."),
    Group("finance", "team:finance", "The books: days closed, trial balances, interest and fees.", fresh_h=28),
    Group("lake", "team:data-platform", "What the topics carried, as Parquet files, checked day by day.", fresh_h=30),
    Group("raw", "team:data-platform", "What the topics carried, in the warehouse, checked day by day.", fresh_h=30),
    Group(
        "reference", "team:data-platform", "What the core knows beside the topics: accounts, customers, products.", fresh_h=30
    ),
    Group("static", "team:data-platform", "Tables that come with the code, and the calendar: made again when they change."),
    Group(
        "staging", "team:data-platform", "A view a source, named and typed, without the days that are held back.", fresh_h=30
    ),
    Group("intermediate", "team:data-platform", "What several marts share.", fresh_h=30),
    Group("marts", "team:data-platform", "The marts that have no audience of their own yet.", fresh_h=30),
    Group("marts_finance", "team:finance", "General ledger, revenue, interest, daily close, liquidity.", fresh_h=30),
    Group("marts_customers", "team:growth", "Lifecycle, cohorts, segments, churn, lifetime value.", fresh_h=30),
    Group("marts_payments", "team:payments", "Volume, success, cost, rail, time to settle.", fresh_h=30),
    Group("marts_risk", "team:risk", "Decisions, detection, false alarms, money saved, rules.", fresh_h=30),
    Group("marts_compliance", "team:compliance", "Alerts, cases and their clocks.", fresh_h=30),
    Group("marts_product", "team:product", "Activation and funnel.", fresh_h=30),
    Group("marts_forecasts", "team:treasury", "What is expected to come and go, with bands.", fresh_h=30),
    Group("marts_insight", "team:growth", "What comes again, budgets, unusual spending, health, profiles.", fresh_h=30),
    Group("marts_platform", "team:data-platform", "How fresh and how right the data is.", fresh_h=30),
    Group("risk_training", "team:risk", "The fraud model: trained, registered, tried, deciding.", fresh_h=8 * 24),
    Group(
        "risk_monitoring", "team:risk", "Whether the model's world is still its own, and what lists would have met.", fresh_h=30
    ),
    Group("risk_profiles", "team:risk", "What is known of everybody at the end of each day, in files and online.", fresh_h=30),
    Group("forecasts", "team:treasury", "Liquidity and cash flow, with intervals.", fresh_h=30),
    Group("insight", "team:growth", "What customers are told about their own money.", fresh_h=30),
    Group(
        "graph",
        "team:compliance",
        "Which accounts belong together by who pays whom, and what looks like laundering.",
        fresh_h=30,
    ),
    Group("privacy", "team:compliance", "Erasure, retention and legal hold."),
)
_BY_NAME = {group.name: group for group in GROUPS}
NAMES = frozenset(_BY_NAME)


def group(name: str) -> Group:
    """Return the group of that name. Raises KeyError."""
    return _BY_NAME[name]


def dressed(assets: Iterable[AssetsDefinition | AssetSpec]) -> list[AssetsDefinition | AssetSpec]:
    """Return the assets with the owner, the domain and the freshness of their group. Raises KeyError for an unknown group."""
    return [_dress(each) if isinstance(each, AssetSpec) else each.map_asset_specs(_dress_fresh) for each in assets]


def _dress_fresh(spec: AssetSpec) -> AssetSpec:
    return _dress(spec).replace_attributes(freshness_policy=spec.freshness_policy or _freshness(group(spec.group_name or "")))


def _dress(spec: AssetSpec) -> AssetSpec:
    """What somebody else makes has an owner too, and no time by which it is late."""
    if spec.group_name is None:
        raise KeyError(f"{spec.key.to_user_string()} belongs to no group")
    found = group(spec.group_name)
    return spec.replace_attributes(
        owners=spec.owners or [found.owner],
        tags={**spec.tags, "domain": found.name.partition("_")[0]},
    )


def _freshness(found: Group) -> FreshnessPolicy | None:
    if found.fresh_h is None:
        return None
    return FreshnessPolicy.time_window(
        fail_window=timedelta(hours=found.fresh_h), warn_window=timedelta(hours=found.fresh_h - WARN_BEFORE_H)
    )
