"""Names that hold a number, and what a number in a text is the number of: "GPT-4", "Llama 3", "artikel 14", "vraag 1 en 2"."""

import re
from collections.abc import Sequence

from bot.checking.dates import may_begin_date
from bot.checking.number_bounds import bounds_before
from bot.checking.number_tokens import Kind, Token, is_year
from bot.checking.number_units import UNITS, unit_at
from bot.checking.number_words import meaning
from vectorstore.languages import STOP_WORDS, Language

_LABELS = {
    word: label
    for label, words in {
        "article": "artikel artikelen art article articles",
        "chapter": "hoofdstuk chapter hoofdstukken chapters",
        "annex": "bijlage annex bijlagen appendix",
        "paragraph": "lid paragraaf paragraph section leden",
        "question": "vraag question vragen",
        "page": "pagina blz page pp",
        "table": "tabel table",
        "figure": "figuur figure",
        "phase": "fase phase",
        "step": "stap step",
        "version": "versie version",
        "level": "niveau level",
        "number": "nr no nummer number",
        "recommendation": "aanbeveling recommendation",
        "point": "punt point",
        "recital": "overweging recital",
        "class": "klasse class",
        "category": "categorie category",
        "part": "deel part",
        "scenario": "scenario",
        "top": "top",
    }.items()
    for word in words.split()
}
_LANGUAGES: tuple[Language, Language] = ("nl", "en")
_NUMBERED = re.compile(r"\d{1,4}(?:\.\d{1,2}){0,2}")
_HYPHENED = re.compile(r"([^\W\d_]+)-(\d+)$")
VAGUE = {
    word: name
    for name, words in {
        "majority": "meerderheid merendeel majority",
        "minority": "minderheid minority",
        "handful": "handvol handful",
    }.items()
    for word in words.split()
}
"""Words that say how large a part is without a number."""
_LISTED = frozenset({",", "en", "and", "of", "or", "tot", "to", "-", "–", "met"})


def label_of(tokens: Sequence[Token], at: int, label: str) -> str:
    """What the numbers here are the numbers of: of an article, a page; it goes on through "13, 14 en 15"."""
    token, before = tokens[at], tokens[at - 1].text if at else ""
    if token.kind is Kind.NUMBER:
        if before == "." and at > 1:
            before = tokens[at - 2].text
        if not _NUMBERED.fullmatch(token.written) or unit_at(tokens, at + 1).name:
            return ""
        return _LABELS.get(before) or label or _named(tokens, at)
    return label if token.text in _LISTED else ""


def _named(tokens: Sequence[Token], at: int) -> str:
    """The name that a number is a part of: "Llama 3"; one that counts something after it is none."""
    token, name = tokens[at], tokens[at - 1] if at else None
    if name is None or name.kind is not Kind.WORD or not name.is_capital or is_year(token) or token.is_glued:
        return ""
    is_word = any(name.text in STOP_WORDS[language] or meaning(name.text, language) for language in _LANGUAGES)
    is_bound = bool(bounds_before(tokens, at, "nl", "euro")[0]) or name.text in UNITS or may_begin_date(name.text)
    after = tokens[at + 1] if at + 1 < len(tokens) else None
    later = tokens[at + 2] if at + 2 < len(tokens) else None
    is_linked = later is not None and (
        later.kind is Kind.NUMBER or meaning(later.text, "nl") is not None or later.text in {"de", "the"}
    )
    counts = after is not None and (
        is_linked
        or (after.is_glued and after.text not in ".,;:!?)'\"")
        or meaning(after.text, "nl")
        or meaning(after.text, "en")
        or _is_thing(after)
    )
    return "" if is_word or is_bound or counts or may_begin_date(after.text if after else "") else name.text


def _is_thing(token: Token) -> bool:
    """Whether a word could name what a number counts."""
    return token.kind is Kind.WORD and not any(token.text in STOP_WORDS[language] for language in _LANGUAGES)


def as_name(token: Token) -> str:
    """A name with digits as it is compared: "GPT-4" is "GPT 4"."""
    return _HYPHENED.sub(r"\1 \2", token.text)
