"""Made-up names and what happens to names: labelled pairs for measuring and for learning, without any real list.

Given names and surnames are common ones of several languages, put together by chance; firms are stems of chance syllables with
the words and forms that firms have. A pair that matches is a name and the same name after one or two of `CHANGES`; one that
does
not is a name and a near neighbour of it (`_other_person`, `_other_firm`), or an unrelated one.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass

_CULTURES: dict[str, tuple[str, str]] = {
    "english": (
        "James Robert John Michael William David Richard Joseph Thomas Charles Christopher Daniel Matthew Anthony Mark Donald "
        "Steven Andrew Kenneth Joshua Kevin Brian Timothy Ronald Jason Edward Mary Patricia Jennifer Linda Elizabeth "
        "Barbara Susan "
        "Jessica Karen Sarah Nancy Margaret Sandra Ashley Emily Donna Michelle Carol Amanda Melissa Deborah Stephanie",
        "Smith Johnson Williams Brown Jones Miller Davis Wilson Anderson Taylor Moore Jackson Martin Thompson White "
        "Harris Clark "
        "Lewis Robinson Walker Young Allen King Wright Scott Hill Green Adams Nelson Baker Campbell Mitchell Roberts "
        "Carter Phillips "
        "Evans Turner Parker Collins Edwards Stewart Morris Murphy Cook Rogers Morgan Cooper Peterson Reed Bailey Bell "
        "Ward Brooks",
    ),
    "iberian": (
        "Antonio José Manuel Francisco Juan Miguel Carlos Pedro Luis Fernando Alejandro Rafael Sérgio João Paulo Marcos "
        "Ricardo "
        "Eduardo Roberto Maria Carmen Ana Isabel Dolores Teresa Lucía Sofía Fernanda Juliana Camila Beatriz Letícia "
        "Gabriela Luciana "
        "Patrícia Adriana Rosângela Cláudia",
        "García Fernández González Rodríguez López Martínez Sánchez Pérez Gómez Jiménez Ruiz Hernández Díaz Moreno Silva "
        "Santos "
        "Oliveira Souza Pereira Costa Ferreira Almeida Ribeiro Carvalho Gonçalves Lopes Barbosa Araújo Cardoso Teixeira "
        "Moraes Castro "
        "Nascimento Cavalcanti Figueiredo Vasconcelos Quintanilla Zambrano Velásquez",
    ),
    "arabic": (
        "Mohammed Ahmed Ali Hassan Hussein Omar Khalid Ibrahim Yusuf Mahmoud Mustafa Abdullah Abdulrahman Salim Tariq "
        "Nasser Faisal "
        "Jamal Karim Rashid Samir Walid Ziad Fatima Aisha Khadija Maryam Layla Zaynab Hanan Amina Salma Nadia Samira",
        "al-Masri al-Tamimi al-Najjar al-Khatib al-Shami Haddad Mansour Saleh Hamdan Darwish Qasim Sabbagh Nasrallah Abdelaziz "
        "al-Zahrani al-Qahtani al-Harbi al-Otaibi Shahin Barakat Ghanem Khoury Rahal Zaydan Bakri Jabari Dabbagh Othman "
        "Rifai Sharif",
    ),
    "russian": (
        "Aleksandr Sergey Dmitriy Andrey Aleksey Mikhail Vladimir Nikolay Ivan Pavel Yuriy Viktor Oleg Igor Konstantin "
        "Yevgeniy "
        "Grigoriy Maksim Anatoliy Anna Yelena Olga Natalya Irina Tatyana Svetlana Yekaterina Lyudmila Galina Oksana "
        "Yuliya Kseniya",
        "Ivanov Smirnov Kuznetsov Popov Vasilyev Petrov Sokolov Mikhaylov Novikov Fedorov Morozov Volkov Alekseyev "
        "Lebedev Semyonov "
        "Yegorov Pavlov Kozlov Stepanov Nikolayev Orlov Zakharov Zaytsev Solovyov Borisov Yakovlev Grigoryev Shcherbakov "
        "Kharitonov "
        "Zhukov Tsvetkov Chernyshev Khokhlov",
    ),
    "chinese": (
        "Wei Fang Xiuying Na Min Jing Li Qiang Lei Jun Yang Yong Yan Jie Juan Tao Ming Chao Xiulan Xia Ping Gang Guiying "
        "Jianguo "
        "Jianhua Zhiqiang Xiaoming Wenjie Haiyan Yuming Zhenhua Guoqiang",
        "Wang Li Zhang Liu Chen Yang Huang Zhao Wu Zhou Xu Sun Ma Zhu Hu Guo He Gao Lin Luo Zheng Liang Xie Tang Song "
        "Deng Han Feng "
        "Cao Peng Zeng Xiao Tian Dong Pan Yuan Cai Jiang Yu Du",
    ),
    "french": (
        "Jean Pierre Michel André Philippe Alain Jacques Bernard Nicolas François Laurent Guillaume Mathieu Étienne "
        "Marie Nathalie "
        "Isabelle Sylvie Catherine Monique Françoise Brigitte Hélène Geneviève",
        "Dubois Moreau Laurent Lefebvre Leroy Roux Fournier Girard Bonnet Lambert Rousseau Blanchard Gauthier Chevalier "
        "Delacroix "
        "Beaumont Charpentier Marchand Duchamp Lemaire",
    ),
    "german": (
        "Hans Peter Klaus Wolfgang Jürgen Günther Friedrich Heinrich Stefan Uwe Karl Matthias Ursula Monika Petra Sabine "
        "Renate "
        "Gisela Brigitte Annegret",
        "Müller Schmidt Schneider Fischer Weber Wagner Becker Schäfer Koch Bauer Schröder Neumann Zimmermann Krüger "
        "Hofmann Lange "
        "Köhler Weiß Steinbach Vogelsang",
    ),
    "turkic": (
        "Mehmet Mustafa Ahmet Hüseyin İbrahim Murat Ömer Yusuf Süleyman Kemal Emre Ayşe Fatma Emine Hatice Zeynep Elif Gülşen",
        "Yılmaz Kaya Demir Çelik Şahin Yıldız Yıldırım Öztürk Aydın Özdemir Arslan Doğan Kılıç Aslan Çetin Koç Karaca Erdoğdu",
    ),
    "indian": (
        "Rajesh Suresh Amit Vijay Sanjay Anil Ashok Ravi Manoj Deepak Rahul Arjun Krishnan Lakshmi Priya Anjali Sunita "
        "Kavita Meena "
        "Pooja Shanti Divya",
        "Sharma Gupta Singh Kumar Patel Reddy Iyer Nair Menon Agarwal Chaudhary Banerjee Mukherjee Chatterjee Deshmukh "
        "Kulkarni Pillai "
        "Srinivasan Venkataraman Subramaniam",
    ),
    "african": (
        "Kwame Kofi Amadou Ousmane Ibrahima Moussa Boubacar Chinedu Emeka Oluwaseun Tendai Thabo Sipho Aminata Fatoumata "
        "Ngozi Wanjiku "
        "Zanele Nomsa",
        "Diallo Traoré Keita Coulibaly Mensah Owusu Okafor Adeyemi Mutombo Kabila Nkosi Dlamini Mbeki Ouattara Ndiaye "
        "Sankara Kamau "
        "Odhiambo",
    ),
    "korean": (
        "Min-jun Seo-yeon Ji-hoon Hye-jin Young-ho Sung-min Jae-hyun Eun-ji Dong-hyun Soo-jin Yong-chol Kwang-su "
        "Myong-chol Chol-ho",
        "Kim Lee Park Choi Jung Kang Cho Yoon Jang Lim Han Shin Seo Kwon Hwang Ahn Song Ryu Hong",
    ),
}  # fmt: skip

_STEM = ["al", "an", "ar", "ba", "be", "bo", "bra", "ca", "ce", "co", "cor", "cu", "da", "del", "di", "do", "dra", "el",
"en", "er", "es", "fa", "fe", "fi", "flo", "fra", "ga", "ge", "go", "gra", "ha", "hel", "ho", "il", "in", "ka", "ke", "ki",
"kor", "la", "le", "li", "lo", "lu", "ma", "mar", "me", "mi", "mo", "na", "ne", "ni", "no", "nor", "ol", "on", "or", "pa",
"pe", "pol", "por", "ra", "re", "ri", "ro", "ru", "sa", "se", "si", "sol", "sta", "ta", "te", "ti", "tor", "tra", "tri", "u",
"va", "ve", "vi", "vo", "wa", "xe", "ya", "yu", "za", "ze", "zo", "zan", "vex", "dyn", "qui", "lux", "tek", "mex"]  # fmt: skip
_TRADES = [
    "Trading",
    "General Trading",
    "Shipping",
    "Marine Services",
    "Oil and Gas",
    "Petroleum",
    "Petrochemical Industries",
    "Construction",
    "Engineering",
    "Technologies",
    "Electronics",
    "Import Export",
    "Investment",
    "Capital Partners",
    "Holding",
    "Logistics",
    "Transport",
    "Aviation",
    "Mining",
    "Steel",
    "Textiles",
    "Foods",
    "Pharmaceuticals",
    "Real Estate",
    "Insurance",
    "Consulting",
    "Energy",
    "Chemical",
    "Machinery",
    "Industries",
    "Group",
    "International",
    "Management",
    "Bank",
    "Motors",
    "Software",
    "Telecom",
    "Security Services",
    "Farms",
    "Development",
    "Metals",
    "Cement",
    "Maritime Transport",
    "Exchange",
    "Foundation",
]
_FORMS = {
    "Limited": ("Ltd", "Ltd.", "LTD"), "Company Limited": ("Co., Ltd.", "Co Ltd", "Company Ltd"), "Incorporated": ("Inc",
    "Inc."),
    "Corporation": ("Corp", "Corp."), "Limited Liability Company": ("LLC", "L.L.C.", "OOO", "ООО"), "Company": ("Co", "Co."),
    "Gesellschaft mit beschränkter Haftung": ("GmbH",), "Aktiengesellschaft": ("AG", "A.G."), "Sociedad Anónima": ("SA",
    "S.A."),
    "Limitada": ("Ltda", "LTDA.", "Ltda."), "Public Limited Company": ("PLC", "plc"), "Joint Stock Company": ("JSC", "AO",
    "OJSC"),
    "Sdn Bhd": ("SDN. BHD.",), "Private Limited": ("Pvt Ltd", "Pte. Ltd."), "S.r.l.": ("SRL", "Srl"), "FZE": ("FZE", "F.Z.E."),
}  # fmt: skip
_PLACES = [
    "Northern",
    "Southern",
    "Eastern",
    "Western",
    "Atlantic",
    "Pacific",
    "Caspian",
    "Baltic",
    "Andean",
    "Gulf",
    "Delta",
    "Coastal",
    "Highland",
    "Lakeside",
    "Alpine",
    "Iberian",
    "Anatolian",
    "Levant",
    "Sahel",
    "Nordic",
]
_TITLES = ("Mr", "Mrs", "Dr.", "Prof", "Sheikh", "Haji", "Col.", "Gen.", "Sr.", "Sra", "Ms")
_SHORT = {
    "James": "Jim", "Robert": "Bob", "John": "Johnny", "Michael": "Mike", "William": "Bill", "David": "Dave", "Richard": "Rick",
    "Joseph": "Joe", "Thomas": "Tom", "Charles": "Chuck", "Christopher": "Chris", "Daniel": "Dan", "Matthew": "Matt",
    "Anthony": "Tony",
    "Steven": "Steve", "Andrew": "Andy", "Kenneth": "Ken", "Joshua": "Josh", "Timothy": "Tim", "Ronald": "Ron", "Edward": "Ted",
    "Patricia": "Pat", "Jennifer": "Jenny", "Elizabeth": "Liz", "Barbara": "Barb", "Susan": "Sue", "Jessica": "Jess",
    "Margaret": "Peggy", "Deborah": "Debbie", "Stephanie": "Steph", "Aleksandr": "Sasha", "Dmitriy": "Dima", "Yelena": "Lena",
    "Yekaterina": "Katya", "Francisco": "Paco", "José": "Pepe", "Alejandro": "Alex", "Eduardo": "Edu", "Mohammed": "Mohd",
    "Abdulrahman": "Abdul", "Nicolas": "Nico", "Venkataraman": "Venkat", "Isabelle": "Isa",
}  # fmt: skip
_ROMANISED = (
    ("Mohammed", "Muhammad|Mohamed|Mohammad|Muhammed|Mohamad"), ("Hussein", "Husayn|Hussain|Hossein|Husain"), ("Yusuf",
    "Youssef|Yousef|Yusef"),
    ("Khalid", "Khaled|Halid"), ("Ahmed", "Ahmad|Ahmet"), ("Abdul", "Abdel|Abd al-|Abd ul "), ("al-", "Al |el-|Al|El "),
    ("Qasim", "Kassem|Qassem"),
    ("Nasser", "Nasir|Naser"), ("Rashid", "Rasheed|Rachid"), ("Sharif", "Cherif|Shareef"), ("Othman", "Uthman|Osman"),
    ("Khoury", "Khouri|Houry"),
    ("iy", "i|y|ij"), ("ey", "ei|ej"), ("Yu", "Iu|Ju"), ("Ya", "Ia|Ja"), ("Ye", "E|Je"), ("ov", "off|ow"), ("kh", "h"),
    ("shch", "sch|shh"),
    ("zh", "j"), ("Aleksandr", "Alexander|Alexandr|Oleksandr"), ("Sergey", "Sergei|Serguei|Serhiy"), ("ts", "tz|c"), ("ks",
    "x"),
    ("Zh", "Ch"), ("Xie", "Hsieh"), ("Xu", "Hsu"), ("Zhang", "Chang"), ("Zhou", "Chou"), ("Huang", "Hwang"), ("Lee", "Yi|Rhee"),
    ("Park", "Pak|Bak"), ("Choi", "Choe"), ("Jung", "Jeong|Chung"), ("ou", "u|oo"), ("sh", "ch"), ("ee", "i"), ("w", "v"),
    ("oo", "u"),
    ("ü", "ue|u"), ("ö", "oe|o"), ("ä", "ae|a"), ("ß", "ss"), ("ş", "sh|s"), ("ç", "ch|c"), ("ı", "i"), ("ğ", "g|gh"), ("ph",
    "f"), ("ck", "k"),
)  # fmt: skip
_CYRILLIC = (
    ("shch", "щ"), ("Shch", "Щ"), ("Kh", "Х"), ("kh", "х"), ("Zh", "Ж"), ("zh", "ж"), ("Ts", "Ц"), ("ts", "ц"), ("Ch", "Ч"),
    ("ch", "ч"),
    ("Sh", "Ш"), ("sh", "ш"), ("Ya", "Я"), ("ya", "я"), ("Yu", "Ю"), ("yu", "ю"), ("Ye", "Е"), ("ye", "е"), ("yo", "ё"),
    ("iy", "ий"),
    ("ey", "ей"), ("ay", "ай"), ("oy", "ой"), ("x", "кс"), ("w", "в"), ("q", "к"), ("j", "дж"), ("c", "к"), ("J", "Дж"),
    ("C", "К"), ("W", "В"), ("Q", "К"),
    ("X", "Кс"),
)  # fmt: skip
_CYRILLIC_LETTERS = str.maketrans("abdefghiklmnoprstuvyzABDEFGHIKLMNOPRSTUVYZ", "абдефгхиклмнопрстувызАБДЕФГХИКЛМНОПРСТУВЫЗ")
_ARABIC = (
    ("al-", "ال"), ("sh", "ش"), ("kh", "خ"), ("gh", "غ"), ("th", "ث"), ("dh", "ذ"), ("aa", "ا"), ("ai", "ي"), ("ay", "ي"),
    ("oo", "و"),
    ("ou", "و"), ("ee", "ي"), ("b", "ب"), ("t", "ت"), ("j", "ج"), ("h", "ح"), ("d", "د"), ("r", "ر"), ("z", "ز"), ("s", "س"),
    ("f", "ف"),
    ("q", "ق"), ("k", "ك"), ("l", "ل"), ("m", "م"), ("n", "ن"), ("w", "و"), ("y", "ي"), ("u", "و"), ("i", "ي"), ("g", "ج"),
    ("p", "ب"), ("v", "ف"),
    ("a", ""), ("e", ""), ("o", ""), ("c", "ك"), ("x", "كس"), ("'", ""), ("-", " "),
)  # fmt: skip
# A man's and a woman's name that differ by their end: two people, however alike they are written.
_OTHER_GENDER = tuple(
    tuple(pair.split("/"))
    for pair in [
        "Michael/Michelle",
        "Maria/Mario",
        "Daniel/Daniela",
        "Fernanda/Fernando",
        "Adriana/Adriano",
        "Gabriela/Gabriel",
        "Patrícia/Patrício",
        "Luciana/Luciano",
        "Juliana/Juliano",
        "Antonio/Antonia",
        "Francisco/Francisca",
        "Rafael/Rafaela",
        "Roberto/Roberta",
        "Eduardo/Eduarda",
        "Aleksandr/Aleksandra",
        "Yevgeniy/Yevgeniya",
        "Viktor/Viktoriya",
        "Petra/Peter",
        "Stefan/Stefanie",
        "Karl/Karla",
        "Samir/Samira",
        "Jamal/Jamila",
        "Salim/Salima",
        "Amina/Amin",
        "Nadia/Nadir",
        "Karim/Karima",
        "Nicolas/Nicole",
        "Pierre/Pierrette",
        "Jean/Jeanne",
        "André/Andrea",
        "Joseph/Josephine",
        "Robert/Roberta",
        "Paulo/Paula",
        "Charles/Charlotte",
        "Carlos/Carla",
        "Brian/Brianna",
        "Juan/Juana",
        "Manuel/Manuela",
        "Alejandro/Alejandra",
        "Marcos/Marcia",
        "Rashid/Rashida",
    ]
)
_NEXT = {
    "a": "sqz", "b": "vgn", "c": "xvd", "d": "sfe", "e": "wrd", "f": "dgr", "g": "fht", "h": "gjy", "i": "uok", "j": "hku",
    "k": "jli", "l": "kop",
    "m": "nk", "n": "bmh", "o": "ipl", "p": "ol", "q": "wa", "r": "etf", "s": "adw", "t": "ryg", "u": "yij", "v": "cbf",
    "w": "qes", "x": "zcs",
    "y": "tuh", "z": "xas",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Pair:
    """Two names, whether they are one, and what was done: a change's name, or how a stranger was chosen."""

    query: str
    candidate: str
    match: bool
    kind: str


