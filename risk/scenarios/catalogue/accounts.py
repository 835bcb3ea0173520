"""What an account's payments show together: many at once, money that only passes through, amounts that are alike."""

from risk.scenarios.catalogue.bounds import DAY_MS, HOUR_MS, amount, at_least, share, times, window
from risk.scenarios.declared import Engine, Parameter, Scenario, Severity, Source, Unit

ACCOUNTS = (
    Scenario(
        code="fan-in",
        title="Many payers at once",
        rule="At least {counterparties} payers within {window_ms}, {times_usual} times as many as ever before or more, and "
        "{strangers_ppm} of them or more new to the account.",
        sources=(Source.TYPOLOGIES, Source.PIX),
        engine=Engine.WINDOW,
        severity=Severity.HIGH,
        parameters=(
            at_least("counterparties", 5, "how many payers", least=3),
            window(24 * HOUR_MS, most=3 * DAY_MS),
            times("times_usual", 200, "times the most in any window before"),
            share("strangers_ppm", 800_000, "share of payers who never paid before", least=500_000),
        ),
    ),
    Scenario(
        code="fan-out",
        title="Many payees at once",
        rule="At least {counterparties} payees within {window_ms}, {times_usual} times as many as ever before or more, and "
        "{strangers_ppm} of them or more new to the account.",
        sources=(Source.TYPOLOGIES, Source.PIX),
        engine=Engine.WINDOW,
        severity=Severity.HIGH,
        parameters=(
            at_least("counterparties", 5, "how many payees", least=3),
            window(8 * HOUR_MS, most=DAY_MS),
            times("times_usual", 200, "times the most in any window before"),
            share("strangers_ppm", 800_000, "share of payees who were never paid before", least=500_000),
        ),
    ),
    Scenario(
        code="pass-through",
        title="Money that only passes through",
        rule="Of {amount_minor} or more that came in within {window_ms}, {times_usual} times what ever did before or more and "
        "{strangers_ppm} of it or more from payers who are new, {share_ppm} or more leaves in the same time.",
        sources=(Source.TYPOLOGIES, Source.PIX),
        engine=Engine.PATTERN,
        severity=Severity.HIGH,
        parameters=(
            share("share_ppm", 800_000, "share that leaves", least=500_000),
            amount("amount_minor", 300_000, "least that came in", least=1_000_00),
            times("times_usual", 150, "times the most that came in within any window before"),
            share("strangers_ppm", 600_000, "share of it from payers who never paid before"),
            window(48 * HOUR_MS, most=2 * DAY_MS),
        ),
    ),
    Scenario(
        code="mirroring",
        title="In and out alike",
        rule="At least {pairs} amounts in of {amount_minor} or more are each followed within {window_ms} by one out that "
        "differs by {unlike_ppm} at most, within {span_ms}.",
        sources=(Source.TYPOLOGIES,),
        engine=Engine.PATTERN,
        severity=Severity.MEDIUM,
        parameters=(
            at_least("pairs", 3, "how many pairs"),
            amount("amount_minor", 50_000, "from which amount on"),
            Parameter("unlike_ppm", Unit.PPM, 100_000, 0, 500_000, "how much they may differ"),
            window(24 * HOUR_MS, most=7 * DAY_MS, meaning="how soon it leaves"),
            Parameter("span_ms", Unit.MS, 7 * DAY_MS, DAY_MS, 90 * DAY_MS, "within how long all pairs"),
        ),
    ),
    Scenario(
        code="repeated-amounts",
        title="The same amount again and again",
        rule="At least {payments} payments within {window_ms} whose amounts differ by {unlike_ppm} at most, "
        "to {counterparties} payees or more.",
        sources=(Source.TYPOLOGIES,),
        engine=Engine.WINDOW,
        severity=Severity.MEDIUM,
        parameters=(
            at_least("payments", 5, "how many payments", least=4),
            at_least("counterparties", 3, "to how many payees"),
            Parameter("unlike_ppm", Unit.PPM, 100_000, 0, 250_000, "how much they may differ"),
            window(24 * HOUR_MS, most=2 * DAY_MS),
        ),
    ),
    Scenario(
        code="just-under-a-limit",
        title="Just under a limit",
        rule="At least {payments} payments within {window_ms} of {share_ppm} of {limit_minor} or more, and less than it.",
        sources=(Source.TYPOLOGIES,),
        engine=Engine.WINDOW,
        severity=Severity.MEDIUM,
        parameters=(
            at_least("payments", 3, "how many payments"),
            amount("limit_minor", 1_000_000, "the limit that is kept under", least=5_000_00),
            share("share_ppm", 900_000, "how near to it", least=800_000),
            window(7 * DAY_MS, most=30 * DAY_MS),
        ),
    ),
)  # fmt: skip
