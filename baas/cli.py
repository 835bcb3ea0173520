"""`baas`: bring the bank up, see how it is, take it down. Heavy imports happen inside the commands, so that help is quick."""

from pathlib import Path
from typing import Annotated, Literal

import typer

import bench as bench_package
from baas.run_module import PASS_ON

app = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode="markdown", pretty_exceptions_enable=False)

HELP = "--help"
Name = Annotated[str, typer.Argument(help="A name of `baas status`.", show_default=False)]


@app.callback()
def about() -> None:
    """BaaS Ultra on this machine.

    **First time:** `make up`, then open the address it prints. **Every day:** `baas status`, `baas logs scorer -f`,
    `baas down`. **When something is odd:** `baas doctor` says what and what to do.
    """


@app.command()
def up(
    profile: Annotated[
        Literal["core", "full"], typer.Option(help="`full` adds the batch console (Dagster) and dashboards (Superset).")
    ] = "core",
    servers_only: Annotated[bool, typer.Option("--servers-only", help="Stop after servers, databases and topics.")] = False,
) -> None:
    """Start everything, in order, and wait until it answers. Run it again at any time: it only does what is missing."""
    from baas.up.run import bring_up

    with _plain_errors():
        bring_up(profile=profile, servers_only=servers_only)


@app.command()
def down() -> None:
    """Stop everything, processes before the servers they use. Data stays under `var/`."""
    from baas.up.run import take_down

    with _plain_errors():
        take_down()


@app.command()
def migrate() -> None:
    """Bring databases, roles and topics up to date on servers that already run (`baas up` does it by itself)."""
    from baas.local_file import require_passwords
    from baas.machine import machine
    from baas.up.databases import prepare_databases
    from baas.up.tools import prepare_tools
    from baas.up.topics import prepare_topics

    with _plain_errors():
        found = machine().settings
        require_passwords(found)
        prepare_tools(found)
        prepare_databases(found)
        prepare_topics(found)
        typer.echo("databases, roles and topics are up to date")


@app.command()
def bootstrap() -> None:
    """Make the logins, load the history and train, on processes that already run (`baas up` does it by itself)."""
    from baas.up.run import bootstrap as run_bootstrap

    with _plain_errors():
        run_bootstrap()


@app.command()
def status(as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False) -> None:
    """Show what runs, where, how it is and what it takes. Exit code 1 when something that should run does not answer."""
    from baas.machine import machine
    from baas.status import BatchNotes, batch_notes, look, print_json, print_table

    rows = look()
    runs = any(row.wanted for row in rows)
    (print_json if as_json else print_table)(rows, batch_notes(machine().settings.warehouse) if runs else BatchNotes())
    if any(row.wanted and not row.healthy for row in rows):
        raise typer.Exit(1)


@app.command()
def logs(
    name: Name,
    follow: Annotated[bool, typer.Option("-f", "--follow", help="Go on as it writes.")] = False,
    lines: Annotated[int, typer.Option("-n", "--lines", min=0, max=100_000, help="How many to begin with.")] = 100,
) -> None:
    """Show the end of a process's log."""
    from baas.logs import show

    with _plain_errors():
        show(name, lines=lines, follow=follow)


@app.command()
def restart(name: Name) -> None:
    """Stop one process (or server), start it again and wait until it answers."""
    from baas.up.run import restart_one

    with _plain_errors():
        restart_one(name)


@app.command()
def doctor() -> None:
    """Look for what is wrong with this machine and the set on it; each line says what to do. Exit code 1 on a fault."""
    from baas.doctor import examine, print_findings

    findings = examine()
    print_findings(findings)
    if any(finding.level == "fault" for finding in findings):
        raise typer.Exit(1)


@app.command(context_settings=PASS_ON)
def bench(
    context: typer.Context, name: Annotated[str, typer.Argument(help=", ".join(bench_package.NAMES), show_default=False)] = HELP
) -> None:
    """Measure one part: a table, and one JSON object as the last line. `baas bench NAME --help` shows a bench's own options."""
    from baas.benches import run_bench

    if name == HELP:  # no option of ours, because those of the bench are all its own
        typer.echo(context.get_help())
        return
    with _plain_errors():
        run_bench(name, context.args)


@app.command(context_settings=PASS_ON)
def ledger(context: typer.Context) -> None:
    """Keep and prove the books: recount everything, close days, trial balance, general ledger, the chain's keys."""
    from baas.run_module import become

    become("ledger", context.args)


@app.command(context_settings=PASS_ON)
def reconcile(context: typer.Context) -> None:
    """Compare ledger, outbox, topics, decisions, alerts, warehouse and lake, id by id; exit code 1 on any difference."""
    from baas.run_module import become

    become("pipelines.reconcile", context.args)


@app.command(context_settings=PASS_ON)
def lake(context: typer.Context) -> None:
    """Look after the lake: what its files are, day files of the many small ones, whether they are what was written."""
    from baas.run_module import become

    become("pipelines.lake", context.args)


@app.command(context_settings=PASS_ON)
def sql(context: typer.Context) -> None:
    """Ask lake and marts in one SQL: a query, or a shell with history and completion. Read only."""
    from baas.run_module import become

    become("pipelines.sql", context.args)


@app.command(context_settings=PASS_ON)
def replay(context: typer.Context) -> None:
    """Play a file of transactions through Kafka, scoring, ledger and marts, in a tenant of its own."""
    from baas.run_module import become

    become("pipelines.replay", context.args)