@dataclass(frozen=True, slots=True)
class _Person:
    given: tuple[str, ...]
    surname: str
    culture: str

    @property
    def name(self) -> str:
        if self.culture in ("chinese", "korean"):
            return f"{self.surname} {' '.join(self.given)}"
        return f"{' '.join(self.given)} {self.surname}"


@dataclass(frozen=True, slots=True)
class _Firm:
    stems: tuple[str, ...]
    trade: str
    form: str

    @property
    def name(self) -> str:
        return " ".join(part for part in (*self.stems, self.trade, self.form) if part)


def made_up_names(count: int, *, seed: int) -> list[str]:
    """Return `count` names of people and firms, three to two."""
    rng = random.Random(seed)  # noqa: S311 - a simulation
    return [_person(rng).name if rng.random() < 0.6 else _firm(rng).name for _ in range(count)]


def labelled_pairs(count: int, *, seed: int) -> list[Pair]:
    """Return `count` labelled pairs, about half of them matching."""
    rng = random.Random(seed)  # noqa: S311 - a simulation
    found: list[Pair] = []
    while len(found) < count:
        person = rng.random() < 0.6
        thing: _Person | _Firm = _person(rng) if person else _firm(rng)
        if rng.random() < 0.5:
            name, kinds = thing.name, []
            for _ in range(1 if rng.random() < 0.7 else 2):
                kind = rng.choice(tuple(_PERSON_CHANGES if person else _FIRM_CHANGES))
                changed = _change(kind, name, thing, rng)
                if changed and changed != name:
                    name = changed
                    kinds.append(kind)
            if kinds:
                found.append(Pair(name, thing.name, True, "+".join(kinds)))
        else:
            other, kind = _other_person(thing, rng) if isinstance(thing, _Person) else _other_firm(thing, rng)
            if other.casefold() != thing.name.casefold():
                found.append(Pair(other, thing.name, False, kind))
    return found


