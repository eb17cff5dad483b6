"""What a liar swaps: words that turn a sentence around, in Dutch and English."""

import re
from collections.abc import Iterator, Sequence

NEGATIONS = ("nog niet", "niet", "geen", "nooit", "nauwelijks", "zonder", "not", "no", "never", "hardly", "without")
COMPARISONS = (
    ("meer", "minder"), ("minder", "meer"), ("hoger", "lager"), ("lager", "hoger"), ("groter", "kleiner"), ("kleiner", "groter"),
    ("beter", "slechter"), ("slechtere", "betere"), ("efficiënter", "duurder"), ("effectiever", "trager"), ("verhoogt", "verlaagt"),
    ("verhogen", "verlagen"), ("verlagen", "verhogen"), ("groeit", "krimpt"), ("dalen", "stijgen"), ("gedaald", "gestegen"),
    ("besparing", "kostenpost"), ("bespaarden", "verspilden"), ("opleveren", "kosten"), ("vroeg", "laat"), ("voor", "tegen"),
    ("more", "fewer"), ("less", "more"), ("higher", "lower"), ("lower", "higher"), ("better", "worse"), ("worse", "better"),
    ("increase", "decrease"), ("saves", "costs"), ("save", "cost"), ("rise", "fall"), ("faster", "slower"), ("before", "after"),
)  # fmt: skip
HEDGES = (
    ("kan", "zal"), ("kunnen", "zullen"), ("zou", "zal"), ("zouden", "zullen"), ("verwacht", "bewijst"), ("schat", "bewijst"),
    ("schatte", "bewees"), ("mogelijk", "zeker"), ("mogen", "moeten"), ("mag", "moet"), ("wil", "eist"), ("vindt", "bewijst"),
    ("ziet", "garandeert"), ("onzeker", "zeker"), ("nauwelijks", "zeker"), ("vaak", "altijd"), ("waarschijnlijk", "zeker"),
    ("can", "will"), ("could", "will"), ("may", "must"), ("might", "will"), ("expects", "proves"), ("estimates", "proves"),
    ("should", "must"), ("uncertain", "certain"), ("often", "always"), ("probably", "certainly"), ("thinks", "proves"),
)  # fmt: skip
QUANTIFIERS = (
    ("meeste", "alle"), ("sommige", "alle"), ("enkele", "alle"), ("alle", "enkele"), ("veel", "alle"), ("tot", "minstens"),
    ("ongeveer", "precies"), ("ruim", "bijna"), ("meer dan", "precies"), ("bijna", "ruim"), ("vooral", "alleen"),
    ("elk", "geen enkel"),
    ("most", "all"), ("some", "all"), ("few", "all"), ("all", "some"), ("many", "all"), ("about", "exactly"), ("up to", "at least"),
    ("every", "hardly any"), ("mostly", "only"),
)  # fmt: skip
UNITS = (
    ("miljard", "miljoen"), ("miljoen", "miljard"), ("biljoen", "miljard"), ("procent", "promille"), ("euro", "dollar"),
    ("dollar", "euro"), ("vacatures", "ontslagen"), ("voltijdbanen", "ontslagen"), ("minuten", "uren"), ("per dag", "per week"),
    ("per jaar", "per maand"), ("toepassingen", "rechtszaken"), ("licenties", "klachten"), ("AI-toepassingen", "rechtszaken"),
    ("billion", "million"), ("million", "billion"), ("percent", "per mille"), ("euros", "dollars"), ("jobs", "dismissals"),
    ("minutes", "hours"), ("a day", "a week"), ("a year", "a month"),
)  # fmt: skip
MONTHS = (
    *"januari februari maart april mei juni juli augustus september oktober november december".split(),
    *"January February March April May June July August September October November December".split(),
)
SPELLED = {
    "nl": ("drieduizend", "anderhalf miljoen", "tientallen", "een half miljard", "negenennegentig", "honderden"),
    "en": ("three thousand", "one and a half million", "dozens of", "half a billion", "ninety-nine", "hundreds of"),
}
NUMBER = re.compile(r"\d(?:[\d.,]*\d)?")


def swapped(text: str, pairs: Sequence[tuple[str, str]]) -> Iterator[str]:
    """The text with one word swapped, for each place where one can be."""
    for word, other in pairs:
        for match in re.finditer(rf"(?<!\w){re.escape(word)}(?!\w)", text):
            yield text[: match.start()] + other + text[match.end() :]


def without_negation(text: str) -> Iterator[str]:
    """The text with one denial less, for each that it has."""
    for word in NEGATIONS:
        for match in re.finditer(rf"(?<!\w){word} ", text):
            yield text[: match.start()] + text[match.end() :]


def with_negation(text: str, language: str) -> Iterator[str]:
    """The text with one denial more, behind each word that can bear one."""
    words, denial = (
        ("kan kunnen zal moet moeten wil vindt is zijn ziet verwacht schat dat", "niet")
        if language == "nl"
        else ("can could will must should is are does that to", "not")
    )
    for word in words.split():
        for match in re.finditer(rf"(?<!\w){word}(?= )", text):
            yield f"{text[: match.end()]} {denial}{text[match.end() :]}"


def numbers_in(text: str) -> list[re.Match[str]]:
    """The numbers in digits."""
    return list(NUMBER.finditer(text))


def put(text: str, match: re.Match[str], other: str) -> str:
    """The text with something else in one place."""
    return text[: match.start()] + other + text[match.end() :]
