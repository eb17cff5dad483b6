"""The debate in time: what was published when and by whom, and who was in office meanwhile."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from bot.answers import Answer, AnswerStatus
from bot.blocks import printable
from bot.picture_pieces import Bar, Event, Page, Paragraph, Piece, Scale, Style
from bot.picture_quotes import Frame, frame_of, nothing, page, published, shortened
from bot.texts import Texts, texts
from vectorstore.dates import is_date
from vectorstore.debate import Debate
from vectorstore.passages import Source
from vectorstore.words import words_in

_MOST_EVENTS, _FEWEST_EVENTS = 20, 2
_MOST_BARS = 5
_MOST_ROWS = 6  # of counts, before they are taken together by year
_YEARS_OF_MONTHS = 6  # a scale that is longer has a column for each year


@dataclass(frozen=True, slots=True)
class _Dated:
    """A document of the debate: when and by whom it was published, and the voice that speaks in it, where that is known."""

    source: Source
    when: str
    title: str
    maker: str
    voice: str | None


def timeline_title(topic: str | None, say: Texts) -> str:
    """What stands above the timeline."""
    return shortened(say.say("picture_timeline_about", topic=printable(topic)) if topic else say.say("picture_timeline"))


def timeline_pages(answer: Answer, sources: Iterable[Source], topic: str | None, debate: Debate) -> Iterator[tuple[Page, Answer]]:
    """The timeline with all that there is room for, and then with less and less; with the answer that goes with it."""
    say = texts(answer.language, debate)
    title = timeline_title(topic, say)
    documents = [source for source in sources if source.after or not is_account(source)]
    refused = topic is not None and answer.status is AnswerStatus.NOT_IN_SOURCES
    dated = [] if refused else _once(_dated(source, debate) for source in documents)
    answer = replace(answer, statements=(), silent_voices=(), nearest=(), notes=(), suggestions=())
    if not dated:
        missing = (answer.message if refused else None) or say.say("not_in_sources" if topic else "picture_timeline_none")
        empty = replace(
            answer, status=AnswerStatus.NOT_IN_SOURCES, message=missing, reason=missing, sources=(answer.caveat.source,)
        )
        yield nothing(empty, frame_of(empty, debate), title, missing), empty
        return
    undated = len({source.id for source in documents if not _is_dated(source)})
    for most in range(min(len(dated), _MOST_EVENTS), min(len(dated), _FEWEST_EVENTS) - 1, -1):
        chosen = _chosen(dated, most)
        listed = {each.source.id: each.source for each in chosen}
        listed[answer.caveat.source.id] = answer.caveat.source
        drawn = replace(answer, status=AnswerStatus.SMALLTALK, message=title, reason=None, sources=tuple(listed.values()))
        yield _page(drawn, title, dated, chosen, (undated, debate)), drawn


def is_account(source: Source) -> bool:
    """Whether a document is the dossier's own writing: of the debate only in so far as it follows an original."""
    return source.wording.value == "paraphrase"


def _page(answer: Answer, title: str, dated: Sequence[_Dated], chosen: Sequence[_Dated], more: tuple[int, Debate]) -> Page:
    undated, debate = more
    frame = frame_of(answer, debate)
    scale, first, last = _scale(dated, frame.say)
    bars = list(_bars(debate, first, last, frame))[:_MOST_BARS]
    in_office: list[Piece] = [Paragraph(frame.say.say("picture_in_office"), Style.HEADING), *bars] if bars else []
    pieces: list[Piece] = [
        Paragraph(title, Style.TITLE),
        Paragraph(frame.say.say("picture_published"), Style.HEADING),
        scale,
        *in_office,
        Paragraph(frame.say.say("picture_documents"), Style.HEADING),
        Paragraph(frame.say.say("picture_dots"), Style.SMALL),
        *_events(dated, chosen, frame),
    ]
    after = [frame.say.say("picture_undated", count=undated)] if undated else []
    return page(answer, frame, pieces, after)


def _dated(source: Source, debate: Debate) -> _Dated | None:
    after, when = source.after, published(source)
    if when is None or not is_date(when):
        return None
    names = [after.publisher, after.author] if after else [source.publisher, source.author]
    voices = [voice.id for name in names if name and (voice := debate.voice_named(name))]
    maker = next((name for name in names if name), "")
    title = (after.title if after else None) or source.title
    return _Dated(source, when, title, maker, source.voice or next(iter(voices), None))


def _is_dated(source: Source) -> bool:
    return is_date(published(source) or "")


def _once(found: Iterable[_Dated | None]) -> list[_Dated]:
    """By date, each document once: where the original is there, the account of it says nothing more."""
    kept: dict[tuple[str, ...], _Dated] = {}
    for each in sorted((each for each in found if each), key=lambda each: (is_account(each.source), each.when, each.source.id)):
        kept.setdefault((each.when, *words_in(each.title)), each)
    return sorted(kept.values(), key=lambda each: (each.when, each.title.casefold(), each.source.id))


