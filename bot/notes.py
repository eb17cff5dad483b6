"""What a reader should know of when a quotation was said: a later statement of the same voice, a change of office. Pure."""

from collections.abc import Iterator, Sequence

from bot.answers import Statement
from bot.choices import Choice
from bot.settling import is_about
from bot.texts import Texts
from vectorstore.debate import Debate, Voice
from vectorstore.passages import Quote, Source, Wording
from vectorstore.retrieval import Evidence

_LOOKED_AT = 25
_MONTH = len("2025-04")  # of a year alone nothing is later
_AS_CLOSE = 3.0  # how far behind the best sentence a later statement may be, in log-odds, to be about the same


def notes_on(
    statements: Sequence[Statement], choices: Sequence[Choice], evidence: Evidence, debate: Debate, today: str, say: Texts
) -> tuple[str, ...]:
    """The notes on what is quoted, in the order of the voices; `today` is an ISO date."""
    found = dict.fromkeys(
        note
        for statement in statements
        if statement.voice
        for note in (
            *_later(statement.voice, statement.quotes, choices, evidence, say),
            *_office(statement.voice, debate, today, say),
        )
    )
    return tuple(found)


def _later(voice: Voice, quotes: Sequence[Quote], choices: Sequence[Choice], evidence: Evidence, say: Texts) -> Iterator[str]:
    """That the voice said something about it after what is quoted, in a source that is not quoted here."""
    latest = max((_date(quote.source) for quote in quotes), default="")
    cited = {quote.source.id for quote in quotes}
    for choice in choices[:_LOOKED_AT]:
        source = choice.scored.passage.source
        is_later = len(latest) >= _MONTH and _date(source) > latest and source.id not in cited
        is_same = voice.id in choice.scored.sentence.voices and choice.score >= choices[0].score - _AS_CLOSE
        if is_later and is_same and is_about(choice, evidence):
            names = {"voice": voice.called(say.language), "title": source.title}
            yield say.say("later_statement", **names, date=say.date(latest), later=say.date(_date(source)))
            return


def _office(voice: Voice, debate: Debate, today: str, say: Texts) -> Iterator[str]:
    """That the voice has left the office in which it spoke, and who holds it now."""
    if not voice.titles or voice.until is None or voice.until > today:
        return
    after = next((each for each in debate.voices if each.since == voice.until and set(each.titles) & set(voice.titles)), None)
    values = {"voice": voice.name, "date": say.date(voice.until)}
    yield say.say("left_office_to", **values, after=after.name) if after else say.say("left_office", **values)


def _date(source: Source) -> str:
    """When it was said: the date of the original, of which an account of several has none."""
    if source.wording is Wording.PARAPHRASE:
        return (source.after.published if source.after else None) or ""
    return source.published or ""
