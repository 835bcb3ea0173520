"""Whether a candidate of the stream is a finding, by the parameters that hold for it. Pure.

A candidate has the payments of the longest window that its scenario may have; each rule here looks at those that count with the
parameters in force, at the moment of the last payment. `pipelines/aml/scenarios` says the same over history, in frames.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

from contracts.aml import Candidate, Payment
from contracts.transactions import Channel
from kit.business_days import is_business_day
from ledger.days import TIMEZONE, day_of
from risk.scenarios.catalogue import DAY_MS
from risk.scenarios.declared import HUNDRED, PPM, TRANSFERS
from risk.scenarios.parameters import Version, in_force

_ZONE = ZoneInfo(TIMEZONE)
Values = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Judged:
    """A candidate that is a finding: the numbers that the rule compared, and the payments that make it, oldest first."""

    measures: Mapping[str, int]
    payments: Sequence[Payment]


@dataclass(frozen=True, slots=True)
class Reached:
    """What a candidate's account reached of the measure that its past is told by, and the moment up to which that past goes."""

    measure: int
    usual_until: int


class NoSuchRule(LookupError):
    """A candidate of a scenario that no rule here judges."""


def values_for(candidate: Candidate, versions: Iterable[Version], *, segment: str | None = None) -> dict[str, int]:
    """Return the parameters that hold for a candidate on the day of its last payment. Raises NoSuchScenario."""
    return in_force(versions, scenario=candidate.scenario, day=day_of(candidate.last_at), segment=segment)


def reached(candidate: Candidate, values: Values) -> Reached | None:
    """Return what the account reached now, of scenarios that compare it with the account's past; None of the others."""
    if candidate.scenario not in _REACHED:
        return None
    held = _within(candidate, values["window_ms"])
    return Reached(_REACHED[candidate.scenario](held), candidate.last_at - values["window_ms"])


def judge(candidate: Candidate, values: Values, *, usual: int = 0) -> Judged | None:
    """Return what is found, or None where the rule is not met. Raises NoSuchRule.

    `usual` is the most that the account reached up to the moment that `reached` names: 0 where nothing is known of it.
    """
    rule = _RULES.get(candidate.scenario)
    if rule is None:
        raise NoSuchRule(candidate.scenario)
    return rule(candidate, values, usual)


def _ordered(payments: Iterable[Payment]) -> list[Payment]:
    return sorted(payments, key=lambda each: (each.at, each.transaction_id))


def _within(candidate: Candidate, window_ms: int) -> list[Payment]:
    """The payments in (last - window, last] that count for the scenario."""
    within = [each for each in candidate.payments if candidate.last_at - window_ms < each.at <= candidate.last_at]
    counts = _COUNTS.get(candidate.scenario)
    return _ordered(filter(counts, within) if counts else within)


def _is_transfer(payment: Payment) -> bool:
    return payment.is_out and payment.channel in TRANSFERS


def _is_to_somebody(payment: Payment) -> bool:
    return _is_transfer(payment) and payment.other is not None


def _others(held: Sequence[Payment]) -> int:
    return len({each.other for each in held})


def _into(held: Iterable[Payment]) -> int:
    return sum(each.amount_minor for each in held if not each.is_out)


def _fan(candidate: Candidate, values: Values, usual: int) -> Judged | None:
    held = _within(candidate, values["window_ms"])
    others, strangers = _others(held), sum(each.is_first for each in held)
    met = (
        others >= values["counterparties"]
        and strangers * PPM >= others * values["strangers_ppm"]
        and others * HUNDRED >= usual * values["times_usual"]
    )
    return Judged({"counterparties": others, "strangers": strangers, "usual": usual}, held) if met else None


def _pass_through(candidate: Candidate, values: Values, usual: int) -> Judged | None:
    held = _within(candidate, values["window_ms"])
    while held and held[0].is_out:  # what left before anything came in is no part of it
        held.pop(0)
    into, out = _into(held), sum(each.amount_minor for each in held if each.is_out)
    from_strangers = _into(each for each in held if each.is_first)
    met = (
        into >= values["amount_minor"]
        and into * HUNDRED >= usual * values["times_usual"]
        and from_strangers * PPM >= into * values["strangers_ppm"]
        and out * PPM >= into * values["share_ppm"]
    )
    measures = {"into_minor": into, "out_minor": out, "from_strangers_minor": from_strangers, "usual_minor": usual}
    return Judged(measures, held) if met else None


