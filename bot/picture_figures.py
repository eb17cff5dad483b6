"""The figures of the debate, each with who claims it and the sentence that it stands in."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from bot.answers import Answer, AnswerStatus, Statement
from bot.blocks import printable
from bot.explainer import Explained
from bot.picture_numbers import Number, numbers_in
from bot.picture_pieces import Card, Page, Paragraph, Piece, Style
from bot.picture_quotes import Frame, frame_of, nothing, numbered, page, shortened
from bot.settling import is_about
from bot.texts import Texts, texts
from vectorstore.catalog import Catalog
from vectorstore.debate import Debate, Voice, names_pattern
from vectorstore.passages import Passage, Quote, Sentence
from vectorstore.quotes import quote_sentences, with_context

_PER_VOICE = 300  # passages of each voice that are read, as in a search
_MOST, _FEWEST = 9, 2
_FIGURES_OF_A_SENTENCE = 3
_WHOLE, _SHORT = 420, 240


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence with figures, as a quotation, and whose words it reports; `figures` are spans of the quotation."""

    voices: tuple[Voice, ...]
    quote: Quote
    figures: tuple[tuple[int, int], ...]
    keys: tuple[tuple[str, ...], ...]
    is_large: bool


def figures_title(topic: str | None, say: Texts) -> str:
    """What stands above the figures."""
    return shortened(say.say("picture_figures_about", topic=printable(topic)) if topic else say.say("picture_figures"))


def claims_in(explained: Explained, catalog: Catalog, debate: Debate, topic: str | None) -> list[Claim]:
    """The sentences with figures whose voice is sure: on a topic the closest first, otherwise the most repeated."""
    if topic:
        if explained.answer.status is AnswerStatus.NOT_IN_SOURCES:
            return []
        about = [choice for choice in explained.choices if is_about(choice, explained.evidence)]
        places = [(choice.scored.passage.passage, choice.scored.sentence) for choice in about]
    else:
        passages = (stored.passage for voice in debate.voices for stored in catalog.passages_of_voice(voice.id, _PER_VOICE))
        places = [(passage, sentence) for passage in passages for sentence in passage.sentences]
    found = {(claim.quote.source.id, claim.quote.start): claim for claim in _claims(places, catalog, debate)}
    claims = list(found.values())
    return claims if topic else _by_repetition(claims)


def figures_pages(answer: Answer, claims: Sequence[Claim], topic: str | None, debate: Debate) -> Iterator[tuple[Page, Answer]]:
    """The figures that there is room for, and then fewer and fewer; with the answer that holds them as statements."""
    say = texts(answer.language, debate)
    title = figures_title(topic, say)
    answer = replace(answer, statements=(), silent_voices=(), nearest=(), notes=(), suggestions=())
    new = _new(claims)
    if not new:
        missing = answer.message if answer.status is AnswerStatus.NOT_IN_SOURCES else None
        reason = missing or (
            say.say("picture_figures_none_about", topic=printable(topic)) if topic else say.say("picture_figures_none")
        )
        empty = replace(answer, status=AnswerStatus.NOT_IN_SOURCES, message=reason, reason=reason, sources=(answer.caveat.source,))
        yield nothing(empty, frame_of(empty, debate), title, reason), empty
        return
    for most in range(_MOST, _FEWEST - 1, -1):
        for longest in (_WHOLE, _SHORT):
            shown = _shared_out(new, most)
            drawn = _with(answer, shown)
            yield _page(drawn, title, shown, (longest, _left_out(new, shown)), debate), drawn


def _claims(places: Iterable[tuple[Passage, Sentence]], catalog: Catalog, debate: Debate) -> Iterator[Claim]:
    names = {name: voice.id for voice in debate.voices for name in (voice.name, *voice.aliases)}
    pattern = names_pattern(names)
    for passage, sentence in places:
        text = passage.text_of(sentence)
        voices = tuple(voice for voice_id in sentence.voices if (voice := debate.voice(voice_id)))
        if not voices or passage.suspicion:
            continue
        named = [(found.start(), names.get(" ".join(found.group().split()))) for found in pattern.finditer(text)]
        sure = [number for number in numbers_in(text) if _is_theirs(number, named, sentence.voices)][:_FIGURES_OF_A_SENTENCE]
        if sure:
            quote = quote_sentences(passage, with_context(passage, sentence), catalog, sentence.voices[0])
            yield _claim(voices, quote, sentence.start - quote.start, sure)