def typing_errors(names: list[str], *, seed: int) -> list[Pair]:
    """Return each name after one error of typing, or after two, as a matching pair."""
    rng = random.Random(seed)  # noqa: S311 - a simulation
    found = []
    for name in names:
        typed = _typo(name, rng)
        if rng.random() < SECOND_ERROR_SHARE:
            typed = _typo(typed, rng)
        if typed != name:
            found.append(Pair(typed, name, True, "typing"))
    return found


def mistyped_pairs(count: int, *, seed: int) -> list[Pair]:
    """Return `count` names after typing errors, each as a pair with the name that was meant, and with an unrelated one."""
    rng = random.Random(seed)  # noqa: S311 - a simulation
    names = made_up_names(count, seed=seed + 1)
    typed = typing_errors(names, seed=seed + 1)
    strangers = [Pair(pair.query, rng.choice(names), False, "unrelated") for pair in typed]
    return [*typed, *(pair for pair in strangers if pair.query != pair.candidate)]


def numbered_pairs(count: int, *, seed: int) -> list[Pair]:
    """Return `count` pairs of firms that a number alone tells apart, in Roman figures or Arabic ones: funds, ships' owners."""
    rng = random.Random(seed)  # noqa: S311 - a simulation
    found = []
    for _ in range(count):
        figures = [str(number) for number in range(1, 10)] if rng.random() < 0.4 else _ROMAN
        trade, form = rng.choice(("Fund", "Shipping", "Holding", "Capital")), rng.choice(("LP", "Ltd", "Inc"))
        stem = _stem(rng)
        one, other = (f"{stem} {trade} {figure} {form}" for figure in rng.sample(figures, 2))
        found.append(Pair(one, other, False, "other number"))
    return found


