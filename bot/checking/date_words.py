"""The words of dates in Dutch and English: months, weekdays, seasons, "vorig", "jaren negentig"."""

import re

MONTHS = {
    name: number
    for names in (
        "januari februari maart april mei juni juli augustus september oktober november december",
        "january february march april may june july august september october november december",
    )
    for number, name in enumerate(names.split(), 1)
}
SHORT = {"jan": 1, "feb": 2, "febr": 2, "mrt": 3, "mar": 3, "apr": 4, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "sept": 9}
SHORT |= {"okt": 10, "oct": 10, "nov": 11, "dec": 12}
WEEKDAYS = {
    name + ending: f"weekday {number}"
    for names in (
        "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag",
        "monday tuesday wednesday thursday friday saturday sunday",
    )
    for number, name in enumerate(names.split(), 1)
    for ending in ("", "en", "s")
}
DAYS = {"vandaag": "today", "today": "today", "gisteren": "yesterday", "yesterday": "yesterday", "tomorrow": "tomorrow"}
DAYS |= {
    "morgen": "tomorrow",
    "overmorgen": "in two days",
    "eergisteren": "two days ago",
    "tonight": "tonight",
    "vanavond": "tonight",
}
WHICH = {
    word: which
    for which, words in {
        "last": "vorig vorige last previous",
        "past": "afgelopen past voorbije laatste",
        "next": "volgend volgende next",
        "coming": "komend komende aankomend aankomende coming upcoming",
        "this": "dit deze this current huidige huidig",
    }.items()
    for word in words.split()
}
PERIODS = {
    word: period
    for period, words in {
        "year": "jaar jaren year years",
        "month": "maand maanden month months",
        "week": "week weken weeks",
        "quarter": "kwartaal quarter",
        "decade": "decennium decennia decade decades",
        "century": "eeuw eeuwen century centuries",
        "summer": "zomer summer",
        "winter": "winter",
        "spring": "lente voorjaar spring",
        "autumn": "herfst najaar autumn fall",
        "weekend": "weekend",
    }.items()
    for word in words.split()
}
SEASONS = frozenset({"summer", "winter", "spring", "autumn"})
STAGES = {
    "begin": "start",
    "early": "start",
    "eind": "end",
    "einde": "end",
    "end": "end",
    "late": "end",
    "medio": "middle",
    "mid": "middle",
}
DECADES = {"twintig": 20, "dertig": 30, "veertig": 40, "vijftig": 50, "zestig": 60, "zeventig": 70, "tachtig": 80, "negentig": 90}
DECADES |= {f"{word}er": value for word, value in DECADES.items()}
EN_DECADES = "twenties thirties forties fifties sixties seventies eighties nineties".split()
DECADES |= {word: value for value, word in zip(range(20, 100, 10), EN_DECADES, strict=True)}
NUMERIC = re.compile(r"(?:(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})|(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}))")
QUARTER = re.compile(r"[qk]([1-4])")
VERBS = frozenset({"may", "march", "mar"})
BEFORE_MONTH = frozenset("in by since until of from last next this early late mid before after through between and during".split())
COUNTED = re.compile(
    r"banen|\w*baan|mensen|personen|werknemers|ambtenaren|bedrijven|jobs?|people|persons|workers|employees|companies|organisaties|fte|"
    r"organi[sz]ations|woningen|gemeenten|leerlingen|studenten|students|municipalities|euros?|dollars?|pond|pounds|procent|percent|per|"
    r"\w{3,}banen|deelnemers|respondenten|respondents|documenten|documents|uur|dagen|hours|days|keer|times|huizen|patienten|patients|kinderen"
)
BEGINNINGS = frozenset({*MONTHS, *SHORT, *WEEKDAYS, *DAYS, *WHICH, *DECADES, *PERIODS, "jaren"})
"""The words at which a date can begin."""
AFTER_ORDINAL = frozenset("e de ste st nd rd th".split())
LAST_DAY, LAST_MONTH, LAST_CENTURY = 31, 12, 1900
