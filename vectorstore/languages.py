"""Dutch or English? Function words tell, also in a question of five words."""

import re
from functools import cache
from typing import Literal

Language = Literal["nl", "en"]

STOP_WORDS: dict[Language, frozenset[str]] = {
    "nl": frozenset(
        """daarvan daarover daarop daaraan daarvoor daarin daartegen ervan ermee erover hiervan hierover hiermee
        aan al alle alleen als alsof ander andere anders bent bij bijvoorbeeld daar daarbij daarmee daarom dan dat de deze
        die dit doe doen doet door dus echter een eens en er erg erover even gaan gaat gewoon graag had hadden heb hebben
        hebt heeft hem hen het hier hij hoe hun iemand iets ik in is ja je jij jou jouw jullie kan kon konden kun kunnen
        kunt maar maken maakt me meer men met mij mijn moest moet moeten mocht mag na naar nee niet niets nog nou nu of om
        omdat onder ons onze ook op over precies te tegen ten ter toch toen tot tussen u uit uw van vaak vanaf vanuit veel
        via voor waar waarom wanneer waren was wat we wel welk welke werd werden wie wij wil willen word worden wordt ze zei
        zeggen zegt zich zij zijn zo zoals zou zouden zullen zal volgens eigenlijk hoeveel hoevaak vind vindt vinden denkt
        denken geeft geven staat staan ga gaf komt komen noemt noemen noemde heet vd v.d mn zn afkorting betekent hoevl
        hoevel ofzo eens eigelijk aub graag gebeurt gebeuren rond bedoeld ben bent geef vertel zeg noem zit zitten zat doen
        zet allemaal helemaal echt ooit zoal sowieso zelfs alvast hoelang hoezo nogal best wellicht misschien
        goed goede slecht slechte terecht onterecht gelijk ongelijk juist onjuist""".split()
    ),
    "en": frozenset(
        """a about according after all also am an and any are as at be because been before being between both but by can could
        did do does doing done down for from get gets give gives had has have having he her here him his how i if in into is
        it its just like make makes many me might more most much must my no nor not now of off on one only or other our out
        over own please said same say saying says see she should so some such tell than that the their them then there these
        they think thinks this those through to too under until up very was we well were what when where which while who
        whom why will with would you your mention mentions mentioned find finds found ask asks asked stand stands mean means meant
        does belong belongs called please tell""".split()
    ),
}
"""Words that carry no subject of their own, by language."""

_WORD = re.compile(r"[a-zà-ÿ]+")
_GREETINGS = {
    "nl": {"hoi", "hallo", "doei", "dag", "bedankt", "dankjewel", "bronnen"},
    "en": {"hi", "hello", "bye", "thanks", "sources"},
}
_TELLING = {
    "nl": (STOP_WORDS["nl"] - STOP_WORDS["en"]) | _GREETINGS["nl"],
    "en": (STOP_WORDS["en"] - STOP_WORDS["nl"]) | _GREETINGS["en"],
}
_SPELLING = {"nl": re.compile(r"ij|aa|uu|oe|sch|cht|lijk|ing$|eer|en$"), "en": re.compile(r"th|wh|tion|ght|ly$|ck|ea|ing$|ed$|y$")}


@cache
def detect_language(text: str, default: Language = "nl") -> Language:
    """The language of a text by its function words, then by its spelling; `default` when neither tells."""
    words = _WORD.findall(text[:20_000].lower())
    for telling in (_by_function_words, _by_spelling):
        counts = telling(words)
        if counts["nl"] != counts["en"]:
            return "nl" if counts["nl"] > counts["en"] else "en"
    return default


def _by_function_words(words: list[str]) -> dict[str, int]:
    return {language: sum(word in telling for word in words) for language, telling in _TELLING.items()}


def _by_spelling(words: list[str]) -> dict[str, int]:
    return {language: sum(bool(pattern.search(word)) for word in words) for language, pattern in _SPELLING.items()}
