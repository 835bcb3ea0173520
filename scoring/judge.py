"""How inputs with their features become answers: model, rules, policy, reasons. Changed by controls and by nothing else."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from contracts.controls import ModelControl, PolicyControl
from contracts.decisions import DecisionSource
from feature_store.definitions import CATALOGUE
from feature_store.vocabulary import Feature
from risk.policy import ALLOW, ANSWER_VALID_MS, DEFAULT_VERSION, MILLIONTHS, Policy, decide_verdicts, policy_from
from risk.reasons import Explainer
from risk.rules import EVENT_COLUMNS, RULES, Rule, RuleBook
from scoring import answers as columns
from scoring.features import LATE, TRUNCATED
from scoring.fields import NUMBER_COLUMNS
from scoring.lexicon import Lexicon
from scoring.models import Models
from scoring.scanner import Scan
from scoring.tenants import Tenants

# Before any model or policy control: rules alone decide.
BOOTSTRAP_POLICY = (MILLIONTHS + 1, MILLIONTHS + 1, 0)
CONTROL_GROUP_PPM = 5_000
_EVENT_TIME = NUMBER_COLUMNS["event_time"]
_RULE_NUMBERS = [NUMBER_COLUMNS[name] for name in EVENT_COLUMNS]
# What the fold's flags are in an answer, by the fold's bits.
_FLAGS = np.array(
    [bool(bits & TRUNCATED) * columns.TRUNCATED + bool(bits & LATE) * columns.LATE for bits in range(256)], np.int64
)
_SCORER, _BOOTSTRAP = columns.ANY_SOURCE[DecisionSource.SCORER], columns.ANY_SOURCE[DecisionSource.BOOTSTRAP]


class Judge:
    """Answers are a pure function of the inputs, their features and the controls so far."""

    def __init__(
        self,
        *,
        models: Path,
        lexicon: Lexicon,
        tenants: Tenants,
        catalogue: Sequence[Feature] = CATALOGUE,
        rules: Sequence[Rule] = RULES,
    ) -> None:
        self.models = Models(models, catalogue=catalogue)
        self.rules = RuleBook(rules, features=[feature.name for feature in catalogue])
        self._lexicon = lexicon
        self._tenants = tenants
        self._policies: dict[str | None, Policy] = {}
        self._policy_rows = np.zeros((0, 4), np.int64)
        self._policy_texts = np.zeros(0, np.int64)
        self._strangers: dict[bytes, int] = {}
        self._feature_set_text = lexicon.text(self.models.feature_set)
        self._rule_texts = {0: 0}
        self._usual = self._usual_answer()

    def answer(
        self,
        scan: Scan,
        tenants: NDArray[np.int32],
        *,
        x: NDArray[np.float32],
        flags: NDArray[np.uint8],
        scored_at_ms: NDArray[np.int64],
    ) -> tuple[NDArray[np.int64], dict[int, list[int]]]:
        """Model, rules, policy and reasons over features that are already there. The answers carry no sequence.

        Beside them: of each row that is not allowed, the features that stand out. A tenant number below zero is a tenant that
        nothing was decided for yet.
        """
        answers, hits = self.decide(scan, tenants, x=x, flags=flags, scored_at_ms=scored_at_ms)
        return answers, self._give_reasons(answers, hits, x)

    def decide(
        self,
        scan: Scan,
        tenants: NDArray[np.int32],
        *,
        x: NDArray[np.float32],
        flags: NDArray[np.uint8],
        scored_at_ms: NDArray[np.int64],
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The answers before anybody asks why: without rules and reasons, and beside them a bit mask of hit rules a row."""
        n = scan.n
        answers = np.empty((n, columns.WIDTH), np.int64)
        answers[:] = self._usual
        champion = self.models.champion
        if champion is not None:
            answers[:, columns.PROBABILITY], answers[:, columns.ANOMALY] = champion.score_millionths(x)
        hits = self.rules.hits(event_time_ms=scan.numbers[:, _EVENT_TIME], events=scan.numbers[:, _RULE_NUMBERS], features=x)
        control_group = np.empty(n, np.bool_)
        policies, texts = self._policy_table()
        places = self._policy_places(scan, tenants)
        decide_verdicts(
            answers[:, columns.PROBABILITY],
            hits,
            self.rules.actions,
            self.rules.mandatory_mask,
            policies,
            places,
            scan.hashes[:, 1],
            answers[:, columns.VERDICT],
            control_group,
        )
        answers[:, columns.SCORED_AT] = scored_at_ms
        answers[:, columns.VALID_UNTIL] = scored_at_ms + ANSWER_VALID_MS
        answers[:, columns.POLICY] = texts[places]
        answers[:, columns.FLAGS] = _FLAGS[flags] + control_group * columns.CONTROL_GROUP
        return answers, hits

    def _give_reasons(
        self, answers: NDArray[np.int64], hits: NDArray[np.int64], x: NDArray[np.float32]
    ) -> dict[int, list[int]]:
        for row in hits.nonzero()[0].tolist():
            mask = int(hits[row])
            if mask not in self._rule_texts:
                self._rule_texts[mask] = self._lexicon.texts(self.rules.codes_of(mask))
            answers[row, columns.RULES] = self._rule_texts[mask]
        explained = (answers[:, columns.VERDICT] != ALLOW).nonzero()[0]
        if not len(explained):
            return {}
        outside = dict(zip(explained.tolist(), self.explainer.furthest(x[explained]), strict=True))
        for row, found in outside.items():
            reasons = self.explainer.reasons(found, rules=self.rules.codes_of(int(hits[row])))
            answers[row, columns.REASONS] = self._lexicon.texts(reasons)
        return outside

    @property
    def columns(self) -> frozenset[int]:
        """The features that answers depend on: the champion's and the rules'."""
        champion = self.models.champion
        return self.rules.columns if champion is None else self.rules.columns | champion.columns

    def policy_version(self, tenant_id: str | None) -> str:
        """The version of the policy that a tenant is under; of None the general one."""
        return (self._policies.get(tenant_id) or self._policies.get(None) or self._default_policy()).version

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
        usual[[columns.PROBABILITY, columns.ANOMALY, columns.EPOCH, columns.N]] = columns.ABSENT
        return usual

    def _policy_table(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Policies by tenant number, extended as tenants come; then those of tenants without one, and last the general one."""
        names = self._tenants.names
        if len(self._policy_rows) <= len(names) + len(self._strangers):
            own = {name.encode(): policy for name, policy in self._policies.items() if name is not None}
            general = self._policies.get(None) or self._default_policy()
            strangers = [name for name in own if name not in self._tenants.known]
            self._strangers = {name: len(names) + at for at, name in enumerate(strangers)}
            chosen = [own.get(name, general) for name in (*names, *strangers)] + [general]
            self._policy_rows = np.array([policy.as_row() for policy in chosen], np.int64)
            self._policy_texts = np.array([self._lexicon.text(policy.version) for policy in chosen], np.int64)
        return self._policy_rows, self._policy_texts

    def _policy_places(self, scan: Scan, tenants: NDArray[np.int32]) -> NDArray[np.int32]:
        """Each row's place in the policy table."""
        is_unknown = tenants < 0
        if not is_unknown.any():
            return tenants
        places = tenants.copy()
        for row in is_unknown.nonzero()[0].tolist():
            places[row] = self._strangers.get(self._tenants.name(scan, row), len(self._policy_rows) - 1)
        return places

    def _default_policy(self) -> Policy:
        every_rule = (1 << len(self.rules.codes)) - 1
        champion = self.models.champion
        if champion is None:
            return Policy(DEFAULT_VERSION, *BOOTSTRAP_POLICY, every_rule)
        return Policy(
            DEFAULT_VERSION, champion.review_from_millionths, champion.deny_from_millionths, CONTROL_GROUP_PPM, every_rule
        )

    def apply(self, control: ModelControl | PolicyControl) -> None:
        """Change how the next batch is decided. Raises BadExport or ValueError, and then nothing has changed."""
        if isinstance(control, ModelControl):
            self.models.use(control)
            self._usual = self._usual_answer()
        else:
            self._policies[control.tenant_id] = policy_from(control, rule_bits=self.rules.bits)
        self._policy_rows = np.zeros((0, 4), np.int64)
