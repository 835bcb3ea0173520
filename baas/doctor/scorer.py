"""The scorer's state: its last snapshot, and where its memory is heading."""

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.error import HTTPError

import psutil

from baas.doctor.finding import Finding, judged
from baas.machine import Machine
from baas.up.processes import get

# Of a bound: the process ends at it, and raising it takes a restart.
NEAR_BOUND_SHARE = 0.8
_BYTES = 65_536


def examine_scorer(ours: Machine) -> Iterator[Finding]:
    """Ask the scorer; what does not answer is another finding's matter."""
    address = ours.settings.health.get("scorer")
    if address is None:
        return
    facts = _facts(f"http://{address.host}:{address.port}/readyz")
    if "snapshot" in facts:
        yield judge_snapshot(facts["snapshot"])
    if "state" in facts:
        yield forecast(facts["state"], memory_bytes=psutil.virtual_memory().total)


def _facts(url: str) -> Mapping[str, Any]:
    try:
        body = get(url)
    except HTTPError as answer:
        body = answer.read(_BYTES)
    except OSError:
        return {}
    found: Mapping[str, Any] = json.loads(body)
    return found


def judge_snapshot(facts: Mapping[str, Any]) -> Finding:
    """Say where the last snapshot is, how old and how large, and how many records a start would fold after it."""
    if "next_n" in facts:
        text = (
            f"({facts['epoch']}, {facts['next_n']:,}), {facts['age_s']:,.0f} s old, {facts['bytes'] / 1e6:,.0f} MB; "
            f"{facts['records_since']:,} records since"
        )
    else:
        text = "none yet: a start folds the whole log"
    failures = facts["failures"]
    return judged(
        "snapshot",
        f"{text}, {failures} failed" if failures else text,
        warning=failures > 0,
        remedy=f"`baas logs scorer` says why; a start takes longer until one is written to {facts['folder']}",
    )


def forecast(state: Mapping[str, Any], *, memory_bytes: int) -> Finding:
    """Say which bound the state meets first if it grows as it has grown, and how much memory it takes by then.

    Each live key of each entity costs what keys cost on average now; snapshots and the batches at hand come on top.
    """
    windows, decisions = state["windows"], state["decisions"]
    entity, most = max(windows["keys"].items(), key=lambda item: item[1])
    shares = {
        f"{most:,} of {windows['keys_bound']:,} live keys of {entity}": (most / windows["keys_bound"], "STATE_KEYS"),
        f"{windows['log_bytes'] / 1e9:.1f} of {windows['log_bound_bytes'] / 1e9:.1f} GB of events": (
            windows["log_bytes"] / windows["log_bound_bytes"],
            "STATE_LOG_BYTES",
        ),
        f"{windows['table_bytes'] / 1e9:.1f} of {windows['table_bound_bytes'] / 1e9:.1f} GB of tables": (
            windows["table_bytes"] / windows["table_bound_bytes"],
            "STATE_TABLE_BYTES",
        ),
    }
    nearest, (share, setting) = max(shares.items(), key=lambda item: item[1][0])
    keys = sum(windows["keys"].values())
    if not keys or not share:
        return Finding("ok", "scorer memory", "no key yet")
    per_decision = decisions["bytes_used"] / max(decisions["remembered"], 1)
    expected = windows["bytes_used"] / share + per_decision * decisions["bound"]
    now = windows["bytes_used"] + decisions["bytes_used"]
    return judged(
        "scorer memory",
        f"{now / 1e9:.1f} GB: {keys:,} keys at {windows['bytes_used'] / keys:,.0f} bytes, "
        f"{decisions['remembered']:,} decisions; nearest bound: {nearest} ({share:.0%}); "
        f"about {expected / 1e9:.1f} GB there, of {memory_bytes / 1e9:.1f} GB",
        fault=share > NEAR_BOUND_SHARE,
        warning=expected > memory_bytes,
        remedy=(
            f"raise BAAS_SCORER__{setting} and restart the scorer before the bound is met: there the process ends"
            if share > NEAR_BOUND_SHARE
            else "have that much memory before the keys come, or lower BAAS_SCORER__MEMORY_ROWS"
        ),
    )
