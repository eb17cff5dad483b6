"""Does a sentence state the caveat: that human oversight, judgement, evaluation or uncertainty about the effect matters?

A sentence does when the words for people and the words for watching, judging or deciding stand together, or when it
says that an effect is unproven, or that outcomes may not be followed blindly. `python -m ingest.oversight` measures it.
"""

import re

from vectorstore.standing import begins_dependent

_HUMAN = r"\b(?:mens|mensen|menselijk\w*|natuurlijke personen|ambtena\w+|medewerkers?|behandelaar\w*|human|humans|people|staff)\b"
_WATCH = (
    r"\b(?:toezicht|toezien|toeziet|controle|controleren|controleert|tussenkomst|tussenkomen|oordeel|oordelen|oordeelt|oordeelsvorming|toezichthouder|"
    r"beoordelen|beoordeelt|beoordeling|beoordeeld|ingrijpen|grijpen|grijpt|grip|interventie|verifiëren|bevestigen|nakijken|nakijkt|"
    r"kijkt|beslist|beslissen|getoetst|toetst|oversight|supervision|judge?ment|control|intervene|intervention)\b"
)
_SYSTEM = (
    r"\b(?:ai|genai|algoritm\w+|"
    r"\w*systeem|\w*systemen|\w*model|\w*modellen|\w*modelkeuze|risicoprofiel\w*|profilering|business rules|"
    r"machine|chatbots?|copilot|toepassing\w*|inzet|algorithms?|systems?|models?)\b|\b(?:ai|algoritme)-"
)
_OUTCOME = (
    r"\b(?:output|uitkomst\w*|uitvoer|resulta\w+|werking|effect\w*|impact|productiviteit\w*|winst|gevolgen|prestaties|functioneert|"
    r"functioneren|werkt|beoogde|verwachting\w*|kwaliteit|outcomes?|results?|productivity)\b"
)
_EVALUATE = (
    r"\b(?:evaluatie\w*|evalueer\w*|evalueren|geëvalueerd|monitoring\w*|(?<!-)monitor|monitoren|gemonitord|monitort|evaluat\w+|"
    r"(?:her)?beoordeel|(?:her)?beoordelen|(?:her)?beoordeeld|toets|toetsen|getoetst|controleer|controleren|gecontroleerd|bewaak\w*)\b"
)
_DECIDE = r"\b(?:beslui\w*|beslis\w*|output|uitkomst\w*|decisions?|decide\w*)\b"
_NEAR = r"(?:\W+[\w-]+){0,7}?\W+"

