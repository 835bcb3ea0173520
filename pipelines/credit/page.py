"""A card as people read it: points by bin, how good it is, and what it does to groups. Markdown."""

from pipelines.credit import groups
from pipelines.credit.training import Trained
from risk.scorecard.card import Attribute

NOT_USED = "Sex, age and marital status are in no attribute; only the table of groups looks at the first two."


def page(trained: Trained) -> str:
    """Return the card's page."""
    card, scaling = trained.card, trained.card.scaling
    told = [
        "# Credit score",
        "",
        f"Made of {card.training['loans']:,} loans granted from {card.training.get('first_grant')} to "
        f"{card.training.get('last_grant')}, {card.training['bad']:,} of which went badly. {scaling.base_points:.0f} points "
        f"stand for {scaling.base_odds:.0f} goods to one bad, and {scaling.pdo:.0f} points more double these odds.",
        "",
        f"For deciding on loans to people whose account is with us, with somebody who answers for it. {NOT_USED}",
        "",
        "## How good it is",
        "",
        "On loans that had no part in what they are judged by; 95% intervals over draws of the loans.",
        "",
        "| measure | value | from | to |",
        "|---|---|---|---|",
    ]
    told += [f"| {name} | {found.mean:.3f} | {found.low:.3f} | {found.high:.3f} |" for name, found in trained.judged.items()]
    told += ["", "## Points", "", "| attribute | from | to | points | goods | bads |", "|---|---|---|---|---|---|"]
    told += [line for attribute in card.attributes for line in _bins(attribute)]
    told += [
        "",
        "## Groups",
        "",
        f"Where the {groups.APPROVED_SHARE:.0%} with the lowest probability of default are approved. To the highest: the share "
        f"of approvals against the group's with the highest; below {groups.FOUR_FIFTHS} somebody has to explain it.",
        "",
        *groups.lines(trained.groups),
    ]
    broken = [group for group in trained.groups if group.below_four_fifths]
    told += ["", *(f"Below four fifths: {group.dimension} {group.name}." for group in broken)]
    return "\n".join(told).rstrip() + "\n"


def _bins(attribute: Attribute) -> list[str]:
    edges = ["", *(f"{cut:g}" for cut in attribute.cuts), ""]
    rows = zip(edges, edges[1:], attribute.points, attribute.goods, attribute.bads, strict=False)
    found = [f"| {attribute.name} | {low} | {high} | {points} | {goods} | {bads} |" for low, high, points, goods, bads in rows]
    return [*found, f"| {attribute.name} | unknown | | {attribute.unknown_points} | | |"]
