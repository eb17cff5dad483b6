"""What a sentence looks like that holds the kind of answer that was asked for."""

import re

from bot.questions import Question, Wanted
from vectorstore.retrieval import Evidence
from vectorstore.words import fold, words_in

DECISIVE = frozenset(
    {Wanted.NUMBER, Wanted.MONEY, Wanted.DATE, Wanted.AGE, Wanted.COST, Wanted.SHARE, Wanted.DURATION, Wanted.PARTY}
)
"""The kinds without which a sentence is no answer: a question for a number is not answered by a name."""

_COUNTED = re.compile(r"\b(?:hoe ?veel|how many|aantal)\s+(?:(?:[\w-]+)[\s-])??([a-zà-ÿ]{4,})", re.IGNORECASE)
_COUNTS = (
    "een|één|twee|drie|vier|vijf|zes|zeven|acht|negen|tien|elf|twaalf|dertien|veertien|vijftien|twintig|dertig|veertig|vijftig|honderd|"
    "duizend|geen|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|hundred|none"
)
_HAS_NUMBER = re.compile(
    rf"(?<![A-Za-z\d-])\d|\b(?:{_COUNTS}|helft|kwart|half)\b",
    re.IGNORECASE,
)
_UNITS = (
    "seconden?|minuten|minuut|uur|uren|dag(?:en)?|week|weken|maand(?:en)?|kwartaal|kwartalen|jaar|jaren|"
    "seconds?|minutes?|hours?|days?|weeks?|months?|years?"
)
_HAS_DURATION = re.compile(
    rf"(?:(?<![A-Za-z\d-])\d[\d.,]*|\b(?:{_COUNTS}|enkele|paar|elke?|ieder|per|every|few|half))\s+(?:[a-z]+\s+)?(?:{_UNITS})\b|"
    r"\b(?:(?:jaar|maand|wek|dag|halfjaar)e?lijks\w*|zolang|totdat|annual\w*|monthly|weekly|daily|altijd|nooit|continu)\b",
    re.IGNORECASE,
)
_HAS_AGE = re.compile(r"\b\d{1,3}[\s-]*(?:jaar|jarige)\b|\bgeboren\b|\byears? old\b|\bborn\b", re.IGNORECASE)
_HAS_SHARE = re.compile(
    r"%|\b(?:procent|procentpunt|helft|derde|kwart|vijfde|tiende|percent|half|third|quarter)\b|\b\d+ van de \d+", re.IGNORECASE
)
_HAS_PARTY = re.compile(
    r"\b(?:VVD|PVV|D66|CDA|BBB|NSC|PvdA|GroenLinks|SP|PvdD|SGP|ChristenUnie|Volt|JA21|FVD|DENK|50PLUS|Leefbaar \w+|"
    r"[Pp]artij van\b.{3,20}|Labour|Tories|"
    r"Republikein\w*|Democraten)\b"
)
_HAS_CONDITION = re.compile(
    r"\b(?:als|wanneer|indien|mits|tenzij|zodra|voordat|zolang|bij|in (?:het )?geval|if|when|unless|where|before|once)\b",
    re.IGNORECASE,
)
_HAS_LIST = re.compile(r"[^,;]{2}[,;][^,;]{2,80}\b(?:en|of|and|or)\b|:\s|(?m:^\s*[-*•]\s)")
_SPELLS_OUT = re.compile(
    r"\b(?:staat voor|stands for|afkorting|voluit)\b|\b[A-Z][\w’'-]+(?:\s+[\w’'-]+){0,6}\s\([A-Z][\w.-]*\)|"
    r"\b[A-Z][\w.-]*\s\([A-Z][\w’' -]+\)"
)
_HAS_AMOUNT = re.compile(r"€|\b(?:euro|dollar|miljard|biljoen|miljoen|billion|million)\b", re.IGNORECASE)
_HAS_COST = re.compile(
    r"\A(?=.*(?:€|\b(?:euro|dollar|pond|miljard|biljoen|miljoen|billion|million)\b))"
    r".*\b(?:kost|koste?n?|kostte|prijs|tarief|betaal\w*|betalen|budget|begro\w+|uitgeven|uitgaven|investe\w+|licentie\w*|beschikbaar|trekt|loon\w*|"
    r"salaris\w*|vergoed\w*|boetes?|costs?|paid|pays?|price|invest\w*|subsidie\w*)\b",
    re.IGNORECASE | re.DOTALL,
)
_MONTHS = (
    "januari|februari|maart|april|mei|juni|juli|augustus|september|oktober|november|december|"
    "january|february|march|may|june|july|august|october|lente|voorjaar|zomer|najaar"
)
_HAS_DATE = re.compile(rf"\b(?:(?:19|20)\d\d|\d{{1,2}} (?:{_MONTHS})|{_MONTHS})\b", re.IGNORECASE)
_HAS_NAME = re.compile(r"(?<=[a-z,;:] )[A-Z][a-zà-ÿ]+(?:\s+(?:van|de|der)\s+)?(?:\s?[A-Z][a-zà-ÿ]+)*|\b[A-Z]{2,}\b")
_HAS_REASON = re.compile(
    r"\b(?:omdat|want|doordat|daarom|dus|reden|zodat|anders|waardoor|vanwege|aangezien|because|since|therefore|reason|so that)\b",
    re.IGNORECASE,
)
_DEFINES = re.compile(
    r"\b(?:staat voor|betekent|is een|zijn|is het|heet|verstaan|noemt|houdt in|stands for|means|is an?|refers to)\b", re.IGNORECASE
)
HOLDS: dict[Wanted, re.Pattern[str]] = {
    Wanted.ABBREVIATION: _SPELLS_OUT,
    Wanted.DEFINITION: _DEFINES,
    Wanted.PARTY: _HAS_PARTY,
    Wanted.AGE: _HAS_AGE,
    Wanted.SHARE: _HAS_SHARE,
    Wanted.DURATION: _HAS_DURATION,
    Wanted.COST: _HAS_COST,
    Wanted.MONEY: _HAS_AMOUNT,
    Wanted.NUMBER: _HAS_NUMBER,
    Wanted.CONDITION: _HAS_CONDITION,
    Wanted.DATE: _HAS_DATE,
    Wanted.PERSON: _HAS_NAME,
    Wanted.REASON: _HAS_REASON,
    Wanted.LIST: _HAS_LIST,
}
"""What shows that a sentence holds a kind of answer."""


