"""Words that say what kind of thing a name belongs to, rather than whose it is.

All are in small ASCII letters, as `writing` makes them. Sources: ISO 20275 (legal forms of entities, the forms in common use),
the abbreviations that company registers use, and the diminutives and romanisations in common use for given names. A word's
class
decides its weight in a comparison (`Class`), and words of one group are as good as equal (`GROUPS`).
"""

from enum import IntEnum


class Class(IntEnum):
    """What a token is. The weight of each is in `writing.WEIGHT`."""

    CORE = 0
    INITIAL = 1
    NUMBER = 2
    LEGAL = 3
    GENERIC = 4
    PARTICLE = 5
    SUFFIX = 6


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


# Each line is one form as registers write it; several words are one form.
LEGAL_PHRASES: dict[str, str] = {
    phrase: form
    for form, phrases in {
        "limited": (
            "limited liability company|limited company|private limited|private limited company|pte ltd|pty ltd|pvt ltd|co ltd|"
            "company limited|company ltd|pte limited|pty limited|pvt limited|sdn bhd|limited liability partnership|"
            "obshchestvo s ogranichennoi otvetstvennostyu|obschestvo s ogranichennoy otvetstvennostyu|"
            "obshchestvo s ogranichennoy otvetstvennostyu|obshestvo s ogranichennoj otvetstvennostju|"
            "tovarystvo z obmezhenoyu vidpovidalnistyu|tovarishchestvo s ogranichennoi otvetstvennostyu|"
            "gesellschaft mit beschrankter haftung|gmbh and co kg|gmbh co kg|sociedade limitada|sociedad limitada|"
            "sociedad de responsabilidad limitada|societe a responsabilite limitee|societa a responsabilita limitata|"
            "s de rl de cv|s de r l de c v|s de rl|sp z oo|spolka z ograniczona odpowiedzialnoscia|spol s ro|d o o|s r o|"
            "besloten vennootschap|limited sirketi|ltd sti|limited by shares|youxian gongsi|kabushiki gaisha|"
            "one person company|limitada me|eireli me|tavarystva z abmezhavanay adkaznastsyu|"
            "obschestvo s ogranichennoi otvetstvennostyu|obshchestvo s ogranichennoi otvetstvennostiu|"
            "tovarystvo z obmezhenoiu vidpovidalnistiu|limited liability partnership company"
        ),
        "stock": (
            "joint stock company|open joint stock company|public joint stock company|closed joint stock company|"
            "private joint stock company|jsc|public limited company|public company limited|"
            "aktsionernoe obshchestvo|aktsionernoye obshchestvo|otkrytoe aktsionernoe obshchestvo|"
            "otkrytoye aktsionernoye obshchestvo|zakrytoe aktsionernoe obshchestvo|zakrytoye aktsionernoye obshchestvo|"
            "publichnoe aktsionernoe obshchestvo|publichnoye aktsionernoye obshchestvo|"
            "sociedad anonima|sociedade anonima|societe anonyme|societa per azioni|sa de cv|s a de c v|"
            "sociedad anonima de capital variable|naamloze vennootschap|anonim sirketi|private stock company|"
            "societe par actions simplifiee|societas europaea|share company|"
            "aktsionerne tovarystvo|publichne aktsionerne tovarystvo|pryvatne aktsionerne tovarystvo|"
            "vidkryte aktsionerne tovarystvo|aktsionernoe obschestvo|otkrytoe aktsionernoe obschestvo|"
            "zakrytoe aktsionernoe obschestvo|publichnoe aktsionernoe obschestvo|nepublichnoe aktsionernoe obshchestvo|"
            "adkrytae aktsyyanernae tavarystva|zakrytae aktsyyanernae tavarystva|open stock company"
        ),
        "npo": (
            "scientific production association|scientific and production association|research and production association|"
            "research production association|nauchno proizvodstvennoe obedinenie|nauchno proizvodstvennoye obyedineniye|"
            "nauchno proizvodstvennoe obyedinenie"
        ),
        "npp": (
            "scientific production enterprise|scientific and production enterprise|research and production enterprise|"
            "research production enterprise|scientific production company|nauchno proizvodstvennoe predpriyatie|"
            "nauchno proizvodstvennoye predpriyatiye"
        ),
        "corporation": "public benefit corporation|professional corporation|general partnership|limited partnership",
        "state": "federal state unitary enterprise|state unitary enterprise|federalnoe gosudarstvennoe unitarnoe predpriyatie",
    }.items()
    for phrase in phrases.split("|")
}