def _repeated(candidate: Candidate, values: Values, _usual: int) -> Judged | None:
    held = _within(candidate, values["window_ms"])
    for place, last in enumerate(held):
        if last.at != candidate.last_at:
            continue
        alike = [each for each in held[: place + 1] if _alike(each, last, unlike_ppm=values["unlike_ppm"])]
        if len(alike) >= values["payments"] and _others(alike) >= values["counterparties"]:
            made = [each for each in held[: place + 1] if each.at >= alike[0].at]
            return Judged({"payments": len(alike), "counterparties": _others(alike)}, made)
    return None


def _alike(one: Payment, other: Payment, *, unlike_ppm: int) -> bool:
    larger = max(one.amount_minor, other.amount_minor)
    return abs(one.amount_minor - other.amount_minor) * PPM <= unlike_ppm * larger


def _just_under(candidate: Candidate, values: Values, _usual: int) -> Judged | None:
    limit, share = values["limit_minor"], values["share_ppm"]
    near = [
        each
        for each in _within(candidate, values["window_ms"])
        if limit * share <= each.amount_minor * PPM and each.amount_minor < limit
    ]
    met = len(near) >= values["payments"] and near[-1].at == candidate.last_at
    return Judged({"payments": len(near)}, near) if met else None


def _structuring(candidate: Candidate, values: Values, _usual: int) -> Judged | None:
    last_day = day_of(candidate.last_at)
    pieces = [
        each
        for each in _ordered(candidate.payments)
        if each.amount_minor < values["ceiling_minor"]
        and each.at <= candidate.last_at
        and _business_days_after(day_of(each.at), last_day) < values["business_days"]
    ]
    whole = _into(pieces)
    met = len(pieces) >= values["pieces"] and whole >= values["ceiling_minor"] and pieces[-1].at == candidate.last_at
    return Judged({"pieces": len(pieces), "amount_minor": whole}, pieces) if met else None


def _business_days_after(day: date, last: date) -> int:
    """How many business days lie after a day, up to the last; a day of rest counts with the one before it."""
    return sum(is_business_day(day + timedelta(ahead)) for ahead in range(1, (last - day).days + 1))


def _machines(candidate: Candidate, values: Values, _usual: int) -> Judged | None:
    day = day_of(candidate.last_at)
    held = [
        each
        for each in _ordered(candidate.payments)
        if day_of(each.at) == day and each.at <= candidate.last_at and each.amount_minor <= values["machine_limit_minor"]
    ]
    machines = len({each.place for each in held})
    met = len(held) >= values["deposits"] and machines >= values["machines"]
    return Judged({"deposits": len(held), "machines": machines}, held) if met else None


def _cash(candidate: Candidate, values: Values, _usual: int) -> Judged | None:
    return _single(candidate, met=candidate.payments[-1].amount_minor >= values["amount_minor"])


def _at_night(candidate: Candidate, values: Values, _usual: int) -> Judged | None:
    hour, begins, ends = _hour(candidate.last_at), values["from_hour"], values["until_hour"]
    late = begins <= hour < ends if begins < ends else hour >= begins or hour < ends
    return _single(candidate, met=late and candidate.payments[-1].amount_minor > values["amount_minor"])


def _outlier(candidate: Candidate, values: Values, _usual: int) -> Judged | None:
    payment, said = candidate.payments[-1], candidate.measures
    met = (
        payment.amount_minor >= values["amount_minor"]
        and said["payments"] >= values["payments"]
        and payment.amount_minor * HUNDRED >= said["largest_minor"] * values["times_usual"]
    )
    return Judged({"amount_minor": payment.amount_minor, **said}, [payment]) if met else None


def _new_account(candidate: Candidate, values: Values, _usual: int) -> Judged | None:
    payment, age_ms = candidate.payments[-1], candidate.measures["window_ms"]
    met = payment.amount_minor >= values["amount_minor"] and 0 <= age_ms < values["window_ms"]
    return Judged({"amount_minor": payment.amount_minor, "window_ms": age_ms}, [payment]) if met else None


