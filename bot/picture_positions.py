"""The map of a debate: the voices, and what each says about a topic."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from bot.answers import Answer, AnswerStatus, Statement
from bot.explainer import Explained
from bot.picture_pieces import Card, Page, Paragraph, Piece, Style
from bot.picture_quotes import Frame, frame_of, nothing, numbered, page, shortened
from bot.rendering import positions_heading
from vectorstore.debate import Debate, Voice
from vectorstore.passages import Quote

_MOST_VOICES = 8
_FEWEST_VOICES = 3
_WHOLE, _SHORT, _SHORTEST = 1_000, 260, 180


@dataclass(frozen=True, slots=True)
class _Said:
    """A quotation, and those whose words it reports: two who speak in one breath have one place."""

    voices: tuple[Voice, ...]
    quote: Quote


def positions_answer(explained: Explained) -> Answer:
    """The positions with one quotation of each voice, which is what the map has room for."""
    answer = explained.answer
    kept = tuple(replace(each, quotes=each.quotes[:1]) for each in answer.statements)
    answer = replace(answer, statements=kept, suggestions=())
    return replace(answer, sources=numbered(answer))


def positions_pages(answer: Answer, topic: str | None, debate: Debate) -> Iterator[tuple[Page, Answer]]:
    """The map with all that there is room for, and then with less and less, until one fits; with the answer as drawn."""
    said = _said(answer.statements)
    attempts = [(_MOST_VOICES, _WHOLE), (_MOST_VOICES, _SHORT), (_MOST_VOICES, _SHORTEST)]
    attempts += [(most, longest) for most in range(_MOST_VOICES - 1, _FEWEST_VOICES - 1, -1) for longest in (_SHORT, _SHORTEST)]
    for most, longest in attempts:
        drawn = _with_only(answer, said[:most])
        yield _page(drawn, said, most, longest, (topic, debate)), drawn


def positions_title(answer: Answer, topic: str | None, debate: Debate) -> str:
    """What stands above the map."""
    return shortened(positions_heading(answer, topic, debate).text)


def _page(answer: Answer, said: Sequence[_Said], most: int, longest: int, about: tuple[str | None, Debate]) -> Page:
    topic, debate = about
    frame = frame_of(answer, debate)
    title = positions_title(answer, topic, debate)
    if not said:
        return nothing(answer, frame, title, answer.message or frame.say.say("not_in_sources"), _nearest(answer, longest, frame))
    pieces: list[Piece] = [Paragraph(title, Style.TITLE)]
    pieces += [
        Card(frame.named(each.voices), (frame.item(each.quote, next(iter(each.voices), None), longest),)) for each in said[:most]
    ]
    return page(answer, frame, pieces, _others(answer, said[most:], frame), [each.quote.source for each in said[:most]])


def _nearest(answer: Answer, longest: int, frame: Frame) -> list[Piece]:
    """What comes close where nothing was found, as just that."""
    if not answer.nearest:
        return []
    cards = []
    for quote in answer.nearest:
        voice = frame.debate.voice(quote.voice_id) if quote.voice_id else None
        cards.append(Card(frame.named([voice] if voice else []), (frame.item(quote, voice, longest),)))
    return [Paragraph(frame.say.say("nearest_heading"), Style.HEADING), *cards]


def _others(answer: Answer, left_out: Sequence[_Said], frame: Frame) -> list[str]:
    """Who else speaks, who says nothing, and what became of who speaks."""
    say = frame.say
    lines = []
    if left_out:
        names = [voice.called(say.language) for each in left_out for voice in each.voices]
        lines.append(say.say("picture_more_voices", voices=say.list(names)))
    if answer.silent_voices and answer.status is not AnswerStatus.NOT_IN_SOURCES:
        lines.append(say.say("silent", voices=say.list([voice.called(say.language) for voice in answer.silent_voices])))
    return lines


def _said(statements: Sequence[Statement]) -> list[_Said]:
    """What is said, and by whom; nothing twice."""
    found: dict[tuple[str, int, int], _Said] = {}
    for statement in statements:
        quote = statement.quotes[0]
        place = (quote.source.id, quote.start, quote.end)
        before = found[place].voices if place in found else ()
        found[place] = _Said((*before, *([statement.voice] if statement.voice else [])), quote)
    return list(found.values())


def _with_only(answer: Answer, said: Sequence[_Said]) -> Answer:
    """The answer with what is drawn and no more, so that the numbers of its sources are those of the picture."""
    drawn = {(each.quote.source.id, each.quote.start) for each in said}
    kept = tuple(each for each in answer.statements if (each.quotes[0].source.id, each.quotes[0].start) in drawn)
    answer = replace(answer, statements=kept)
    return replace(answer, sources=numbered(answer))
