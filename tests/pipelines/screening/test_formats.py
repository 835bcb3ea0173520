"""Each format is read into the same record; what is no list is refused, and what would eat the machine is not read."""

import gzip
from pathlib import Path

import pytest

from pipelines.screening import ceis, consolidated, files, ofac, own, un
from pipelines.screening.files import Unreadable
from risk.screening.entry import Entry, ListedKind, NameQuality
from risk.screening.reading.countries import country
from risk.screening.reading.dates import birth

UN = """<?xml version="1.0" encoding="UTF-8"?>
<CONSOLIDATED_LIST dateGenerated="2026-02-27T00:00:09.554Z"><INDIVIDUALS><INDIVIDUAL>
<DATAID>1</DATAID><FIRST_NAME>KLAUS</FIRST_NAME><SECOND_NAME>TESTMANN</SECOND_NAME><UN_LIST_TYPE>DEMO</UN_LIST_TYPE>
<REFERENCE_NUMBER>DMi.001</REFERENCE_NUMBER><LISTED_ON>2012-12-31</LISTED_ON>
<NAME_ORIGINAL_SCRIPT>Клаус Тестманн</NAME_ORIGINAL_SCRIPT><NATIONALITY><VALUE>Russian Federation</VALUE></NATIONALITY>
<INDIVIDUAL_ALIAS><QUALITY>Low</QUALITY><ALIAS_NAME>Der Zanbo</ALIAS_NAME></INDIVIDUAL_ALIAS>
<INDIVIDUAL_ALIAS><QUALITY/><ALIAS_NAME/></INDIVIDUAL_ALIAS>
<INDIVIDUAL_DATE_OF_BIRTH><TYPE_OF_DATE>BETWEEN</TYPE_OF_DATE><FROM_YEAR>1970</FROM_YEAR><TO_YEAR>1972</TO_YEAR>
</INDIVIDUAL_DATE_OF_BIRTH><INDIVIDUAL_DOCUMENT><TYPE_OF_DOCUMENT>Passport</TYPE_OF_DOCUMENT><NUMBER>X1</NUMBER>
</INDIVIDUAL_DOCUMENT></INDIVIDUAL></INDIVIDUALS><ENTITIES><ENTITY><DATAID>2</DATAID><FIRST_NAME>ZANBO GROUP</FIRST_NAME>
<REFERENCE_NUMBER>DMe.001</REFERENCE_NUMBER><ENTITY_ALIAS><QUALITY>f.k.a.</QUALITY><ALIAS_NAME>Zanbo Bros</ALIAS_NAME>
</ENTITY_ALIAS></ENTITY></ENTITIES></CONSOLIDATED_LIST>
"""
BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
SDN = (
    '1,"TESTMANN, Klaus","individual","DEMO] [DEMO2","Mr",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,"DOB 25 Mar 1971; alt. DOB circa 1973; '
    "nationality Austria; Passport AB12345 (Austria); a.k.a. 'ZANBO'.\"\n"
    '2,"ZANBO MARU","vessel","DEMO",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- \n\x1a'
)
ALT = '1,11,"aka","TESTMAN, Claus",-0- \n'
ADD = '1,21,"Street 1","Graz","Austria",-0- \n'
CSL = (
    "source,entity_number,type,programs,name,title,alt_names,citizenships,dates_of_birth,nationalities,places_of_birth,ids,"
    "addresses,start_date,end_date,remarks\n"
    'Entity List (EL) - Bureau,,,,Zanbo Ltd,,Zanbo Limited; ZBL,,,,,"CN, 123, Tax ID","Street, Beijing, CN",,,x\n'
    "Specially Designated Nationals (SDN) - Treasury,7,Individual,DEMO,TESTMANN Klaus,,,AT,1971-03-25; 1972,,,,,,,\n"
)
CEIS = (
    '"CADASTRO";"CÓDIGO DA SANÇÃO";"TIPO DE PESSOA";"CPF OU CNPJ DO SANCIONADO";"NOME DO SANCIONADO";'
    '"NOME INFORMADO PELO ÓRGÃO SANCIONADOR";"RAZÃO SOCIAL - CADASTRO RECEITA";"NOME FANTASIA - CADASTRO RECEITA";'
    '"NÚMERO DO PROCESSO";"CATEGORIA DA SANÇÃO"\n'
    '"CEIS";"1";"J";"00000000000191";"ZANBO CONSTRUÇÕES";"ZANBO CONST.";"ZANBO CONSTRUÇÕES LTDA";"Sem informação";'
    '"p";"Impedimento"\n'
    '"CEIS";"2";"J";"00000000000191";"ZANBO CONSTRUÇÕES";"";"";"";"q";"Suspensão"\n'
    '"CEIS";"3";"F";"***.456.789-**";"KLAUS TESTMANN";"";"";"";"r";"Suspensão"\n'
)


def texts(entry: Entry) -> list[tuple[str, str]]:
    return [(name.text, name.quality.value) for name in entry.names]


