"""How right budgets, unusual spending, the cash calendar, the health score and projections are, on a simulated bank.

`baas bench insight` joins these figures. The bank is simulated without a server; what each would have said at the end of a day
is held against what came after it. What is unusual is planted, because the simulator does not say what is. Markets are drawn
from the assumptions that projections are made from, each from its own chance: that is what intervals can be held to here.
"""

import random
import statistics
import uuid
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from bench.insight_rows import Customer, simulated_customers
from bench.report import Report
from insight.budgets import Standing, progress
from insight.calendar import HORIZON_DAYS, calendar
from insight.health import health
from insight.history import History, by_month
from insight.investing import PPM, ProductClass, shares
from insight.projection import HISTORY_MONTHS, drawn_months, project
from insight.recurring.finding import find
from insight.recurring.series import Movement
from insight.spending import SPENDING, Days, days_in, month_after, month_of, months_back
from insight.suitability import Profile
from insight.unusual import FEWEST_DAYS, Kind, unusual
from kit.settings import Investing
from serving.insights.recommending import assumed_of
from simulator.bank import Plan
from simulator.calendar import day_start_ms

LAST_DAY = date(2026, 3, 31)
SEED = 12
CUSTOMERS = 200
ON_DAYS = (5, 10, 15, 20, 25)
# Of every so many customers' months one is planted with something unusual, to say how many alarms are right.
PLANTED_SHARE = 0.1
WORLDS, QUICK_WORLDS = 200, 60
AT_MONTHS = (12, 60, 120)
WEEK_DAYS = 7
PEER = "pace"
STILL = "as-it-is"
THREE_STD = "three-std"


def figures(report: Report, *, quick: bool) -> None:
    """Put every figure of a customer's money into a report: about a minute, a third of it when `quick`."""
    days, months = (180, 2) if quick else (270, 4)
    customers = simulated_customers(
        Plan(customers=CUSTOMERS, days=days, seed=SEED, until_ms=day_start_ms(LAST_DAY + timedelta(1)))
    )
    looked_at = [months_back(month_of(LAST_DAY), back) for back in range(months)][::-1]
    _budgets(report, customers, looked_at)
    _unusual(report, customers, looked_at)
    _calendar(report, customers, looked_at)
    _health(report, customers, looked_at)
    _projections(report, QUICK_WORLDS if quick else WORLDS)
    report.settings |= {"money_customers": CUSTOMERS, "money_days": days, "money_months": months, "money_seed": SEED}


@dataclass
class _Tally:
    held: int = 0
    count: int = 0
    error: float = 0.0
    pace_error: float = 0.0
    total: int = 0


def _budgets(report: Report, customers: Sequence[Customer], months: Sequence[date]) -> None:
    tallies: dict[bool, _Tally] = defaultdict(_Tally)
    at_risk: list[tuple[bool, bool]] = []
    for customer in customers:
        whole = customer.until(LAST_DAY)
        for category, days in [(None, whole.spent()), *whole.spent_by_category().items()]:
            for month in months:
                total = sum(amount for day, amount in days.items() if month_of(day) == month)
                for on_day in ON_DAYS:
                    said_over = _budget(tallies[category is None], whole.since, days, month, on_day, total)
                    if category is None and on_day == ON_DAYS[2] and said_over is not None:
                        at_risk.append(said_over)
    for everything, name in ((True, "all"), (False, "category")):
        tally = tallies[everything]
        report.figure(f"budget_{name}_coverage_80_pct", 100.0 * tally.held / tally.count)
        report.figure(f"budget_{name}_error_pct", 100.0 * tally.error / tally.total)
        report.baseline(PEER, f"budget_{name}_error_pct", 100.0 * tally.pace_error / tally.total)
        report.ratio(f"budget_{name}_error_vs_{PEER}", tally.error / tally.pace_error)
    report.figure("budget_at_risk_precision_pct", 100.0 * statistics.fmean(over for said, over in at_risk if said))
    report.figure("budget_at_risk_recall_pct", 100.0 * statistics.fmean(said for said, over in at_risk if over))


