"""What every message to people must keep to, by its entities and its text, whatever it is about."""

import re
from collections.abc import Iterator, Mapping

from bot.texts import texts
from tests.bot_api import Message
from vectorstore.debate import Debate
from vectorstore.languages import Language

_LANGUAGES: tuple[Language, ...] = ("nl", "en")
_QUOTED = re.compile(
    r"(?:(?P<voice>[^«\[\]]+): )?(?:\[(?:Verdacht|Suspicious)[^\]]*\] )?"
    r"(?:«(?P<verbatim>.+)»|\[(?P<label>[^\]]+)\] (?P<ours>.+?))(?: \[…\])? \[(?P<number>\d+)\](?: \([^()]+\))?",
    re.DOTALL,
)
_LISTED = re.compile(r"^\[(\d+)\] (.+?)(?: — .*)?$", re.MULTILINE)
_LOOSE = re.compile(r"«[^»]*»(?: \[…\])? \[\d+\]")
_ADDRESS = re.compile(r"https?://\S+|\bwww\.")


def broken_promises(message: Message, documents: Mapping[str, str], debate: Debate, *, is_exempt: bool = False) -> list[str]:
    """What is wrong with a message; nothing is as it should be. `documents` are texts by title."""
    found = [f"a bare address: {each}" for each in _ADDRESS.findall(message.text)]
    folded = message.marked("expandable_blockquote")
    if message.marked("bold")[:1] in [[texts(language, debate).say("picture_in_words")] for language in _LANGUAGES]:
        folded = []  # what a picture shows: quotations and more, as its own tests see
    quoted = [*message.marked("blockquote"), *folded]
    found += [problem for each in quoted for problem in _problems(each, message, documents, debate)]
    loose = _without(message.text, quoted)
    found += [f"quoted outside a block quote: {each}" for each in _LOOSE.findall(loose)]
    if not is_exempt:
        found += _about_caveat(message, debate)
    return found


def caveat_in(message: Message, debate: Debate) -> str | None:
    """The block quote under the heading of the caveat, which nothing folds."""
    headings = {texts(language, debate).say("caveat_heading") for language in _LANGUAGES}
    for heading in headings & set(message.marked("bold")):
        after = message.text.partition(f"{heading}\n")[2]
        return next((each for each in message.marked("blockquote") if after.startswith(each)), None)
    return None


def words_of(quoted: str) -> str:
    """The words of a block quote, without what stands around them."""
    found = _QUOTED.fullmatch(quoted)
    assert found, quoted
    return found["verbatim"] or found["ours"]


def _about_caveat(message: Message, debate: Debate) -> Iterator[str]:
    if caveat_in(message, debate) is None:
        yield "no caveat in sight"
    if message.text.count("Let op: menselijk toezicht") > 1:
        yield "the caveat twice"


def _problems(quoted: str, message: Message, documents: Mapping[str, str], debate: Debate) -> Iterator[str]:
    found = _QUOTED.fullmatch(quoted)
    if found is None:
        yield f"a block quote that is no quotation: {quoted}"
        return
    labels = {texts(language, debate).say("dossier_label") for language in _LANGUAGES}
    if found["label"] and found["label"] not in labels:
        yield f"a label that says nothing: {found['label']}"
    words = found["verbatim"] or found["ours"]
    titles = {title for number, title in _LISTED.findall(message.text) if number == found["number"]}
    if unknown := titles - documents.keys():
        yield f"no such document: {unknown}"
    elif not any(words in text for name, text in documents.items() if not titles or name in titles):
        yield f"not in {titles}: {words}"


def _without(text: str, pieces: list[str]) -> str:
    for piece in pieces:
        text = text.replace(piece, "", 1)
    return text