def _is_theirs(number: Number, named: Sequence[tuple[int, str | None]], speaking: Sequence[str]) -> bool:
    """Whether the voice named last before a figure is one that speaks: in "A quotes B's 20 %" the figure is of neither."""
    before = [voice_id for start, voice_id in named if start < number.start]
    return (not before or before[-1] in speaking) and (not named or named[0][1] in speaking or named[0][0] > number.start)


def _claim(voices: tuple[Voice, ...], quote: Quote, offset: int, found: Sequence[Number]) -> Claim:
    spans = tuple((offset + number.start, offset + number.end) for number in found)
    keys = tuple(number.key for number in found)
    return Claim(voices, quote, spans, keys, any(number.is_large for number in found))


def _by_repetition(claims: Sequence[Claim]) -> list[Claim]:
    """Figures that many sources have go first, of those the larger; the source's own wording before an account of it."""
    counts = Counter(amount for _, amount in {(claim.quote.source.id, amount) for claim in claims for amount in _amounts(claim)})

    def place(claim: Claim) -> tuple[bool, bool, bool, int, int, str, int]:
        most = max(counts[amount] for amount in _amounts(claim))
        digits = max(len(amount) for amount, _ in _amounts(claim))
        source = claim.quote.source.id, claim.quote.start
        return not claim.is_large, most < 2, claim.quote.is_paraphrase, -most, -digits, *source

    return sorted(claims, key=place)


def _amounts(claim: Claim) -> set[tuple[str, str]]:
    """The amounts in a claim, each end of a range by itself: who says "up to 465,000" repeats the range that ends there."""
    return {(amount, scale) for first, last, scale, *_ in claim.keys for amount in (first, last) if amount}


def _new(claims: Sequence[Claim]) -> list[Claim]:
    """The claims that hold a figure which that voice did not claim before, with those figures alone."""
    seen: set[tuple[str, tuple[str, ...]]] = set()
    kept = []
    for claim in claims:
        whose = claim.voices[0].id
        fresh = [place for place, key in enumerate(claim.keys) if (whose, key[:3]) not in seen]
        if fresh:
            kept.append(replace(claim, figures=tuple(claim.figures[place] for place in fresh)))
            seen |= {(whose, key[:3]) for key in claim.keys}
    return kept


def _shared_out(claims: Sequence[Claim], most: int) -> list[list[Claim]]:
    """The claims that are shown, by voice: each has one before any has another."""
    by_voice: dict[tuple[str, ...], list[Claim]] = {}
    for claim in claims:
        by_voice.setdefault(tuple(voice.id for voice in claim.voices), []).append(claim)
    turns = sorted((turn, place) for place, found in enumerate(by_voice.values()) for turn in range(len(found)))[:most]
    taken = Counter(place for _, place in turns)
    return [found[: taken[place]] for place, found in enumerate(by_voice.values()) if taken[place]]


def _left_out(claims: Sequence[Claim], shown: Sequence[Sequence[Claim]]) -> list[Voice]:
    """The voices that claim figures and have no place."""
    drawn = {voice.id for each in shown for claim in each for voice in claim.voices}
    return list({voice.id: voice for claim in claims for voice in claim.voices if voice.id not in drawn}.values())


def _with(answer: Answer, shown: Sequence[Sequence[Claim]]) -> Answer:
    statements = tuple(Statement(claims[0].voices[0], tuple(claim.quote for claim in claims)) for claims in shown)
    answer = replace(answer, status=AnswerStatus.ANSWERED, statements=statements, reason=None, message=None)
    return replace(answer, sources=numbered(answer))


def _page(answer: Answer, title: str, shown: Sequence[Sequence[Claim]], room: tuple[int, Sequence[Voice]], debate: Debate) -> Page:
    longest, left_out = room
    frame = frame_of(answer, debate)
    pieces: list[Piece] = [Paragraph(title, Style.TITLE), Paragraph(frame.say.say("picture_claims"), Style.SMALL)]
    pieces += [_card(claims, longest, frame) for claims in shown]
    names = frame.say.list([voice.called(frame.say.language) for voice in left_out])
    after = [frame.say.say("picture_more_figures", voices=names)] if left_out else []
    return page(answer, frame, pieces, after, [claim.quote.source for claims in shown for claim in claims])


def _card(claims: Sequence[Claim], longest: int, frame: Frame) -> Card:
    items = tuple(frame.item(claim.quote, claim.voices[0], longest, claim.figures) for claim in claims)
    return Card(frame.named(claims[0].voices), items)
