"""What chores have done in a process of its own: what it needs of numeric libraries is loaded there, and goes with it."""

from datetime import date

from kit.clock import Clock
from kit.log import get_logger
from kit.settings import Settings


def forecast_money(settings: Settings, last_day: date, clock: Clock) -> str:
    """Forecast from a day that has ended; return what came of it."""
    from pipelines.cash_flow.run import make

    made = make(settings, last_day=last_day, clock=clock)
    return "; ".join(f"{each.kind} of {each.tenant_id}: {each.summary}" for each in made) or "nothing to forecast from"


def look_at_money(settings: Settings, last_day: date, clock: Clock) -> str:
    """Say of every customer what their money says at the end of a day; return what came of it."""
    from pipelines.insight.money.run import make

    log = get_logger()
    made = make(settings, last_day=last_day, clock=clock, progress=lambda line: log.info("own_money_progress", told=line))
    return "; ".join(f"{each.tenant_id}: {each.summary}" for each in made) or "nobody to look at"


def learn_categories(settings: Settings, last_day: date, clock: Clock) -> str:
    """Learn what movements were for from what there is at the end of a day; return what came of it."""
    from pipelines.insight.categories.learning import learn

    return learn(settings, last_day=last_day, clock=clock)


def look_for_laundering(settings: Settings, last_day: date, clock: Clock) -> str:
    """Ask all scenarios of the days that nobody looked at, up to a day that has ended; return what came of it."""
    from pipelines.aml.nightly.run import judge_nights

    nights = judge_nights(settings, last_day=last_day, clock=clock)
    return "; ".join(f"{each.tenant_id}: {each.summary}" for each in nights) or "no bank to look at"


def screen_customers(settings: Settings, clock: Clock) -> str:
    """Screen every customer who waits; return what came of it."""
    from pipelines.screening.rescreen import rescreen

    done = [each for each in rescreen(settings, clock=clock) if each.customers]
    return "; ".join(f"{each.tenant_id}: {each.customers} customers, {each.hits} hits" for each in done) or "nobody waited"