_ROMAN = ["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX"]


def _person(rng: random.Random) -> _Person:
    culture = rng.choice(tuple(_CULTURES))
    given, surnames = (text.split() for text in _CULTURES[culture])
    many = (
        1
        if culture in ("chinese", "korean")
        else rng.choice((1, 1, 2, 2, 3) if culture in ("arabic", "iberian") else (1, 1, 1, 2))
    )
    surname = rng.choice(surnames)
    if culture == "iberian" and rng.random() < 0.5:
        surname = f"{surname} {rng.choice(('', 'de ', 'dos '))}{rng.choice(surnames)}"
    if culture == "russian" and rng.random() < 0.5:
        father = rng.choice(
            ("Ivanovich", "Sergeyevich", "Nikolayevich", "Mikhaylovich", "Vladimirovich", "Petrovich", "Aleksandrovna")
        )
        return _Person((rng.choice(given), father), surname, culture)
    if culture == "arabic" and rng.random() < 0.3:
        return _Person((rng.choice(given), "bin", rng.choice(given)), surname, culture)
    return _Person(tuple(rng.sample(given, many)), surname, culture)


def _stem(rng: random.Random) -> str:
    if rng.random() < 0.12:
        return "".join(rng.choice("ABCDEFGHKLMNPRSTVXZ") for _ in range(3))
    return "".join(rng.choice(_STEM) for _ in range(rng.choice((2, 2, 3, 3, 4)))).capitalize()


