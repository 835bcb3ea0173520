"""What is unlike an account's own past."""

from risk.scenarios.catalogue.bounds import DAY_MS, HOUR_MS, amount, at_least, times, window
from risk.scenarios.declared import Engine, Parameter, Scenario, Severity, Source, Unit

HABITS = (
    Scenario(
        code="dormant-wakes",
        title="A sleeping account wakes",
        rule="After {silent_days} days of silence or more, {amount_minor} or more moves within {window_ms}.",
        sources=(Source.TYPOLOGIES,),
        engine=Engine.PROFILE,
        severity=Severity.MEDIUM,
        parameters=(
            Parameter("silent_days", Unit.DAYS, 91, 30, 1_000, "how long nothing moved"),
            amount("amount_minor", 1_000_000, "how much moves then"),
            window(7 * DAY_MS, most=14 * DAY_MS),
        ),
    ),
    Scenario(
        code="new-payee-account",
        title="To an account just opened",
        rule="{amount_minor} or more goes to an account that was opened less than {window_ms} before.",
        sources=(Source.PIX, Source.REFUSING),
        engine=Engine.PROFILE,
        severity=Severity.MEDIUM,
        parameters=(
            window(24 * HOUR_MS, most=30 * DAY_MS, meaning="how old the account is at most"),
            amount("amount_minor", 100_000, "from which amount on", least=100_00),
        ),
    ),
    Scenario(
        code="volume-surge",
        title="Far more than before",
        rule="What moves within 30 days is {times_usual} times the usual 30 of the 90 days before or more, and {amount_minor}.",
        sources=(Source.TYPOLOGIES,),
        engine=Engine.PROFILE,
        severity=Severity.MEDIUM,
        parameters=(
            times("times_usual", 400, "times the usual"),
            amount("amount_minor", 3_000_000, "least that moves"),
        ),
    ),
    Scenario(
        code="outlier-amount",
        title="Larger than ever",
        rule="A payment of {times_usual} times the largest of three months or more, and at least {amount_minor}, "
        "after {payments} payments or more.",
        sources=(Source.TYPOLOGIES,),
        engine=Engine.PROFILE,
        severity=Severity.LOW,
        parameters=(
            times("times_usual", 150, "times the largest before"),
            amount("amount_minor", 2_000_000, "from which amount on", least=1_000_00),
            at_least("payments", 10, "how many before tell what is usual"),
        ),
    ),
    Scenario(
        code="benford",
        title="Amounts that were made up",
        rule="First digits of {payments} amounts or more differ from Benford's law by a chi-square above {chi_square}.",
        sources=(Source.TYPOLOGIES,),
        engine=Engine.PROFILE,
        severity=Severity.LOW,
        parameters=(
            Parameter("payments", Unit.COUNT, 50, 20, 10_000, "how many amounts, at least"),
            Parameter("chi_square", Unit.HUNDREDTHS, 80_00, 15_51, 1_000_00, "above which; by chance 5% are above 15.51"),
        ),
    ),
)  # fmt: skip
