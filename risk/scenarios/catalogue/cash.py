"""Cash: what is reported, and what is paid in or taken out so that it is not."""

from risk.scenarios.catalogue.bounds import amount, at_least
from risk.scenarios.declared import Engine, Parameter, Scenario, Severity, Source, Unit

REPORTED_CASH_MINOR = 5_000_000
CASH = (
    Scenario(
        code="cash-structuring",
        title="Cash paid in by pieces",
        rule="At least {pieces} cash deposits, each under {ceiling_minor}, come to it within {business_days} business days.",
        sources=(Source.CIRCULAR, Source.TYPOLOGIES),
        engine=Engine.PATTERN,
        severity=Severity.HIGH,
        parameters=(
            amount("ceiling_minor", REPORTED_CASH_MINOR, "what a single deposit would be reported from", least=10_000_00),
            Parameter("business_days", Unit.BUSINESS_DAYS, 5, 1, 22, "within how many business days, the first included"),
            at_least("pieces", 3, "how many deposits"),
        ),
    ),
    Scenario(
        code="repeated-atm-deposits",
        title="Many deposits at machines",
        rule="At least {deposits} cash deposits a day, each at or under {machine_limit_minor}, at {machines} machines or more.",
        sources=(Source.TYPOLOGIES,),
        engine=Engine.WINDOW,
        severity=Severity.MEDIUM,
        parameters=(
            at_least("deposits", 3, "how many a day (America/Sao_Paulo)"),
            amount("machine_limit_minor", 500_000, "what a machine takes at once"),
            at_least("machines", 2, "at how many places"),
        ),
    ),
    Scenario(
        code="cash-report",
        title="Cash that is reported",
        rule="A cash operation of {amount_minor} or more.",
        sources=(Source.LAW, Source.CIRCULAR),
        engine=Engine.RULE,
        severity=Severity.REPORT,
        parameters=(amount("amount_minor", REPORTED_CASH_MINOR, "from which amount on", least=10_000_00),),
    ),
    Scenario(
        code="cash-without-notice",
        title="Cash taken out without notice",
        rule="Cash of {amount_minor} or more is taken out without a notice {business_days} business days before.",
        sources=(Source.CIRCULAR,),
        engine=Engine.RULE,
        severity=Severity.HIGH,
        parameters=(
            amount("amount_minor", REPORTED_CASH_MINOR, "from which amount on", least=10_000_00),
            Parameter("business_days", Unit.BUSINESS_DAYS, 3, 1, 22, "how long before"),
        ),
    ),
)  # fmt: skip