def _firm(rng: random.Random) -> _Firm:
    stems = [_stem(rng)]
    if rng.random() < 0.3:
        stems.insert(rng.randrange(2), rng.choice(_PLACES))
    elif rng.random() < 0.25:
        stems.append(_stem(rng))
    if rng.random() < 0.08:
        stems.append(str(rng.randrange(2, 30)))
    trade = "" if rng.random() < 0.1 else rng.choice(_TRADES)
    if trade and rng.random() < 0.25:
        more = rng.choice(_TRADES)
        trade = trade if more in trade or trade in more else f"{trade} {more}"
    return _Firm(tuple(stems), trade, "" if rng.random() < 0.2 else rng.choice(tuple(_FORMS)))


_OTHER_PEOPLE = (
    *("same surname", "same given") * 3, *("near given", "near surname") * 2, "other last", "unrelated", "one name of it",
    "other gender",
    "a relative",
)  # fmt: skip


def _other_person(person: _Person, rng: random.Random) -> tuple[str, str]:
    given, surnames = (text.split() for text in _CULTURES[person.culture])
    kind = rng.choice(_OTHER_PEOPLE)
    if kind == "one name of it":
        return rng.choice((*person.given, person.surname.split()[-1])), kind
    if kind == "other gender":
        other = next((b if a == person.given[0] else a for a, b in _OTHER_GENDER if person.given[0] in (a, b)), None)
        if other is not None:
            return _Person((other, *person.given[1:]), person.surname, person.culture).name, kind
    if kind == "a relative" and person.culture in ("arabic", "russian"):
        others = [name for name in given if name not in person.given]
        return f"{rng.choice(others)} {person.name}", kind
    if kind == "same surname":
        others = [name for name in given if name not in person.given]
        return _Person(tuple(rng.sample(others, len(person.given))), person.surname, person.culture).name, kind
    if kind == "same given":
        others = [name for name in surnames if name not in person.surname]
        return _Person(person.given, rng.choice(others), person.culture).name, kind
    if kind == "near given":
        near = _nearest(person.given[0], [name for name in given if not _one_name(name, person.given[0])], rng)
        return _Person((near, *person.given[1:]), person.surname, person.culture).name, kind
    if kind == "near surname":
        last = person.surname.split()[-1]
        near = _nearest(last, [name for name in surnames if name != last], rng)
        return _Person(person.given, " ".join([*person.surname.split()[:-1], near]), person.culture).name, kind
    if kind == "other last" and len(person.given) > 1:
        others = [name for name in given if name not in person.given]
        return _Person((rng.choice(others), *person.given[1:]), person.surname, person.culture).name, kind
    return _person(rng).name, "unrelated"