def test_the_un_list_is_read_element_by_element(tmp_path: Path):
    path = tmp_path / "un.xml.gz"
    path.write_bytes(gzip.compress(UN.encode()))
    person, group = un.read(path)
    assert (person.entry_id, person.kind, person.births, person.countries) == (
        "DMi.001",
        ListedKind.PERSON,
        ["1970/1972"],
        ["RU"],
    )
    assert texts(person) == [("KLAUS TESTMANN", "primary"), ("Der Zanbo", "weak"), ("Клаус Тестманн", "original")]
    assert person.documents == ["Passport X1"]
    assert (group.kind, texts(group)) == (ListedKind.ORGANISATION, [("ZANBO GROUP", "primary"), ("Zanbo Bros", "alias")])


def test_a_document_that_declares_entities_is_refused(tmp_path: Path):
    path = tmp_path / "un.xml"
    path.write_text(UN.replace("<CONSOLIDATED", BOMB + "<CONSOLIDATED").replace(">KLAUS<", ">&b; KLAUS<"))
    with pytest.raises(Unreadable, match="document type"):
        list(un.read(path))


@pytest.mark.parametrize("content", [b"no xml", UN[:900].encode(), gzip.compress(UN.encode())[:300]])
def test_what_is_cut_off_or_no_list_is_refused(tmp_path: Path, content: bytes):
    path = tmp_path / "un.xml"
    path.write_bytes(content)
    with pytest.raises(Unreadable):
        list(un.read(path))


def test_a_file_that_unpacks_to_more_than_is_allowed_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "own.csv.gz"
    path.write_bytes(gzip.compress(b"id,kind,name\n" + b"1,person,A\n" * 10_000))
    monkeypatch.setattr(files, "MAX_BYTES", 50_000)
    with pytest.raises(Unreadable, match="unpacks to more"):
        list(own.read(path))


def test_ofac_takes_aliases_and_addresses_from_beside_it(tmp_path: Path):
    for name, content in (("sdn.csv", SDN), ("alt.csv", ALT), ("add.csv", ADD)):
        (tmp_path / name).write_text(content)
    person, vessel = ofac.read(tmp_path / "sdn.csv")
    assert texts(person) == [("TESTMANN, Klaus", "primary"), ("TESTMAN, Claus", "alias"), ("ZANBO", "weak")]
    assert person.births == ["1971-03-25", "1972/1974"]
    assert (person.countries, person.programmes, person.documents) == (["AT"], ["DEMO", "DEMO2"], ["AB12345"])
    assert vessel.kind is ListedKind.VESSEL


def test_the_consolidated_list_knows_an_entry_without_a_number_again(tmp_path: Path):
    path = tmp_path / "csl.csv"
    path.write_text(CSL)
    firm, person = consolidated.read(path)
    assert firm.entry_id.startswith("EL:")
    assert (firm.countries, texts(firm)[1:]) == (["CN"], [("ZBL", "alias"), ("Zanbo Limited", "alias")])
    assert (person.entry_id, person.births, person.countries) == ("SDN:7", ["1971-03-25", "1972"], ["AT"])
    assert next(iter(consolidated.read(path))).entry_id == firm.entry_id


def test_ceis_rows_of_one_number_are_one_entry(tmp_path: Path):
    path = tmp_path / "ceis.csv"
    path.write_bytes(CEIS.encode("cp1252"))
    firm, person = ceis.read(path)
    assert (firm.kind, firm.programmes) == (ListedKind.ORGANISATION, ["Impedimento", "Suspensão"])
    assert [text for text, _ in texts(firm)] == ["ZANBO CONSTRUÇÕES", "ZANBO CONST.", "ZANBO CONSTRUÇÕES LTDA"]
    assert (person.kind, person.countries) == (ListedKind.PERSON, ["BR"])


def test_a_list_of_ones_own_says_what_is_wrong_with_it(tmp_path: Path):
    path = tmp_path / "own.csv"
    path.write_text("id,kind,name,aliases,births,countries\n1,person,Klaus Testmann,Claus T.;K. Testman,1971,DE;Austria\n")
    [entry] = own.read(path)
    assert (entry.births, entry.countries, len(entry.names)) == (["1971"], ["AT", "DE"], 3)
    assert entry.names[0].quality is NameQuality.PRIMARY
    path.write_text("id,kind,name\n1,robot,x\n")
    with pytest.raises(Unreadable, match="robot"):
        list(own.read(path))
    path.write_text("number,name\n1,x\n")
    with pytest.raises(Unreadable, match="id, kind"):
        list(own.read(path))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("25 Mar 1971", "1971-03-25"), ("Mar 1971", "1971-03"), ("1971", "1971"), ("circa 1971", "1970/1972"),
        ("1970 to 1972", "1970/1972"), ("1971-03-25", "1971-03-25"), ("no date", None), ("", None),
    ],
)  # fmt: skip
def test_a_birth_is_read_as_far_as_it_is_said(text, found):
    assert birth(text) == found


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Brazil", "BR"),
        ("Brasil", "BR"),
        ("Iran (Islamic Republic of)", "IR"),
        ("DE", "DE"),
        ("Côte d'Ivoire", "CI"),
        ("x", None),
    ],
)
def test_a_country_is_known_by_its_names(text, code):
    assert country(text) == code
