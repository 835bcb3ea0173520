"""What one payment, or a day's, shows by itself."""

from risk.scenarios.catalogue.bounds import amount
from risk.scenarios.declared import Engine, Parameter, Scenario, Severity, Source, Unit

PAYMENTS = (
    Scenario(
        code="impossible-travel",
        title="Faster than any traveller",
        rule="Two payments in person lie {distance_km} km or more apart, and {km_per_hour} km/h or more between them.",
        sources=(Source.PIX,),
        engine=Engine.RULE,
        severity=Severity.HIGH,
        parameters=(
            Parameter("km_per_hour", Unit.KM_PER_HOUR, 1_000, 300, 10_000, "how fast"),
            Parameter("distance_km", Unit.COUNT, 200, 10, 20_000, "how far, so that a wrong place is no journey"),
        ),
    ),
    Scenario(
        code="pix-at-night",
        title="A large Pix at night",
        rule="A Pix above {amount_minor} from {from_hour} until {until_hour}.",
        sources=(Source.PIX,),
        engine=Engine.RULE,
        severity=Severity.LOW,
        parameters=(
            amount("amount_minor", 100_000, "above which amount", least=1_000_00),
            Parameter("from_hour", Unit.HOUR, 20, 18, 23, "from which hour (America/Sao_Paulo)"),
            Parameter("until_hour", Unit.HOUR, 6, 0, 8, "until which hour"),
        ),
    ),
    Scenario(
        code="unregistered-device",
        title="A device that nobody registered",
        rule="A Pix above {amount_minor}, or more than {day_minor} a day, from a device that was not registered, by who has "
        "registered {registered} or more.",
        sources=(Source.PIX, Source.DEVICES),
        engine=Engine.RULE,
        severity=Severity.MEDIUM,
        parameters=(
            amount("amount_minor", 20_000, "above which amount"),
            amount("day_minor", 100_000, "above which sum a day (America/Sao_Paulo)"),
            Parameter("registered", Unit.COUNT, 0, 0, 1, "how many devices the customer must have registered before"),
        ),
    ),
)  # fmt: skip