def _other_firm(firm: _Firm, rng: random.Random) -> tuple[str, str]:
    kind = rng.choice(
        ("other stem", "other trade", "other number", "unrelated", "other stem", "near stem", "one more", "sister", "sister")
    )
    if kind == "sister" and firm.trade:
        trade = rng.choice([each for each in _TRADES if not _same_trade(each, firm.trade)])
        return _Firm(firm.stems, trade, firm.form).name, kind
    stems = firm.stems
    if kind == "other stem":
        return _Firm((_stem(rng), *stems[1:]), firm.trade, firm.form).name, kind
    if kind == "other trade" and firm.trade:
        trade = rng.choice([each for each in _TRADES if each not in firm.trade and firm.trade not in each])
        return _Firm((rng.choice(_PLACES),) if rng.random() < 0.3 else (_stem(rng),), trade, firm.form).name, kind
    if kind == "other number":
        numbers = rng.sample(range(2, 40), 2)
        plain = tuple(stem for stem in stems if not stem.isdigit())
        if any(stem.isdigit() for stem in stems):
            return _Firm((*plain, str(numbers[0] + 40)), firm.trade, firm.form).name, kind
    if kind == "near stem" and len(stems[0]) >= 5:
        cut = len(stems[0]) // 2
        end = "".join(rng.choice(_STEM) for _ in range(2))
        return _Firm((stems[0][:cut] + end, *stems[1:]), firm.trade, firm.form).name, kind
    if kind == "one more":
        return _Firm((_stem(rng), _stem(rng)), firm.trade, firm.form).name, kind
    return _firm(rng).name, "unrelated"