def says_it(question: Question, evidence: Evidence) -> re.Pattern[str] | None:
    """What a sentence looks like that says just what was asked, where the words of the question tell."""
    if question.wanted in {Wanted.DEFINITION, Wanted.ABBREVIATION}:
        return _definition_pattern(evidence)
    counted = _COUNTED.search(question.text) if question.wanted is Wanted.NUMBER else None
    return re.compile(rf"\d\s+(?:[\w-]+\s+)?[\w-]*{re.escape(counted.group(1))}", re.IGNORECASE) if counted else None


def _definition_pattern(evidence: Evidence) -> re.Pattern[str] | None:
    """What a sentence looks like that explains the word asked about: "X is …", "X | …", "… (X)"."""
    words = [
        re.escape(word)
        for word in evidence.query.subject.rstrip("?.! ").split()
        if any(fold(part) in {term.word for term in evidence.terms} for part in words_in(word))
    ]
    if not words:
        return None
    name = r"\W+(?:\w+\W+)?".join(words)
    return re.compile(
        rf"^(?:(?:de|het|een|bij|onder|the|an?)\s+)?(?:[\w-]+\s+)?{name}(?:e?n|s|'s)?(?:\s*\([^)]*\))?\s*(?:\||,|:|\b(?:is|zijn|staat|betekent|heet|houdt|worden?|kan|leert|means|stands)\b)|[A-Z][\w’'-]+\s\({name}\)",
        re.IGNORECASE,
    )
