"""The set: settings, ports, servers, processes, what a slow reader holds back."""

import os
import stat
from collections.abc import Iterator

from pydantic import ValidationError

from baas.doctor import repository
from baas.doctor.finding import Finding, judged
from baas.doctor.scorer import examine_scorer
from baas.local_file import path_in
from baas.machine import Machine, machine
from baas.status import Row, look
from kit.kafka import ADMIN_TIMEOUT_S, admin
from kit.localset import ports
from kit.localset.orphans import find_orphans
from kit.postgres import connect
from kit.settings import unknown_variables

SLOT_WARNING_SHARE = 0.25  # of what a slot may hold back before it is cut off
LAG_WARNING = 100_000
UNBOUNDED_MB = 4096  # what we call a lot on a server that sets no bound


def examine_set() -> list[Finding]:
    """Return what was found; one fault when the settings cannot be read."""
    try:
        ours = machine()
    except ValidationError as problem:
        return [Finding("fault", "settings", str(problem), "correct the BAAS_… variable that it names, or var/local.json")]
    return [*_variables(), *_examine(ours)]


def _variables() -> Iterator[Finding]:
    for name, meant in unknown_variables(os.environ).items():
        remedy = f"name {meant}, if that is meant" if meant else "unset it"
        yield Finding("warning", "settings", f"{name} is no setting and changes nothing", remedy)


def _examine(ours: Machine) -> Iterator[Finding]:
    path = path_in(ours.settings.var)
    if not path.exists():
        yield Finding("warning", "settings", f"{path} is not there: nothing was started yet", "`make up`, or `baas up`")
        return
    mode = stat.S_IMODE(path.stat().st_mode)
    yield judged("settings", f"{path}, mode {mode:o}", fault=bool(mode & 0o077), remedy=f"it holds passwords: chmod 600 {path}")
    rows = look()
    yield from _supervision(ours, rows)
    yield from (_server_or_process(row) for row in rows if row.wanted)
    healthy = {row.name for row in rows if row.healthy}
    if "core" in healthy:
        yield from _slots(ours)
    if "scorer" in healthy:
        yield from examine_scorer(ours)
    if "kafka" in healthy:
        yield from _lag(ours)


def _supervision(ours: Machine, rows: list[Row]) -> Iterator[Finding]:
    if ours.supervisor.alive():
        yield Finding("ok", "supervisor", "answers")
        return
    orphans = find_orphans(ours.supervisor.marker)
    yield judged(
        "supervisor",
        f"away, and {len(orphans)} of its programs still run" if orphans else "nothing runs",
        fault=bool(orphans),
        remedy="`baas up` ends them and starts anew; nothing acknowledged is lost",
    )
    if orphans:
        return
    for row in rows:
        port = int(row.address.rpartition(":")[2]) if row.address else 0
        if port and not row.wanted and not ports.is_free(port):
            yield Finding("warning", row.name, f"port {port} is taken by another program", "`baas up` chooses another port")


def _server_or_process(row: Row) -> Finding:
    log = f"`baas logs {row.name}` says why"
    if not row.healthy:
        away = (
            "start it, or correct its address (BAAS_…)" if row.kind == "outside" else f"{log}; then `baas restart {row.name}`"
        )
        return Finding("fault", row.name, f"{row.state}, does not answer: {row.detail}", away)
    if not row.ready:
        return Finding("warning", row.name, f"lives, not ready: {row.detail}", log)
    return Finding("ok", row.name, f"{row.state.lower()}, {row.memory_mb or 0:.0f} MB")


def _slots(ours: Machine) -> Iterator[Finding]:
    core = ours.settings.core
    with connect(core.dsn("postgres"), application="baas-doctor") as connection:
        bound_mb = repository.slot_bound_mb(connection) or UNBOUNDED_MB
        for slot in repository.slots(connection):
            held_mb = slot.held_bytes / 1e6
            reader = "read" if slot.active else "nobody reads it"
            yield judged(
                f"slot {slot.name}",
                f"{reader}, holds back {held_mb:.0f} of at most {bound_mb} MB ({slot.status})",
                fault=slot.status in {"unreserved", "lost"},
                warning=not slot.active or held_mb > bound_mb * SLOT_WARNING_SHARE,
                remedy="the relay reads it: `baas logs relay`; after a lost slot: `baas restart relay`, then `baas reconcile`",
            )


def _lag(ours: Machine) -> Iterator[Finding]:
    for group, behind in _lags(ours).items():
        yield judged(
            f"lag of {group}",
            f"{behind:,} messages",
            warning=behind > LAG_WARNING,
            remedy="it catches up when it reads faster than others write; look twice, then `baas logs` of its process",
        )


def _lags(ours: Machine) -> dict[str, int]:
    """Return how many messages each committed group is behind, over its partitions."""
    from confluent_kafka import ConsumerGroupTopicPartitions, TopicPartition
    from confluent_kafka.admin import OffsetSpec

    client = admin(ours.settings.kafka)
    listed = client.list_consumer_groups(request_timeout=ADMIN_TIMEOUT_S).result(ADMIN_TIMEOUT_S).valid
    names = [group.group_id for group in listed if group.group_id.startswith(ours.settings.kafka.prefix)]
    found = {}
    for name in names:
        asked = client.list_consumer_group_offsets([ConsumerGroupTopicPartitions(name)], request_timeout=ADMIN_TIMEOUT_S)
        committed = [p for p in asked[name].result(ADMIN_TIMEOUT_S).topic_partitions if p.offset >= 0]
        ends = (
            client.list_offsets({TopicPartition(p.topic, p.partition): OffsetSpec.latest() for p in committed})
            if committed
            else {}
        )
        end_of = {(p.topic, p.partition): end.result(ADMIN_TIMEOUT_S).offset for p, end in ends.items()}
        found[name] = sum(max(0, end_of[p.topic, p.partition] - p.offset) for p in committed)
    return found
