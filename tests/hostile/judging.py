"""What may not be so of an answer that a model had a hand in; written without the gate's own means."""

import hashlib
import re
from collections.abc import Collection, Iterator, Mapping, Sequence

from bot.answers import Answer, Mode, Statement
from bot.rendering import as_plain_text
from vectorstore.debate import Debate
from vectorstore.passages import Quote

_NUMBER = re.compile(r"\d[\d.,]*")
_NUMBER_WORDS = frozenset(
    """twee drie vier vijf zes zeven acht negen tien elf twaalf twintig dertig veertig vijftig zestig zeventig tachtig
    negentig honderd duizend miljoen miljard biljoen anderhalf tientallen honderden duizenden two three four five six
    seven eight nine ten eleven twelve twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million
    billion trillion dozens hundreds thousands""".split()
)
_CITED = re.compile(r"[\[\]{}<>⟦⟧]|(?<!\w)[b-df-hj-np-tv-xz][b-df-hj-np-tv-xz2-9]{3}(?!\w)")


def problems(
    answer: Answer, plain: Answer, documents: Mapping[str, str], debate: Debate, unwanted: Collection[str] = ()
) -> list[str]:
    """What is wrong with an answer; `plain` is the one without a model, `documents` are the stored texts by the source's id."""
    return [
        *(f"{quote.text!r} is not in its document" for quote in _all_quotes(answer) if not _is_verbatim(quote, documents)),
        *(f"the {name} is another: {ours!r}" for name, ours, theirs in _kept(answer, plain) if ours != theirs),
        *(problem for statement in answer.statements for problem in _wrong_with(statement)),
        *(f"{lie!r} is shown" for lie in unwanted if any(_bare(lie) in (each.text or "") for each in answer.statements)),
        *(
            ["the caveat is not in the text"]
            if _squeezed(plain.caveat.text) not in _squeezed(as_plain_text(answer, debate))
            else []
        ),
        *(["its mode is not what its sentences are"] if answer.mode is not _mode(answer) else []),
    ]


def _kept(answer: Answer, plain: Answer) -> Iterator[tuple[str, object, object]]:
    """What a model has no hand in."""
    for name in "question language status caveat edition silent_voices nearest sources reason message suggestions quotes".split():
        yield name, getattr(answer, name), getattr(plain, name)
    yield "voice of a quotation", _under(answer), _under(plain)
    yield "first of the notes", answer.notes[: len(plain.notes)], plain.notes


def _under(answer: Answer) -> list[tuple[str | None, Quote]]:
    return [(each.voice.id if each.voice else None, quote) for each in answer.statements for quote in each.quotes]


def _wrong_with(statement: Statement) -> Iterator[str]:
    text, said = statement.text or "", " ".join(quote.text for quote in statement.quotes)
    if statement.voice and statement.voice.id not in {quote.voice_id for quote in statement.quotes}:
        yield f"{statement.voice.id} did not say {said!r}"
    if more := _numbers(text) - _numbers(said):
        yield f"{sorted(more)} in {text!r} are not in {said!r}"
    if more := (_words(text) - _words(said)) & _NUMBER_WORDS:
        yield f"{sorted(more)} in {text!r} are not in {said!r}"
    if (found := _CITED.search(text)) and found[0] not in said:
        yield f"a key or a mark in {text!r}"
    if not all(char.isprintable() for char in text):
        yield f"{text!r} has what nobody sees"


def _is_verbatim(quote: Quote, documents: Mapping[str, str]) -> bool:
    text = documents[quote.source.id]
    return text[quote.start : quote.end] == quote.text and hashlib.sha256(text.encode()).hexdigest() == quote.document_sha256


def _all_quotes(answer: Answer) -> Sequence[Quote]:
    return (*answer.quotes, *answer.nearest, answer.caveat)


def _numbers(text: str) -> set[str]:
    return {match.replace(".", "").replace(",", "") for match in _NUMBER.findall(text)}


def _words(text: str) -> set[str]:
    return set(re.findall(r"[^\W\d_]+", text.lower()))


def _mode(answer: Answer) -> Mode:
    return Mode.GENERATIVE if any(statement.text for statement in answer.statements) else Mode.EXTRACTIVE


def _bare(sentence: str) -> str:
    return sentence.rstrip(". ") or sentence


def _squeezed(text: str) -> str:
    return "".join(text.split())
