"""What every store holds of people: the one list, from which docs/privacy.md is made and which a test holds complete.

A table, topic or folder that is new and not named here fails that test: say what it holds, and how a person is erased from it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a place holds. Only what is a pseudonym, or nothing, may be where nothing can be erased."""

    NOTHING = "nothing"
    PSEUDONYMS = "pseudonyms"
    WORDS = "words"
    SEALED = "sealed"
    IDENTITY = "identity"


@dataclass(frozen=True, slots=True)
class Holding:
    """Places of one store that are alike. `erased` is how a person goes from them, `kept` for how long they are kept anyway."""

    store: str
    places: tuple[str, ...]
    kind: Kind
    what: str
    erased: str
    kept: str


_ALWAYS = "for as long as the bank is one"
_LAW = "ten years after the customer left (Circular BCB 3.978/2020, art. 67)"
_COPIES = "ten years (`baas privacy retain`)"
_STAYS = "stays, as a pseudonym's; an id that tells is replaced"
_NONE = "nothing to erase"
_FACTS, _FIXED = "facts by pseudonym", "cannot be edited: an id that tells is counted and said"

INVENTORY = (
    Holding("core", ("bank.person",), Kind.SEALED,
            "name, e-mail, document, phone, address; year of birth and state in clear; a keyed digest of the document",
            "row deleted, key destroyed", _LAW),
    Holding("core", ("bank.beneficiary", "bank.external_account"), Kind.SEALED,
            "whom a customer pays and where else they bank", "rows deleted, key destroyed", _LAW),
    Holding("core", ("identity.login_user",), Kind.IDENTITY, "a login's e-mail, display name and password hash",
            "row deleted, and its sessions", "while the login is"),
    Holding("core", ("identity.session", "identity.login_failure"), Kind.PSEUDONYMS,
            "hashes of tokens and of names that were tried",
            "with the login; failures after a day", "a day after they ended"),
    Holding("core", ("bank.transfer_note", "bank.transaction_mark", "bank.goal", "bank.account", "bank.schedule",
                     "bank.schedule_run"), Kind.WORDS,
            "what people write beside transfers, accounts, goals and orders",
            "the person's own deleted; in others' texts their name and numbers replaced", _LAW),
    Holding("core", ("bank.account_holder",), Kind.PSEUDONYMS, "who uses whose account", "the person's rows deleted",
            "while they use it"),
    Holding("core", ("bank.budget", "bank.suitability"), Kind.PSEUDONYMS,
            "what a customer wants to spend, and what they said of themselves as an investor",
            "the person's rows deleted", _LAW),
    Holding("core", ("bank.declared_income", "bank.device"), Kind.PSEUDONYMS,
            "what a customer said that they earn, and from which devices they pay", "the person's rows deleted", _LAW),
    Holding("core", ("screening.hit",), Kind.WORDS,
            "whom a customer's name met on watch-lists, by id and a keyed digest of the name; what two people noted of it",
            "the person's rows deleted; in others' notes their name and numbers replaced", _LAW),
    Holding("core", ("screening.party",), Kind.SEALED,
            "the name of whom a customer paid, where a watch-list may mean them, and of who pays into the bank, under a key of "
            "their own; country and kind in clear",
            "rows deleted, key destroyed; a payer's when nobody has named them for long, and nothing of theirs waits",
            _LAW + "; a payer's 400 days (`baas privacy retain`)"),
    Holding("core", ("screening.payment",), Kind.PSEUDONYMS, "which payments waited for a verdict on a hit",
            "the person's rows deleted, with their hits", _LAW),
    Holding("core", ("screening.let_go",), Kind.PSEUDONYMS, "which held payments are to move, because a list has let go",
            "a row goes within seconds, when its payment has moved", "until the payment has moved"),
    Holding("core", ("screening.list_change",), Kind.IDENTITY,
            "who is to be on a bank's own watch-lists, while two people decide it; who of the bank's people did",
            "stays: it tells of nobody as a customer, and what it held goes when it is decided", _ALWAYS),
    Holding("core", ("governance.scenario_trial",), Kind.PSEUDONYMS,
            "account ids and sums of what a scenario would tell of with other values", _STAYS, _ALWAYS),
    Holding("core", ("screening.screened",), Kind.PSEUDONYMS, "against which lists a customer was screened last",
            "the person's row deleted", _LAW),
    Holding("core", ("screening.list", "screening.version", "screening.entry"), Kind.IDENTITY,
            "who is on the watch-lists that authorities publish, or that a bank keeps; who loaded them",
            "stays: they tell of nobody as a customer, and a list's entry goes when the list leaves it out", _ALWAYS),
    Holding("core", ("bank.customer", "bank.exchange_quote", "bank.history_change", "ledger.account"), Kind.PSEUDONYMS,
            "customer ids", _STAYS, _ALWAYS),
    Holding("core", ("bank.account_limit", "bank.accrual", "bank.accrual_state", "bank.charge", "bank.limit_settings",
                     "bank.limit_use", "bank.withdrawal_notice", "chain.leaf", "ledger.entry", "ledger.transfer"),
            Kind.PSEUDONYMS,
            "account and transfer ids, amounts", "stays: the books are kept without the person", _ALWAYS),
    Holding("core", ("chain.batch", "chain.block", "chain.key", "chain.signature", "ledger.journal", "ledger.day_close"),
            Kind.NOTHING, "hashes, signatures and sums", _NONE, _ALWAYS),
    Holding("core", ("bank.accrual_terms", "bank.exchange_rate", "bank.product", "bank.sandbox_clock", "governance.policy",
                     "governance.policy_move", "governance.simulation", "governance.model", "governance.model_move",
                     "governance.list", "governance.scenario_version", "governance.scenario_verdict", "cases.scenario_night",
                     "screening.unnamed_change", "identity.client", "identity.tenant", "outbox.bootstrap",
                     "public.alembic_version"),
            Kind.NOTHING, "terms, rules, models and clients; who of the bank's people changed them", _NONE, _ALWAYS),
    Holding("core", ("bank.suspense_item", "bank.legal_hold", "governance.list_entry", "cases.alert", "cases.alert_member",
                     "cases.finding", "cases.finding_payment", "cases.case", "cases.quiet"), Kind.WORDS,
            "notes and lists of the bank's people; the pseudonyms of who was looked at",
            "name and numbers replaced; an alert or a case that is not ended holds the erasure", _LAW),
    Holding("core", ("cases.reached",), Kind.PSEUDONYMS, "what accounts reached of what scenarios compare, by account id",
            _STAYS, _ALWAYS),
    Holding("core", ("cases.note", "cases.evidence", "cases.report_document", "cases.freeze",
                     "cases.block"), Kind.SEALED,
            "what was written of people in cases, attached to them, reported to the authorities, and why money was frozen",
            "rows deleted, key destroyed; a case that is not ended holds the erasure", _LAW),
    Holding("core", ("cases.case_alert", "cases.report", "cases.dispute", "cases.recovery"), Kind.PSEUDONYMS,
            "which alerts were looked at together, reports, disputes and recoveries, by pseudonym", _STAYS, _ALWAYS),
    Holding("core", ("cases.trail",), Kind.PSEUDONYMS, "what was done in casework, with salted commitments to what was written",
            "stays: it cannot be changed, and holds no word about anybody", _ALWAYS),
    Holding("core", ("identity.audit",), Kind.WORDS, "who changed what and why, by pseudonym (LGPD, art. 37)",
            "name and numbers replaced", _LAW),
    Holding("core", ("idempotency.claim",), Kind.SEALED,
            "stored answers: those about a person's own records sealed, others with ids and amounts",
            "key destroyed; name and numbers replaced in others", "7 days"),
    Holding("core", ("bank.erasure", "bank.erasure_step"), Kind.SEALED,
            "requests, proofs, and until its end what a request looks for, sealed under a key of its own",
            "that key destroyed at the end; proof and pseudonym stay", _ALWAYS),
    Holding("core", ("outbox.event",), Kind.PSEUDONYMS, "events on their way to the topics", "goes by itself", "a day"),
    Holding("warehouse", ("read_model.movement",), Kind.WORDS,
            "histories: counterparties' names and ids, texts, their search index",
            "names and the person's own texts removed, index made anew; ids that tell replaced",
            "while the account's history is"),
    Holding("warehouse", ("read_model.balance", "read_model.spending"), Kind.PSEUDONYMS, "sums by account", _STAYS,
            "while the account's history is"),
    Holding("warehouse", ("read_model.position", "read_model.serving", "read_model.category_model", "raw.sink_offset",
                          "public.alembic_version", "monitoring.backtest", "monitoring.model_drift"), Kind.NOTHING,
            "positions, hashes of models, and figures of many", _NONE, _ALWAYS),
    Holding("warehouse", ("raw.decisions", "raw.alerts", "raw.controls"), Kind.PSEUDONYMS,
            "ids of customers, payees, cards, devices; profiles and lists that were told to the scorer", _STAYS, _COPIES),
    Holding("warehouse", ("raw.ledger_events", "raw.labels", "raw.outcomes", "raw.overrides"), Kind.PSEUDONYMS,
            "account and transfer ids", _STAYS, _COPIES),
    Holding("warehouse", ("raw.accounts", "raw.customers", "raw.charges", "raw.alert_states", "raw.budgets", "raw.suitability"),
            Kind.PSEUDONYMS, "ids of customers and accounts, budgets and profiles, as the core has them",
            "copied anew from the core before each build", "until the next copy"),
    Holding("warehouse", ("raw.products", "raw.product_terms", "raw.transfer_fees", "raw.day_closes", "raw.trial_balances",
                          "raw.exchange_rates", "raw.reference_extract", "raw.alert_cases", "raw.cases",
                          "monitoring.row_change", "monitoring.mart_build",
                          "platform.asset_run", "platform.run_failure", "forecast.made", "bi.reader"), Kind.NOTHING,
            "terms, sums, rates, what became of cases but not whose they are, and what the batch side did", _NONE, _ALWAYS),
    Holding("warehouse", ("quality.checked", "quality.quarantine", "monitoring.list_exposure"), Kind.PSEUDONYMS,
            "examples of what broke a promise; what values on lists have met",
            "stays, as a pseudonym's; exposure is made anew of the lists", _ALWAYS),
    Holding("warehouse", ("forecast.flow",), Kind.PSEUDONYMS, "what is expected of each customer",
            "ids that tell replaced", "until the next forecast of the day"),
    Holding("warehouse", ("insight.made", "insight.recurring"), Kind.PSEUDONYMS, "what comes again on each customer's accounts",
            "ids that tell replaced", "until the next night"),
    Holding("warehouse", ("insight.money_made", "insight.health", "insight.budget_standing", "insight.unusual"),
            Kind.PSEUDONYMS, "what each customer's money says: how healthy it is, how budgets stand, what was unusual",
            "ids that tell replaced", "until the next night"),
    Holding("warehouse", ("graph.account_structure", "graph.account_score", "graph.score_reason"), Kind.PSEUDONYMS,
            "where each account stands among all, how it looks to the graph network and who made it so: account ids",
            _STAYS, "until the next night"),
    Holding("warehouse", ("graph.made", "graph.scored"), Kind.NOTHING, "how many there were", _NONE, "until the next night"),
    Holding("warehouse", ("marts.*",), Kind.PSEUDONYMS, "whatever dbt makes of the above",
            "ids that tell replaced in every text column",
            "as long as what they are made of"),
    Holding("topics", ("risk.decisions.v1",), Kind.PSEUDONYMS, "every decision; the scorer's state is a fold of it",
            _FIXED, "for ever"),
    Holding("topics", ("banking.transactions.v1", "inbound.transactions.v1", "risk.alerts.v1", "risk.controls.v1",
                       "risk.labels.v1", "aml.findings.v1"), Kind.PSEUDONYMS, _FACTS, _FIXED,
            "400 days"),
    Holding("topics", ("risk.flagged.v1", "risk.screened.v1", "features.settled.v1", "aml.candidates.v1",
                       "sandbox.transactions.v1"), Kind.PSEUDONYMS, _FACTS,
            _FIXED, "90 days; 30 of sandboxes"),
    Holding("topics", ("*.dlq",), Kind.WORDS, "messages that were refused, as they came (card numbers masked)",
            "written anew without name and numbers, the old records deleted", "400 days at most"),
    Holding("files", ("lake",), Kind.PSEUDONYMS, "the topics as Parquet, with each message as it was",
            "files with an id that tells are rewritten", _COPIES + "; the decision log for ever"),
    Holding("files", ("profiles",), Kind.PSEUDONYMS, "features of customers, payees, devices, a file a day",
            "the person's rows removed", "800 days (`baas privacy retain`)"),
    Holding("files", ("snapshots",), Kind.PSEUDONYMS, "the scorer's state", "goes with the windows; two are kept", "minutes"),
    Holding("files", ("models",), Kind.NOTHING, "exported models: a sample of feature vectors without ids; weights of hashed "
            "parts of texts' words; payees beyond the bank whom three holders and more call alike, none by an id that tells",
            _NONE, _ALWAYS),
    Holding("files", ("chain_anchor",), Kind.NOTHING, "a hash", _NONE, _ALWAYS),
    Holding("files", ("secrets",), Kind.NOTHING, "keys of the deployment, masters of subjects' keys", _NONE, _ALWAYS),
    Holding("files", ("subject_keys",), Kind.PSEUDONYMS, "a wrapped key a subject, under their id", "key destroyed", _LAW),
    Holding("online store", ("valkey",), Kind.PSEUDONYMS, "the newest features of each customer, payee, device", "keys deleted",
            "until they are written anew"),
    Holding("graph", ("neo4j",), Kind.PSEUDONYMS,
            "ids of customers, accounts, payees, devices, addresses (keyed), cards; payments between accounts",
            "the customer, what they alone acted from, and ids that tell removed; a keyed digest keeps them out of a rebuild",
            "while the graph is kept; a rebuild forgets what its topics have"),
    Holding("backups", ("core",), Kind.SEALED, "the core server as it was; words and logins in clear",
            "what is sealed opens no more; the rest goes with the backup", "35 days (`baas privacy retain`)"),
)  # fmt: skip


def places(store: str) -> Iterator[str]:
    """Yield every place of a store."""
    for holding in INVENTORY:
        if holding.store == store:
            yield from holding.places


def table() -> str:
    """Return the list as a table of Markdown."""
    rows = ["| store | where | holds | of a kind | erased by | kept |", "|---|---|---|---|---|---|"]
    rows += [
        f"| {each.store} | {', '.join(f'`{place}`' for place in each.places)} | {each.what} | {each.kind} | {each.erased} "
        f"| {each.kept} |"
        for each in INVENTORY
    ]
    return "\n".join(rows) + "\n"
