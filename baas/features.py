"""`baas features`: what the engine knows about a transaction, feature by feature. `values` asks the running scorer."""

import json
import os
import sys
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import httpx
import msgspec
import typer
from rich.console import Console
from rich.table import Table

from baas.operator_errors import Refused
from baas.run_module import PASS_ON, become
from contracts.transactions import Channel, Direction, Transaction
from feature_store.definitions import CATALOGUE, FEATURE_SET, WINDOW_FEATURES
from feature_store.explain import cost_words, entity_words, explain, window_words
from feature_store.vocabulary import ID_FIELDS, DailyFeature, Entity, Feature, WindowFeature, parts_of
from kit.clock import SystemClock
from kit.errors import DomainError
from kit.settings import settings

app = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode="markdown", pretty_exceptions_enable=False)
_TIMEOUT_S = 5.0
AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]


@app.callback()
def about() -> None:
    """What the engine knows about each transaction: the same numbers in serving and in training."""


@app.command("list")
def show_list(
    entity: Annotated[
        str | None, typer.Option(help="Only features of this entity: customer, card, customer_payee, mcc …")
    ] = None,
    owner: Annotated[str | None, typer.Option(help="Only features that this team answers for.")] = None,
    search: Annotated[str | None, typer.Option(help="Only features whose name or sentence holds this.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show the catalogue: name, meaning, window, cost, reason code, owner.

    Costs are nanoseconds of the vector's line, and the bytes that the feature alone would keep; neighbours share them.
    """
    chosen = [feature for feature in CATALOGUE if _is_chosen(feature, entity=entity, owner=owner, search=search)]
    if as_json:
        typer.echo(json.dumps([_as_dict(feature) for feature in chosen], ensure_ascii=False))
        return
    table = Table(title=f"{len(chosen)} of {len(CATALOGUE)} features, {FEATURE_SET}")
    table.add_column("name", no_wrap=True)
    for heading in ("meaning", "window", "cost", "reason code", "owner"):
        table.add_column(heading)
    for feature in chosen:
        table.add_row(feature.name, feature.sentence, window_words(feature), cost_words(feature), feature.reason, feature.owner)
    Console().print(table)


@app.command("explain")
def show_explanation(
    name: Annotated[str, typer.Argument(help="A name of `baas features list`.", show_default=False)], as_json: AsJson = False
) -> None:
    """Say what one feature means exactly: formula, key, window, when it is unknown, who answers for it."""
    try:
        found = explain(name)
    except DomainError as problem:
        raise Refused(f"{problem.detail}. {problem.remedy}") from problem
    if as_json:
        typer.echo(json.dumps({"name": found.name, "sentence": found.sentence, **dict(found.terms)}, ensure_ascii=False))
        return
    typer.echo(f"{found.name}: {found.sentence}\n")
    for word, meaning in found.terms:
        typer.echo(f"  {word:<13}{meaning}")


@app.command("values")
def show_values(
    keys: Annotated[
        list[str], typer.Argument(help="`customer=c000123`, and more of them for pairs: `payee=p42`.", show_default=False)
    ],
    tenant: Annotated[str, typer.Option(help="Whose entity it is.")] = "demo",
    amount_minor: Annotated[
        int, typer.Option(min=1, help="The next payment's amount, which ratios compare with history.")
    ] = 10_000,
    as_json: AsJson = False,
) -> None:
    """Show what the running scorer knows of an entity, as its next payment would see it. Changes nothing.

    Features that count the event itself count that payment.
    """
    named = _named(keys)
    features = _ask(_next_payment(named, tenant=tenant, amount_minor=amount_minor))
    mine = [feature for feature in WINDOW_FEATURES if set(parts_of(feature.entity)) <= set(named)]
    if as_json:
        typer.echo(json.dumps({feature.name: features.get(feature.name) for feature in mine}))
        return
    table = Table(title=f"{tenant}: {', '.join(keys)}")
    table.add_column("feature", no_wrap=True)
    table.add_column("value", justify="right", no_wrap=True)
    table.add_column("meaning")
    for feature in mine:
        value = features.get(feature.name)
        table.add_row(feature.name, "unknown" if value is None else f"{value:,.6g}", feature.sentence)
    Console().print(table)


@app.command("profiles", context_settings=PASS_ON)
def make_profiles(context: typer.Context) -> None:
    """Make the profiles of past days from the lake's log, and put the newest online. `--help` says which days."""
    become("pipelines.profiles", context.args)


@app.command("feast", context_settings=PASS_ON)
def run_feast(context: typer.Context) -> None:
    """Run Feast's own command line in our feature repository: `feast feature-views list`, `feast apply` (docs/feast.md)."""
    from pipelines.profiles.store import REPOSITORY, environment

    program = Path(sys.executable).with_name("feast")
    os.execve(program, [str(program), "--chdir", str(REPOSITORY), *context.args], os.environ | environment(settings()))  # noqa: S606


def _is_chosen(feature: Feature, *, entity: str | None, owner: str | None, search: str | None) -> bool:
    of_entity = entity is None or _entity_name(feature) == entity.lower()
    found = search is None or search.lower() in f"{feature.name} {feature.sentence} {feature.reason}".lower()
    return of_entity and found and owner in (None, feature.owner)


def _entity_name(feature: Feature) -> str | None:
    if isinstance(feature, DailyFeature):
        return "mcc"
    return feature.entity.name.lower() if isinstance(feature, WindowFeature) else None


def _as_dict(feature: Feature) -> dict[str, object]:
    found = explain(feature.name)
    return {"name": found.name, "sentence": found.sentence, **dict(found.terms)}


def _named(keys: Sequence[str]) -> dict[Entity, str]:
    named: dict[Entity, str] = {}
    for key in keys:
        word, _, entity_id = key.partition("=")
        entity = next((entity for entity in ID_FIELDS if entity.name.lower() == word.lower()), None)
        if entity is None or not entity_id:
            known = ", ".join(entity_words(entity) for entity in ID_FIELDS)
            raise Refused(f"{key!r} names no entity: write one of {known}, then `=` and its id")
        named[entity] = entity_id
    return named


def _next_payment(named: dict[Entity, str], *, tenant: str, amount_minor: int) -> Transaction:
    now_ms = SystemClock().now_ms()
    payment = Transaction(
        schema=1, transaction_id=str(uuid.uuid4()), tenant_id=tenant, source="baas-features", external_id="what-if",
        event_time=now_ms, known_at=now_ms, channel=Channel.PIX, direction=Direction.DEBIT, amount_minor=amount_minor,
        currency="BRL",
    )  # fmt: skip
    return msgspec.structs.replace(payment, **{ID_FIELDS[entity]: entity_id for entity, entity_id in named.items()})


def _ask(payment: Transaction) -> dict[str, float]:
    door = settings().scorer.rpc
    try:
        answer = httpx.post(f"http://{door.host}:{door.port}/what-if", content=msgspec.json.encode(payment), timeout=_TIMEOUT_S)
    except httpx.HTTPError as problem:
        raise Refused(f"the scorer does not answer ({problem}): `baas status` says how it is") from problem
    body = answer.json()
    if answer.status_code != httpx.codes.OK:
        raise Refused(f"the scorer refused it: {body['detail']}")
    features: dict[str, float] = body["features"]
    return features


def main() -> int:
    """Run the command line; what cannot be done is one line and exit code 1."""
    try:
        app(prog_name="baas features")
    except Refused as problem:
        typer.secho(str(problem), fg="red", err=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
