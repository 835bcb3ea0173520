"""Words that say what a firm does, in the languages in which firms are registered: they tell little of whose it is.

All in small ASCII letters, as `writing` makes them.
"""

# Canonical word -> the ways that it is written. A generic word tells little: many names of firms share it.
GENERIC_GROUPS: dict[str, str] = {
    "company": "compagnie compania companhia compagnia kompania kompaniya sherkat sharika sharikat",
    "group": "grp gruppe groupe grupo gruppo gruppa gurup groep grubu",
    "holding": "holdings hldg hldgs kholding holdingi",
    "international": "intl internacional internationale internazionale int inter mezhdunarodnyi mezhdunarodny uluslararasi",
    "trading": (
        "trdg trade trades traders torgovyi torgovy torgovaya commerce comercio commercial comercial commerciale "
        "tijarat handel"
    ),
    "industries": "industry ind industrial industria industrias industrie industriel industriya sanayi sanat",
    "services": "service svc svcs servicos servicios servizi serv hizmetleri servis",
    "technology": "technologies tech technological tecnologia tecnologias technologie tekhnologii teknoloji technologiya",
    "manufacturing": "mfg manufacturer manufacturers manufacture manufactory",
    "engineering": "engg engineers engr ingenieria engenharia ingenierie inzhiniring muhendislik muhandisi mohandesi",
    "development": "dev devel developments developers desarrollo desenvolvimento developpement razvitiya",
    "management": "mgmt mgt gestion gestao upravlenie",
    "bank": "banco banque banca banka bk bankasi",
    "investment": "investments invest inv inversiones investimentos investissement investitsii yatirim investors",
    "financial": "finance fin finances financiera financeira financiere finans finansov",
    "insurance": "ins assurance assurances seguros assicurazioni strakhovaya sigorta bimeh",
    "shipping": (
        "ship ships shipmanagement shpg maritime marine navigation lines line navigazione denizcilik kashtirani "
        "keshtirani"
    ),
    "transport": (
        "transportation transports transporte transportes trans nakliyat logistic logistics logistica lojistik "
        "logistik"
    ),
    "construction": "constructions constr construcciones construcoes construtora stroitelnaya insaat building builders",
    "import": "imp importacao importacion importers imports importadora ithalat",
    "export": "exp exportacao exportacion exporters exports exportadora ihracat",
    "enterprise": "enterprises ent empresa empresas entreprise entreprises predpriyatie",
    "association": "assoc assn associates associacao asociacion associazione verein assotsiatsiya",
    "university": "univ universidad universidade universite universita universitat universitet daneshgah",
    "institute": "inst institut instituto istituto institution nii",
    "national": "natl nacional nationale nazionale natsionalnyi melli",
    "general": "gen generale genel",
    "foundation": "fdn fundacion fundacao fondation fondazione fond vakfi stiftung trust charity charitable",
    "center": "centre centro tsentr zentrum centrum merkezi ctr",
    "oil": "petroleum petrol petroleo neft petro naft",
    "energy": "energia energie energiya enerji power",
    "electronics": "electronic electric electrical elektronik elektro elec",
    "chemical": "chemicals chem chemie quimica quimicos chimie petrochemical petrochemicals petrochem",
    "equipment": "equip equipments equipo equipos",
    "machinery": "machine machines mach",
    "products": "product prod produtos productos produits production productions",
    "systems": "system sys sistemas sistemy",
    "solutions": "solution solucoes soluciones",
    "consulting": "consultancy consultants consult consultoria conseil danismanlik",
    "partners": "partner partnership",
    "brothers": "bros hermanos irmaos freres fils sons hnos",
    "organization": "organisation org organizacion organizacao organizatsiya",
    "department": "dept departement departamento",
    "government": "govt gov gobierno governo",
    "communications": "communication comm comms telecom telecommunications telecommunication telekom tel",
    "aviation": "airlines airways airline air avia aviacion aerolineas havayollari aviatsiya",
    "agency": "agencia agence agenzia agentur",
    "office": "bureau oficina escritorio",
    "pharmaceutical": "pharma pharmaceuticals pharm farmaceutica laboratories laboratory labs lab laboratorio",
    "metal": "metals metallurgical metallurgy steel steelworks",
    "property": "properties real estate realty immobilien inmobiliaria imobiliaria emlak",
    "fund": "funds fonds fondo fundo",
    "capital": "kapital",
    "ventures": "venture",
    "works": "factory plant zavod mill mills fabrika fabrik",
    "global": "globe worldwide world mondial mundial",
    "united": "unidos unida unis",
    "research": "pesquisa recherche",
    "supply": "supplies supplier suppliers procurement",
    "security": "securities",
    "media": "press publishing publications news",
    "medical": "med medicine health healthcare clinic clinica hospital",
    "food": "foods alimentos gida",
    "party": "partido partei parti partiya",
    "movement": "movimiento movimento mouvement front",
    "committee": "comite council comitee",
    "branch": "filial sucursal branches division",
    "corporation": "corporacion corporacao",
}  # fmt: skip

_GENERIC_MORE = """
    and the of for y e und et i ve s a m ms mv mt vessel hotel restaurant club shop store market first new central
    state public private federal republic ministry school college academy union society league army islamic project
    projects business digital online network data software auto motors design studio art tours travel tourism sport sports
    agro farm farms gold diamond mining minerals gas cement textile textiles paper plastic plastics glass
    wood furniture electro home house city land estate advisory advisors asset assets wealth equity credit leasing
    exchange money brokers broker administration
"""
GENERIC_MORE = frozenset(_GENERIC_MORE.split()) - {"s", "a", "m", "i", "y", "e"}
