"""The forms of words in which orders are given to a language model, in Dutch and English and the plainest in German and French.

They are compared with folded text: small letters, no accents, and a space stands for white space and quotation marks.
"""

from collections.abc import Sequence
from typing import NamedTuple


class Order(NamedTuple):
    """A form of words, and words or parts of words of which one is in it, looked for first.

    One that `is_given` only counts where it opens a sentence or follows a word like "please": others may be told to do so.
    """

    keys: tuple[str, ...]
    words: str
    is_given: bool = True


_NL_RULES = (
    r"(?:systeem|veiligheids)?(?: |-)?"
    r"(?:instructies?|opdracht(?:en)?|prompts?|regels|richtlijnen|aanwijzingen|bevelen|voorschriften|beperkingen)\b"
)
_NL_EARLIER = r"(?:(?:vorige|eerdere?|voorgaande|voorafgaande|bovenstaande|hierboven|oorspronkelijke|gegeven|systeem) ){1,4}"
_NL_LITTLE = r"(?:(?:alle?|al|de|het|je|jouw|jullie|uw|mijn|deze|die|dit|elke|iedere|andere|overige|van) )"
_NL_OBJECT = (
    rf"(?:{_NL_LITTLE}{{0,4}}{_NL_EARLIER}{_NL_RULES}|"
    rf"(?:al )?(?:je|jouw|uw) (?:eigen )?{_NL_RULES}|alle (?:instructies|prompts)\b)"
)
_EN_RULES = (
    r"(?:\w+ )?"
    r"(?:instructions?|prompts?|rules|guidelines|directions|directives|commands|orders|programming|restrictions|safeguards)\b"
)
_EN_EARLIER = r"(?:(?:previous|prior|above|preceding|earlier|foregoing|initial|original|system|safety) (?:(?:and|or) )?){1,4}"
_EN_LITTLE = r"(?:(?:all|any|every|each|of|the|these|those|your|my|our|its|and|other) )"
_EN_OBJECT = (
    rf"(?:{_EN_LITTLE}{{0,5}}{_EN_EARLIER}{_EN_RULES}|(?:all )?(?:of )?your (?:own )?{_EN_RULES}|"
    r"all (?:of )?(?:the )?(?:instructions|prompts)\b|"
    r"(?:all )?(?:the )?(?:instructions|prompts?|rules|text) (?:above|before this|you (?:were|have been) given)\b)"
)
_DE_EARLIER = r"(?:(?:vorherigen|vorigen|fruheren|bisherigen|obigen|vorangegangenen|deine|ihre) ){1,4}"
_DE_RULES = r"(?:anweisungen|instruktionen|befehle|vorgaben|regeln|prompts?)\b"
_FR_EARLIER = r"(?:precedentes|anterieures|ci-dessus)\b"
_MACHINE = (
    r"(?:ai|ki|ia|llm|chatbot|chatgpt|gpt|taalmodel|language model|large language model|sprachmodell)"
    r"(?:(?: |-)(?:taalmodel|language model|model|modell|assistent|assistant|agent|bot|systeem|system))?"
)
# "Je bent nu een stap verder" and "you are now a member" are said to people.
_SOMEBODY = (
    r"(?:een|geen|de|a|an|the) (?!(?:\w+ )?(?:jaar|maand|week|weken|dag|uur|keer|stap|stuk|tijd|beetje|ambtenaar|burger|medewerker|"
    r"collega|ouder|klant|gebruiker|lid|member|citizen|step|year|month|week|day|part|bit|subscriber|customer|user|resident|"
    r"graduate|party|parent)\b)\w"
)
# "Antwoord altijd met respect" is too.
_WHAT = (
    r"(?!respect|begrip|zorg|empathie|geduld|volledige zinnen|courtesy|care|empathy|patience|"
    r"(?:een |de |a |the )?(?:bron|toelichting|motivering|onderbouwing|source|reason|explanation))\w"
)
_NL_NOT = r"(?:niet|nooit|niets)"
_NL_READER = r"(?:de|deze) (?:gebruiker|lezer|vraagsteller)"
_NL_YOU_MUST = r"(?:je|jij|u) (?:moet|dient|zult|mag|hoeft)"
_IN_NAME = r"(?:ben|bent|moet|mag|dien|zul|zal|kun|hoor)"

