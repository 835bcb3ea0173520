"""The scenarios there are, with the parameters that hold where a bank has said nothing.

Thresholds are choices within what the named texts ask for, except where the rule says that a text gives the number: a cash
operation of R$ 50,000 is reported, and three business days' notice goes before a withdrawal of as much.
"""

from collections.abc import Mapping
from types import MappingProxyType

from risk.scenarios.declared import Engine, Parameter, Scenario, Severity, Source, Unit
from risk.scenarios.triage import with_triage

MINUTE_MS, HOUR_MS, DAY_MS = 60_000, 3_600_000, 86_400_000
REPORTED_CASH_MINOR = 5_000_000
_FROM_PPM, _TO_PPM = 100_000, 1_000_000


def _window(default: int, *, most: int, meaning: str = "within how long") -> Parameter:
    return Parameter("window_ms", Unit.MS, default, MINUTE_MS, most, meaning)


def _at_least(name: str, default: int, meaning: str, *, least: int = 2) -> Parameter:
    return Parameter(name, Unit.COUNT, default, least, 1_000, meaning)


def _amount(name: str, default: int, meaning: str, *, least: int = 0) -> Parameter:
    return Parameter(name, Unit.MINOR, default, least, 100_000_000_00, meaning)


def _share(name: str, default: int, meaning: str, *, least: int = _FROM_PPM) -> Parameter:
    return Parameter(name, Unit.PPM, default, least, _TO_PPM, meaning)


def _times(name: str, default: int, meaning: str) -> Parameter:
    return Parameter(name, Unit.HUNDREDTHS, default, 100, 100_00, meaning)