@app.command(context_settings=PASS_ON)
def projection(context: typer.Context) -> None:
    """Make accounts' histories again from the ledger's events (rebuild), or hold them against the ledger (check)."""
    from baas.run_module import become

    become("streams.projector.command", context.args)


@app.command(context_settings=PASS_ON)
def graph(context: typer.Context) -> None:
    """Make the graph of who pays whom again from the topics: rebuild."""
    from baas.run_module import become

    become("streams.graph.command", context.args)


@app.command("graph-network", context_settings=PASS_ON)
def graph_network(context: typer.Context) -> None:
    """Learn from who pays whom, see the versions, have one used, score the accounts now: train, list, promote, score."""
    from baas.run_module import become

    become("pipelines.graph_network", context.args)


@app.command(context_settings=PASS_ON)
def marts(context: typer.Context) -> None:
    """Build the analysts' marts now, write the pages that explain them, load rates of exchange: build, docs, rates."""
    from baas.run_module import become

    become("pipelines.marts.command", context.args)


@app.command(context_settings=PASS_ON)
def models(context: typer.Context) -> None:
    """Which model decides, which is tried beside it: list, train, challenge, promote (held to a gate), rollback."""
    from baas.run_module import become

    become("pipelines.promotion", context.args)


@app.command(context_settings=PASS_ON)
def privacy(context: typer.Context) -> None:
    """Erase a person everywhere and prove it, drop what is past its time, say what is kept where."""
    from baas.run_module import become

    become("pipelines.privacy", context.args)


@app.command(context_settings=PASS_ON)
def backtest(context: typer.Context) -> None:
    """Decide history again with another model or policy, beside what was decided then: frauds, false alarms, money."""
    from baas.run_module import become

    become("pipelines.backtest", context.args)


@app.command(context_settings=PASS_ON)
def screening(context: typer.Context) -> None:
    """Load watch-lists, see their versions and differences, hold a name against them, screen every customer again."""
    from baas.run_module import become

    become("pipelines.screening", context.args)


@app.command(context_settings=PASS_ON)
def cases(context: typer.Context) -> None:
    """Follow the trail of casework, whose rows hold the hashes of those before them, and say where it breaks: verify."""
    from baas.run_module import become

    become("cases", context.args)


@app.command(context_settings=PASS_ON)
def credit(context: typer.Context) -> None:
    """Make a credit scorecard of your own loan book, score applications by it and explain them: train, score, explain."""
    from baas.run_module import become

    become("pipelines.credit", context.args)


@app.command(context_settings=PASS_ON)
def drift(context: typer.Context) -> None:
    """Compare the last days with what the champion learned from: inputs, unknown values, scores, calibration, ranking."""
    from baas.run_module import become

    become("pipelines.drift", context.args)


@app.command(context_settings=PASS_ON)
def quality(context: typer.Context) -> None:
    """Say which days of lake and warehouse keep their promises and which are held back: status, check, release, docs."""
    from baas.run_module import become

    become("pipelines.quality", context.args)


@app.command(context_settings=PASS_ON)
def lineage(context: typer.Context) -> None:
    """Say where a number comes from (where) and what rests on a column (breaks), from the topic to the chart."""
    from baas.run_module import become

    become("baas.lineage", context.args)


@app.command(context_settings=PASS_ON)
def features(context: typer.Context) -> None:
    """Say what the engine knows about each transaction: the catalogue, one feature exactly, an entity's values now."""
    from baas.run_module import become

    become("baas.features", context.args)


@app.command()
def backup(
    to: Annotated[Path, typer.Option("--to", help="A folder; the backup gets one of its own in it.")] = Path("var/backups"),
) -> None:
    """Take a backup of the whole core server (money) and verify it. The bank goes on meanwhile."""
    from baas.backup import take_backup
    from baas.machine import machine

    with _plain_errors():
        taken = take_backup(machine(), to=to)
        typer.echo(f"verified: {taken.folder} ({taken.bytes / 1e6:.1f} MB, {taken.seconds:.1f} s)")
        typer.echo("who people are is sealed in it: keep copies of var/keys and var/secrets too, each elsewhere")
        typer.echo(f"try it: baas restore {taken.folder} --to /a/new/folder")


@app.command()
def restore(
    backup_folder: Annotated[Path, typer.Argument(help="What `baas backup` made.", exists=True, file_okay=False)],
    to: Annotated[Path, typer.Option("--to", help="A folder that does not exist yet.", show_default=False)],
) -> None:
    """Restore a backup into a new, empty server on a port of its own, start it, and recount its books.

    Exit code 1 when they do not balance.
    """
    from baas.backup import restore_backup
    from baas.machine import machine

    with _plain_errors():
        restored = restore_backup(machine(), backup_folder=backup_folder, to=to)
    typer.echo(restored.report())
    if not restored.balances:
        raise typer.Exit(1)


class _plain_errors:  # noqa: N801 (reads as a statement: with _plain_errors())
    """Turns an error that an operator can act on into one line and exit code 1."""

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(self, _kind: object, problem: BaseException | None, _trace: object) -> None:
        from baas.operator_errors import explain

        if problem is not None and (text := explain(problem)) is not None:
            typer.secho(text, fg="red", err=True)
            raise typer.Exit(1) from problem


def main() -> None:
    """Run the command line."""
    app()


if __name__ == "__main__":
    main()