_SET_ASIDE = (
    Order(
        ("negeer", "vergeet", "omzeil", "overschrijf", "overrule"),
        rf"(?:negeer|vergeet|omzeil|overschrijf|overrule) {_NL_OBJECT}(?! (?:\w+ )?{_NL_NOT}\b)",
    ),
    Order(
        ("negeren", "vergeten", "volgen"),
        rf"\b{_NL_YOU_MUST} (?:nu |voortaan )?{_NL_OBJECT} (?:niet )?(?:meer )?(?:te )?"
        r"(?:negeren|vergeten|op te volgen|opvolgen)\b",
        is_given=False,
    ),
    Order(
        ("alles",),
        r"(?:vergeet|negeer) alles "
        r"(?:hierboven|hiervoor|wat (?:hierboven|hiervoor|eerder|je (?:is |werd )?(?:verteld|opgedragen))\b)",
    ),
    Order(("bovenstaande",), r"negeer (?:al )?(?:het|de) bovenstaande (?:en|tekst)\b"),
    Order(("above",), r"(?:ignore|disregard|forget) (?:all )?(?:of )?the above (?:and|text)\b"),
    Order(
        ("ignore", "disregard", "forget", "overr", "bypass", "discard"),
        rf"(?:ignore|disregard|forget|override|overrule|bypass|discard) {_EN_OBJECT}",
    ),
    Order(
        ("break", "disable", "turn"),
        r"(?:break|disable|turn off) (?:all )?(?:of )?your (?:\w+ )?(?:rules|safety|guidelines|restrictions|filters|programming)\b",
    ),
    Order(
        ("everything",),
        r"(?:ignore|disregard|forget) everything (?:above|before this|prior|you(?: were| have been|'ve been) (?:told|given))\b",
    ),
    Order(
        ("ignorier", "vergiss", "missachte"),
        rf"(?:ignoriere?n?|vergiss|missachte) (?:sie )?(?:(?:alle|die|deine|ihre|samtliche|meine) ){{0,4}}{_DE_EARLIER}{_DE_RULES}",
    ),
    Order(
        ("ignore", "oublie"),
        rf"(?:ignore[rz]?|oublie[rz]?) (?:toutes )?(?:les|tes|vos) (?:instructions|consignes|regles|directives) {_FR_EARLIER}",
    ),
)
_SHOW = (
    Order(
        ("prompt", "instruct", "rules"),
        r"(?:print|reveal|show|repeat|output|display|reproduce|leak|disclose|recite|return|tell me|give me|write (?:out|down)) "
        r"(?:\w+ ){0,3}?(?:your (?:\w+ ){0,2}(?:instructions?|prompts?|rules)|"
        r"(?:the|this) (?:(?:system|hidden|initial|original) prompt|(?:prompt|instructions) above))\b",
    ),
    Order(
        ("prompt", "instructies", "regels"),
        r"(?:print|toon|herhaal|onthul|laat|geef|druk|schrijf|vertel) (?:\w+ ){0,3}?"
        r"(?:(?:je|jouw|uw) (?:\w+ ){0,2}(?:systeem(?: |-)?(?:prompt|instructies?)|instructies|prompt|regels)|"
        r"(?:de|het) systeem(?: |-)?prompt)\b",
    ),
    Order(
        ("prompt",),
        r"(?:new |nieuwe )?(?:system|systeem)(?: |-)?prompt ?[:=] ?"
        r"(?:je|jij|u|you|ignore|negeer|antwoord|answer|respond|always|altijd|act|never|nooit|do not|from now on|vanaf nu)\b",
    ),
)
_BE = (
    Order(("bent",), rf"(?:je|jij|u) bent (?:nu|voortaan|vanaf nu) {_SOMEBODY}"),
    Order(("ben",), rf"(?:vanaf nu|voortaan|nu) (?:ben (?:je|jij)|bent u) {_SOMEBODY}"),
    Order(("now",), rf"you(?: are|'re) now (?:dan\b|in \w+ mode\b|{_SOMEBODY})"),
    Order(("longer",), r"you(?: are|'re) no longer (?:bound by|restricted by|an ai)\b"),
    Order(("bist", "maintenant"), r"(?:du bist (?:jetzt|nun|ab sofort) k?eine? |tu es maintenant une? )\w"),
    Order(("alsof",), r"doe(?:t u)? (?:nu |voortaan |vanaf nu )?(?:net )?alsof (?:je|jij|u)\b"),
    Order(("pretend",), r"pretend (?:that )?(?:you(?: are|'re| have) |to be (?:a|an|the) )\w"),
    Order(
        (" as ",),
        r"(?:act|behave|roleplay) as "
        rf"(?:if you (?:are|were|have)\b|dan\b|an? (?:unrestricted|uncensored|unfiltered|evil|jailbroken)\b|an? {_MACHINE}\b)",
    ),
    Order(
        ("now", "vanaf", "voortaan"),
        r"(?:from now on,? (?:you (?:will|must|shall|should|only) (?:only )?|please )?(?:respond|answer|reply|act|pretend|ignore)|"
        r"(?:vanaf nu|voortaan) (?:antwoord|reageer|speel|negeer) (?:je|jij|u))\b",
    ),
)
_SPOKEN_TO = (
    Order((" an ", " a "), rf"\bas an? {_MACHINE},? you (?:must|should|shall|will|are|have|may|can|need)\b", is_given=False),
    Order(("als ",), rf"\bals (?:een )?{_MACHINE},? {_IN_NAME} (?:je|jij|u)\b", is_given=False),
    Order(("als ",), rf"\bals {_MACHINE} (?:musst|sollst|darfst) du\b", is_given=False),
    Order(("bent",), rf"\bals (?:je|jij|u) een {_MACHINE} bent\b", is_given=False),
    Order(
        ("if",),
        rf"\bif you(?: are|'re) an? {_MACHINE}"
        r"(?=[,.;:]| (?:reading|processing|summari|and|or|then|please|you|ignore|do|answer|say))",
        is_given=False,
    ),
    Order(
        ("note", "attention", "message", "bericht", "boodschap", "opmerking", "let"),
        r"(?:note to|attention|message (?:to|for)|(?:bericht|boodschap|opmerking) (?:aan|voor)|let op),? ?"
        rf"(?:(?:all|the|any|de|het|elke|alle|een) )?{_MACHINE}s? ?[:,!]",
    ),
)
_ANSWER = (
    Order(
        ("antwoord", "reageer"),
        r"(?:be)?(?:antwoord|reageer) (?:(?:vanaf nu|voortaan|op (?:elke|iedere|alle) (?:vraag|vragen)) )?"
        rf"(?:altijd|uitsluitend|enkel|voortaan|vanaf nu) (?:met|dat) {_WHAT}",
    ),
    Order(
        ("respond", "answer", "reply"),
        rf"(?:always (?:respond|answer|reply)|(?:respond|answer|reply) (?:only|always|exclusively)) (?:with|that) {_WHAT}",
    ),
    Order(
        ("gebruiker", "lezer", "vraagsteller"),
        rf"(?:vertel|zeg|meld|onthul|laat) (?:(?:het|dit|dat|aan|tegen|{_NL_NOT}|hierover) ){{0,4}}{_NL_READER} {_NL_NOT}\b"
        r"(?! (?:alleen|slechts|enkel)\b)|"
        rf"(?:vertel|zeg|meld|onthul) (?:(?:dit|dat|het|hier|hierover) )?{_NL_NOT} (?:hierover )?(?:aan|tegen) {_NL_READER}\b",
    ),
    Order(
        ("user", "human"),
        r"(?:do not|don't|never) (?:tell|inform|alert|reveal|mention|disclose) (?:(?:this|it|that|anything|about) ){0,2}(?:to )?"
        r"(?:the|this) (?:user|human)\b",
    ),
    Order(("positive",), r"(?:give|provide|write|generate) (?:only )?(?:a )?positive (?:peer )?reviews? only\b"),
)
_MARKS = (
    Order(
        ("<", "[inst]", "[/inst]"),
        r"<\|(?:im(?: |-)?start|im(?: |-)?end|system|user|assistant|endoftext|endofprompt|beginoftext|eotid|startheaderid)\|>|"
        r"\[/?inst\]|<</?sys>>|<startofturn>",
        is_given=False,
    ),
    Order(
        ("##",),
        r"(?<!#)#{2,6} ?(?:(?:new|nieuwe) )?"
        r"(?:(?:instruction|instructie)\b|(?:instructions|instructies|system|systeem|system prompt) ?:)",
        is_given=False,
    ),
)
ORDERS: Sequence[Order] = (*_SET_ASIDE, *_SHOW, *_BE, *_SPOKEN_TO, *_ANSWER, *_MARKS)
"""Set your rules aside, show them, be somebody else, you machine, answer as I say; and the marks that stand around orders."""
