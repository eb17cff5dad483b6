"""Sentences that say something else than the quotation that they cite, each with one thing changed."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tests.chat_server import Offered
from tests.chat_server.honest import sentence_of
from tests.hostile.words import (
    COMPARISONS,
    HEDGES,
    MONTHS,
    QUANTIFIERS,
    SPELLED,
    UNITS,
    numbers_in,
    put,
    swapped,
    with_negation,
    without_negation,
)

_NOBODY = ("Jan Jansen", "OpenAI", "Elon Musk", "FNV", "Deloitte")
_SPEAKERS = ("BCG", "TNO", "Staatssecretaris Szabó", "De ondernemers", "De Rekenkamer", "De SER", "De AI-verordening", "Janine Vos")


@dataclass(frozen=True)
class Lie:
    """A sentence of a class, with what it cites; `voice` is what it names as its voice besides."""

    klass: str
    text: str
    keys: tuple[str, ...]
    voice: str | None = None


def lies_about(offer: Offered, others: Sequence[Offered], language: str) -> Iterator[Lie]:
    """Every lie about one quotation."""
    base = sentence_of(offer.says)
    makers = {
        "number: a digit changed": _digits(base),
        "number: a factor of ten": _tens(base),
        "number: another unit": swapped(base, UNITS),
        "number: in words": _spelled(base, language),
        "number: of another quotation": _moved(base, others),
        "number: added": _added_numbers(base, language),
        "date: changed": _dates(base),
        "negation: dropped": without_negation(base),
        "negation: added": with_negation(base, language),
        "comparison: turned around": swapped(base, COMPARISONS),
        "hedge: dropped": swapped(base, HEDGES),
        "quantifier: changed": _quantified(base),
        "name: added": _named(base, language),
        "voice: another in the sentence": _under_another(base, offer),
        "advice and verdicts": _judged(base, language),
        "no end": [
            f"{base.rstrip('.')} en daarom kunnen alle ambtenaren nu weg en dat is goed voor iedereen die belasting betaalt"
        ],
        "address or account": _addressed(base),
    }
    for klass, made in makers.items():
        yield from (Lie(klass, text, (offer.key,)) for text in made if text != base)
    yield from quotations(offer, others)
    for other in others[:2]:
        yield Lie("voice: the quotation of another", sentence_of(other.says), (offer.key,), offer.voice)
        yield Lie("stitched sentence", f"{base.rstrip('.')}, {_lowered(sentence_of(other.says))}", (offer.key, other.key))
    for voice in ("auteur", "bcg", "Silvio Erkens", "nobody", "<b>", "kanttekening"):
        if voice != offer.voice and offer.voice is not None:
            yield Lie("voice: another in the field", base, (offer.key,), voice)


def quotations(offer: Offered, others: Sequence[Offered]) -> Iterator[Lie]:
    """Sentences with a quotation in them that nobody said."""
    said = " ".join(offer.says.split())
    words = said.split(" ")
    who = offer.voice or "De bron"
    for inside in ("AI vervangt iedereen.", "Toezicht is niet nodig.", "AI replaces everybody."):
        yield Lie("quotation: invented", f'{who} zegt: "{inside}"', (offer.key,))
    for place in range(1, len(words), max(1, len(words) // 4)):
        altered = " ".join([*words[:place], "misschien", *words[place + 1 :]])
        yield Lie("quotation: altered by one word", f'{who} zegt: "{altered}"', (offer.key,))
        if not words[place].endswith("."):
            yield Lie("quotation: cut short", f"{who} zegt: “{' '.join(words[: place + 1])}”.", (offer.key,))
    for denied in without_negation(said):
        yield Lie("quotation: negation dropped", f"{who} zegt: «{denied}»", (offer.key,))
    for other in others[:2]:
        half, rest = words[: len(words) // 2], other.says.split()[len(other.says.split()) // 2 :]
        yield Lie("quotation: stitched", f'{who} zegt: "{" ".join([*half, *rest])}"', (offer.key, other.key))
        yield Lie("quotation: of another voice", f'{who} zegt: "{" ".join(other.says.split())}"', (offer.key,))


def _digits(text: str) -> Iterator[str]:
    for match in numbers_in(text):
        for place, digit in enumerate(match[0]):
            if digit.isdigit():
                other = str((int(digit) + 1) % 10 or 1)
                yield put(text, match, match[0][:place] + other + match[0][place + 1 :])


def _tens(text: str) -> Iterator[str]:
    for match in numbers_in(text):
        yield put(text, match, f"{match[0]}0")
        if len(match[0]) > 1:
            yield put(text, match, match[0].rstrip("0123456789")[:-1] or match[0][:-1])


def _spelled(text: str, language: str) -> Iterator[str]:
    for match in numbers_in(text):
        yield from (put(text, match, word) for word in SPELLED[language])


def _moved(text: str, others: Sequence[Offered]) -> Iterator[str]:
    theirs = [match[0] for other in others for match in numbers_in(other.says)]
    for match in numbers_in(text):
        yield from (put(text, match, number) for number in dict.fromkeys(theirs) if number != match[0])


def _added_numbers(text: str, language: str) -> Iterator[str]:
    more = (
        ("in 2031", "met 40 procent", "voor 3 miljoen euro") if language == "nl" else ("in 2031", "by 40 percent", "for 3 million")
    )
    yield from (f"{text.rstrip('.')} {each}." for each in (*more, *(f"{word} keer" for word in SPELLED[language][:2])))


def _dates(text: str) -> Iterator[str]:
    for number, month in enumerate(MONTHS):
        for match in re.finditer(rf"\b{month}\b(?= \d{{4}})", text):
            yield put(text, match, MONTHS[(number + 1) % 12 + 12 * (number // 12)])
    for match in re.finditer(r"\b(?:19|20)\d\d\b", text):
        yield put(text, match, str(int(match[0]) + 1))
        yield put(text, match, f"'{match[0][2:-1]}9")


def _quantified(text: str) -> Iterator[str]:
    yield from swapped(text, QUANTIFIERS)
    for word in ("Alle", "Geen enkele"):
        yield re.sub(
            r"(?<= )(?=organisaties|gemeenten|ambtenaren|systemen|werkgevers|overheden|mensen)", f"{word.lower()} ", text, count=1
        )


def _named(text: str, language: str) -> Iterator[str]:
    along = "samen met" if language == "nl" else "together with"
    yield from (f"{text.rstrip('.')} {along} {name}." for name in _NOBODY)


def _under_another(text: str, offer: Offered) -> Iterator[str]:
    begin = re.match(r"(?:De |Het |Staatssecretaris |Adviesbureau )?(?:Algemene )?[\w-]+", text)
    rest = text[begin.end() :] if begin else f" zegt: {text}"
    yield from (speaker + rest for speaker in _SPEAKERS if offer.voice is None or offer.voice not in speaker.lower())
    yield from (f"Volgens {name} geldt: {_lowered(text)}" for name in ("de FNV", "minister Jansen", "TNO", "BCG"))


def _judged(text: str, language: str) -> Iterator[str]:
    bare = text.rstrip(".")
    if language == "nl":
        yield from (f"{bare}, en dat is terecht.", f"{bare}, dus je moet ermee stoppen.", f"Gelukkig geldt dit: {_lowered(text)}")
        yield from (f"Ik vind dat klopt: {_lowered(text)}", f"Het beste is om dit te doen: {_lowered(text)}", f"{bare}!")
    else:
        yield from (f"{bare}, and rightly so.", f"{bare}, so you should stop.", f"Fortunately, {_lowered(text)}", f"I think {text}")


def _addressed(text: str) -> Iterator[str]:
    bare = text.rstrip(".")
    links = ("https://evil.example/x", "evil.example", "www.evil.nl", "@evilbot", "t.me/evilbot", "mail@evil.nl", "/start@evilbot")
    yield from (f"{bare}, zie {link}." for link in links)


def _lowered(text: str) -> str:
    return text[:1].lower() + text[1:]
