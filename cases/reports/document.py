"""A report as a document: XML of our own layout (`comunicacao-1.xsd`), and whether one is valid. Pure."""

from collections.abc import Mapping, Sequence
from datetime import UTC
from functools import lru_cache
from pathlib import Path
from typing import Any

from lxml import etree

from cases.reports.facts import Fact, narrative

NAMESPACE = "urn:baas-ultra:comunicacao:1"
SCHEMA = Path(__file__).with_name("comunicacao-1.xsd")
MAX_DOCUMENT_BYTES = 3 * 1024 * 1024
MOST_OPERATIONS = 5_000
_REPLACED = "\ufffd"
Row = Mapping[str, Any]


class InvalidDocument(ValueError):
    """The document does not follow the layout: a defect of ours, which nobody should send."""


def suspicion(
    *,
    report_id: str,
    institution: str,
    case: Row,
    known: Sequence[Fact],
    rationale: tuple[str, str] | None,
    members: Sequence[Row],
    evidence: Sequence[Row],
) -> bytes:
    """Return the document of a case that is reported. `rationale` is a note's id and words. Raises InvalidDocument."""
    root = _root(report_id, institution)
    occurrence = _add(root, "Ocorrencia")
    values = {fact.name: fact.value for fact in known}
    who = _add(_add(occurrence, "Envolvidos"), "Envolvido", tipo="titular", identificador=case["subject_id"])
    for element, name in (("Nome", "titular_nome"), ("Documento", "titular_documento")):
        if name in values:
            _add(who, element, values[name])
    _add(_add(occurrence, "Enquadramentos"), "Enquadramento", case["scheme"])
    listed = _add(occurrence, "Fatos")
    for fact in known:
        _add(listed, "Fato", fact.value, nome=fact.name, origem=fact.source)
    told = _add(occurrence, "Detalhamento")
    for sentence in narrative(known):
        phrase = _add(told, "Frase")
        _add(phrase, "Texto", sentence.text)
        for name in sentence.facts:
            _add(phrase, "Fonte", fato=name)
    if rationale is not None:
        _add(told, "Fundamentacao", rationale[1], nota=rationale[0])
    operations = _add(occurrence, "Operacoes", total=str(len(members)))
    for row in members[:MOST_OPERATIONS]:
        _operation(operations, row)
    pieces = _add(occurrence, "Evidencias")
    for piece in evidence:
        _add(pieces, "Evidencia", sha256=piece["sha256"])
    return _finished(root)


def nil(*, report_id: str, institution: str, year: int) -> bytes:
    """Return the document that says that a year had nothing to report. Raises InvalidDocument."""
    root = _root(report_id, institution)
    _add(root, "DeclaracaoNegativa", ano=str(year))
    return _finished(root)


def problems(document: bytes) -> list[str]:
    """Return what of a document is not as the layout says; nothing when it is valid."""
    try:
        tree = etree.fromstring(document, _parser())
    except etree.XMLSyntaxError as problem:
        return [str(problem)]
    if tree.getroottree().docinfo.doctype:
        return ["it declares a document type"]
    schema = _schema()
    return [] if schema.validate(tree) else [f"line {each.line}: {each.message}" for each in schema.error_log]


def _root(report_id: str, institution: str) -> Any:
    root = etree.Element(f"{{{NAMESPACE}}}Comunicacao", {"numero": report_id, "versao": "1"}, nsmap={None: NAMESPACE})
    _add(root, "Instituicao", institution)
    return root


def _operation(parent: Any, row: Row) -> None:
    channel = row["transaction"].get("channel")
    _add(
        parent, "Operacao", identificador=row["transaction_id"],
        momento=row["event_time"].astimezone(UTC).isoformat(timespec="milliseconds"),
        valor_centavos=str(row["amount_minor"]), moeda=row["currency"], **({"canal": str(channel)} if channel else {}),
    )  # fmt: skip


def _add(parent: Any, name: str, text: str | None = None, **attributes: str) -> Any:
    element = etree.SubElement(parent, f"{{{NAMESPACE}}}{name}", {key: _legal(value) for key, value in attributes.items()})
    if text is not None:
        element.text = _legal(text)
    return element


def _finished(root: Any) -> bytes:
    document: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    found = problems(document)
    if len(document) > MAX_DOCUMENT_BYTES:
        found.append(f"{len(document)} bytes, at most {MAX_DOCUMENT_BYTES}")
    if found:
        raise InvalidDocument("; ".join(found[:5]))
    return document


def _legal(text: str) -> str:
    """Return text with what XML 1.0 (section 2.2) cannot carry replaced by U+FFFD."""
    return "".join(each if each in "\t\n\r" or "\x20" <= each <= "\ud7ff" or "\ue000" <= each <= "\ufffd" or each > "\uffff"
                   else _REPLACED for each in text)  # fmt: skip


def _parser() -> Any:
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)


@lru_cache(maxsize=1)
def _schema() -> Any:
    return etree.XMLSchema(etree.parse(str(SCHEMA), _parser()))