# Each statement is a list of patterns that must all be found.
_STATEMENTS: tuple[tuple[str, ...], ...] = (
    # people watch, judge, step in
    (rf"(?:{_HUMAN}){_NEAR}(?:{_WATCH})",),
    (rf"(?:{_WATCH})(?:\W+[\w-]+){{0,5}}?\W+(?:door|van|bij|of|by)(?:\W+[\w-]+){{0,2}}?\W+(?:{_HUMAN})",),
    (r"\b(?:mens|human)s?[-\s](?:in|on|op|boven|above|before|vóór|voor)[-\s](?:de|the)[-\s](?:lus|loop)\b",),
    (rf"{_HUMAN}", r"\b(?:toezicht)\b(?:\W+[\w-]+){0,8}?\W+(?:houd\w*|houden|gehouden|uitoefen\w*|uitgeoefend)\b"),
    (r"\btoezicht\b(?:\W+[\w-]+){0,3}?\W+(?:houden|gehouden|uitgeoefend)\b", _SYSTEM),
    (r"\bmenselijk\w* (?:tussenkomst|controle|toezicht|toets|factor|regie|oordeel|beoordeling)\b",),
    (
        r"\b(?:controle|grip)\b(?:\W+[\w-]+){0,3}?\W+(?:over|op|van)(?:\W+[\w-]+){0,4}?\W+algoritme",
        r"\b(?:houd\w*|heb\w*|uitoefen\w*|krijg\w*)\b",
    ),
    (
        (
            r"\b(?:ingrijpen|in te grijpen|stilleggen|stopzetten|stopgezet|gestopt|"
            r"beëindigen|beëindigd|te stoppen|stoppen|uitzetten|stopknop)\b"
        ),
        _SYSTEM,
    ),
    (r"\b(?:naast (?:zich|je) neer|terzijde|opzij)\b(?:\W+[\w-]+){0,2}?\W+leg\w*\b|\b(?:overrulen|negeren)\b", _DECIDE),
    # nothing is followed blindly, nothing decided by a machine alone
    (r"\b(?:niet|nooit|geen)\b(?:\W+[\w-]+){0,6}?\W+(?:alleen|enkel|puur|uitsluitend|blind\w*|louter|zomaar|volledig)\b", _DECIDE),
    (
        r"\b(?:volledig|uitsluitend|louter) (?:op )?(?:geautomatiseerd\w*|automatisch\w*)\b",
        _DECIDE,
        r"\b(?:verb\w+|niet|geen|tenzij|mens\w*)\b",
    ),
    (
        (
            r"\b(?:automation|automatiserings)\W{0,2}bias\b|"
            r"\bte veel vertrouw\w+\b|\bblind(?:elings)? (?:te )?(?:vertrouw\w+|volg\w+)\b"
        ),
    ),
    # the effect is uncertain
    (r"\b(?:onzeker\w*|onduidelijk|onbekend|omstreden|unclear|uncertain)\b", rf"{_OUTCOME}", _SYSTEM),
    (
        (
            r"\b(?:onbewezen|unproven)\b|(?<!al dan )\b(?:niet|nog niet|geen|not|no)\b(?:\W+[\w-]+){0,3}?\W+"
            r"(?:bewezen|bewijs|aangetoond|vastgesteld|proven|evidence)\b"
        ),
        _OUTCOME,
    ),
    (
        (
            r"\b(?:slechtere|minder goede|verkeerde|foute) (?:resultaten|antwoorden|uitkomsten)\b|"
            r"\bslechter maken\b|\bminder kans op een goed antwoord\b"
        ),
    ),
    # it has to be evaluated
    (_EVALUATE, r"\b(?:periodiek\w*|regelmatig\w*|blijv\w+|continu\w*|doorlopend\w*|jaarlijks\w*|steeds|regularly)\b", _SYSTEM),
    (
        rf"{_EVALUATE}{_NEAR}(?:{_SYSTEM})|(?:{_SYSTEM}){_NEAR}{_EVALUATE}|{_EVALUATE}(?:\W+[\w-]+){{0,11}}?\W+(?:output|uitkomst)",
        rf"{_OUTCOME}|\bmoet\w*\b|\b(?:ge)?evalu\w+",
    ),
    (
        r"\b(?:bepaal|bepalen|controleer|onderzoek|toets|check|ga na|nagaan)\b",
        rf"{_SYSTEM}|{_OUTCOME}",
        r"\b(?:doeltreffend\w*|effectief|naar behoren|beoogde werking|goed werkt|functioneert)\b",
    ),
    (r"\b(?:succes|slagen)\b", _EVALUATE),
    (rf"\btoezicht op (?:\w+ ){{0,2}}(?:{_SYSTEM})",),
)
_PATTERNS = tuple(tuple(re.compile(part, re.IGNORECASE) for part in statement) for statement in _STATEMENTS)
_MIN_WORDS = 5
_MAX_CAVEAT_WORDS = 60


def states_oversight(text: str) -> bool:
    """Whether a sentence states the caveat; questions and scraps of a few words do not."""
    if len(text.split()) < _MIN_WORDS or text.rstrip().endswith("?"):
        return False
    return any(all(part.search(text) for part in statement) for statement in _PATTERNS)


def can_be_caveat(text: str) -> bool:
    """Whether a sentence that states the caveat can be shown alone: whole, of a readable length, pointing at nothing before it."""
    words = text.split()
    is_whole = text[:1].isupper() and text.endswith((".", "!", "”", "’", '"'))
    return is_whole and _MIN_WORDS < len(words) <= _MAX_CAVEAT_WORDS and not begins_dependent(text)
