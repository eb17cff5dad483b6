"""A picture as a reply: the picture with the caveat under it, and after it what it shows in words, folded up."""

from pathlib import Path

from bot.blocks import Block, BlockKind
from bot.pictures import PictureKind, draw
from bot.questions import MAX_CHARS
from bot.telegram_app.answering import Desk
from bot.telegram_app.caveats import closing_of
from bot.telegram_app.messages import caption, message_parts
from bot.telegram_app.replies import File, Incoming, Outgoing, Reply
from bot.texts import texts
from vectorstore.errors import UsageError


def picture_reply(desk: Desk, incoming: Incoming, kind: PictureKind, topic: str, cache: Path) -> Reply:
    """A picture of the debate, or of a topic in it; `cache` is where the drawing library may keep what it knows of fonts."""
    try:
        picture = draw(kind, desk.explainer, topic or None, desk.language(incoming), cache=cache)
    except UsageError:
        return desk.tell(incoming, "question_too_long", most=MAX_CHARS)
    answer, debate = picture.answer, desk.debate
    say = texts(answer.language, debate)
    under = caption([Block(BlockKind.HEADING, picture.title)], answer, debate)
    shown = [each for each in picture.alt.split("\n\n") if not each.startswith(say.say("caveat_heading"))]  # it stands below
    words = [Block(BlockKind.HEADING, say.say("picture_in_words")), Block(BlockKind.QUOTE, "\n\n".join(shown))]
    parts = message_parts(words, closing_of(answer, debate), answer.language)
    return Reply(
        (
            Outgoing(under.text, under.entities, file=File(f"{kind.value}.png", picture.png, is_picture=True)),
            *(Outgoing(part.text, part.entities) for part in parts),
        ),
        edition=answer.edition.number,
    )
