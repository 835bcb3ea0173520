"""What the payments between accounts show: money that comes back, layers, what is scattered and gathered."""

from risk.scenarios.catalogue.bounds import DAY_MS, HOUR_MS, amount, at_least, share, window
from risk.scenarios.declared import Engine, Parameter, Scenario, Severity, Source, Unit

GRAPH = (
    Scenario(
        code="round-trip",
        title="Money that comes back",
        rule="{amount_minor} or more passes {least_hops} to {most_hops} accounts, and {share_ppm} of it or more comes back, "
        "within {window_ms}.",
        sources=(Source.TYPOLOGIES,),
        engine=Engine.GRAPH,
        severity=Severity.HIGH,
        parameters=(
            Parameter("least_hops", Unit.COUNT, 3, 3, 6, "fewest payments"),
            Parameter("most_hops", Unit.COUNT, 6, 3, 6, "most payments"),
            share("share_ppm", 800_000, "share that comes back"),
            window(7 * DAY_MS, most=30 * DAY_MS),
            amount("amount_minor", 100_000, "least that set out"),
        ),
    ),
    Scenario(
        code="layering",
        title="Layers",
        rule="{amount_minor} or more goes through {hops} payments or more, one account after another, each within {window_ms} "
        "of the one before and of {share_ppm} of it or more.",
        sources=(Source.TYPOLOGIES,),
        engine=Engine.GRAPH,
        severity=Severity.HIGH,
        parameters=(
            Parameter("hops", Unit.COUNT, 3, 3, 10, "how many payments"),
            share("share_ppm", 900_000, "share that each keeps"),
            window(24 * HOUR_MS, most=7 * DAY_MS),
            amount("amount_minor", 300_000, "least that set out"),
        ),
    ),
    Scenario(
        code="scatter-gather",
        title="Scattered and gathered",
        rule="One account pays {middles} others or more within {window_ms}, and they pay one account {amount_minor} or more.",
        sources=(Source.TYPOLOGIES,),
        engine=Engine.GRAPH,
        severity=Severity.HIGH,
        parameters=(
            at_least("middles", 3, "how many accounts between"),
            window(72 * HOUR_MS, most=30 * DAY_MS),
            amount("amount_minor", 300_000, "least that was gathered"),
        ),
    ),
)  # fmt: skip
