"""Writes `docs/features.md` from the catalogue: `python -m feature_store.document`. A test keeps the file true."""

from feature_store.definitions import (
    CATALOGUE,
    DAILY_FEATURES,
    EVENT_FEATURES,
    EXTERNAL_FEATURES,
    FEATURE_SET,
    LONGEST_WINDOW_MS,
    MAX_EVENTS_PER_KEY,
    MAX_LATENESS_MS,
    QUOTIENT_FEATURES,
    WINDOW_FEATURES,
)
from feature_store.explain import duration, entity_words
from feature_store.vocabulary import (
    CATEGORY_DAYS,
    DAY_MS,
    HOUR_MS,
    ID_FIELDS,
    LABEL_DELAY_MS,
    LATEST_EVENTS,
    SETTLED,
    DailyFeature,
    Where,
    WindowFeature,
)
from kit.settings import REPOSITORY_ROOT

DOCUMENT = REPOSITORY_ROOT / "docs" / "features.md"

_CONTRACT = """# Features

One list, `feature_store/families/`, is the only place where a feature is declared; this page is written from it
(`python -m feature_store.document`) and a test keeps it true. The present feature set is **`{feature_set}`**: {count} values in
this order, float32, NaN for unknown.

## What a window feature means
- **Key.** Events of the same tenant and the same customer, account, card, device, internet address, merchant or payee, or the
  same two of these: a pair has a window of its own. A key that is missing touches no state, and all features of that entity
  are NaN, never zero; a pair is missing when either half is.
- **Window.** Events with event_time in `(t - W, t]`, in whole milliseconds, t being the event's own time. Attempts count.
- **The event itself** counts where the table says so. "Earlier" features look at the window without it.
- **Numbers.** Amounts are whole minor units, sums of squares 128 bits wide; the last expression makes a double of them and the
  vector a float32. Nothing is ever added up in floating point, so nothing drifts.
  - std = sqrt(V) / n and z-score = (a n - S) / sqrt(V), where V = n Q - S^2 is exact and then rounded as high x 2^64 + low.
  - ratio to mean = a n / S, ratio to max = a / max, time since = milliseconds / 1000.
- **The latest events.** Median, MAD, place and run look at the {latest} latest earlier events of the window, in order of
  event_time and, among ties, of arrival; they exist only as_scored. The MAD is the median distance from the median, the
  robust z-score (a - median) / (1.4826 MAD). Distance is the great circle on a sphere of radius 6,371.0088 km from the last
  known place; speed takes a second at least.
- **Labels.** An event is known fraud once a label that says so counts: from its `known_at` on, on the clock of the tenant's own
  events (the highest known_at of those applied), never before. It is known good once it is {delay_days} days old and not known
  fraud; younger ones are of no known status. A later label replaces an earlier one, so an event may become good again. Labels
  of transactions that the scorer does not remember any more have no effect. They are remembered of customers, cards, merchants
  and payees, and exist only as_scored. A share of frauds looks at `(t - {delay_days} d - W, t - {delay_days} d]`, where most
  are known; a streak and the last known good at the {latest} latest events of known status in `(t - W, t]`.
- **Merchant categories.** A tenant's events at merchants of the same category are far more than a log would hold, so they are
  counted by day of UTC. On day D a window of N days is the days D-N+1 to D, without the event itself; a share of frauds looks
  at the N days before D-{delay_days}, which are all old enough. {category_days} days are kept.
- **Balance** is what its sender says that the account had before the event. The share of it and "drains" are of payments alone.
- **Values.** Distinct and new compare ids byte by byte; a place is a square of a tenth of a degree, an hour one of Brasília's
  day. A missing value of another event is not counted; where the event's own value is missing, "new" and "since the same" are
  NaN.
- **Nothing there**: counts, sums, distinct, frauds and streaks are 0; mean, std, min, max, ratios, shares and times are NaN;
  the z-score is NaN too when all amounts are equal.

## Two views
- **as_scored**: over the events applied before (in the order in which they came) whose event_time lies in the window. This is
  what a decision used, and what training sees: `feature_store.stream` serves, replays the log and builds the training set.
- **settled**: over all events by event_time; ties see each other. `feature_store.batch` (Polars) computes it for the {settled}
  window features that have it.

Between two events an entity has a profile: the window features that need no event, as the fold has them at the end of each day.
Feast keeps and serves those ([feast.md](feast.md)).

On events in order with different milliseconds both are equal, bit for bit. `tests/feature_store/oracle.py` states both views in
plain Python and shares no code with either engine.

## Late events, hot keys, expiry
- An event behind others of its key is scored over its own window and inserted where it belongs, after its ties. It changes what
  comes later and never a score already given.
- More than {lateness_h} hours behind its tenant's highest event_time, it is scored, marked `late`, counted and not inserted.
- A key keeps its latest {bound:,} events (that many of the largest amounts still fit an int64). A decision whose window
  would reach further says `truncated`.
- An event is forgotten once no event within the lateness can see it; a key, {kept_days} days (the longest window plus the
  lateness) after its last event.

## What is worked out, and what it costs
- The state holds all of these windows. A decision works out the features that the champion and the rules read, and no others
  (docs/decisions/0010); training and what-ifs get whole vectors.
- `baas features explain NAME` and `list` say what each costs: the nanoseconds of its line in a vector, and the bytes that it
  would keep alone. Neighbours over the same window share what is kept. `baas bench feature-costs` measures them anew.

## Window features
| name | of | looks at | window | itself | meaning | owner | reason code |
|---|---|---|---|---|---|---|---|
"""