def _chosen(dated: Sequence[_Dated], most: int) -> list[_Dated]:
    """Those that are shown: one of each year, then the first of each voice and of each other maker, then the second, and so on.

    Of the years one is shown where that leaves room for as many others.
    """
    counts: Counter[str] = Counter()
    places = []
    for number, each in enumerate(dated):
        group = each.voice or f"{each.maker}|{each.source.kind}"
        places.append((counts[group], each.voice is None, is_account(each.source), number))
        counts[group] += 1
    places.sort()
    years: dict[str, int] = {}
    for *_, number in places:
        years.setdefault(dated[number].when[:4], number)
    first = set(years.values()) if 2 * len(years) <= most else set()
    chosen = sorted(places, key=lambda place: (place[-1] not in first, place))[:most]
    return [dated[number] for number in sorted(number for *_, number in chosen)]


def _events(dated: Sequence[_Dated], chosen: Sequence[_Dated], frame: Frame) -> Iterator[Event]:
    """The documents that are shown, and how many more there are of each month or year, by date."""
    shown = {each.source.id for each in chosen}
    rest = [each.when for each in dated if each.source.id not in shown]
    months = Counter(when[:7] for when in rest)
    counts = months if len(months) <= _MOST_ROWS else Counter(when[:4] for when in rest)
    rows = [(each.when, 0, _event(each, frame)) for each in chosen]
    rows += [(f"{when}~", 1, _count(when, count, frame.say)) for when, count in counts.items()]
    yield from (event for _, _, event in sorted(rows, key=lambda row: row[:2]))


def _event(each: _Dated, frame: Frame) -> Event:
    say = frame.say
    unknown = {4: "picture_month_unknown", 7: "picture_day_unknown"}.get(len(each.when))
    when = f"{frame.dated(each.when)}, {say.say(unknown)}" if unknown else frame.dated(each.when)
    by = " · ".join(part for part in (when, printable(each.maker)) if part)
    return Event(f"{by}\u00a0[{frame.numbers[each.source.id]}]", shortened(printable(each.title)), is_account(each.source))


def _count(when: str, count: int, say: Texts) -> Event:
    return Event(f"{say.date(when)}: {say.say('picture_more_one' if count == 1 else 'picture_more', count=count)}", is_count=True)


def _scale(dated: Sequence[_Dated], say: Texts) -> tuple[Scale, date, date]:
    """The columns from the first year to the last, and the days on which it begins and ends."""
    first, last = int(dated[0].when[:4]), int(max(each.when for each in dated)[:4])
    has_months = last - first < _YEARS_OF_MONTHS
    width = 7 if has_months else 4
    counts = Counter(each.when[:width] for each in dated if len(each.when) >= width)
    years = range(first, last + 1)
    keys = [f"{year:04}-{month:02}" for year in years for month in range(1, 13)] if has_months else [f"{year:04}" for year in years]
    begin, end = date(first, 1, 1), date(last, 12, 31)
    columns = tuple(counts[key] for key in keys)
    most = max(counts, key=lambda key: (counts[key], key), default=dated[0].when)
    words = say.say("picture_columns", count=len(dated), first=first, last=last, most=counts[most], when=say.date(most))
    starts = tuple((str(year), _share(date(year, 1, 1), begin, end)) for year in years)
    return Scale(words, starts, columns), begin, end


def _bars(debate: Debate, begin: date, end: date, frame: Frame) -> Iterator[Bar]:
    """The terms of office that fall within the scale, by date."""
    terms = [(voice, voice.since or "0001", voice.until or "9999") for voice in debate.voices if voice.since or voice.until]
    for voice, since, until in sorted(terms, key=lambda term: term[1:]):
        if since <= end.isoformat() and until > begin.isoformat():
            name = frame.named([voice])
            dates = frame.say.say(
                "picture_term" if voice.until else "picture_term_open", name=name, **_dates(since, until, frame.say)
            )
            bar = _share(_day(since), begin, end), _share(_day(until), begin, end)
            yield Bar(dates, *bar, goes_on_before=_day(since) < begin, goes_on_after=_day(until) > end)


def _dates(since: str, until: str, say: Texts) -> dict[str, str]:
    return {"since": say.date(since), "until": say.date(until)}


def _day(when: str) -> date:
    """The first day of a date that may lack its day or month."""
    return date.fromisoformat(f"{when}-01-01"[:10] if len(when) < 7 else f"{when}-01"[:10])


def _share(day: date, begin: date, end: date) -> float:
    return min(1.0, max(0.0, (day - begin).days / ((end - begin).days + 1)))
