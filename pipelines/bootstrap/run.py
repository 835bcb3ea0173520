"""The order of the first start. Every step knows what it did before, so that a run that was cut goes on where it was."""

from collections.abc import Callable
from pathlib import Path

from kit.clock import Clock, SystemClock
from kit.settings import Demo, Settings, settings
from pipelines.bootstrap.progress import Drain
from pipelines.bootstrap.summary import summarise
from pipelines.history import live_from, load_history, play_inbound, play_labels
from simulator.bank import Plan
from simulator.calendar import day_start_ms
from simulator.files import read_manifest, simulated_folder, write

HOUR_MS = 3_600_000

Progress = Callable[[str], None]
Opened = Callable[[Settings, Path], None]
"""What is done with the folder of a simulated bank once its accounts are open."""


def run(progress: Progress, *, opened: Opened, clock: Clock | None = None) -> str:
    """Do what is missing and return the summary table. Raises what its steps raise; run again to go on.

    `opened` is called each time, before the first payment that is judged.
    """
    ours = settings()
    folder = simulated_folder(ours.var)
    for sentence in not_as_asked(ours.demo, folder):
        progress(f"WARNING: {sentence}")
    manifest = write(folder, plan(ours.demo, folder, clock or SystemClock()), progress=progress)
    from_day = live_from(folder)
    play_labels(ours, folder)  # before their events: each counts from its known_at on, as it did then
    loaded = load_history(ours, folder, until_day=from_day, progress=progress)
    progress(f"ledger: {loaded.posted:,} posted, {loaded.failed:,} failed, {loaded.already_there:,} were there before")
    opened(ours, folder)
    drain = Drain(ours, progress)
    drain.until_adopted(ours.demo.tenant)
    train_champion(ours, cutoff_ms=day_start_ms(from_day), progress=progress)
    played = play_inbound(ours, folder, from_day=from_day, progress=progress)
    progress(f"inbound: {played}")
    start_categories(ours, clock or SystemClock(), progress)
    drain.until_settled(ours.demo.tenant, decisions=sum(day["events"] for day in manifest["days"]))
    build_marts(ours, progress)
    put_profiles_online(ours, progress)
    return summarise(ours, folder, tenant_id=ours.demo.tenant)


def not_as_asked(demo: Demo, folder: Path) -> list[str]:
    """Return what to tell somebody whose settings ask for another bank than the one that was begun: it stays as it is."""
    if not (folder / "manifest.json").exists():
        return []
    begun = plan(demo, folder, SystemClock())
    asked = {"customers": demo.customers, "days": demo.days, "seed": demo.seed, "tenant_id": demo.tenant}
    other = [f"{value} {name}, not {getattr(begun, name)}" for name, value in asked.items() if value != getattr(begun, name)]
    if not other:
        return []
    return [
        f"the settings ask for {'; '.join(other)}. The bank in {folder.parent} was begun otherwise and stays as it is. For "
        f"another: `baas down`, remove {folder.parent} (its data is lost) or set BAAS_VAR to another folder, and start again"
    ]


def plan(demo: Demo, folder: Path, clock: Clock) -> Plan:
    """The plan that was begun, or a new one that ends with the last full hour."""
    if (folder / "manifest.json").exists():
        return Plan(**read_manifest(folder)["plan"])
    until_ms = clock.now_ms() // HOUR_MS * HOUR_MS
    return Plan(customers=demo.customers, days=demo.days, seed=demo.seed, until_ms=until_ms, tenant_id=demo.tenant)


def train_champion(ours: Settings, *, cutoff_ms: int, progress: Progress) -> None:
    """Train unless there is a champion that can decide; promote unless the scorer uses it (a run was cut before telling)."""
    from pipelines.training.registry import register
    from pipelines.training.train import train
    from pipelines.versions import promote, usable_champion

    found = usable_champion(ours)
    if found is None:
        found = register(ours, train(ours, cutoff_ms=cutoff_ms, progress=progress))
    drain = Drain(ours, progress)
    if not drain.uses_model(found.export_sha256):
        promote(ours, found)
        progress(f"{found.name} {found.version} is the champion")
    drain.until_model_is_used(found.export_sha256)


def start_categories(ours: Settings, clock: Clock, progress: Progress) -> None:
    """Learn from simulated statements what texts are about, unless the bank has a text model."""
    from pipelines.insight.categories.starting import start

    start(ours, clock=clock, progress=progress)


def build_marts(ours: Settings, progress: Progress) -> None:
    """Copy what the core knows, and run dbt over the warehouse."""
    from pipelines.marts import build
    from pipelines.reference import extract

    progress("building the marts")
    extract(ours)
    build(ours)


def put_profiles_online(ours: Settings, progress: Progress, *, project: str | None = None) -> None:
    """Write the marts' profiles of customers to the online store, unless that was done before: each night does it again."""
    from pipelines.profiles import PROJECT, is_online, materialise

    if not is_online(ours):
        progress(f"{materialise(ours, project=project or PROJECT):,} customer profiles are online")
