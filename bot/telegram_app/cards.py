"""The quotations of an answer as cards of an inline query: one for each, with its voice, source, link and the caveat. Pure."""

from dataclasses import dataclass, replace

from bot.answers import Answer, AnswerStatus, Statement, cited_sources
from bot.blocks import Block, printable
from bot.rendering import render, render_caveat
from bot.shortening import clipped, shortened
from bot.telegram_app.caveats import with_short_caveat
from bot.telegram_app.layout import Part, fits, laid_out
from bot.telegram_app.messages import own_words
from bot.texts import texts
from vectorstore.debate import Debate
from vectorstore.invisible import visible
from vectorstore.passages import Quote

TITLE_POINTS, DESCRIPTION_POINTS = 60, 120
_QUOTE_POINTS = 55  # of a quote in the description
_WORTH_SHOWING = 20
_EXCERPTS = (1_500, 600, 200)  # code points of a quote, tried in this order


@dataclass(frozen=True, slots=True)
class Card:
    """A row in the list of an inline query, and the message that it becomes when it is chosen."""

    title: str
    description: str
    part: Part


def cards(answer: Answer, debate: Debate) -> list[Card]:
    """A card for each quotation that answers, best first; one that says so where there is none."""
    found = [card(answer, debate, statement, quote) for statement in answer.statements for quote in statement.quotes]
    return found or [_without_quotes(answer, debate)]


def card(answer: Answer, debate: Debate, statement: Statement, quote: Quote) -> Card:
    """One quotation of an answer, numbered by itself."""
    say = texts(answer.language, debate)
    name = statement.voice.called(answer.language) if statement.voice else say.say("in_the_sources")
    words = say.say(f"suspicion_{quote.suspicion}") if quote.suspicion else _excerpt(quote, _QUOTE_POINTS)
    return Card(
        title=clipped(printable(name[:1].upper() + name[1:]), TITLE_POINTS),
        description=_with_caveat(words, answer, debate),
        part=_message(_alone(answer, statement, quote), quote, debate),
    )


def _alone(answer: Answer, statement: Statement, quote: Quote) -> Answer:
    """An answer that is this quotation, with what is to be known of its voice."""
    statements = (Statement(statement.voice, (quote,), None),)
    voice = statement.voice
    notes = tuple(note for note in answer.notes if voice and (voice.name in note or voice.called(answer.language) in note))
    return replace(
        answer, read_as=answer.question, status=AnswerStatus.ANSWERED, statements=statements, silent_voices=(), nearest=(),
        reason=None, message=None, notes=notes, suggestions=(), sources=cited_sources(statements, (), answer.caveat),
    )  # fmt: skip


def _message(alone: Answer, quote: Quote, debate: Debate) -> Part:
    """The message of a card, with as much of a long quote as one message has room for."""
    alone, cut = with_short_caveat(alone, debate)
    tried = (_blocks(alone, shortened(quote, points), quote, cut, debate) for points in _EXCERPTS)
    parts = [laid_out(blocks) for blocks in tried]
    return next(filter(fits, parts), parts[-1])


def _blocks(alone: Answer, excerpt: Quote, quote: Quote, cut: frozenset[Quote], debate: Debate) -> list[Block]:
    statements = (replace(alone.statements[0], quotes=(excerpt,)),)
    return render(replace(alone, statements=statements), debate, cut | ({excerpt} - {quote}))


def _without_quotes(answer: Answer, debate: Debate) -> Card:
    say = texts(answer.language, debate)
    message = printable(answer.message or say.say("not_in_sources"))
    description = _with_caveat("", answer, debate)
    return Card(clipped(message, TITLE_POINTS), description, own_words(message, answer, debate).parts[0])


def _with_caveat(words: str, answer: Answer, debate: Debate) -> str:
    """Words and, in what room they leave, the caveat: its heading, and its words where enough of them fit."""
    heading = render_caveat(answer, debate)[0].text
    line = f"{words} · {heading}" if words else heading
    room = DESCRIPTION_POINTS - len(f"{line}: «» […]")
    if answer.caveat.suspicion or room < _WORTH_SHOWING:
        return clipped(line, DESCRIPTION_POINTS)
    return clipped(f"{line}: {_excerpt(answer.caveat, room)}", DESCRIPTION_POINTS)


def _excerpt(quote: Quote, points: int) -> str:
    """The beginning of a quote on one line; our own words never stand in «…»."""
    excerpt = shortened(quote, points)
    text = printable(visible(excerpt.text))
    words = text if quote.is_paraphrase else f"«{text}»"
    return words if excerpt == quote else f"{words} […]"