LEGAL = frozenset(_words("""
    ltd limited llc llp lllp lp inc incorporated corp corporation plc pllc pc co company companies gmbh mbh ag kg kgaa ug ohg
    gbr ev sa sas sasu sarl sprl srl spa snc sapa sl slu sc scs sca sau ltda eireli epp sicav bv nv cv vof cva bvba ab oy oyj as
    asa aps ks hb kft zrt nyrt kkt rt bt sro doo dd ad ood eood ead ooo oao zao pao ao too tov vat pat prat jsc ojsc cjsc
    pjsc jscb
    oojsc psc pjs sp zoo spzoo sti pte pty pvt bhd sdn tbk pt cia cie kk yk gk gie ei eurl fzc fze fzco fzllc dmcc wll bsc saoc
    saog qsc kscc ksc sal shpk osc plcc unltd ulc dba se eeig gp cic cio scrl coop eg fgup gup mup chup
    npo npp sarlu ltee lte lda unipessoal ek eingetragener ev pma limitada
""")) - {"sc", "ei"}  # fmt: skip

# Canonical word -> the ways that it is written. A generic word tells little: many names of firms share it.
_GENERIC_GROUPS: dict[str, str] = {
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

GENERIC_MORE = frozenset(_words("""
    and the of for y e und et i ve s a m ms mv mt vessel hotel restaurant club shop store market first new central
    state public private federal republic ministry school college academy union society league army islamic project
    projects business digital online network data software auto motors design studio art tours travel tourism sport sports
    agro farm farms gold diamond mining minerals gas cement textile textiles paper plastic plastics glass
    wood furniture electro home house city land estate advisory advisors asset assets wealth equity credit leasing
    exchange money brokers broker administration
""")) - {"s", "a", "m", "i", "y", "e"}  # fmt: skip

# Words that join: alone they tell nothing, and whoever copies a name leaves them out.
PARTICLE = frozenset(_words("""
    al el ul ad as ash ar az at an bin bint ben ibn ould uld walad abu bou umm de da do dos das di du des del della dello dei
    degli
    la le les lo los las van von der den ter ten zu zum zur af av und and et the of for oglu ogly kizi kyzy
    ap ve dal dalla in on at to by with
""")) - {"abu", "as", "ad", "umm", "bou"}  # fmt: skip

TITLES = frozenset(_words("""
    mr mrs ms miss mx dr prof professor sir madam dame lord lady rev reverend fr hon honorable honourable esq phd md msc mba bsc
    capt captain col colonel gen maj major lt lieutenant sgt sergeant cmdr commander admiral brig brigadier marshal
    sheikh shaykh sheik shaikh hajji haji hajj hadji haj mullah mulla maulana mawlawi maulavi mawlavi maulvi molvi qari qazi
    ayatollah imam ustad ustaz sayyid sayed syed president minister senator governor ambassador
    sr sra srta dona don senor senora senhor senhora herr frau monsieur mme mlle dipl ing eng engr doctor
""")) - {"sr", "don", "gen", "eng", "ing", "imam", "sayed", "syed", "sayyid", "major", "fr"}  # fmt: skip

# Words that a great many names share, so that two names which share one are seldom the same; how much such a word still tells.
# Which words these are was counted in the names of a public list of some 10,000 entries: shared by 200 of them, by 80, 40, 20.
# Given names and surnames that few on that list have but a great many people elsewhere are beside those of 40.
_SHARED: dict[float, str] = {
    0.45: """
        company limited muhammad corporation ali group technology trading
    """,
    0.6: """
        mohammad mohammed ahmad ahmed mohamed abdul abd jose ibrahim china huawei scientific abu international
        institute research bank shipping state technologies engineering industry center development general
        electronics organization islamic investment aviation
    """,
    0.7: """
        hassan hasan gazprom alexander abdullah abdallah rahman iran beijing russian korea antonio gonzalez sergey
        science carlos jesus vladimirovich vladimir lopez rodriguez alberto juan aleksandrovich shipbuilding kim
        sberbank hussein husayn hussain aerospace andrey vtb mahmoud mahmud maria reza east muhammed mohamad khalid
        omar umar said khan singh kumar lee li wang zhang chen liu yang zhao wu zhou nguyen luis garcia fernandez
        martinez hernandez perez silva santos souza oliveira smith john james david michael william robert ivan sergei
        aleksandr ivanov mehmet mustafa jean pierre trade industrial bureau services industries holding management
        plant national oil systems design energy commercial construction electronic academy security tech enterprise
        export association new production kompaniya foundation petrochemical inversiones zavod equipment republic
        factory
    """,
    0.8: """
        military aziz joint iranian sanchez din missile defense jorge shanghai shenzhen shahid saleh salih amir miguel
        ivanovich yusuf hamid information mikhail dmitry syrian tactical hossein manuel ismail nauchno chol ramon
        foreign comercializadora hong complex tikriti nikolayevich flores torres establishment karim igor viktorovich
        viktor victor javier oleg subordinate aircraft stock majid nikolay khalil offshore people yuryevich concern
        enrique mario north south salim nuclear seyed sayed alexey aleksey borisovich gomez ramirez mohsen martin
        joseph subsidiary sea kong transgaz jihad shipyard vasilyevich radio alex francisco nikolaevich ocean andrei
        wei sun cloud ghadir yahya rashid musa forces affiliated mikhaylovich directorate army exchange ministry
        import institution marine ship service air public central logistics building airlines united steel holdings
        investments manufacturing capital grupo global communication fund federal power machine communications
        insurance money branch committee department inmobiliaria finance agency institut petroleum business credit
        movement properties enterprises lines
    """,
}
SHARED: dict[str, float] = {word: weight for weight, words in _SHARED.items() for word in _words(words)}

SUFFIX = frozenset(_words("jr junior sr senior ii iii iv filho neto sobrinho"))

# Given names that are one name: diminutives, and the same name in other languages and romanisations that spelling hides.
_NAME_GROUPS = """
william bill billy will wm willy willie liam wilhelm guillaume guillermo guilherme
robert bob bobby rob robbie roberto bert
richard dick rick ricky richie rich ricardo
james jas jim jimmy jamie jaime diego jacob jacobo iago
john jon johnny jack johann johannes juan jean joao giovanni ivan ioann ian sean hans jan yohanan ioannis jovan
joseph joe joey jose josef giuseppe yusuf yousef youssef yusef yossef iosif josip
michael mike mick micky mikhail mikael michel miguel michele misha mykhailo mihail mikhael michal mihai
charles chas charlie chuck carlos carl karl carlo karol
thomas thos tom tommy tomas tomaso
edward ed eddie ted teddy eduardo edouard eduard
david dave davy davide dawud daoud dawood davyd
daniel dan danny daniele daniil danilo
peter pete pedro pierre pietro pyotr petr piotr petros boutros petro
paul pablo paulo paolo pavel pavlo pawel
george jorge georges giorgio georgy georgiy yuri yuriy yury iouri jurij georgios jerzy
stephen steve steven stefan stephan stefano esteban etienne stepan stephane
anthony tony antonio antoine anton antonios
andrew andy drew andrea andre andrei andrey andres andreas andrzej andriy
alexander alex al alec sasha alejandro alessandro alexandre aleksandr aleksander oleksandr iskandar sandro xander alexandros
alexandra sasha sandra alejandra aleksandra oleksandra
matthew matt mateo matteo matthias matvey matthieu mateus mateusz
mark marc marco marcos marcus marek
luke lucas luca lukas
philip phil felipe philippe filippo filip phillip
lawrence larry lorenzo laurent laurence lourenco
henry harry hank henri enrique enrico heinrich henrique
frederick fred freddy federico friedrich frederic
francis frank francisco francesco francois franz paco pancho frankie
samuel sam sammy
benjamin ben benny binyamin benyamin
nicholas nick nicky nicolas nicola nikolai nikolay nikolaos nikola mykola nicolae
christopher chris christophe cristobal christoph kris
christian cristian kristian
gregory greg gregorio gregor grigory grigoriy hryhoriy
jeffrey jeff geoffrey geoff
timothy tim timofey
kenneth ken kenny
ronald ron ronnie
donald don donnie
gerald jerry gerry gerard gerardo gerhard
raymond ray ramon raimundo
leonard leo len lenny leonardo leonid
theodore theo teodoro fyodor fedor feodor
vincent vince vicente vincenzo
victor viktor vittorio
eugene gene yevgeny evgeny evgeni evgenii yevgeniy evgeniy eugenio yevgeni
walter walt wally
albert alberto bert
patrick pat paddy patricio
vladimir volodymyr vova volodya wladimir uladzimir
sergei sergey serge sergio serhiy sergii syarhei sergeyevich
dmitry dmitri dimitri dmitriy dmytro dima mitya dimitrios
alexei aleksey alexey oleksiy alyosha alexis aleksei
konstantin kostya constantine constantin kostyantyn
basil vasily vasiliy vasyl vasili
igor ihor
oleg oleh
elena helen yelena olena helena lena elaine
catherine kate katherine kathryn cathy kathy katie ekaterina yekaterina catalina katarina catarina kateryna katya
elizabeth liz lizzie beth betty eliza elisabeth isabel elizaveta yelizaveta lisa bess isabella
margaret maggie peggy meg marge margarita marguerite
mary maria marie mariya molly maryam miriam mariam
anna ann anne annie hannah ana anya hanna
jennifer jen jenny
patricia pat patty tricia
susan sue suzanne susana susanna
barbara barb varvara
deborah deb debbie
rebecca becky rebeca
victoria vicky viktoria viktoriya vitoria
natalia natalya nataliya natasha nathalie natalie
tatiana tatyana tanya tetiana
irina iryna irene
svetlana svitlana
olga olha helga
julia yulia yuliya giulia julie iuliia
daria darya dasha
xenia ksenia kseniya oksana
mohammed muhammad mohamed mohammad muhammed mohamad muhamad mohd muhd md mohamud mahomed mehmet mahamat mohammod muhamed
magomed mukhammad
ahmed ahmad ahmet akhmed akhmad achmad
mahmoud mahmud mehmood mahmood makhmud
hussein hussain husayn hossein husain hosein huseyin hoseyn houssein khusein
hassan hasan hassen khasan
abdullah abdallah abdulla abdollah
abdulrahman abdurrahman abderrahmane abdelrahman abdirahman
yahya yehia yahia
ibrahim ebrahim abraham ibraheem brahim avraham
ismail ismael esmail ishmael esmaeil
suleiman sulayman soliman solomon suleyman sulaiman soleiman salomon
omar umar omer umer
othman uthman osman usman ousmane
khalid khaled halid
jamal gamal djamel cemal jamaal
jafar jaafar gafar cafer
saeed said sayeed saied sayid
mustafa mostafa moustafa moustapha
yasin yassin yaseen yassine
tariq tarek tarik
qasim kasim qassem kassem qasem ghasem gasem
qadir kader qader kadir
gaddafi qaddafi kadhafi qadhafi gadhafi
lee li yi rhee
kim gim
park pak bak
choi choe
jung jeong chung chong
jong jeong
un eun
chen chan tan chin
wong wang huang
zhang chang cheung
zhao chao chiu
xu hsu
zhou chou chow
cai tsai choi
lin lam lim
wu ng goh
ye yip
guo kuo kwok
liu lau
zhu chu
xie hsieh tse
xiao hsiao siu
qian chien
deng teng tang
nguyen nguyn
tran chan
jo cho
jang chang
jong chong jeong
jin chin
ju chu joo choo
jun chun joon
jon chon jeon
jae chae
gang kang
gwang kwang
gyong kyong gyeong kyung
guk kuk gook kook
gun kun geun keun
gil kil
bong pong
baek paek paik
bom pom beom
byong pyong byeong
dok tok deok
dong tong
chol cheol chul
song seong sung
hyok hyeok hyuk
hyon hyeon hyun
yong yeong young
ryong ryeong ryung yong
myong myeong myung
hyong hyeong hyung
su soo
ri li yi rhee
sok seok suk
sop seop sup
"""
# Words of one group, by a number of the group. A word may be in several.
GROUPS: dict[str, tuple[int, ...]] = {}
GENERIC: frozenset[str]


def _fill() -> frozenset[str]:
    groups: list[tuple[str, ...]] = [_words(line) for line in _NAME_GROUPS.strip().splitlines()]
    generic = [(word, *_words(ways)) for word, ways in _GENERIC_GROUPS.items()]
    found: dict[str, list[int]] = {}
    for number, group in enumerate([*groups, *generic], start=1):
        for word in group:
            found.setdefault(word, []).append(number)
    GROUPS.update({word: tuple(numbers) for word, numbers in found.items()})
    return (GENERIC_MORE | {word for group in generic for word in group}) - LEGAL - PARTICLE


GENERIC = _fill()
