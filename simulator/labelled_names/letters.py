"""What letters become: in other romanisations and scripts, and under a finger that misses its key."""

ROMANISED = (
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
CYRILLIC = (
    ("shch", "щ"), ("Shch", "Щ"), ("Kh", "Х"), ("kh", "х"), ("Zh", "Ж"), ("zh", "ж"), ("Ts", "Ц"), ("ts", "ц"), ("Ch", "Ч"),
    ("ch", "ч"),
    ("Sh", "Ш"), ("sh", "ш"), ("Ya", "Я"), ("ya", "я"), ("Yu", "Ю"), ("yu", "ю"), ("Ye", "Е"), ("ye", "е"), ("yo", "ё"),
    ("iy", "ий"),
    ("ey", "ей"), ("ay", "ай"), ("oy", "ой"), ("x", "кс"), ("w", "в"), ("q", "к"), ("j", "дж"), ("c", "к"), ("J", "Дж"),
    ("C", "К"), ("W", "В"), ("Q", "К"),
    ("X", "Кс"),
)  # fmt: skip
CYRILLIC_LETTERS = str.maketrans("abdefghiklmnoprstuvyzABDEFGHIKLMNOPRSTUVYZ", "абдефгхиклмнопрстувызАБДЕФГХИКЛМНОПРСТУВЫЗ")
ARABIC = (
    ("al-", "ال"), ("sh", "ش"), ("kh", "خ"), ("gh", "غ"), ("th", "ث"), ("dh", "ذ"), ("aa", "ا"), ("ai", "ي"), ("ay", "ي"),
    ("oo", "و"),
    ("ou", "و"), ("ee", "ي"), ("b", "ب"), ("t", "ت"), ("j", "ج"), ("h", "ح"), ("d", "د"), ("r", "ر"), ("z", "ز"), ("s", "س"),
    ("f", "ف"),
    ("q", "ق"), ("k", "ك"), ("l", "ل"), ("m", "م"), ("n", "ن"), ("w", "و"), ("y", "ي"), ("u", "و"), ("i", "ي"), ("g", "ج"),
    ("p", "ب"), ("v", "ف"),
    ("a", ""), ("e", ""), ("o", ""), ("c", "ك"), ("x", "كس"), ("'", ""), ("-", " "),
)  # fmt: skip
NEXT = {
    "a": "sqz", "b": "vgn", "c": "xvd", "d": "sfe", "e": "wrd", "f": "dgr", "g": "fht", "h": "gjy", "i": "uok", "j": "hku",
    "k": "jli", "l": "kop",
    "m": "nk", "n": "bmh", "o": "ipl", "p": "ol", "q": "wa", "r": "etf", "s": "adw", "t": "ryg", "u": "yij", "v": "cbf",
    "w": "qes", "x": "zcs",
    "y": "tuh", "z": "xas",
}  # fmt: skip
