"""How inputs with their features become answers: model, rules, policy, reasons. Changed by controls and by nothing else."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from contracts.controls import ModelControl, PolicyControl, PolicyRule
from contracts.decisions import DecisionSource
from feature_store.definitions import CATALOGUE
from feature_store.vocabulary import Feature
from risk.expressions.schema import EVENT_FIELDS, Schema
from risk.policy import (
    ALLOW,
    ANSWER_VALID_MS,
    DEFAULT_VERSION,
    MILLIONTHS,
    NO_MODEL,
    Ruling,
    Thresholds,
    ruling_from,
)
from risk.reasons import Explainer, Lead
from risk.rules import RULES
from scoring import answers as columns
from scoring.features import LATE, TRUNCATED
from scoring.fields import NUMBER_COLUMNS, TEXT_COLUMNS
from scoring.lexicon import Lexicon
from scoring.lists import Lists
from scoring.models import Model, Models
from scoring.scanner import Scan
from scoring.tenants import Tenants

CONTROL_GROUP_PPM = 5_000
_EVENT_TIME = NUMBER_COLUMNS["event_time"]
_RULE_NUMBERS = [NUMBER_COLUMNS[field.name] for field in EVENT_FIELDS]
_ABSENT_ID = 2
_UNKNOWN_AT_FIRST = (
    columns.PROBABILITY, columns.ANOMALY, columns.EPOCH, columns.N, columns.CHALLENGER_PROBABILITY, columns.CHALLENGER_VERDICT,
)  # fmt: skip
_NAMES_KEPT = 4_096
# What the fold's flags are in an answer, by the fold's bits.
_FLAGS = np.array(
    [bool(bits & TRUNCATED) * columns.TRUNCATED + bool(bits & LATE) * columns.LATE for bits in range(256)], np.int64
)
_SCORER, _BOOTSTRAP = columns.ANY_SOURCE[DecisionSource.SCORER], columns.ANY_SOURCE[DecisionSource.BOOTSTRAP]


@dataclass(frozen=True, slots=True)
class Hits:
    """What rules of one policy hit: `hits` uint64[k, W] are of the batch's rows `rows` int64[k]."""

    ruling: Ruling
    rows: NDArray[np.int64]
    hits: NDArray[np.uint64]