_CASH = (
    Scenario(
        code="cash-structuring",
        title="Cash paid in by pieces",
        rule="At least {pieces} cash deposits, each under {ceiling_minor}, come to it within {business_days} business days.",
        sources=(Source.CIRCULAR, Source.TYPOLOGIES),
        engine=Engine.PATTERN,
        severity=Severity.HIGH,
        parameters=(
            _amount("ceiling_minor", REPORTED_CASH_MINOR, "what a single deposit would be reported from", least=10_000_00),
            Parameter("business_days", Unit.BUSINESS_DAYS, 5, 1, 22, "within how many business days, the first included"),
            _at_least("pieces", 3, "how many deposits"),
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
            _at_least("deposits", 3, "how many a day (America/Sao_Paulo)"),
            _amount("machine_limit_minor", 500_000, "what a machine takes at once"),
            _at_least("machines", 2, "at how many places"),
        ),
    ),
    Scenario(
        code="cash-report",
        title="Cash that is reported",
        rule="A cash operation of {amount_minor} or more.",
        sources=(Source.LAW, Source.CIRCULAR),
        engine=Engine.RULE,
        severity=Severity.REPORT,
        parameters=(_amount("amount_minor", REPORTED_CASH_MINOR, "from which amount on", least=10_000_00),),
    ),
    Scenario(
        code="cash-without-notice",
        title="Cash taken out without notice",
        rule="Cash of {amount_minor} or more is taken out without a notice {business_days} business days before.",
        sources=(Source.CIRCULAR,),
        engine=Engine.RULE,
        severity=Severity.HIGH,
        parameters=(
            _amount("amount_minor", REPORTED_CASH_MINOR, "from which amount on", least=10_000_00),
            Parameter("business_days", Unit.BUSINESS_DAYS, 3, 1, 22, "how long before"),
        ),
    ),
)  # fmt: skip
_ACCOUNTS = (
    Scenario(
        code="fan-in",
        title="Many payers at once",
        rule="At least {counterparties} payers within {window_ms}, {times_usual} times as many as ever before or more, and "
        "{strangers_ppm} of them or more new to the account.",
        sources=(Source.TYPOLOGIES, Source.PIX),
        engine=Engine.WINDOW,
        severity=Severity.HIGH,
        parameters=(
            _at_least("counterparties", 5, "how many payers", least=3),
            _window(24 * HOUR_MS, most=3 * DAY_MS),
            _times("times_usual", 200, "times the most in any window before"),
            _share("strangers_ppm", 800_000, "share of payers who never paid before", least=500_000),
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
            _at_least("counterparties", 5, "how many payees", least=3),
            _window(8 * HOUR_MS, most=DAY_MS),
            _times("times_usual", 200, "times the most in any window before"),
            _share("strangers_ppm", 800_000, "share of payees who were never paid before", least=500_000),
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
            _share("share_ppm", 800_000, "share that leaves", least=500_000),
            _amount("amount_minor", 300_000, "least that came in", least=1_000_00),
            _times("times_usual", 150, "times the most that came in within any window before"),
            _share("strangers_ppm", 600_000, "share of it from payers who never paid before"),
            _window(48 * HOUR_MS, most=2 * DAY_MS),
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
            _at_least("pairs", 3, "how many pairs"),
            _amount("amount_minor", 50_000, "from which amount on"),
            Parameter("unlike_ppm", Unit.PPM, 100_000, 0, 500_000, "how much they may differ"),
            _window(24 * HOUR_MS, most=7 * DAY_MS, meaning="how soon it leaves"),
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
            _at_least("payments", 5, "how many payments", least=4),
            _at_least("counterparties", 3, "to how many payees"),
            Parameter("unlike_ppm", Unit.PPM, 100_000, 0, 250_000, "how much they may differ"),
            _window(24 * HOUR_MS, most=2 * DAY_MS),
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
            _at_least("payments", 3, "how many payments"),
            _amount("limit_minor", 1_000_000, "the limit that is kept under", least=5_000_00),
            _share("share_ppm", 900_000, "how near to it", least=800_000),
            _window(7 * DAY_MS, most=30 * DAY_MS),
        ),
    ),
)  # fmt: skip
_GRAPH = (
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
            _share("share_ppm", 800_000, "share that comes back"),
            _window(7 * DAY_MS, most=30 * DAY_MS),
            _amount("amount_minor", 100_000, "least that set out"),
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
            _share("share_ppm", 900_000, "share that each keeps"),
            _window(24 * HOUR_MS, most=7 * DAY_MS),
            _amount("amount_minor", 300_000, "least that set out"),
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
            _at_least("middles", 3, "how many accounts between"),
            _window(72 * HOUR_MS, most=30 * DAY_MS),
            _amount("amount_minor", 300_000, "least that was gathered"),
        ),
    ),
)  # fmt: skip
_PROFILE = (
    Scenario(
        code="dormant-wakes",
        title="A sleeping account wakes",
        rule="After {silent_days} days of silence or more, {amount_minor} or more moves within {window_ms}.",
        sources=(Source.TYPOLOGIES,),
        engine=Engine.PROFILE,
        severity=Severity.MEDIUM,
        parameters=(
            Parameter("silent_days", Unit.DAYS, 91, 30, 1_000, "how long nothing moved"),
            _amount("amount_minor", 1_000_000, "how much moves then"),
            _window(7 * DAY_MS, most=14 * DAY_MS),
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
            _window(24 * HOUR_MS, most=30 * DAY_MS, meaning="how old the account is at most"),
            _amount("amount_minor", 100_000, "from which amount on", least=100_00),
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
            _times("times_usual", 400, "times the usual"),
            _amount("amount_minor", 3_000_000, "least that moves"),
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
            _times("times_usual", 150, "times the largest before"),
            _amount("amount_minor", 2_000_000, "from which amount on", least=1_000_00),
            _at_least("payments", 10, "how many before tell what is usual"),
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
_PAYMENT = (
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
            _amount("amount_minor", 100_000, "above which amount", least=1_000_00),
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
            _amount("amount_minor", 20_000, "above which amount"),
            _amount("day_minor", 100_000, "above which sum a day (America/Sao_Paulo)"),
            Parameter("registered", Unit.COUNT, 0, 0, 1, "how many devices the customer must have registered before"),
        ),
    ),
)  # fmt: skip
_CASES = (
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
        parameters=(_window(72 * HOUR_MS, most=72 * HOUR_MS, meaning="how long"),),
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
            _times("times_income", 500, "times a month's declared income"),
            _amount("amount_minor", 3_000_000, "least that comes in"),
        ),
    ),
)  # fmt: skip

SCENARIOS: Mapping[str, Scenario] = MappingProxyType(
    {each.code: with_triage(each) for group in (_CASH, _ACCOUNTS, _GRAPH, _PROFILE, _PAYMENT, _CASES) for each in group}
)
"""By code, in the order in which they are told of."""