def _budget(tally: _Tally, since: date, days: Days, month: date, on_day: int, total: int) -> tuple[bool, bool] | None:
    """Hold what is said on a day of a month against its total; return whether it was said, and came, to be over a usual month.

    A category in which nothing was spent for three months has nothing to be told of.
    """
    today = month.replace(day=on_day)
    known = {day: amount for day, amount in days.items() if day <= today}
    usual = sum(amount for day, amount in known.items() if months_back(month, 3) <= day < month) // 3
    if since > months_back(month, 3) or not usual:
        return None
    found = progress(limit_minor=usual, spent=known, since=since, today=today)
    if found.end is None:
        return None
    tally.count += 1
    tally.held += found.end.low_80_minor <= total <= found.end.high_80_minor
    tally.error += abs(found.end.expected_minor - total)
    tally.pace_error += abs(found.spent_minor / on_day * days_in(month) - total)
    tally.total += total
    return found.standing is not Standing.ON_TRACK, total > usual


def _unusual(report: Report, customers: Sequence[Customer], months: Sequence[date]) -> None:
    rng = random.Random(SEED)
    alarms: dict[Kind, int] = dict.fromkeys(Kind, 0)
    frauds = frauds_said = plain_alarms = 0
    plain_found: list[bool] = []
    found: dict[str, list[bool]] = defaultdict(list)
    looked_at = 0
    for customer in customers:
        for month in months:
            history = customer.until(month_after(month) - timedelta(days=1))
            if (month - history.since).days < FEWEST_DAYS:
                continue
            looked_at += 1
            frauds += sum(each.transfer_id in customer.frauds for each in history.movements if each.booked_day >= month)
            for alarm in unusual(history, first=month):
                is_fraud = alarm.transfer_id in customer.frauds
                frauds_said += is_fraud
                alarms[alarm.kind] += not is_fraud
            plain = _beyond_three_std(history.movements, month)
            plain_alarms += len(plain - customer.frauds)
            for name, planted, kind in _planted(history, month, rng):
                more = replace(history, movements=sorted([*history.movements, *planted], key=lambda each: each.booked_day))
                said = unusual(more, first=month)
                if name == "payment_5_times_the_largest":
                    plain_found.append(planted[0].transfer_id in _beyond_three_std(more.movements, month))
                found[name].append(any(_is_planted(alarm.kind, alarm.transfer_id, kind, planted) for alarm in said))
    for kind in Kind:
        report.figure(f"unusual_{kind}_false_alarms_per_customer_month", alarms[kind] / looked_at)
    report.baseline(THREE_STD, "unusual_payment_false_alarms_per_customer_month", plain_alarms / looked_at)
    report.baseline(THREE_STD, "unusual_payment_5_times_the_largest_recall_pct", 100.0 * statistics.fmean(plain_found))
    if frauds:
        report.figure("unusual_frauds_told_pct", 100.0 * frauds_said / frauds)
    for name, caught in sorted(found.items()):
        report.figure(f"unusual_{name}_recall_pct", 100.0 * statistics.fmean(caught))
    right = PLANTED_SHARE * statistics.fmean(found["payment_5_times_the_largest"])
    report.figure("unusual_payment_precision_pct", 100.0 * right / (right + alarms[Kind.PAYMENT] / looked_at))


def _beyond_three_std(movements: Sequence[Movement], month: date) -> set[uuid.UUID]:
    """Return the month's payments above the mean and three standard deviations of their category: what one tries first."""
    before: dict[str, list[int]] = defaultdict(list)
    found = set()
    for each in movements:
        if each.delta_minor >= 0 or each.category not in SPENDING:
            continue
        amount_minor, amounts = -each.delta_minor, before[each.category]
        if each.booked_day < month:
            amounts.append(amount_minor)
        elif len(amounts) > 1 and amount_minor > statistics.fmean(amounts) + 3.0 * statistics.stdev(amounts):
            found.add(each.transfer_id)
    return found


def _planted(history: History, month: date, rng: random.Random) -> Iterator[tuple[str, list[Movement], Kind]]:
    """Yield payments of so many times the largest of a category before, and months of ordinary payments beyond any before."""
    before = [
        each for each in history.movements if each.booked_day < month and each.delta_minor < 0 and each.category in SPENDING
    ]
    if not before:
        return
    model = rng.choice(before)
    amounts = [-each.delta_minor for each in before if each.category == model.category]

    def paid(amount_minor: int) -> Movement:
        day = month + timedelta(days=rng.randrange(days_in(month)))
        return replace(model, transfer_id=uuid.UUID(int=rng.getrandbits(128)), booked_day=day, delta_minor=-amount_minor)

    for times in (3, 5):
        yield f"payment_{times}_times_the_largest", [paid(times * max(amounts))], Kind.PAYMENT
    totals = by_month({each.booked_day: 0 for each in before})
    for each in before:
        if each.category == model.category:
            totals[month_of(each.booked_day)] -= each.delta_minor
    most, planted = 3 * max(totals.values()), list[Movement]()
    while sum(-each.delta_minor for each in planted) < most and len(planted) < 300:
        planted.append(paid(rng.choice(amounts)))
    yield "month_3_times_the_largest", planted, Kind.MONTH


