"""What a backtest puts to the test: a model and a policy in the place of those in force at the log's end."""

from collections.abc import Iterable
from pathlib import Path

import msgspec

from contracts.controls import Control, ModelControl, PolicyControl
from kit.clock import Clock
from kit.errors import DomainError
from kit.ids import uuid7
from risk.export import BadExport, find_export
from scoring.controls import Controls

CURRENT = "current"


class NoSuchProposal(DomainError):
    """The model or the policy that was named is not there."""

    code = "no-such-proposal"
    title = "There is nothing of that name to try"
    remedy = "Name a model as `fraud-3` or by its export's hash, a policy by its version in the log or as a JSON file."


def in_force(controls: Iterable[Control]) -> list[ModelControl | PolicyControl]:
    """Return the model and the policies that the log's end leaves in force."""
    followed = Controls()
    for control in controls:
        followed.follow(control)
    return [control for control in followed.in_force if not (isinstance(control, ModelControl) and control.alias != "champion")]


def chosen_model(name: str, *, controls: Iterable[Control], models: Path, clock: Clock) -> ModelControl | None:
    """Return the control that would make `name` the champion; None leaves it as it is. Raises NoSuchProposal or BadExport."""
    if name == CURRENT:
        return None
    if name == "challenger":
        said = [control for control in controls if isinstance(control, ModelControl) and control.alias == "challenger"]
        if not said:
            raise NoSuchProposal("no challenger was ever named")
        return msgspec.structs.replace(said[-1], alias="champion")
    try:
        sha256, export = find_export(models, name)
    except BadExport as problem:
        raise NoSuchProposal(str(problem)) from problem
    return ModelControl(
        control_id=str(uuid7(clock)),
        known_at=clock.now_ms(),
        alias="champion",
        name=export.name,
        version=export.version,
        export_sha256=sha256,
    )


def chosen_policy(name: str, *, controls: Iterable[Control], clock: Clock) -> PolicyControl | None:
    """Return the policy called `name`, or the one in the JSON file of that path; None leaves it as it is.

    A file holds a policy as `risk.controls.v1` does, without kind, control_id and known_at. Raises NoSuchProposal.
    """
    if name == CURRENT:
        return None
    said = [control for control in controls if isinstance(control, PolicyControl) and control.version == name]
    if said:
        return said[-1]
    path = Path(name)
    if not path.is_file():
        raise NoSuchProposal(f"{name} is neither the version of a policy in the log nor a file")
    try:
        content = msgspec.json.decode(path.read_bytes())
        stamped = {"kind": "policy", "control_id": str(uuid7(clock)), "known_at": clock.now_ms()}
        return msgspec.convert(content | stamped, PolicyControl)
    except (msgspec.DecodeError, TypeError) as problem:
        raise NoSuchProposal(f"{name}: {problem}") from problem
