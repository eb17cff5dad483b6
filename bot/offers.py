"""What a language model is given to explain: the quotations of an answer, each under a short key that code maps back."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.choices import Choice
from vectorstore.passages import Quote

_ALPHABET = "bcdfghjkmnpqrstvwxz23456789"  # no vowels, so that no key is a word; no l and no 1
_LETTERS = "bcdfghjkmnpqrstvwxz"
_LEAST_CHARS = 4


@dataclass(frozen=True, slots=True)
class Offer:
    """A quotation that may be explained: its key, and the ids of all voices that speak in it."""

    key: str
    quote: Quote
    voices: tuple[str, ...] = ()


def offers_of(quotes: Iterable[Quote], choices: Sequence[Choice]) -> tuple[Offer, ...]:
    """The quotations as offers, in order, each once; one that anything is suspected of is offered to no model.

    `choices` are what the quotations were chosen from. A key follows from what is quoted and from where it stands, and from
    nothing that is around it, so that the same quotation has the same key in any answer.
    """
    offers: dict[str, Offer] = {}
    for quote in quotes:
        if quote.suspicion is None and all(offer.quote != quote for offer in offers.values()):
            key = _key(quote, offers.keys())
            offers[key] = Offer(key, quote, _voices(quote, choices))
    return tuple(offers.values())


def _key(quote: Quote, taken: Iterable[str]) -> str:
    place = f"{quote.source.id}\0{quote.start}\0{quote.end}\0{quote.text}"
    number = int.from_bytes(hashlib.sha256(place.encode()).digest())
    number, first = divmod(number, len(_LETTERS))
    key = _LETTERS[first]
    while len(key) < _LEAST_CHARS or key in taken:
        number, index = divmod(number, len(_ALPHABET))
        key += _ALPHABET[index]
    return key


def _voices(quote: Quote, choices: Sequence[Choice]) -> tuple[str, ...]:
    """Everybody who speaks in the quoted sentences, whom the quote stands under first."""
    passages = {choice.scored.passage.passage.id: choice.scored.passage.passage for choice in choices}
    speaking = [
        voice
        for passage in passages.values()
        if passage.source_id == quote.source.id
        for sentence in passage.sentences
        if quote.start <= sentence.start and sentence.end <= quote.end
        for voice in sentence.voices
    ]
    return tuple(dict.fromkeys([*([quote.voice_id] if quote.voice_id else []), *speaking]))