_DAILY = """
## Features of a merchant's category
| name | looks at | days | meaning | owner | reason code |
|---|---|---|---|---|---|
"""

_EVENTS = """
## Features of the event alone
Local time is Brasília at UTC-3 all year: Brazil has had no summer time since 2019 (Decree 9,772), and one offset keeps replays
of older history comparable.

| name | meaning | reason code |
|---|---|---|
"""

_QUOTIENTS = """
## Quotients
One feature divided by another, both as the vector holds them; NaN when the divisor is 0 or either is unknown.

| name | dividend | divisor | meaning | reason code |
|---|---|---|---|---|
"""

_EXTERNAL = """
## External features
Slow values that somebody else works out and tells the scorer by profile controls; NaN where nothing was told. They are of the
account that the event names as its account or as its payee: who is paid within the bank is an account. Those of the graph of
who pays whom are found every night ([graph-network.md](graph-network.md)). They exist only as_scored: training reads from the
log what had been told before each decision.

| name | of | told as | meaning | owner | reason code |
|---|---|---|---|---|---|
"""


def _row(feature: WindowFeature) -> str:
    looks_at = feature.aggregation.name.lower().replace("_", " ")
    if feature.of is not None:
        looks_at += f" ({feature.of.name.lower()})"
    if feature.where is not Where.ALL:
        looks_at += f" where {feature.where.name.lower()}"
    if feature.delay_ms:
        looks_at += f" after {duration(feature.delay_ms)}"
    itself = "yes" if feature.counts_itself else "no"
    cells = (f"`{feature.name}`", entity_words(feature.entity), looks_at, duration(feature.window_ms), itself)
    return f"| {' | '.join(cells)} | {feature.sentence} | {feature.owner} | `{feature.reason}` |\n"


def _after(feature: DailyFeature) -> str:
    return f" after {feature.delay_days} d" if feature.delay_days else ""


def as_markdown() -> str:
    """Return the page."""
    head = _CONTRACT.format(
        feature_set=FEATURE_SET,
        count=len(CATALOGUE),
        lateness_h=MAX_LATENESS_MS // HOUR_MS,
        bound=MAX_EVENTS_PER_KEY,
        latest=LATEST_EVENTS,
        delay_days=LABEL_DELAY_MS // DAY_MS,
        category_days=CATEGORY_DAYS,
        settled=sum(feature.aggregation in SETTLED for feature in WINDOW_FEATURES),
        kept_days=(LONGEST_WINDOW_MS + MAX_LATENESS_MS) // DAY_MS,
    )
    windows = "".join(_row(feature) for feature in WINDOW_FEATURES)
    daily = "".join(
        f"| `{feature.name}` | {feature.aggregation.name.lower().replace('_', ' ')}{_after(feature)} | {feature.days} | "
        f"{feature.sentence} | {feature.owner} | `{feature.reason}` |\n"
        for feature in DAILY_FEATURES
    )
    events = "".join(f"| `{feature.name}` | {feature.sentence} | `{feature.reason}` |\n" for feature in EVENT_FEATURES)
    quotients = "".join(
        f"| `{feature.name}` | `{feature.dividend}` | `{feature.divisor}` | {feature.sentence} | `{feature.reason}` |\n"
        for feature in QUOTIENT_FEATURES
    )
    external = "".join(
        f"| `{feature.name}` | {ID_FIELDS[feature.entity]} | `{feature.value}` | {feature.sentence} | {feature.owner} | "
        f"`{feature.reason}` |\n"
        for feature in EXTERNAL_FEATURES
    )
    return head + windows + _DAILY + daily + _EVENTS + events + _QUOTIENTS + quotients + _EXTERNAL + external


if __name__ == "__main__":
    DOCUMENT.write_text(as_markdown())