def _is_planted(said: Kind, transfer_id: uuid.UUID | None, kind: Kind, planted: Sequence[Movement]) -> bool:
    return said is kind and (kind is Kind.MONTH or transfer_id == planted[0].transfer_id)


def _calendar(report: Report, customers: Sequence[Customer], months: Sequence[date]) -> None:
    held: dict[int, list[bool]] = defaultdict(list)
    error = still = 0
    for customer in customers:
        for month in months:
            today = month - timedelta(days=1)
            history = customer.until(today)
            if len(history.whole_months(3)) < 3:
                continue
            came = customer.balances(today, today + timedelta(days=HORIZON_DAYS))
            said = calendar(history, find(history.movements, as_of=today), balance_minor=came[0]).days
            for ahead in (5, 15, HORIZON_DAYS):
                day = said[ahead - 1]
                held[ahead].append(day.low_80_minor <= came[ahead] <= day.high_80_minor)
            error += abs(said[-1].balance_minor - came[-1])
            still += abs(came[0] - came[-1])
    for ahead, hits in held.items():
        report.figure(f"calendar_day_{ahead}_coverage_80_pct", 100.0 * statistics.fmean(hits))
    times = len(held[HORIZON_DAYS])
    report.figure("calendar_error_minor", error / times)
    report.baseline(STILL, "calendar_error_minor", still / times)
    report.ratio(f"calendar_error_vs_{STILL}", error / still)


def _health(report: Report, customers: Sequence[Customer], months: Sequence[date]) -> None:
    """How often who came to have less than a week's spending at hand in the next thirty days had the lower score of two."""
    scored: list[tuple[float, bool]] = []
    for customer in customers:
        for month in months:
            today = month - timedelta(days=1)
            history = customer.until(today)
            before = customer.balances(min(history.since, today), today)
            ends = {history.since + timedelta(days=ahead): balance for ahead, balance in enumerate(before)}
            found = health(history, at_hand_minor=before[-1], day_ends=[ends])
            if found is None or found.months < 3:
                continue
            week = statistics.fmean(by_month(history.spent()).get(each, 0) for each in history.whole_months(3)) * WEEK_DAYS / 30
            scored.append((found.score, min(customer.balances(today, today + timedelta(days=HORIZON_DAYS))) < week))
    low, rest = [score for score, ran_low in scored if ran_low], [score for score, ran_low in scored if not ran_low]
    report.figure("health_ran_low_share_pct", 100.0 * len(low) / len(scored))
    if low and rest:
        order = (np.subtract.outer(np.array(rest), np.array(low)) > 0).mean()
        ties = (np.subtract.outer(np.array(rest), np.array(low)) == 0).mean()
        report.figure("health_ran_low_auc", float(order + 0.5 * ties))


def _projections(report: Report, worlds: int) -> None:
    assumed = assumed_of(Investing())
    for profile in Profile:
        spread = shares(profile, months=max(AT_MONTHS))
        weights = np.array([spread.get(product, 0) / PPM for product in ProductClass])
        held: dict[int, list[bool]] = defaultdict(list)
        for world in range(worlds):
            drawn = drawn_months(assumed, months=HISTORY_MONTHS + max(AT_MONTHS), rng=np.random.default_rng([SEED, world]))
            said = project(
                drawn[:HISTORY_MONTHS],
                spread,
                start_minor=1_000_000,
                monthly_minor=0,
                at_months=AT_MONTHS,
                paths=300,
                seed=world,
            )
            came = 1_000_000 * np.cumprod(1.0 + drawn[HISTORY_MONTHS:] @ weights)
            for each in said:
                held[each.months].append(bool(each.low_80_minor <= came[each.months - 1] <= each.high_80_minor))
        for months, hits in held.items():
            report.figure(f"projection_{profile}_{months}_months_coverage_80_pct", 100.0 * statistics.fmean(hits))