def _without_notice(candidate: Candidate, values: Values, _usual: int) -> Judged | None:
    """Cash that no notice covers; where nobody was asked for one, there was none."""
    payment, said = candidate.payments[-1], candidate.measures
    taken, noticed = said.get("taken_minor", payment.amount_minor), said.get("noticed_minor", 0)
    met = payment.amount_minor >= values["amount_minor"] and taken > noticed
    measures = {"amount_minor": payment.amount_minor, "taken_minor": taken, "noticed_minor": noticed}
    return Judged(measures, [payment]) if met else None


def _from_device(candidate: Candidate, values: Values, _usual: int) -> Judged | None:
    payment, registered = candidate.payments[-1], candidate.measures["registered"]
    met = payment.amount_minor > values["amount_minor"] and registered >= values["registered"]
    return Judged({"amount_minor": payment.amount_minor, "registered": registered}, [payment]) if met else None


def _wakes(candidate: Candidate, values: Values, _usual: int) -> Judged | None:
    silent_ms = candidate.measures["silent_ms"]
    moved = sum(each.amount_minor for each in candidate.payments)
    met = silent_ms >= values["silent_days"] * DAY_MS and moved >= values["amount_minor"]
    return Judged({"silent_days": silent_ms // DAY_MS, "amount_minor": moved}, candidate.payments) if met else None


def _mirroring(candidate: Candidate, values: Values, _usual: int) -> Judged | None:
    rows = [
        each
        for each in _ordered(candidate.payments)
        if each.channel is not Channel.CASH and each.amount_minor >= values["amount_minor"]
    ]
    pairs, last = _pairs(rows, values), candidate.payments[-1].transaction_id
    runs = [pairs[end - values["pairs"] : end] for end in range(values["pairs"], len(pairs) + 1)]
    met = [
        run
        for run in runs
        if run[-1][1].at - run[0][0].at <= values["span_ms"] and any(out.transaction_id == last for _, out in run)
    ]
    if not met:
        return None
    first_at, last_at = met[0][0][0].at, max(run[-1][1].at for run in met)
    return Judged({"pairs": len({id(pair) for run in met for pair in run})}, [p for p in rows if first_at <= p.at <= last_at])


def _pairs(rows: Sequence[Payment], values: Values) -> list[tuple[Payment, Payment]]:
    """Each amount in with the first one out after it, soon enough, that is like it and not another's yet."""
    taken: set[str] = set()
    found = []
    for came in (each for each in rows if not each.is_out):
        for left in (each for each in rows if each.is_out and came.at < each.at <= came.at + values["window_ms"]):
            alike = abs(left.amount_minor - came.amount_minor) * PPM <= values["unlike_ppm"] * came.amount_minor
            if alike and left.transaction_id not in taken:
                taken.add(left.transaction_id)
                found.append((came, left))
                break
    return found


def _hour(at_ms: int) -> int:
    return datetime.fromtimestamp(at_ms / 1_000, _ZONE).hour


def _single(candidate: Candidate, *, met: bool) -> Judged | None:
    payment = candidate.payments[-1]
    return Judged({"amount_minor": payment.amount_minor}, [payment]) if met else None


# Scenarios whose candidates come with all payments of the account, of which only some count.
_COUNTS: Mapping[str, Callable[[Payment], bool]] = MappingProxyType(
    {"fan-out": _is_to_somebody, "repeated-amounts": _is_transfer}
)
_REACHED: Mapping[str, Callable[[Sequence[Payment]], int]] = MappingProxyType(
    {"fan-in": _others, "fan-out": _others, "pass-through": _into}
)
_RULES: Mapping[str, Callable[[Candidate, Values, int], Judged | None]] = MappingProxyType(
    {
        "cash-structuring": _structuring,
        "repeated-atm-deposits": _machines,
        "cash-report": _cash,
        "cash-without-notice": _without_notice,
        "fan-in": _fan,
        "fan-out": _fan,
        "pass-through": _pass_through,
        "repeated-amounts": _repeated,
        "just-under-a-limit": _just_under,
        "pix-at-night": _at_night,
        "mirroring": _mirroring,
        "dormant-wakes": _wakes,
        "new-payee-account": _new_account,
        "outlier-amount": _outlier,
        "unregistered-device": _from_device,
    }
)
JUDGED = frozenset(_RULES)
"""The codes of the scenarios that are judged here."""
SINGLE = frozenset(
    {"cash-report", "cash-without-notice", "pix-at-night", "new-payee-account", "outlier-amount", "unregistered-device"}
)
"""Those of them that a payment meets by itself: each payment is a finding of its own."""
