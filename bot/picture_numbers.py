"""Numbers in a sentence with what is counted, as exact spans of it: "tot 20 miljard euro", "255.000 tot 465.000 voltijdbanen".

Years, dates, and numbers of articles, questions and pages are no figures, and neither is a number of nothing.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_NUMBER = r"(?:\d{1,3}(?:[.,\u00a0\u202f]\d{3})+(?:,\d+)?|\d+(?:[.,]\d{1,3})?)"
_SCALE = r"(?:duizend|miljoen|miljard|biljoen|mln\.?|mld\.?|thousand|million|billion|trillion)"
_MONEY = r"(?:euro|dollar|pond|euros|dollars|pounds)"
_SHARE = r"(?:%|‰|procentpunt(?:en)?\b|procent\b|percentage points?\b|per cent\b|percent\b)"
_HEDGES = (
    r"(?:verwachte|geschatte|naar schatting|ongeveer|circa|zo['’]n|ruim|bijna|maximaal|minimaal|hooguit|hoogstens|minstens|"
    r"ten minste|ten hoogste|meer dan|minder dan|nog geen|slechts|tot wel|tot|rond de|tussen de|tussen|"
    r"an estimated|estimated|about|around|roughly|nearly|almost|up to|at most|at least|more than|less than|fewer than|over|only|"
    r"between)"
)
_FIGURE = re.compile(
    rf"(?<![\w.,:/§-])(?P<hedge>(?:\b{_HEDGES}\s+){{0,2}})(?P<sign>[€$£]\s?)?(?P<number>{_NUMBER})"
    rf"(?:(?P<link>\s?[-–]\s?|\s+(?:tot|tot en met|en|à|to|and|van de|of the)\s+)(?P<upper>[€$£]?{_NUMBER}))?"
    rf"(?P<scale>\s+{_SCALE}(?![\w-]))?(?P<share>\s?{_SHARE})?(?P<money>\s+{_MONEY}(?!\w))?(?![\w/]|[.,:-]\d|-\w)",
    re.IGNORECASE,
)
_NAMED_BY = re.compile(
    r"\b(?:artikel(?:en)?|art\.?|lid|nr\.?|nummer|no\.?|vraag|vragen|antwoord(?:en)?|bijlage|hoofdstuk|paragraaf|pagina|blz\.?|p\.?|alinea|stuk|"
    r"versie|fase|stap|klasse|categorie|tabel|figuur|bron|editie|article|question|answer|annex|chapter|section|page|version|phase|step|"
    r"table|figure|window|windows|office|level|niveau)\s*$",
    re.IGNORECASE,
)
_MONTHS = (
    "januari|februari|maart|april|mei|juni|juli|augustus|september|oktober|november|december|"
    "january|february|march|may|june|july|august|october"
)
_DATE = re.compile(rf"\s*(?:{_MONTHS})\b", re.IGNORECASE)
_BEFORE_YEAR = re.compile(rf"\b(?:{_MONTHS}|in|sinds|vanaf|tot|since|from|until|by|jaar|year)\s*$", re.IGNORECASE)
_TIME = re.compile(r"\s*(?:uur\b|u\b|o['’]clock|am\b|pm\b)", re.IGNORECASE)
_DENIED = re.compile(
    r"\b(?:niet|geen|nooit|nergens|nowhere|not|no|never|none|without|zonder)\b(?!\s+(?:meer|minder|alleen|more|less|only)\b)",
    re.IGNORECASE,
)
_STOPS = """aan als at and are be been bij by can die dat dan de den der deze die door een en for from geen gaat had has have heeft
    hebben het hij hun if in is it kan kon kunnen kunt maar may met might mits moet moeten mag mogen na naar niet nog of om on onder
    op or over per sinds te tegen ten terwijl that the their to toe tot tussen uit van vanaf voor waar waarvan want was wat were
    werd wel werden which while who will with worden wordt would zal ze zich zij zijn zo zonder zou zouden"""
_STOP = frozenset(_STOPS.split())
_WORD = re.compile(r"\s+([^\W\d_](?:[\w’'-]*\w)?)")
_ADJECTIVE = re.compile(
    r"(?:extra|meer|minder|more|fewer|less|new|total|annual|\w{2,}[^\Wi]e|\w{3,}(?:al|ive|ic|il))\Z", re.IGNORECASE
)
_COMPLEMENT = re.compile(
    r"\s+(?:per (?:jaar|maand|week|dag|inwoner|year|month|week|day)\b|(?:van (?:de|het|alle)|of (?:the|all)|aan)(?=\s))",
    re.IGNORECASE,
)
_FOUR = re.compile(r"(?:1[5-9]|20|21)\d\d\Z")
_BIG = re.compile(r"\d[.,\u00a0\u202f]\d{3}|\d{5}")


@dataclass(frozen=True, slots=True)
class Number:
    """A number in a text: the span that holds it with what is counted, and what it shares with the same claim elsewhere."""

    start: int
    end: int
    key: tuple[str, ...]
    is_large: bool


def numbers_in(text: str) -> Iterator[Number]:
    """The figures of a sentence, in order; none of them after a denial, of which they might be a part."""
    denied = _DENIED.search(text)
    end = 0
    for found in _FIGURE.finditer(text):
        hedge = found["hedge"].lower()
        if denied and denied.start() < found.start("number") and not hedge.startswith("nog geen"):
            return
        if found.start() < end or _is_no_figure(text, found):
            continue
        end = _end_of(text, found)
        if end > found.end() or found["share"] or found["money"] or found["sign"]:
            counted = "" if found["share"] or found["money"] or found["sign"] else text[found.end() : end].lower().split()[-1]
            key = (found["number"], found["upper"] or "", (found["scale"] or "").strip().lower(), counted[:6])
            is_large = bool(found["share"] or found["money"] or found["sign"] or found["scale"] or _BIG.search(found.group()))
            yield Number(found.start(), end, key, is_large)


def _is_no_figure(text: str, found: re.Match[str]) -> bool:
    """Whether it is a date, a year, a time or the number of something."""
    before, after = text[: found.start()], text[found.end() :]
    if found["share"] or found["money"] or found["sign"] or found["scale"]:
        return False
    if _NAMED_BY.search(before) or _DATE.match(after) or _TIME.match(after):
        return True
    numbers = [number for number in (found["number"], found["upper"]) if number]
    if all(_FOUR.match(number) for number in numbers):
        return True
    return bool(re.match(r"\s*[.)\]]", after) and not before.strip()) or bool(
        _BEFORE_YEAR.search(before) and _FOUR.match(numbers[0])
    )


def _end_of(text: str, found: re.Match[str]) -> int:
    """Where what is counted ends: "generatieve AI-toepassingen", "procent van de banen", "euro per jaar"."""
    end = _noun(text, found.end(), found)
    if end == found.end() and not (found["share"] or found["money"] or found["sign"]):
        return end
    if more := _COMPLEMENT.match(text, end):
        is_whole = "per " in more.group().lower()
        further = more.end() if is_whole else _noun(text, more.end(), None)
        return further if is_whole or further > more.end() else end
    return end


def _noun(text: str, start: int, found: re.Match[str] | None) -> int:
    """Where the words end that name a thing, at most three; `start` where there are none.

    After money only what makes it more or less belongs to it: "20 miljard euro belastinggeld" says no more than "euro".
    """
    end = start
    has_unit = found is not None and bool(found["money"] or found["share"] or found["sign"])
    for _ in range(3):
        word = _WORD.match(text, end)
        if word is None or word.group(1).lower() in _STOP:
            break
        is_adjective = _ADJECTIVE.match(word.group(1)) is not None
        if has_unit and not is_adjective:
            break
        end = word.end()
        has_unit = False
        if not is_adjective:
            return end
    return end if end == start or not _ends_in_adjective(text[start:end]) else start


def _ends_in_adjective(words: str) -> bool:
    """Whether nothing is named: "meer", "extra"."""
    return words.rsplit(maxsplit=1)[-1].lower() in {"extra", "meer", "minder", "more", "less", "fewer"}
