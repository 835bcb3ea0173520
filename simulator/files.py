"""Writes a simulated bank to a folder: Parquet files a reader of the contracts already knows, and a manifest.

`events/YYYY-MM-DD.parquet` (one a local day, in order of arrival), `labels.parquet`, `truth.parquet`, `customers.parquet`,
`accounts.parquet`, `cards.parquet`, `devices.parquet`, `merchants.parquet`, `manifest.json` (written last: a folder without
one is unfinished).
"""

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from simulator.bank import Bank, Plan
from simulator.fraud.ring import Ring
from simulator.ids import account_id, customer_id, device_id
from simulator.names import cpfs, person_names
from simulator.tables import people_tables, simulated_tables

MANIFEST = "manifest.json"
EVENTS = "events"
COMPRESSION = "zstd"
ROW_GROUP_ROWS = 131_072
MOSTLY_DISTINCT = frozenset(
    {
        "transaction_id", "external_id", "event_time", "known_at", "amount_minor", "latitude_e5", "longitude_e5", "label_id",
        "balance_minor",
    }
)  # fmt: skip
"""Columns for which a dictionary only costs time and room."""

Progress = Callable[[str], None]


def simulated_folder(var: Path) -> Path:
    """Return where a deployment keeps the history that it has loaded."""
    return var / "simulated"


def silent(_line: str) -> None:
    """Progress that nobody watches."""


def write(folder: Path, plan: Plan, *, progress: Progress = silent) -> dict[str, Any]:
    """Simulate a plan into `folder` and return its manifest; a finished folder of the same plan is left as it is.

    The same plan gives the same bytes. Raises FileExistsError when the folder holds something else.
    """
    ready = _finished(folder, plan)
    if ready is not None:
        return ready
    if folder.exists() and any(folder.iterdir()):
        if not (folder / EVENTS).is_dir():
            raise FileExistsError(f"{folder} holds something that is not a simulated bank")
        shutil.rmtree(folder)
    (folder / EVENTS).mkdir(parents=True, exist_ok=True)
    bank = Bank(plan)
    _write_people(folder, bank)
    counts, days = _write_days(folder, bank, progress)
    manifest = {
        "plan": asdict(plan),
        "run": plan.run,
        "first_day": plan.first_day.isoformat(),
        "last_day": plan.last_day.isoformat(),
        **counts,
        "days": days,
        "ring": ring_facts(bank.ring, tenant_id=plan.tenant_id),
    }
    unfinished = folder / f"{MANIFEST}.part"
    unfinished.write_text(json.dumps(manifest, indent=1) + "\n")
    os.replace(unfinished, folder / MANIFEST)
    return manifest


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return what a folder holds. Raises FileNotFoundError for an unfinished one."""
    content: dict[str, Any] = json.loads((folder / MANIFEST).read_text())
    return content


def ring_facts(ring: Ring, *, tenant_id: str) -> dict[str, list[str]]:
    """Return the planted ring's ids."""
    members = np.concatenate((ring.collectors, ring.hubs)).tolist()
    return {
        "collectors": [customer_id(number) for number in ring.collectors.tolist()],
        "hubs": [customer_id(number) for number in ring.hubs.tolist()],
        "victims": [customer_id(number) for number in ring.victims.tolist()],
        "accounts": [str(account_id(tenant_id=tenant_id, customer=number)) for number in members],
        "devices": [device_id(number) for number in ring.phones.tolist()],
    }


def _finished(folder: Path, plan: Plan) -> dict[str, Any] | None:
    if not (folder / MANIFEST).exists():
        return None
    manifest = read_manifest(folder)
    return manifest if manifest["plan"] == asdict(plan) else None


def _write_people(folder: Path, bank: Bank) -> None:
    rng = np.random.default_rng([bank.plan.seed, 6])
    names = {"name": person_names(rng, len(bank.people)), "cpf": cpfs(rng, len(bank.people))}
    for name, table in people_tables(bank.people, opening=bank.opening, names=names).items():
        _write(table, folder / f"{name}.parquet")


def _write_days(folder: Path, bank: Bank, progress: Progress) -> tuple[dict[str, int], list[dict[str, Any]]]:
    run = bank.plan.run
    events_written, days = 0, []
    labels: list[pa.Table] = []
    truths: list[pa.Table] = []
    for simulated in bank.days():
        first_label = sum(len(table) for table in labels)
        events, told, truth = simulated_tables(
            bank.people, simulated, run=run, first_event=events_written, first_label=first_label
        )
        day = simulated.day.date.isoformat()
        _write(events, folder / EVENTS / f"{day}.parquet")
        labels.append(told)
        truths.append(truth)
        days.append({"day": day, "events": len(events), "frauds": len(truth)})
        events_written += len(events)
        progress(f"{day}: {events_written:,} transactions")
    all_labels = pa.concat_tables(labels)
    order = np.argsort(all_labels.column("known_at").to_numpy(), kind="stable")
    _write(all_labels.take(order), folder / "labels.parquet")
    _write(pa.concat_tables(truths), folder / "truth.parquet")
    frauds = sum(len(table) for table in truths)
    counts = {"events": events_written, "wanted": bank.wanted, "frauds": frauds, "labels": len(all_labels)}
    return counts, days


def _write(table: pa.Table, path: Path) -> None:
    repeating = [name for name in table.column_names if name not in MOSTLY_DISTINCT]
    pq.write_table(
        table,
        path,
        compression=COMPRESSION,
        row_group_size=ROW_GROUP_ROWS,
        use_dictionary=repeating,
        write_statistics=[name for name in ("event_time", "known_at") if name in table.column_names],
    )