_SAME_TRADES = ("Trading Import Export", "Shipping Marine Maritime Transport Logistics", "Oil Petroleum Petrochemical Chemical",
                "Technologies Electronics Software Telecom",
                "Industries Group Holding International Management Development Services",
                "Investment Capital Bank Exchange", "Steel Metals Mining Machinery")  # fmt: skip


def _same_trade(one: str, other: str) -> bool:
    """Whether two trades are so near that a register may call a firm by either."""
    return any(
        set(words.split()) & set(one.split()) and set(words.split()) & set(other.split()) for words in _SAME_TRADES
    ) or bool(set(one.split()) & set(other.split()))


def _nearest(name: str, others: list[str], rng: random.Random) -> str:
    """Return one of the five names that share most letters at their beginning and their end."""

    def shared(other: str) -> int:
        start = next((n for n, (a, b) in enumerate(zip(name, other, strict=False)) if a != b), min(len(name), len(other)))
        end = next((n for n, (a, b) in enumerate(zip(name[::-1], other[::-1], strict=False)) if a != b), 0)
        return start + end - abs(len(name) - len(other))

    return rng.choice(sorted(others, key=shared, reverse=True)[:5])


def _one_name(first: str, second: str) -> bool:
    return first == second or first.rstrip("aoe") == second.rstrip("aoe")


SECOND_ERROR_SHARE = 0.2
"""Of mistyped words that have more than one error: F. J. Damerau, CACM 7(3), 1964, found one error in 80 of 100."""
FIRST_LETTER_SHARE = 0.08
"""Of typing errors that strike the first letter of a word: J. J. Pollock and A. Zamora, CACM 27(4), 1984, found 8 in 100."""


def _typo(name: str, rng: random.Random) -> str:
    first = rng.random() < FIRST_LETTER_SHARE
    places = [
        place for place, letter in enumerate(name)
        if letter.isalpha() and (place == 0 or not name[place - 1].isalpha()) is first
    ]  # fmt: skip
    if len(name) < 4 or not places:
        return name
    place = rng.choice(places)
    letter = name[place].lower()
    how = rng.randrange(5)
    if how == 0:
        return name[:place] + name[place + 1 :]
    if how == 1:
        return name[:place] + name[place] + name[place:]
    if how == 2 and place + 1 < len(name) and name[place + 1].isalpha():
        return name[:place] + name[place + 1] + name[place] + name[place + 2 :]
    if how == 3:
        return name[:place] + rng.choice(_NEXT.get(letter, "aeiou")) + name[place:]
    return name[:place] + rng.choice(_NEXT.get(letter, "aeiou")) + name[place + 1 :]


def _romanised(name: str, rng: random.Random) -> str:
    usable = [(old, new) for old, new in _ROMANISED if old in name]
    for old, new in rng.sample(usable, min(len(usable), rng.choice((1, 2, 3)))):
        name = name.replace(old, rng.choice(new.split("|")))
    return name


def _cyrillic(name: str) -> str:
    for old, new in _CYRILLIC:
        name = name.replace(old, new)
    return name.translate(_CYRILLIC_LETTERS)


def _arabic(name: str) -> str:
    words = []
    for word in name.split():
        written = word.lower() if not word.startswith("al-") else word
        start = "ا" if written[0] in "aeiou" and not written.startswith("al-") else ""
        for old, new in _ARABIC:
            written = written.replace(old, new)
        words.append(start + written)
    return " ".join(words)


def _vowel(name: str, rng: random.Random) -> str:
    places = [place for place, letter in enumerate(name) if letter.lower() in "aeiou"]
    if not places:
        return name
    place = rng.choice(places)
    return name[:place] + rng.choice("aeiou") + name[place + 1 :]


def _swap_words(name: str, rng: random.Random) -> str:
    words = name.split()
    if len(words) < 2:
        return name
    first = rng.randrange(len(words) - 1)
    words[first], words[first + 1] = words[first + 1], words[first]
    return " ".join(words)


def _glued(name: str, rng: random.Random) -> str:
    words = name.split()
    if len(words) < 2:
        return name
    if rng.random() < 0.3:
        return "".join(words)
    first = rng.randrange(len(words) - 1)
    return " ".join([*words[:first], words[first] + words[first + 1].lower(), *words[first + 2 :]])


def _without_doubles(name: str) -> str:
    return "".join(letter for place, letter in enumerate(name) if place == 0 or letter.lower() != name[place - 1].lower())