class Judge:
    """Answers are a pure function of the inputs, their features, the lists and the controls so far."""

    def __init__(
        self,
        *,
        models: Path,
        lexicon: Lexicon,
        tenants: Tenants,
        lists: Lists,
        catalogue: Sequence[Feature] = CATALOGUE,
        rules: Sequence[PolicyRule] = RULES,
    ) -> None:
        self.models = Models(models, catalogue=catalogue)
        self._lexicon = lexicon
        self._tenants = tenants
        self._lists = lists
        self._built_in = tuple(rules)
        # A list that a rule names is empty until somebody puts a value on it.
        self._schema = Schema.of(catalogue, lists=None)
        self._policies: dict[str | None, Ruling] = {}
        self._default = self._challenged = self._default_ruling(None)
        self._rulings: list[Ruling] = []
        self._ruling_of = np.zeros(0, np.int32)  # by place: tenants by number, strangers, and last everybody else
        self._policy_texts = np.zeros(0, np.int64)
        self._strangers: dict[bytes, int] = {}
        self._names: dict[tuple[Ruling, bytes], tuple[list[str], int, int]] = {}
        self._feature_set_text = lexicon.text(self.models.feature_set)
        self._usual = self._usual_answer()

    def answer(
        self,
        scan: Scan,
        tenants: NDArray[np.int32],
        *,
        x: NDArray[np.float32],
        flags: NDArray[np.uint8],
        scored_at_ms: NDArray[np.int64],
    ) -> tuple[NDArray[np.int64], dict[int, list[Lead]]]:
        """Model, rules, policy and reasons over features that are already there. The answers carry no sequence.

        Beside them: of each row that is not allowed, the features that led to it. A tenant number below zero is a tenant that
        nothing was decided for yet.
        """
        answers, found = self.decide(scan, tenants, x=x, flags=flags, scored_at_ms=scored_at_ms)
        return answers, self._give_reasons(answers, found, x)

    def decide(
        self,
        scan: Scan,
        tenants: NDArray[np.int32],
        *,
        x: NDArray[np.float32],
        flags: NDArray[np.uint8],
        scored_at_ms: NDArray[np.int64],
    ) -> tuple[NDArray[np.int64], list[Hits]]:
        """The answers before anybody asks why: without rules and reasons. Beside them what rules hit, a policy at a time."""
        n = scan.n
        answers = np.empty((n, columns.WIDTH), np.int64)
        answers[:] = self._usual
        scores = np.full((n, 2), np.nan)
        champion, challenger = self.models.champion, self.models.challenger
        if champion is not None:
            answers[:, columns.PROBABILITY], answers[:, columns.ANOMALY] = champion.score_millionths(x)
            np.divide(answers[:, (columns.PROBABILITY, columns.ANOMALY)], MILLIONTHS, out=scores)
        if challenger is not None:
            answers[:, columns.CHALLENGER_PROBABILITY], _ = challenger.score_millionths(x)
        # One layout of each array whatever the batch: another one would have the kernels compiled again in mid traffic.
        events = np.take(scan.numbers, _RULE_NUMBERS, axis=1)
        places = self._policy_places(scan, tenants)
        control_group = np.empty(n, np.bool_)
        found = []
        for ruling, rows in self._by_ruling(places):
            part = slice(None) if len(rows) == n else rows
            hits = ruling.program.hits(
                event_time_ms=scan.numbers[part, _EVENT_TIME].copy(),
                events=events[part],
                features=x[part],
                scores=scores[part],
                members=self._members(ruling, scan if len(rows) == n else scan.take(rows), tenants[part]),
            )
            answers[part, columns.VERDICT], control_group[part] = ruling.decide(
                answers[part, columns.PROBABILITY].copy(), hits, scan.hashes[part, 1].copy()
            )
            if challenger is not None:
                answers[part, columns.CHALLENGER_VERDICT], _ = self._for_challenger(ruling).decide(
                    answers[part, columns.CHALLENGER_PROBABILITY].copy(), hits, scan.hashes[part, 1].copy()
                )
            found.append(Hits(ruling, rows, hits))
        answers[:, columns.SCORED_AT] = scored_at_ms
        answers[:, columns.VALID_UNTIL] = scored_at_ms + ANSWER_VALID_MS
        answers[:, columns.POLICY] = self._policy_texts[places]
        answers[:, columns.FLAGS] = _FLAGS[flags] + control_group * columns.CONTROL_GROUP
        return answers, found

    def _by_ruling(self, places: NDArray[np.int32]) -> Iterator[tuple[Ruling, NDArray[np.int64]]]:
        """Each policy of the batch with its rows, in order."""
        rulings = self._ruling_of[places]
        for number in np.unique(rulings).tolist() if len(self._rulings) > 1 else rulings[:1].tolist():
            yield self._rulings[number], np.flatnonzero(rulings == number)

    def _members(self, ruling: Ruling, scan: Scan, tenants: NDArray[np.int32]) -> NDArray[np.uint8]:
        """uint8[n, memberships]: 1 where the row's id is on the tenant's list, 0 where not, 2 where there is no id.

        Where no list is asked for: 1 where there is an id, else 0.
        """
        asked = ruling.program.memberships
        members = np.zeros((scan.n, len(asked)), np.uint8)
        if not asked:
            return members
        of_tenants = [(tenant, rows, scan.take(rows)) for tenant, rows in self._rows_by_tenant(scan, tenants)]
        for at, membership in enumerate(asked):
            column = TEXT_COLUMNS[membership.field]
            is_absent = scan.spans[:, column, 0] == scan.spans[:, column, 1]
            if membership.list is None:
                members[:, at] = ~is_absent
                continue
            for tenant, rows, theirs in of_tenants:
                moments = theirs.numbers[:, _EVENT_TIME]
                members[rows, at] = self._lists.holds(
                    theirs, tenant_id=tenant, list_id=membership.list, column=column, event_time_ms=moments
                )
            members[is_absent, at] = _ABSENT_ID
        return members

    def _rows_by_tenant(self, scan: Scan, tenants: NDArray[np.int32]) -> Iterator[tuple[str, NDArray[np.int64]]]:
        """Tenants with their rows; one that nothing was decided for yet has lists all the same."""
        for number in np.unique(tenants).tolist():
            rows = (tenants == number).nonzero()[0]
            if number >= 0:
                yield self._tenants.names[number].decode(), rows
            else:
                yield from ((self._tenants.name(scan, row).decode(), np.array([row])) for row in rows.tolist())

    def _give_reasons(self, answers: NDArray[np.int64], found: Sequence[Hits], x: NDArray[np.float32]) -> dict[int, list[Lead]]:
        codes: dict[int, list[str]] = {}
        for part in found:
            for at in np.flatnonzero(part.hits.any(axis=1)).tolist():
                row = int(part.rows[at])
                codes[row], answers[row, columns.RULES], answers[row, columns.SHADOW_RULES] = self._named(
                    part.ruling, part.hits[at]
                )
        explained = (answers[:, columns.VERDICT] != ALLOW).nonzero()[0]
        if not len(explained):
            return {}
        leads = dict(zip(explained.tolist(), self.explainer.leading(x[explained]), strict=True))
        for row, led in leads.items():
            answers[row, columns.REASONS] = self._lexicon.texts(self.explainer.reasons(led, rules=codes.get(row, [])))
        return leads

    def _named(self, ruling: Ruling, hits: NDArray[np.uint64]) -> tuple[list[str], int, int]:
        """The acting rules of one row, and the lexicon's numbers of these and of the shadow rules."""
        key = ruling, hits.tobytes()
        if key not in self._names:
            if len(self._names) == _NAMES_KEPT:
                self._names.clear()
            acting, shadow = ruling.names_of(hits, acting=True), ruling.names_of(hits, acting=False)
            self._names[key] = acting, self._lexicon.texts(acting), self._lexicon.texts(shadow)
        return self._names[key]

    @property
    def columns(self) -> frozenset[int]:
        """The features that answers depend on: the champion's and the rules'."""
        champion = self.models.champion
        rulings = (ruling.program.columns for ruling in (self._default, *self._policies.values()))
        models = (model.columns for model in (champion, self.models.challenger) if model is not None)
        return frozenset().union(*rulings, *models)

    def ruling(self, tenant_id: str | None) -> Ruling:
        """The policy that a tenant is under; of None the general one."""
        return self._policies.get(tenant_id) or self._policies.get(None) or self._default

    @property
    def explainer(self) -> Explainer:
        """What is usual for the champion's training population."""
        return self.models.explainer

    def _usual_answer(self) -> NDArray[np.int64]:
        """What answers have in common before anything is known of an input."""
        usual = np.zeros(columns.WIDTH, np.int64)
        champion = self.models.champion
        usual[columns.SOURCE] = _BOOTSTRAP if champion is None else _SCORER
        usual[columns.MODEL] = 0 if champion is None else self._lexicon.text(champion.model_id)
        usual[columns.FEATURE_SET] = self._feature_set_text
        challenger = self.models.challenger
        usual[columns.CHALLENGER] = 0 if challenger is None else self._lexicon.text(challenger.model_id)
        usual[list(_UNKNOWN_AT_FIRST)] = columns.ABSENT
        return usual

    def _policy_places(self, scan: Scan, tenants: NDArray[np.int32]) -> NDArray[np.int32]:
        """Each row's place in the tables of policies, which grow as tenants come."""
        names = self._tenants.names
        if len(self._ruling_of) <= len(names) + len(self._strangers):
            self._lay_out_policies()
        is_unknown = tenants < 0
        if not is_unknown.any():
            return tenants
        places = tenants.copy()
        for row in is_unknown.nonzero()[0].tolist():
            places[row] = self._strangers.get(self._tenants.name(scan, row), len(self._ruling_of) - 1)
        return places

    def _lay_out_policies(self) -> None:
        """Tenants by number, then those with a policy that nothing was decided for yet, and last the general policy."""
        names = self._tenants.names
        own = {name.encode(): ruling for name, ruling in self._policies.items() if name is not None}
        strangers = [name for name in own if name not in self._tenants.known]
        self._strangers = {name: len(names) + at for at, name in enumerate(strangers)}
        general = self.ruling(None)
        chosen = [own.get(name, general) for name in (*names, *strangers)] + [general]
        self._rulings = list(dict.fromkeys(chosen))
        number_of = {ruling: number for number, ruling in enumerate(self._rulings)}
        self._ruling_of = np.array([number_of[ruling] for ruling in chosen], np.int32)
        self._policy_texts = np.array([self._lexicon.text(ruling.version) for ruling in chosen], np.int64)

    def _for_challenger(self, ruling: Ruling) -> Ruling:
        """By which thresholds the challenger would decide: a policy's, or its own where the champion's are in force."""
        return self._challenged if ruling is self._default else ruling

    def _default_ruling(self, model: Model | None) -> Ruling:
        """Every built-in rule; the model's own thresholds, and no control group before there is one."""
        thresholds, ppm = NO_MODEL, 0
        if model is not None:
            thresholds = Thresholds(model.review_from_millionths, model.deny_from_millionths, model.deny_from_millionths)
            ppm = CONTROL_GROUP_PPM
        return Ruling(DEFAULT_VERSION, schema=self._schema, rules=self._built_in, thresholds=thresholds, control_group_ppm=ppm)

    def apply(self, control: ModelControl | PolicyControl) -> None:
        """Change how the next batch is decided. Raises BadExport or ValueError, and then nothing has changed."""
        if isinstance(control, ModelControl):
            self.models.use(control)
            self._usual = self._usual_answer()
            self._default = self._default_ruling(self.models.champion)
            challenger = self.models.challenger
            self._challenged = self._default if challenger is None else self._default_ruling(challenger)
        else:
            self._policies[control.tenant_id] = ruling_from(control, schema=self._schema, built_in=self._built_in)
        self._ruling_of = np.zeros(0, np.int32)
        self._names.clear()
