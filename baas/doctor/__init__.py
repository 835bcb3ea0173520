"""`baas doctor`: what is wrong with this machine and the set on it, each finding with what to do."""

from collections.abc import Sequence

import typer

from baas.doctor.finding import Finding
from baas.doctor.host import examine_host
from baas.doctor.local_set import examine_set

COLOURS = {"ok": "green", "warning": "yellow", "fault": "red"}


def examine() -> list[Finding]:
    """Look at the machine, then at the set; a part that cannot be looked at is a finding itself."""
    return [*examine_host(), *examine_set()]


def print_findings(findings: Sequence[Finding]) -> None:
    """Print a line each, and a last one that counts."""
    for found in findings:
        typer.secho(f"{found.level:<8}", fg=COLOURS[found.level], nl=False)
        typer.echo(f" {found.subject}: {found.text}")
        if found.remedy:
            typer.echo(f"         -> {found.remedy}")
    faults = sum(found.level == "fault" for found in findings)
    warnings = sum(found.level == "warning" for found in findings)
    typer.echo(f"{len(findings)} looked at, {faults} faults, {warnings} warnings")