Change = Callable[[str, "_Person | _Firm", random.Random], str]
_BOTH: dict[str, Change] = {
    "typing": lambda name, _thing, rng: _typo(name, rng),
    "typing twice": lambda name, _thing, rng: _typo(_typo(name, rng), rng),
    "vowel": lambda name, _thing, rng: _vowel(name, rng),
    "no double letters": lambda name, _thing, _rng: _without_doubles(name),
    "words swapped": lambda name, _thing, rng: _swap_words(name, rng),
    "written together": lambda name, _thing, rng: _glued(name, rng),
    "signs": lambda name, _thing, rng: name.replace(" ", rng.choice("-_./,*")),
    "noise": lambda name, _thing, rng: f"{''.join(rng.choice('abcdefghjkmnpqrstuvwxyz0123456789') for _ in range(3))} {name}",
    "possessive": lambda name, _thing, _rng: f"{name}'s",
    "case": lambda name, _thing, rng: rng.choice((name.upper(), name.lower())),
    "romanised": lambda name, _thing, rng: _romanised(name, rng),
    "Cyrillic": lambda name, _thing, _rng: _cyrillic(name),
}
_PERSON_CHANGES: dict[str, Change] = _BOTH | {
    "surname first": lambda name, thing, _rng: f"{thing.surname}, {' '.join(thing.given)}" if isinstance(thing,
    _Person) else name,
    "surname in front": lambda name, thing, _rng: f"{thing.surname} {' '.join(thing.given)}" if isinstance(thing,
    _Person) else name,
    "initials": lambda name, thing, _rng: (
        f"{' '.join(each[0] + '.' for each in thing.given)} {thing.surname}" if isinstance(thing, _Person) else name
    ),
    "middle initial": lambda name, thing, _rng: (
        " ".join([thing.given[0], *(each[0] + "." for each in thing.given[1:]), thing.surname]) if isinstance(thing,
        _Person) else name
    ),
    "without middle": lambda name, thing, _rng: (
        f"{thing.given[0]} {thing.surname}" if isinstance(thing, _Person) and len(thing.given) > 1 else name
    ),
    "one more name": lambda name, thing, rng: (
        f"{' '.join(thing.given)} {rng.choice(_CULTURES[thing.culture][0].split())} {thing.surname}" if isinstance(thing,
        _Person) else name
    ),
    "short": lambda name, _thing, _rng: " ".join(_SHORT.get(word, word) for word in name.split()),
    "title": lambda name, _thing, rng: f"{rng.choice(_TITLES)} {name}",
    "Arabic": lambda name, thing, _rng: _arabic(name) if isinstance(thing, _Person) and thing.culture == "arabic" else name,
}  # fmt: skip
_FIRM_CHANGES: dict[str, Change] = _BOTH | {
    "form short": lambda name, thing, rng: name.replace(thing.form, rng.choice(_FORMS[thing.form])) if isinstance(thing,
    _Firm) and thing.form else name,
    "without form": lambda name, thing, _rng: name.removesuffix(thing.form).strip() if isinstance(thing,
    _Firm) and thing.form else name,
    "other form": lambda name, thing, rng: (
        f"{name.removesuffix(thing.form).strip()} {rng.choice(tuple(_FORMS))}" if isinstance(thing,
        _Firm) and thing.form else name
    ),
    "form in front": lambda name, thing, rng: (
        f"{rng.choice(_FORMS[thing.form])} {name.removesuffix(thing.form).strip()}" if isinstance(thing,
        _Firm) and thing.form else name
    ),
    "words short": lambda name, _thing, _rng: " ".join(_WORDS_SHORT.get(word, word) for word in name.split()),
    "without trade": lambda name, thing, _rng: (
        " ".join((*thing.stems, thing.form)).strip() if isinstance(thing,
        _Firm) and thing.trade and len("".join(thing.stems)) >= 8 else name
    ),
    "letters of it": lambda name, thing, _rng: (
        "".join(word[0] for word in name.removesuffix(thing.form).split() if word[0].isupper())
        if isinstance(thing, _Firm) and len(name.removesuffix(thing.form).split()) >= 4 else name
    ),
}  # fmt: skip
CHANGES = tuple(dict.fromkeys((*_PERSON_CHANGES, *_FIRM_CHANGES)))
_WORDS_SHORT: dict[str, str] = {
    "International": "Intl", "Industries": "Ind.", "Technologies": "Tech", "Services": "Svcs", "Engineering": "Engg",
    "Development": "Dev",
    "Management": "Mgmt", "Group": "Grp", "Investment": "Inv.", "Pharmaceuticals": "Pharma", "and": "&",
    "Construction": "Constr.",
    "General": "Gen.", "Transport": "Transportation", "Holding": "Holdings", "Bank": "Banco", "Petroleum": "Oil",
    "Shipping": "Lines",
}  # fmt: skip


def _change(kind: str, name: str, thing: _Person | _Firm, rng: random.Random) -> str:
    found = (_PERSON_CHANGES if isinstance(thing, _Person) else _FIRM_CHANGES)[kind](name, thing, rng)
    return found if len(found) > 1 else name
