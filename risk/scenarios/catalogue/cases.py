"""What people and other banks tell of, and what customers declared."""

from risk.scenarios.catalogue.bounds import HOUR_MS, amount, times, window
from risk.scenarios.declared import Engine, Parameter, Scenario, Severity, Source, Unit

CASES = (
    Scenario(
        code="refund-request",
        title="A refund is asked for",
        rule="The special refund mechanism asks for money back: {analysis_days} days to analyse, {days} in all.",
        sources=(Source.PIX,),
        engine=Engine.CASE,
        severity=Severity.HIGH,
        parameters=(
            Parameter("analysis_days", Unit.DAYS, 7, 1, 30, "days to analyse"),
            Parameter("days", Unit.DAYS, 11, 1, 60, "days in all"),
        ),
    ),
    Scenario(
        code="precautionary-block",
        title="A suspected credit is held",
        rule="A credit that is suspected is held for {window_ms} at most.",
        sources=(Source.PIX,),
        engine=Engine.CASE,
        severity=Severity.HIGH,
        parameters=(window(72 * HOUR_MS, most=72 * HOUR_MS, meaning="how long"),),
    ),
    Scenario(
        code="suspected-fraud-refused",
        title="Founded suspicion of the receiver",
        rule="There is founded suspicion of fraud about whoever is paid: the payment is refused.",
        sources=(Source.REFUSING,),
        engine=Engine.RULE,
        severity=Severity.HIGH,
    ),
    Scenario(
        code="customer-mismatch",
        title="Unlike who the customer is",
        rule="What comes in within 30 days is {times_income} times the income declared by then or more, and {amount_minor}.",
        sources=(Source.CIRCULAR, Source.TYPOLOGIES),
        engine=Engine.PROFILE,
        severity=Severity.MEDIUM,
        parameters=(
            times("times_income", 500, "times a month's declared income"),
            amount("amount_minor", 3_000_000, "least that comes in"),
        ),
    ),
)  # fmt: skip
